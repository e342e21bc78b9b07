/**
 * One live migration: everything that both hosts' toolstacks know of it, as plain data, and the marks that its timeline
 * is made of.
 */

import type { StreamEnds } from "../checkpoint/stream";
import type { MigrationPolicy } from "../config/migration-policy";
import type { ZeroPages } from "../config/migration-scenario";
import type { Abilities, IoModel } from "../config/scenario";
import type { Costs } from "../host/cost-table";
import type { Place } from "../host/place";
import type { Bond } from "./bond-state";
import type { GiveUpReason, StopReason } from "./decision";
import { isHandedOver, type MigrationState } from "./engine";
import { type GuestWork, NO_GUEST_WORK } from "./guest-work";
import { idleLink, type MigrationLink } from "./link";
import type { PortsPath } from "./ports-path";
import type { Round } from "./round";
import type { Sender } from "./sender";
import type { MigrationSteps, StepName } from "./stop-steps";

/** Why a migration ended as it did; null while it has not, and when it ended well. */
export type EndReason =
  | GiveUpReason
  | "cancelled"
  | "source-failed"
  | "target-failed"
  | "source-down"
  | "target-down"
  | "no-memory";

/** What a target lacked. */
export interface MemoryShortage {
  readonly neededBytes: number;
  readonly freeBytes: number;
  readonly hostBytes: number;
}

export interface Migration {
  /** Its number among the migrations: the subject of its timers and of its trace records. */
  readonly index: number;
  readonly vm: string;
  readonly io: IoModel;
  readonly abilities: Abilities;
  /** The machine's address: the first four bytes and the last two, the first byte lowest. */
  readonly mac: { readonly low: number; readonly high: number };
  readonly source: Place;
  readonly target: Place;
  /** Of the source's guest. */
  readonly sourceVcpus: readonly number[];
  readonly policy: MigrationPolicy;
  readonly zeroPages: ZeroPages;
  readonly steps: MigrationSteps;
  /** Of a machine with one (io: teaming), else null. */
  readonly bond: Bond | null;
  readonly costs: Costs;
  /** The way over the hosts' ports; null for a migration with a link of its own. */
  readonly ports: PortsPath | null;
  /** Of a link, the wire from source to target; the way back is the next one. */
  readonly wire: number;
  readonly latencyNs: number;
  readonly link: MigrationLink;
  /** Connections over which pages go. */
  readonly senders: readonly Sender[];
  /** Both ends of the compression; null where pages cross as they are. */
  readonly stream: StreamEnds | null;
  /** Where the device's state lies as it crosses. */
  readonly imageAt: number;
  state: MigrationState;
  endReason: EndReason | null;
  /** Of one that was refused for it. */
  shortage: MemoryShortage | null;
  stopReason: StopReason | "forced" | null;
  /** A cancellation came when the machine was the target's already. */
  isCancelledTooLate: boolean;
  /** The round at hand: what is left to send of it, and what was sent. */
  round: OpenRound;
  /** The last pages have been harvested, and are being sent. */
  isHarvested: boolean;
  /** The steps at hand, and which of them. */
  stepsAtHand: keyof MigrationSteps;
  stepIndex: number;
  /** The source's device was asked to be quiet. */
  isSourceQuiet: boolean;
  vcpuFlags: number;
  imageBytes: number;
  throttle: Throttle;
  announcedCount: number;
  readonly timeline: Timeline;
}

/** A round that is being sent. */
export interface OpenRound {
  pagesLeft: number;
  pageCount: number;
  byteCount: number;
  beganNs: number;
  sendNs: number;
  rateBitsPerSecondMax: number | null;
  /** With a limit of the rate: when the next batch may be read, and whether that is waited for. */
  nextAtNs: number;
  isTurnAwaited: boolean;
  /** Nothing is read before everything of the round before is there. */
  isBarred: boolean;
  /** What the guest had done when it began. */
  workBefore: GuestWork;
}

/** Returns a round of so many pages, of which nothing was sent; of one in which the guest runs, with what that had done. */
export function roundOf(pagesLeft: number, beganNs: number, workBefore: GuestWork = NO_GUEST_WORK): OpenRound {
  const none = { pageCount: 0, byteCount: 0, sendNs: 0, rateBitsPerSecondMax: null, nextAtNs: 0 };
  return { ...none, pagesLeft, beganNs, isTurnAwaited: false, isBarred: true, workBefore };
}

/** How much of each window the guest's vCPUs are kept still. */
export interface Throttle {
  percent: number;
  /** The guest was asked to stand still for this, or does. */
  isHolding: boolean;
}

/** A round, and when it was. */
export interface PastRound extends Round {
  readonly beganNs: number;
  readonly endedNs: number;
  readonly throttlePercent: number;
  /** What the guest did meanwhile. */
  readonly work: GuestWork;
  /** False for one that the stop cut short: what was left of it crossed with the last pages. */
  readonly isWhole: boolean;
}

/** A step that is over: one of stop-steps.ts, or what the engine does beside them. */
export interface PastStep {
  readonly name: StepName | "quiet device" | "go on" | "bond back";
  readonly beganNs: number;
  readonly endedNs: number;
}

/** When what happened; null for not, or not yet. Times of the simulation. */
export interface Timeline {
  readonly rounds: PastRound[];
  /** What the guest did before the first round. */
  workBefore: GuestWork;
  beganNs: number | null;
  /** The guest was asked to stand still, and the source let go of it in between. */
  pausedNs: number | null;
  /** The steps so far, each with when it ended; those of the downtime begin with the pause. */
  readonly steps: PastStep[];
  /** The guest runs at the target, or goes on at the source. */
  resumedNs: number | null;
  /** The machine is reached again, where it runs. */
  connectedNs: number | null;
  endedNs: number | null;
  /** Pages and bytes while the guest stood still. */
  lastPageCount: number;
  lastByteCount: number;
}

/** What a migration is before it begins. */
export function waitingMigration(): Pick<
  Migration,
  | "state"
  | "endReason"
  | "shortage"
  | "stopReason"
  | "isCancelledTooLate"
  | "round"
  | "link"
  | "isHarvested"
  | "stepsAtHand"
  | "stepIndex"
  | "isSourceQuiet"
  | "vcpuFlags"
  | "imageBytes"
  | "throttle"
  | "announcedCount"
  | "timeline"
> {
  return {
    state: "waiting",
    endReason: null,
    shortage: null,
    stopReason: null,
    isCancelledTooLate: false,
    round: roundOf(0, 0),
    link: idleLink(),
    isHarvested: false,
    stepsAtHand: "before",
    stepIndex: 0,
    isSourceQuiet: false,
    vcpuFlags: 0,
    imageBytes: 0,
    throttle: { percent: 0, isHolding: false },
    announcedCount: 0,
    timeline: {
      rounds: [],
      workBefore: NO_GUEST_WORK,
      beganNs: null,
      pausedNs: null,
      steps: [],
      resumedNs: null,
      connectedNs: null,
      endedNs: null,
      lastPageCount: 0,
      lastByteCount: 0,
    },
  };
}

/** Returns where the machine is: at the target from the moment at which the source has let go. */
export function placeOf({ state, source, target }: Migration): Place {
  return isHandedOver(state) ? target : source;
}
