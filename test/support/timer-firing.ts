/** What the timers of the control plane do when nothing else is in the world. */
import { REASON_TIMER } from "../../assembly/layout/event";
import type { World } from "../../src/core/world";

/** A timer that fired. */
export interface Firing {
  readonly atNs: number;
  readonly timer: number;
}

/** Runs to a time and returns every timer that fired, in order; `answer` may arm and disarm at each. */
export function firingsTo(world: World, untilNs: number, answer: (firing: Firing) => void = () => {}): Firing[] {
  const firings: Firing[] = [];
  while (true) {
    const stop = world.advance(untilNs);
    if (stop.reason !== REASON_TIMER) return firings;
    const firing = { atNs: world.nowNs(), timer: stop.index };
    firings.push(firing);
    answer(firing);
  }
}
