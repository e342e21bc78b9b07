/**
 * One protected machine: everything Remus knows of it, as plain data, and the sums that a report shows.
 */

import type { Epoch } from "../checkpoint/epoch";
import type { Held, Replica, Staged } from "../checkpoint/replica";
import {
  type Abilities,
  type BackupLostPolicy,
  BRIDGED_IO_MODELS,
  type LatePolicy,
  type ProtectScenario,
  type Timing,
  type VmScenario,
} from "../config/scenario";
import { NO_PAUSE, type PausedGuest, type PauseParts } from "../host/checkpoint-pause";
import type { Costs } from "../host/cost-table";
import type { Arbiter } from "./arbiter";
import type { BackupState } from "./backup-state";
import type { EngineState } from "./engine";
import type { Flight } from "./flight";
import { createLink, type ReplicationLink, type StreamSending } from "./link";
import { createMirror, type Mirror } from "./mirror";

export interface Protection {
  /** Its number among the protections: the subject of its timers and of its trace records. */
  readonly index: number;
  readonly vm: string;
  readonly replica: Replica;
  readonly abilities: Abilities;
  /** What of the guest decides how long a checkpoint stops it. */
  readonly paused: PausedGuest;
  readonly costs: Costs;
  readonly timing: Timing;
  readonly intervalNs: number;
  readonly late: LatePolicy;
  readonly backupLost: BackupLostPolicy;
  readonly heartbeatNs: number;
  readonly timeoutNs: number;
  readonly driverResetNs: number | null;
  state: EngineState;
  backup: BackupState;
  /** The epoch that runs, or is being captured. */
  epoch: Epoch;
  /** When the epoch at hand is due, at a fixed rate: the last suspend plus the interval. */
  dueAtNs: number;
  /** It was due, and goes on until a place in flight is free. */
  isOverdue: boolean;
  /** The guest was stopped at. */
  stoppedAtNs: number;
  /** The parts of the pause at hand, as far as they are known. */
  pause: PauseParts;
  readonly link: ReplicationLink;
  /** Null without one. */
  readonly arbiter: Arbiter | null;
  isPrimaryAlive: boolean;
  isBackupAlive: boolean;
  /** The primary has no backup any more, and knows. */
  isAlone: boolean;
  /** Its guest was stopped for good. */
  hasStoodDown: boolean;
  /** What was held for that guest is still to be discarded. */
  isToDiscard: boolean;
  /** Both copies ran from, and until; null for never, and for until now. */
  splitAtNs: number | null;
  splitEndNs: number | null;
  /** Of its disk; null without one. */
  readonly mirror: Mirror | null;
  /** A batch of the first copy that is on its way. */
  batch: Batch | null;
  /** The epoch that is captured and not copied yet. */
  captured: Staged | null;
  /** Checkpoints that are sent and not committed, the oldest first. */
  inFlight: Flight[];
  /** Pages left to send before the first checkpoint. */
  syncPagesLeft: number;
  /** The last whole checkpoint on the backup. */
  held: Held | null;
  /** How many announcements have been sent since activation. */
  announcedCount: number;
  /** When the first copy began; null for not yet. */
  begunAtNs: number | null;
  /** When the primary's host died; null for not, or not while this protection mattered. */
  primaryLostAtNs: number | null;
  suspectedAtNs: number | null;
  activatedAtNs: number | null;
  /** When the backup first held a whole checkpoint, and the primary knew. */
  firstCommitAtNs: number | null;
  sums: CheckpointSums;
}

/** A batch of the first copy: pages of the guest, or blocks of its disk. */
export interface Batch extends StreamSending {
  readonly isOfDisk: boolean;
}

/** What all checkpoints so far have cost. */
export interface CheckpointSums {
  count: number;
  /** Checkpoints that were due while no place in flight was free. */
  lateCount: number;
  /** Checkpoints that the guest had to stand still for until a place was free. */
  stallCount: number;
  /** How many were in flight at once, at most. */
  inFlightMax: number;
  pageCount: number;
  byteCount: number;
  /** Pauses that have ended. */
  pauseCount: number;
  pauseNs: number;
  pauseNsMin: number;
  pauseNsMax: number;
  /** Where all pauses went; the parts add up to `pauseNs`. */
  pauseParts: PauseParts;
  syncPageCount: number;
  // With compression: what would have crossed the link without it, and what became of pages.
  wholeByteCount: number;
  rawPageCount: number;
  zeroPageCount: number;
  deltaPageCount: number;
  samePageCount: number;
}

/** What a protection is made of. */
export interface Protected {
  readonly index: number;
  readonly vm: VmScenario;
  readonly wanted: ProtectScenario;
  readonly replica: Replica;
  readonly costs: Costs;
  /** From a host to the arbiter. */
  readonly arbiterWayNs: number;
  /** Number of its first epoch; 0 unless told. */
  readonly firstEpoch?: number;
}

/** Returns a protection that has not begun yet. */
export function createProtection(made: Protected): Protection {
  const { index, vm, wanted, replica, costs, arbiterWayNs, firstEpoch = 0 } = made;
  return {
    index,
    vm: vm.name,
    replica,
    abilities: vm.abilities,
    paused: pausedGuestOf(vm, wanted),
    costs,
    timing: wanted.timing,
    intervalNs: wanted.intervalNs,
    late: wanted.late,
    backupLost: wanted.backupLost,
    heartbeatNs: wanted.heartbeatNs,
    timeoutNs: wanted.timeoutNs,
    // A run that takes an ability away may ask for a reset of every driver; what is reset is a virtual function's.
    driverResetNs: replica.primary.front ? null : wanted.driverResetNs,
    state: "synchronizing",
    backup: "filling",
    epoch: { number: firstEpoch, state: "running" },
    dueAtNs: 0,
    isOverdue: false,
    stoppedAtNs: 0,
    pause: NO_PAUSE,
    link: createLink(wanted.link),
    arbiter: wanted.hasArbiter ? { state: "open", wayNs: arbiterWayNs } : null,
    isPrimaryAlive: true,
    isBackupAlive: true,
    isAlone: false,
    hasStoodDown: false,
    isToDiscard: false,
    splitAtNs: null,
    splitEndNs: null,
    mirror: createMirror(replica.primary.disk, replica.backup.disk),
    batch: null,
    captured: null,
    inFlight: [],
    syncPagesLeft: 0,
    held: null,
    announcedCount: 0,
    begunAtNs: null,
    primaryLostAtNs: null,
    suspectedAtNs: null,
    activatedAtNs: null,
    firstCommitAtNs: null,
    sums: {
      count: 0,
      lateCount: 0,
      stallCount: 0,
      inFlightMax: 0,
      pageCount: 0,
      byteCount: 0,
      pauseCount: 0,
      pauseNs: 0,
      pauseNsMin: 0,
      pauseNsMax: 0,
      pauseParts: NO_PAUSE,
      syncPageCount: 0,
      wholeByteCount: 0,
      rawPageCount: 0,
      zeroPageCount: 0,
      deltaPageCount: 0,
      samePageCount: 0,
    },
  };
}

function pausedGuestOf({ io }: VmScenario, { suspendChannel, hasDeviceModel }: ProtectScenario): PausedGuest {
  return {
    hasVf: !BRIDGED_IO_MODELS.includes(io),
    hasDeviceModel: hasDeviceModel || io === "emulated",
    suspendChannel: io === "paravirtual" ? suspendChannel : null,
  };
}

/** Tells whether the primary still runs as one that has a backup. */
export function isProtecting(p: Protection): boolean {
  return p.isPrimaryAlive && !p.hasStoodDown && !p.isAlone;
}
