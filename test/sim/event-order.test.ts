/** Event order against an oracle that sorts: a few thousand timers, armed, re-armed and disarmed at random. */
import { describe, expect, it } from "vitest";
import type { World } from "../../src/core/world";
import { RandomSource } from "../support/random-source";
import { createSmallWorld } from "../support/small-world";
import { type Firing, firingsTo } from "../support/timer-firing";
import { BUILDS } from "../support/wasm-builds";

const TIMER_COUNT = 3000;
const END_NS = 50_000_000_000;
/** How far ahead timers are armed: from ties to distances that differ in high bits of the time only. */
const REACHES_NS = [3, 64, 4_096, 1_000_000, 2_000_000_000];

/** Timers with the times they are armed for, in the world and beside it. */
class Schedule {
  readonly #armed = new Map<number, number>();

  constructor(
    readonly world: World,
    readonly random: RandomSource,
  ) {}

  armAny(): void {
    const timer = this.random.below(TIMER_COUNT);
    const atNs = this.world.nowNs() + this.random.below(this.random.pick(REACHES_NS));
    this.world.plane.armTimer(timer, atNs);
    this.#armed.set(timer, atNs);
  }

  disarmAny(): void {
    const timer = this.random.below(TIMER_COUNT);
    this.world.plane.disarmTimer(timer);
    this.#armed.delete(timer);
  }

  /** Returns the armed timers in the order in which they must fire: by time, then by number. */
  inOrder(): Firing[] {
    const firings = [...this.#armed].map(([timer, atNs]) => ({ atNs, timer }));
    return firings.sort((one, other) => one.atNs - other.atNs || one.timer - other.timer);
  }

  /** Returns which timer is next, and counts it as fired. */
  takeNext(): Firing | undefined {
    const [next] = this.inOrder();
    if (next) this.#armed.delete(next.timer);
    return next;
  }
}

describe.each(BUILDS)("thousands of timers, $name build", ({ module }) => {
  it.each([1, 2, 3])("armed at random (seed %d), run to the end, fire as a sorted list says", (seed) => {
    const schedule = new Schedule(createSmallWorld({ module, isObserved: false }), new RandomSource(seed));
    for (let count = 0; count < 4000; count++) schedule.armAny();
    expect(firingsTo(schedule.world, END_NS)).toEqual(schedule.inOrder());
  });

  it.each([4, 5, 6])("re-armed and disarmed as they fire (seed %d), fire as a sorted list says", (seed) => {
    const world = createSmallWorld({ module, isObserved: false });
    const random = new RandomSource(seed);
    const schedule = new Schedule(world, random);
    for (let count = 0; count < 300; count++) schedule.armAny();
    const firings = firingsTo(world, END_NS, (firing) => {
      expect(firing).toEqual(schedule.takeNext());
      if (random.below(100) < 70) schedule.armAny();
      if (random.below(100) < 25) schedule.armAny();
      if (random.below(100) < 30) schedule.disarmAny();
    });
    expect(firings.length).toBeGreaterThan(300);
    expect(schedule.takeNext()).toBeUndefined();
  });

  const COUNT = 500;
  it.each([
    ["ascending", (i: number) => i],
    ["descending", (i: number) => COUNT - 1 - i],
    ["alternating", (i: number) => (i & 1 ? COUNT - i : i)],
    ["scattered", (i: number) => (i * 301) % COUNT],
  ])("armed for one time in %s order, spread more than once on the way, fire by number", (_, timerOf) => {
    const world = createSmallWorld({ module, isObserved: false });
    const atNs = 1_000_000_000;
    // Each of these is earlier by another magnitude, and taking it spreads the slot that the ties are in.
    const before = [1, 10, 1000, 100_000, 10_000_000].map((ns, index) => ({ atNs: atNs - ns, timer: COUNT + index }));
    for (const { atNs: earlierNs, timer } of before) world.plane.armTimer(timer, earlierNs);
    for (let i = 0; i < COUNT; i++) world.plane.armTimer(timerOf(i), atNs);
    const ties = Array.from({ length: COUNT }, (_, timer) => ({ atNs, timer }));
    expect(firingsTo(world, END_NS)).toEqual([...before.reverse(), ...ties]);
  });
});
