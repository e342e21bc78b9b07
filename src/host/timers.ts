/**
 * Timers of the control plane: plain data about events that wait in the data plane's queue.
 *
 * A timer is a number there and a purpose here, so the whole control state can be written down and read back; no
 * callback holds anything.
 */
import type { World } from "../core/world";

/** Why a timer was set: what it is for, and for whom. */
export interface Purpose {
  readonly kind: string;
  readonly subject: number;
  /** Which of a subject's parts, where it has several. */
  readonly part?: number;
}

/** The purposes by timer number; null is free. */
export type Timers = (Purpose | null)[];

/** Takes the lowest free timer for a purpose and returns its number. The caller arms it. */
export function takeTimer(timers: Timers, purpose: Purpose): number {
  const free = timers.indexOf(null);
  const index = free < 0 ? timers.length : free;
  timers[index] = purpose;
  return index;
}

/** Has a timer fire after so many nanoseconds; returns its number. */
export function after(world: World, timers: Timers, ns: number, purpose: Purpose): number {
  const index = takeTimer(timers, purpose);
  world.plane.armTimerAfter(index, ns);
  return index;
}

/** Frees a timer that has fired and returns its purpose, null when it was cancelled at the same instant. */
export function fired(timers: Timers, index: number): Purpose | null {
  const purpose = timers[index] ?? null;
  timers[index] = null;
  return purpose;
}

/** Cancels every timer of these kinds for a subject. */
export function cancel(world: World, timers: Timers, kinds: readonly string[], subject: number): void {
  timers.forEach((purpose, index) => {
    if (purpose?.subject !== subject || !kinds.includes(purpose.kind)) return;
    world.plane.disarmTimer(index);
    timers[index] = null;
  });
}
