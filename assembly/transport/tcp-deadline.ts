/**
 * Deadlines of a stack's connections: a binary heap in the stack's pages, at most one entry a connection.
 *
 *     entry:  | time, ps | connection | unused |       children of entry n: 2n + 1 and 2n + 2
 *
 * An entry says when its connection is to be looked at, which is no later than any of its timers, and may be earlier: a
 * timer that is put off (as the retransmission timer is by every acknowledgment) leaves the entry as it is, and whoever
 * looks then puts in the time that holds by then. So an acknowledgment touches no heap. Invariant: no entry is earlier
 * than its parent, and a connection with a timer has an entry.
 */
import { DEADLINE_BYTES } from "../layout/tcp";
import { GuestMemory, look, touch } from "../memory/guest-memory";
import { NEVER } from "../sim/event-queue";
import { Connection } from "./tcp-connection";
import { connection, Stack } from "./tcp-stack";

@unmanaged
class Deadline {
  time: u64;
  connection: u32;
  unused: u32;
}

if (offsetof<Deadline>() != DEADLINE_BYTES) ERROR("layout: Deadline has drifted");

function entry(m: GuestMemory, s: Stack, place: u32): Deadline {
  return changetype<Deadline>(touch(m, s.heapAt + place * DEADLINE_BYTES));
}

/** Returns when the stack is to be looked at; NEVER when no timer runs. May be earlier than anything is due. */
export function firstDeadline(m: GuestMemory, s: Stack): u64 {
  return s.heapCount ? changetype<Deadline>(look(m, s.heapAt)).time : NEVER;
}

/** Returns the earliest of a connection's timers. */
function dueAt(c: Connection): u64 {
  return min<u64>(min<u64>(c.timerAt, c.delayedAckAt), c.workAt);
}

/** Has the heap know of a connection's timers, one of which may have been started. */
export function arm(m: GuestMemory, s: Stack, c: Connection): void {
  const time = dueAt(c);
  if (time >= c.armedAt) return;
  c.armedAt = time;
  const place = c.heapPlace ? c.heapPlace - 1 : s.heapCount++;
  rise(m, s, place, time, c.number);
}

/** Returns a connection whose entry is due, NEVER put in its place; null when none is. It must be armed again. */
export function takeDue(m: GuestMemory, s: Stack, now: u64): Connection | null {
  if (!s.heapCount) return null;
  const first = entry(m, s, 0);
  if (first.time > now) return null;
  const c = connection(m, s, first.connection);
  assert(c.heapPlace == 1, "a connection knows its place in the heap");
  c.heapPlace = 0;
  c.armedAt = NEVER;
  const last = entry(m, s, --s.heapCount);
  if (s.heapCount) sink(m, s, last.time, last.connection);
  return c;
}

function put(m: GuestMemory, s: Stack, place: u32, time: u64, number: u32): void {
  const e = entry(m, s, place);
  e.time = time;
  e.connection = number;
  connection(m, s, number).heapPlace = place + 1;
}

function rise(m: GuestMemory, s: Stack, place: u32, time: u64, number: u32): void {
  while (place) {
    const parent = (place - 1) >>> 1;
    const e = entry(m, s, parent);
    if (e.time <= time) break;
    put(m, s, place, e.time, e.connection);
    place = parent;
  }
  put(m, s, place, time, number);
}

/** Puts an entry in the place of the first, which is gone. */
function sink(m: GuestMemory, s: Stack, time: u64, number: u32): void {
  let place: u32 = 0;
  while (true) {
    let child: u32 = 2 * place + 1;
    if (child >= s.heapCount) break;
    if (child + 1 < s.heapCount && entry(m, s, child + 1).time < entry(m, s, child).time) child++;
    const e = entry(m, s, child);
    if (e.time >= time) break;
    put(m, s, place, e.time, e.connection);
    place = child;
  }
  put(m, s, place, time, number);
}
