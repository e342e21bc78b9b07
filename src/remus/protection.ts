/**
 * One protected machine: everything Remus knows of it, as plain data, and the sums that a report shows.
 */

import type { Epoch } from "../checkpoint/epoch";
import type { Held, Replica, Staged } from "../checkpoint/replica";
import type { Abilities } from "../config/scenario";
import type { Costs } from "../host/cost-table";
import type { EngineState } from "./engine";

export interface Protection {
  /** Its number among the protections: the subject of its timers and of its trace records. */
  readonly index: number;
  readonly vm: string;
  readonly replica: Replica;
  readonly abilities: Abilities;
  readonly costs: Costs;
  readonly intervalNs: number;
  readonly heartbeatNs: number;
  readonly timeoutNs: number;
  readonly driverResetNs: number | null;
  state: EngineState;
  /** The epoch that runs, or is in flight while the next one runs. */
  epoch: Epoch;
  /** When the epoch at hand is due: the last suspend plus the interval. */
  dueAtNs: number;
  /** The guest was stopped at. */
  stoppedAtNs: number;
  isPrimaryAlive: boolean;
  isBackupAlive: boolean;
  /** What crosses, or will cross, the link. */
  staged: Staged | null;
  /** Pages left to send before the first checkpoint. */
  syncPagesLeft: number;
  /** The last whole checkpoint on the backup. */
  held: Held | null;
  /** How many announcements have been sent since activation. */
  announcedCount: number;
  suspectedAtNs: number | null;
  activatedAtNs: number | null;
  sums: CheckpointSums;
}

/** What all checkpoints so far have cost. */
export interface CheckpointSums {
  count: number;
  /** Checkpoints that were due before the one before them was acknowledged. */
  lateCount: number;
  pageCount: number;
  byteCount: number;
  pauseNs: number;
  pauseNsMin: number;
  pauseNsMax: number;
  syncPageCount: number;
  // With compression: what would have crossed the link without it, and what became of pages.
  wholeByteCount: number;
  rawPageCount: number;
  zeroPageCount: number;
  deltaPageCount: number;
  samePageCount: number;
}
