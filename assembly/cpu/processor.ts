/**
 * A processor: work occupies it from the moment it is free, for the cycles it is charged.
 *
 * One hardware thread, at a fixed clock, carrying one vCPU. Conversion from cycles to picoseconds keeps its
 * remainder, so that no time is lost however small the charges are. Left out until processors are shared: run queue,
 * time slices, wake-up.
 */

import { ACTIVITY_COUNT } from "../layout/cost";
import { COSTS, PROCESSOR_BYTES, PROCESSORS } from "../layout/memory-map";
import { world } from "../sim/world";

@unmanaged
export class Processor {
  /** When the work accepted so far ends. */
  busyUntil: u64;
  /** Picoseconds spent working. */
  busyPs: u64;
  /** A cycle is numerator / denominator picoseconds. */
  numerator: u32;
  denominator: u32;
  /** What is left over of the last conversion, in 1 / denominator picoseconds. */
  remainder: u32;
  /** Where the account is: one u64 of cycles for each activity. */
  account: u32;
}

if (offsetof<Processor>() > PROCESSOR_BYTES) ERROR("layout: Processor does not fit PROCESSOR_BYTES");

export function processor(index: u32): Processor {
  return changetype<Processor>(PROCESSORS + index * PROCESSOR_BYTES);
}

/** Returns what an action costs, in cycles. */
export function cost(index: u32): u32 {
  return load<u32>(COSTS + (index << 2));
}

/** Adds cycles to an activity; `occupy` turns them into time. */
export function charge(p: Processor, activity: u32, cycles: u32): void {
  assert(activity < ACTIVITY_COUNT, "an activity has a row");
  const at = p.account + (activity << 3);
  store<u64>(at, load<u64>(at) + cycles);
}

/** Occupies the processor for so many cycles from now, or from when it is free, and returns when they end. */
export function occupy(p: Processor, cycles: u32): u64 {
  const scaled = <u64>cycles * p.numerator + p.remainder;
  const duration = scaled / p.denominator;
  p.remainder = <u32>(scaled % p.denominator);
  const now = world().now;
  const start = max<u64>(p.busyUntil, now);
  p.busyPs += duration;
  p.busyUntil = start + duration;
  return p.busyUntil;
}
