/**
 * The event queue: a 64-ary monotone radix wheel over u64 picoseconds.
 *
 * Level n holds events whose time differs from the cursor first in the n-th group of six bits (counted from the
 * low end), so a slot of level 0 holds events of one picosecond, and finding the next event is a count of trailing
 * zeros. A slot of a higher level is spread over lower ones when the cursor reaches it.
 *
 *     level 10 ... 2      1        0
 *     +-----------------+--------+--------+
 *     | high bits       | 6 bits | 6 bits |   time
 *     +-----------------+--------+--------+
 *
 * Order: time, then key (layout/event.ts). Lists of level 0 are kept sorted by key, because ties are common: times are
 * sums of a few periods. Invariants: no event is earlier than the cursor; the cursor moves only when an event is
 * taken, so that `advance` may stop anywhere and earlier events may still be scheduled.
 *
 * Idea: Ahuja, Mehlhorn, Orlin and Tarjan, "Faster algorithms for the shortest path problem" (1990), radix heap.
 */
import { EVENT_INDEX_BITS, EXHAUSTED_EVENTS, REASON_EXHAUSTED } from "../layout/event";
import { WHEEL, WHEEL_LEVEL_COUNT, WHEEL_SLOT_COUNT } from "../layout/memory-map";
import { interruptRun, reserve, world } from "./world";

export const NEVER: u64 = u64.MAX_VALUE;

@unmanaged
class Event {
  time: u64;
  key: u32;
  next: u32;
}

@unmanaged
class Slot {
  first: u32;
  last: u32;
}

const EVENT_BYTES: u32 = 16;
const BITMAPS: u32 = WHEEL + WHEEL_LEVEL_COUNT * WHEEL_SLOT_COUNT * 8;
const CURSOR: u32 = BITMAPS + WHEEL_LEVEL_COUNT * 8;
const LEVELS_IN_USE: u32 = CURSOR + 8;

function event(at: u32): Event {
  return changetype<Event>(at);
}

function slotAt(level: u32, index: u32): Slot {
  return changetype<Slot>(WHEEL + (((level << 6) | index) << 3));
}

/** Reserves room for so many pending events. */
export function createEventQueue(countMax: u32): void {
  const w = world();
  w.eventsAt = reserve(countMax * EVENT_BYTES);
  w.eventCountMax = countMax;
  w.eventUsed = 0;
  w.eventFree = 0;
}

/** Schedules an event; `time` is not before the world's now. Stops the run when the pool is exhausted. */
export function schedule(kind: u32, index: u32, time: u64): void {
  const w = world();
  assert(time >= w.now, "an event lies in the future");
  let at = w.eventFree;
  if (at) {
    w.eventFree = event(at).next;
  } else {
    if (w.eventUsed == w.eventCountMax) {
      interruptRun(REASON_EXHAUSTED, EXHAUSTED_EVENTS);
      return;
    }
    at = w.eventsAt + w.eventUsed++ * EVENT_BYTES;
  }
  const e = event(at);
  e.time = time;
  e.key = (kind << EVENT_INDEX_BITS) | index;
  insert(at, load<u64>(CURSOR));
}

function insert(at: u32, cursor: u64): void {
  const e = event(at);
  const difference = e.time ^ cursor;
  const level: u32 = difference ? (63 - <u32>clz(difference)) / 6 : 0;
  const index = <u32>(e.time >> (level * 6)) & 63;
  const bitmap = BITMAPS + (level << 3);
  const bits = load<u64>(bitmap);
  const bit = (<u64>1) << index;
  const slot = slotAt(level, index);
  if (!(bits & bit)) {
    e.next = 0;
    slot.first = at;
    slot.last = at;
    store<u64>(bitmap, bits | bit);
    store<u32>(LEVELS_IN_USE, load<u32>(LEVELS_IN_USE) | (1 << level));
  } else if (level || event(slot.last).key <= e.key) {
    e.next = 0;
    event(slot.last).next = at;
    slot.last = at;
  } else {
    insertSorted(slot, at);
  }
}

function insertSorted(slot: Slot, at: u32): void {
  const e = event(at);
  let before: u32 = 0;
  let after = slot.first;
  while (event(after).key <= e.key) {
    before = after;
    after = event(after).next;
  }
  e.next = after;
  if (before) event(before).next = at;
  else slot.first = at;
}

/** Returns the time of the earliest event, NEVER without one; changes nothing. */
export function peek(): u64 {
  const levels = load<u32>(LEVELS_IN_USE);
  if (!levels) return NEVER;
  const level = <u32>ctz(levels);
  const slot = slotAt(level, <u32>ctz(load<u64>(BITMAPS + (level << 3))));
  let least = event(slot.first).time;
  if (!level) return least;
  for (let at = event(slot.first).next; at; at = event(at).next) {
    const time = event(at).time;
    if (time < least) least = time;
  }
  return least;
}

/** Takes the earliest event out, moves `now` to its time and returns its key. `time` is what `peek` returned. */
export function take(time: u64): u32 {
  const w = world();
  while (true) {
    const levels = load<u32>(LEVELS_IN_USE);
    const level = <u32>ctz(levels);
    const bitmap = BITMAPS + (level << 3);
    const bits = load<u64>(bitmap);
    const slot = slotAt(level, <u32>ctz(bits));
    const first = slot.first;
    const e = event(first);
    if (!level || !e.next) {
      // The only event of a slot needs no spreading.
      assert(e.time == time, "the event taken is the one seen");
      slot.first = e.next;
      if (!e.next) clearBit(bitmap, bits, level);
      if (level) store<u64>(CURSOR, time);
      w.now = time;
      e.next = w.eventFree;
      w.eventFree = first;
      return e.key;
    }
    clearBit(bitmap, bits, level);
    store<u64>(CURSOR, time);
    for (let at = first; at; ) {
      const next = event(at).next;
      insert(at, time);
      at = next;
    }
  }
}

function clearBit(bitmap: u32, bits: u64, level: u32): void {
  const left = bits & (bits - 1);
  store<u64>(bitmap, left);
  if (!left) store<u32>(LEVELS_IN_USE, load<u32>(LEVELS_IN_USE) & ~(1 << level));
}
