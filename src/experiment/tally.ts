/** Counts of what the trace tells, frame by frame: the figures of an account that no counter of the device keeps. */
import {
  DROP_REASON_NAMES,
  TRACE_BORN,
  TRACE_CONSUMED,
  TRACE_DELIVERED,
  TRACE_DROPPED,
  TRACE_FETCHED,
  TRACE_HELD,
  TRACE_INTERRUPT,
  TRACE_RELEASED,
} from "../../assembly/layout/trace";
import type { TraceRecord } from "../core/trace";

export interface Tally {
  /** Frames that guests sent, and that clients and dom0 made. */
  fetchedCount: number;
  bornCount: number;
  heldCount: number;
  releasedCount: number;
  deliveredCount: number;
  consumedCount: number;
  interruptCount: number;
  /** Frames that ended otherwise, by reason. */
  readonly dropped: Record<string, number>;
}

const REASONS = DROP_REASON_NAMES.split(",");

export function emptyTally(): Tally {
  return {
    fetchedCount: 0,
    bornCount: 0,
    heldCount: 0,
    releasedCount: 0,
    deliveredCount: 0,
    consumedCount: 0,
    interruptCount: 0,
    dropped: {},
  };
}

/** Adds records to a tally. */
export function count(tally: Tally, records: readonly TraceRecord[]): void {
  for (const { kind, b } of records) {
    if (kind === TRACE_FETCHED) tally.fetchedCount++;
    else if (kind === TRACE_BORN) tally.bornCount++;
    else if (kind === TRACE_HELD) tally.heldCount++;
    else if (kind === TRACE_RELEASED) tally.releasedCount++;
    else if (kind === TRACE_DELIVERED) tally.deliveredCount++;
    else if (kind === TRACE_CONSUMED) tally.consumedCount++;
    else if (kind === TRACE_INTERRUPT) tally.interruptCount++;
    else if (kind === TRACE_DROPPED) {
      const reason = REASONS[b] ?? `reason ${b}`;
      tally.dropped[reason] = (tally.dropped[reason] ?? 0) + 1;
    }
  }
}
