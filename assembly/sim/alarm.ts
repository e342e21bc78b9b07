/**
 * An alarm: the time at which an object wants to be looked at, which it may move at any moment, with few events for it.
 *
 * Events cannot be taken back (event-queue.ts). A time that moves forth and back, as that of TCP does between an
 * acknowledgment that is delayed and a retransmission, would leave an event at every late time it ever had. So an alarm
 * knows its events: one more is scheduled only for a time before all of them, and one that comes too early does nothing
 * but see to it that there is one for the time that is wanted.
 *
 *     wanted | pending0 < pending1 < pending2 < pending3
 *
 * Invariant: with a time wanted, pending0 is not later. What falls off the end is forgotten: its event finds nothing.
 */
import { NEVER, schedule } from "./event-queue";
import { world } from "./world";

@unmanaged
export class Alarm {
  /** NEVER while nothing is wanted. */
  wanted: u64;
  /** Times of events that are under way, NEVER for none. */
  pending0: u64;
  pending1: u64;
  pending2: u64;
  pending3: u64;
}

/** Makes an alarm without a time and without events. */
export function initAlarm(a: Alarm): void {
  a.wanted = NEVER;
  a.pending0 = NEVER;
  a.pending1 = NEVER;
  a.pending2 = NEVER;
  a.pending3 = NEVER;
}

/** Wants to be looked at at a time, NEVER for not at all; events are of this kind and index. */
export function setAlarm(a: Alarm, kind: u32, index: u32, time: u64): void {
  a.wanted = time;
  if (time >= a.pending0) return;
  a.pending3 = a.pending2;
  a.pending2 = a.pending1;
  a.pending1 = a.pending0;
  a.pending0 = time;
  schedule(kind, index, time);
}

/** An event of the kind and index has come. Returns whether it is time, which is then no longer wanted. */
export function ring(a: Alarm, kind: u32, index: u32): bool {
  const now = world().now;
  if (a.pending0 != now) return false;
  a.pending0 = a.pending1;
  a.pending1 = a.pending2;
  a.pending2 = a.pending3;
  a.pending3 = NEVER;
  const isTime = a.wanted == now;
  setAlarm(a, kind, index, isTime ? NEVER : a.wanted);
  return isTime;
}
