/**
 * The event queue: a 64-ary monotone radix wheel over u64 picoseconds.
 *
 * Level n holds events whose time differs from the cursor first in the n-th group of six bits (counted from the
 * low end), so a slot of level 0 holds events of one picosecond, and finding the next event is a count of trailing
 * zeros. A slot of a higher level is spread over lower ones when its earliest event, which it knows, is taken.
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

/** A slot of level 0: one list, in the order of keys. */
@unmanaged
class SortedSlot {
  first: u32;
  last: u32;
}

/**
 * A slot of a higher level: two lists in no order. The earliest event, which comes first among its equals too, heads
 * one of them.
 */
@unmanaged
class Slot {
  earliest: u32;
  other: u32;
}

const EVENT_BYTES: u32 = 16;
/** 2^64 divided by the golden ratio: a product's highest bit depends on every bit of the factor. */
const SCRAMBLER: u64 = 0x9e3779b97f4a7c15;
const BITMAPS: u32 = WHEEL + WHEEL_LEVEL_COUNT * WHEEL_SLOT_COUNT * 8;
const CURSOR: u32 = BITMAPS + WHEEL_LEVEL_COUNT * 8;
const LEVELS_IN_USE: u32 = CURSOR + 8;

function event(at: u32): Event {
  return changetype<Event>(at);
}

function slotAt(level: u32, index: u32): u32 {
  return WHEEL + (((level << 6) | index) << 3);
}

function slot(at: u32): Slot {
  return changetype<Slot>(at);
}

function sortedSlot(at: u32): SortedSlot {
  return changetype<SortedSlot>(at);
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
  const place = slotAt(level, index);
  if (!(bits & bit)) {
    e.next = 0;
    // The earliest of a slot, and the first of a sorted one, are the same word.
    slot(place).earliest = at;
    slot(place).other = level ? 0 : at;
    store<u64>(bitmap, bits | bit);
    store<u32>(LEVELS_IN_USE, load<u32>(LEVELS_IN_USE) | (1 << level));
  } else if (level) {
    add(slot(place), at);
  } else if (event(sortedSlot(place).last).key <= e.key) {
    e.next = 0;
    event(sortedSlot(place).last).next = at;
    sortedSlot(place).last = at;
  } else {
    addSorted(sortedSlot(place), at);
  }
}

/**
 * Adds an event to one of a slot's lists. Which one is decided by its time, scrambled and without a branch: both grow
 * alike, and events of one time stay in one list, whose order each spreading turns round. So events that were
 * scheduled in the order of their keys, or against it, are spread in one of the two, which a sorted slot takes quickly.
 */
function add(s: Slot, at: u32): void {
  const e = event(at);
  const earliest = event(s.earliest);
  if (e.time < earliest.time || (e.time == earliest.time && e.key < earliest.key)) {
    e.next = s.earliest;
    s.earliest = at;
    return;
  }
  const other = changetype<u32>(s) + <u32>offsetof<Slot>("other");
  const behindEarliest = s.earliest + <u32>offsetof<Event>("next");
  const link = select<u32>(other, behindEarliest, <u32>((e.time * SCRAMBLER) >> 63));
  e.next = load<u32>(link);
  store<u32>(link, at);
}

/** Adds an event to a sorted slot, before its last. */
function addSorted(s: SortedSlot, at: u32): void {
  const e = event(at);
  let before: u32 = 0;
  let after = s.first;
  while (event(after).key <= e.key) {
    before = after;
    after = event(after).next;
  }
  e.next = after;
  if (before) event(before).next = at;
  else s.first = at;
}

/** Returns the time of the earliest event, NEVER without one; changes nothing. */
export function peek(): u64 {
  const levels = load<u32>(LEVELS_IN_USE);
  if (!levels) return NEVER;
  const level = <u32>ctz(levels);
  // The first of a sorted slot is the same word.
  return event(slot(slotAt(level, <u32>ctz(load<u64>(BITMAPS + (level << 3))))).earliest).time;
}

/** Takes the earliest event out, moves `now` to its time and returns its key. `time` is what `peek` returned. */
export function take(time: u64): u32 {
  const w = world();
  const level = <u32>ctz(load<u32>(LEVELS_IN_USE));
  const bitmap = BITMAPS + (level << 3);
  const bits = load<u64>(bitmap);
  const place = slotAt(level, <u32>ctz(bits));
  const taken = slot(place).earliest;
  const e = event(taken);
  assert(e.time == time, "the event taken is the one seen");
  if (level) {
    clearBit(bitmap, bits, level);
    store<u64>(CURSOR, time);
    spread(e.next, slot(place).other, time);
  } else {
    sortedSlot(place).first = e.next;
    if (!e.next) clearBit(bitmap, bits, level);
  }
  w.now = time;
  e.next = w.eventFree;
  w.eventFree = taken;
  return e.key;
}

/**
 * Inserts the events of two lists. Each event lies somewhere else, and the next one's place is known when this one has
 * come from memory; taken in turns, two are on their way at a time.
 */
function spread(one: u32, other: u32, cursor: u64): void {
  while (one | other) {
    if (!one) {
      one = other;
      other = 0;
    }
    const next = event(one).next;
    insert(one, cursor);
    one = other;
    other = next;
  }
}

function clearBit(bitmap: u32, bits: u64, level: u32): void {
  const left = bits & (bits - 1);
  store<u64>(bitmap, left);
  if (!left) store<u32>(LEVELS_IN_USE, load<u32>(LEVELS_IN_USE) & ~(1 << level));
}
