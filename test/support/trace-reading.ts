/** Reading a trace: records of a kind, and how each frame ended. */
import {
  TRACE_BORN,
  TRACE_CONSUMED,
  TRACE_COPIED,
  TRACE_DELIVERED,
  TRACE_DROPPED,
  TRACE_FETCHED,
  TRACE_HANDED,
  TRACE_POSTED,
} from "../../assembly/layout/trace";
import type { TraceRecord } from "../../src/core/trace";

/** Returns the records of a kind, about a subject if one is named. */
export function ofKind(trace: readonly TraceRecord[], kind: number, subject?: number): TraceRecord[] {
  return trace.filter((record) => record.kind === kind && (subject === undefined || record.subject === subject));
}

/** Returns the numbers of the frames in records of a kind, in their order. */
export function framesOf(trace: readonly TraceRecord[], kind: number, subject?: number): number[] {
  return ofKind(trace, kind, subject).map(({ frame }) => frame);
}

/**
 * Returns the drops for a reason. What the subject of a drop is depends on the reason, so a drop is not looked for by
 * its subject alone.
 */
export function dropsFor(trace: readonly TraceRecord[], reason: number): TraceRecord[] {
  return ofKind(trace, TRACE_DROPPED).filter(({ b }) => b === reason);
}

/** Returns the reason of every drop, in order. */
export function dropReasons(trace: readonly TraceRecord[]): number[] {
  return ofKind(trace, TRACE_DROPPED).map(({ b }) => b);
}

const ENDS: readonly number[] = [TRACE_DELIVERED, TRACE_CONSUMED, TRACE_DROPPED, TRACE_HANDED, TRACE_POSTED];

/** Returns how often each frame that came into being has ended: in a guest, at a client, or dropped. */
export function endCounts(trace: readonly TraceRecord[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { kind, frame, a } of trace) {
    if (kind === TRACE_FETCHED || kind === TRACE_BORN) counts.set(frame, 0);
    else if (kind === TRACE_COPIED) counts.set(a, 0);
    else if (ENDS.includes(kind)) counts.set(frame, (counts.get(frame) ?? Number.NaN) + 1);
  }
  return counts;
}
