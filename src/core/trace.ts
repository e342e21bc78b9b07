/**
 * Trace records as the control plane reads them (layout and kinds: assembly/layout/trace.ts, docs/trace.md).
 */
import {
  TRACE_A,
  TRACE_B,
  TRACE_BYTES,
  TRACE_C,
  TRACE_FRAME,
  TRACE_KIND,
  TRACE_SUBJECT,
  TRACE_TIME,
} from "../../assembly/layout/trace";

/** One thing that happened. Which fields mean what depends on the kind. */
export interface TraceRecord {
  /** When, in picoseconds; exact, because runs end before 2^53 ps, two and a half hours. */
  readonly timePs: number;
  readonly kind: number;
  readonly subject: number;
  /** Number of the frame, 0 where none is meant. */
  readonly frame: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** Decodes `count` records at `at`. */
export function decodeTrace(buffer: ArrayBufferLike, at: number, count: number): TraceRecord[] {
  const view = new DataView(buffer, at, count * TRACE_BYTES);
  const records: TraceRecord[] = [];
  for (let from = 0; from < view.byteLength; from += TRACE_BYTES) {
    const word = (offset: number) => view.getUint32(from + offset, true);
    records.push({
      timePs: word(TRACE_TIME) + word(TRACE_TIME + 4) * 2 ** 32,
      kind: word(TRACE_KIND),
      subject: word(TRACE_SUBJECT),
      frame: word(TRACE_FRAME),
      a: word(TRACE_A),
      b: word(TRACE_B),
      c: word(TRACE_C),
    });
  }
  return records;
}
