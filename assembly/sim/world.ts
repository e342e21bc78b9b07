/**
 * The world's own record: the clock, the arena, and why the data plane last returned to the control plane.
 *
 * All state of the data plane lies in memory at fixed places (layout/memory-map.ts); there are no mutable globals.
 * Invariant: `now` never goes back.
 */
import { REASON_EXHAUSTED, REASON_UNTIL } from "../layout/event";
import { WORLD } from "../layout/memory-map";

@unmanaged
export class World {
  /** The time, in picoseconds. Events before it have happened. */
  now: u64;
  seed: u64;
  /** Number of the replication of this run, which selects a substream of the seed. */
  run: u64;
  traceDigest: u64;
  /** The next free byte of the arena, and its end. */
  arenaNext: u32;
  arenaEnd: u32;
  /** Why `advance` returns, as soon as an event has set it. */
  reason: u32;
  reasonIndex: u32;
  /** The number that the next frame gets. */
  frameNext: u32;
  traceAt: u32;
  traceCount: u32;
  isTracing: u32;
  captureAt: u32;
  captureBytes: u32;
  eventsAt: u32;
  eventCountMax: u32;
  eventFree: u32;
  /** Events ever allocated; the free list holds those that came back. */
  eventUsed: u32;
  framesAt: u32;
  framesEnd: u32;
  framesNext: u32;
  smallSlotsAt: u32;
  smallSlotsNext: u32;
  smallSlotsEnd: u32;
  smallSlotFree: u32;
  largeSlotsNext: u32;
  largeSlotsEnd: u32;
  largeSlotFree: u32;
  /** How many objects of each kind the world holds. */
  hostCount: u32;
  processorCount: u32;
  guestCount: u32;
  portCount: u32;
  vfCount: u32;
  wireCount: u32;
  switchCount: u32;
  clientCount: u32;
  slotsInUse: u32;
  /** A few bytes for the event at hand; nothing in it outlives the event. */
  scratch: u32;
  /** The buffer through which the control plane hands in and takes out blocks. */
  exchange: u32;
  /** Map from BAR0 offsets to rows of the register table. */
  registerMap: u32;
}

export function world(): World {
  return changetype<World>(WORLD);
}

/** Reserves zeroed bytes of the arena, 64-byte aligned; only while a world is set up. */
export function reserve(bytes: u32): u32 {
  const w = world();
  const at = w.arenaNext;
  assert(<u64>at + bytes <= <u64>w.arenaEnd, "the plan of the arena covers every reservation");
  w.arenaNext = (at + bytes + 63) & ~63;
  return at;
}

/** Asks `advance` to return when the event at hand is done. An exhausted pool outranks everything. */
export function interruptRun(reason: u32, index: u32): void {
  const w = world();
  if (w.reason != REASON_UNTIL && reason != REASON_EXHAUSTED) return;
  w.reason = reason;
  w.reasonIndex = index;
}
