/**
 * Writing of trace records (layout/trace.ts). Each record goes into the run digest as it is written, so the digest
 * does not depend on when, or whether, the control plane reads the buffer.
 *
 * A world that is not tracing (a benchmark) writes nothing. Invariant: the buffer never overflows, because `advance`
 * returns to have it read while one event's worth of room is left.
 */
import {
  TRACE_A,
  TRACE_B,
  TRACE_BYTES,
  TRACE_C,
  TRACE_COUNT_MAX,
  TRACE_FRAME,
  TRACE_KIND,
  TRACE_MARGIN_RECORDS,
  TRACE_SUBJECT,
  TRACE_TIME,
} from "../layout/trace";
import { digestBytes } from "./digest";
import { reserve, world } from "./world";

/** Reserves the trace buffer; without it nothing is traced. */
export function createTrace(): void {
  const w = world();
  w.traceAt = reserve(TRACE_COUNT_MAX * TRACE_BYTES);
  w.isTracing = 1;
}

/** Writes one record, if the world is tracing; small, because it is inlined wherever it is called. */
export function trace(kind: u32, time: u64, subject: u32, frame: u32, a: u32, b: u32, c: u32): void {
  if (world().isTracing) record(kind, time, subject, frame, a, b, c);
}

function record(kind: u32, time: u64, subject: u32, frame: u32, a: u32, b: u32, c: u32): void {
  const w = world();
  assert(w.traceCount < TRACE_COUNT_MAX, "the trace is read before it is full");
  const at = w.traceAt + w.traceCount++ * TRACE_BYTES;
  store<u64>(at, time, TRACE_TIME);
  store<u32>(at, kind, TRACE_KIND);
  store<u32>(at, subject, TRACE_SUBJECT);
  store<u32>(at, frame, TRACE_FRAME);
  store<u32>(at, a, TRACE_A);
  store<u32>(at, b, TRACE_B);
  store<u32>(at, c, TRACE_C);
  w.traceDigest = digestBytes(w.traceDigest, at, TRACE_BYTES);
}

/** Tells whether the buffer wants to be read before another event is taken. */
export function isTraceFull(): bool {
  return world().traceCount >= TRACE_COUNT_MAX - TRACE_MARGIN_RECORDS;
}

/** Returns the number of a new frame. */
export function nextFrame(): u32 {
  return ++world().frameNext;
}
