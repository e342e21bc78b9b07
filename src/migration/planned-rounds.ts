/**
 * The rounds of a planned migration, until its policy stops or ends it.
 *
 *     order       log read      log read        pages are marked from one reading of the log to the next,
 *       |-send-|-scan-|-send-|-scan-| ...       and the guest goes on while it is read
 */
import { PAGE_BYTES } from "../../assembly/layout/limits";
import type { Decision, GiveUpReason, StopReason } from "./decision";
import { dirtyByDevice, dirtyByGuest, writersOf } from "./dirty-pages";
import { emulatedRest } from "./emulated-waits";
import type { MigrationCase } from "./plan-input";
import { type PlannedLink, pagesNs } from "./planned-link";
import { decide } from "./policy";
import type { Round } from "./round";

/** A round, and what made its pages dirty. */
export interface PlannedRound extends Round {
  /** Of `dirtyPageCount`, what a device wrote. */
  readonly devicePageCount: number;
  readonly throttlePercent: number;
}

/** Why there is no further round. */
export type RoundsEnd =
  | { readonly kind: "moved"; readonly reason: StopReason }
  | { readonly kind: "given-up"; readonly reason: GiveUpReason | "too-many-rounds" };

export interface PlannedRounds {
  readonly rounds: readonly PlannedRound[];
  readonly end: RoundsEnd;
  /** Since the order. */
  readonly elapsedNs: number;
}

/** Rounds after which a plan is given up, because a refusal should not take long either: an hour has 3,600 of a second. */
export const ROUND_COUNT_MAX = 4_096;

/** Returns the rounds of a migration that sends its first page so long after the order. */
export function planRounds(wanted: MigrationCase, link: PlannedLink, beforeNs: number): PlannedRounds {
  const { policy, memoryBytes, costs, clockHz, vcpuCount } = wanted;
  const faultNs = (costs.logDirtyFault * 1e9) / clockHz / vcpuCount;
  const writers = writersOf(wanted.writers, wanted.receiving, faultNs, restShareOf(wanted));
  const guestPageCount = memoryBytes / PAGE_BYTES;
  const rounds: PlannedRound[] = [];
  let elapsedNs = beforeNs;
  let pageCount = guestPageCount;
  let decision = decide(policy, { guestPageCount, elapsedNs, rounds });
  while (decision.next === "round" && rounds.length < ROUND_COUNT_MAX) {
    const { rateBitsPerSecondMax, throttlePercent } = decision;
    const sendNs = pagesNs(link, pageCount, rateBitsPerSecondMax);
    const spanNs = sendNs + costs.scanLog;
    const devicePageCount = Math.min(dirtyByDevice(writers, spanNs), guestPageCount);
    const guestPages = dirtyByGuest(writers, spanNs, throttlePercent);
    const dirtyPageCount = Math.min(guestPages + devicePageCount, guestPageCount);
    const sent = { pageCount, byteCount: pageCount * link.recordBytes, sendNs, harvestNs: costs.scanLog };
    rounds.push({ ...sent, dirtyPageCount, devicePageCount, rateBitsPerSecondMax, throttlePercent });
    elapsedNs += spanNs;
    pageCount = dirtyPageCount;
    decision = decide(policy, { guestPageCount, elapsedNs, rounds });
  }
  return { rounds, end: endOf(decision), elapsedNs };
}

/** The part of its time that work rests which is bound by its processors, while the guest's NIC is served. */
function restShareOf({ io, receiving, costs, clockHz, vcpuCount }: MigrationCase): number {
  if (io !== "emulated" || receiving === null) return 0;
  // One of its vCPUs serves the NIC.
  return emulatedRest(costs, clockHz, receiving.packetsPerSecond) / vcpuCount;
}

function endOf(decision: Decision): RoundsEnd {
  switch (decision.next) {
    case "stop-and-copy":
      return { kind: "moved", reason: decision.reason };
    case "give-up":
      return { kind: "given-up", reason: decision.reason };
    case "round":
      return { kind: "given-up", reason: "too-many-rounds" };
  }
}
