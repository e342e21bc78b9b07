/**
 * The benchmark's loop over the event queue, the hold model (Vaucher and Duval, 1975): so many events wait; the first
 * is taken and scheduled again at a random distance, again and again. See bench.ts.
 *
 * Distances are drawn beforehand, because a draw takes as long as a hold, and the queue stays filled from one
 * measurement to the next.
 */
import { EVENT_INDEX_MASK } from "./layout/event";
import { NEVER, peek, schedule, take } from "./sim/event-queue";
import { philox } from "./sim/random";
import { world } from "./sim/world";

/**
 * Empties the queue and schedules so many events, each at the lesser of two distances: times left to wait are spread
 * that way in a queue that has been held for long, so that it need not be.
 */
export function fillEvents(pending: u32): void {
  while (peek() != NEVER) take(peek());
  for (let i: u32 = 0; i < pending; i++) schedule(0, i, world().now + min(distance(2 * i), distance(2 * i + 1)));
}

/** Draws so many distances into a table of words. */
export function drawDistances(to: u32, count: u32): void {
  for (let i: u32 = 0; i < count; i++) store<u32>(to + (i << 2), <u32>distance(i));
}

/** Holds as often as a table has distances; returns a word of the final time, so that nothing is optimised away. */
export function holdEvents(distances: u32, count: u32): u32 {
  const w = world();
  for (let at = distances, end = distances + (count << 2); at < end; at += 4) {
    const key = take(peek());
    schedule(0, key & EVENT_INDEX_MASK, w.now + load<u32>(at));
  }
  return <u32>w.now;
}

/** A distance below 2^20 ps, 1 us: uniform, from a counter. */
function distance(index: u32): u64 {
  const scratch = world().scratch;
  store<u64>(scratch, index);
  store<u64>(scratch, 0, 8);
  philox(scratch, 1, 2);
  return load<u32>(scratch) & 0xfffff;
}
