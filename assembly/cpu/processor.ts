/**
 * A processor: one hardware thread at a fixed clock, on which one vCPU runs at a time.
 *
 * Its time is divided into stretches without a gap: in each a vCPU ran, or none did. Invariant: the stretches that have
 * ended and the present one add up to the time since the start, to the picosecond; the trace has each stretch of work.
 * Who runs next is decided in scheduler.ts.
 */
import { PROCESSOR_BYTES, PROCESSORS } from "../layout/memory-map";
import { CLASS_COUNT } from "../layout/processor";
import { TRACE_RAN } from "../layout/trace";
import { Alarm } from "../sim/alarm";
import { trace } from "../sim/trace";
import { world } from "../sim/world";

@unmanaged
export class Processor {
  /** When the present stretch began. */
  since: u64;
  /** Picoseconds of the stretches that have ended, with a vCPU and without. */
  busyPs: u64;
  idlePs: u64;
  /** When the vCPU that runs began to, though it may have been looked at since. */
  startedAt: u64;
  /** How long a vCPU may run while others of its class wait. */
  slicePs: u64;
  /** When that is over lies here, for as long as somebody waits; see `slice`. */
  slice0: u64;
  slice1: u64;
  slice2: u64;
  slice3: u64;
  slice4: u64;
  /** When an idle processor that was roused is awake; NEVER for one that sleeps or runs. */
  wakesAt: u64;
  /** A cycle is numerator / denominator picoseconds. */
  numerator: u32;
  denominator: u32;
  /** The vCPU that runs, and the one that ran last, as numbers + 1; 0 for none. */
  running: u32;
  last: u32;
  /** The processors that take vCPUs from each other: those of a host that are shared. */
  groupFirst: u32;
  groupCount: u32;
  /** For each class the first and the last vCPU that waits, as numbers + 1. */
  queues0: u64;
  queues1: u64;
  queues2: u64;
  get slice(): Alarm {
    return changetype<Alarm>(changetype<u32>(this) + offsetof<Processor>("slice0"));
  }
}

if (offsetof<Processor>("wakesAt") - offsetof<Processor>("slice0") != offsetof<Alarm>())
  ERROR("layout: a processor has no room for its alarm");

if (offsetof<Processor>() > PROCESSOR_BYTES) ERROR("layout: Processor does not fit PROCESSOR_BYTES");
if (offsetof<Processor>() - offsetof<Processor>("queues0") != CLASS_COUNT * 8) ERROR("layout: a class has no queue");

export function processor(index: u32): Processor {
  return changetype<Processor>(PROCESSORS + index * PROCESSOR_BYTES);
}

/** Ends the present stretch, which is recorded if somebody ran. */
export function endStretch(index: u32): void {
  const p = processor(index);
  const now = world().now;
  const duration = now - p.since;
  p.since = now;
  if (!p.running) {
    p.idlePs += duration;
    return;
  }
  p.busyPs += duration;
  if (duration) trace(TRACE_RAN, now, index, 0, p.running - 1, <u32>duration, <u32>(duration >> 32));
}
