import { describe, expect, it } from "vitest";
import { TIMER_COUNT_MAX } from "../../assembly/layout/limits";
import { createSmallWorld } from "../support/small-world";
import { firingsTo } from "../support/timer-firing";
import { BUILDS } from "../support/wasm-builds";

describe.each(BUILDS)("timers of the control plane, $name build", ({ module }) => {
  const create = () => createSmallWorld({ module, isObserved: false });

  it("armed, their time reached, fire in the order of their times", () => {
    const world = create();
    for (const [timer, ns] of [5_000_000, 7, 900, 64, 63].entries()) world.plane.armTimer(timer, ns);
    const timers = firingsTo(world, 10_000_000).map(({ timer }) => timer);
    expect(timers).toEqual([1, 4, 3, 2, 0]);
  });

  it.each([0, 1, 64, 1_000_000])("armed for the same time %d, fire in the order of their numbers", (ns) => {
    const world = create();
    for (const timer of [7, 0, TIMER_COUNT_MAX - 1, 3, 5]) world.plane.armTimer(timer, ns);
    const firings = firingsTo(world, ns);
    expect(firings).toEqual([0, 3, 5, 7, TIMER_COUNT_MAX - 1].map((timer) => ({ atNs: ns, timer })));
  });

  it("armed again for an earlier time, both times pass, fire once and early", () => {
    const world = create();
    world.plane.armTimer(0, 500);
    world.plane.armTimer(0, 200);
    expect(firingsTo(world, 1000)).toEqual([{ atNs: 200, timer: 0 }]);
  });

  it("armed again for a later time, both times pass, fire once and late", () => {
    const world = create();
    world.plane.armTimer(0, 200);
    world.plane.armTimer(0, 500);
    expect(firingsTo(world, 1000)).toEqual([{ atNs: 500, timer: 0 }]);
  });

  it("armed twice for one time, it passes, fire once", () => {
    const world = create();
    world.plane.armTimer(0, 200);
    world.plane.disarmTimer(0);
    world.plane.armTimer(0, 200);
    expect(firingsTo(world, 1000)).toEqual([{ atNs: 200, timer: 0 }]);
  });

  it("disarmed, their time passes, stay silent", () => {
    const world = create();
    world.plane.armTimer(0, 200);
    world.plane.armTimer(1, 300);
    world.plane.disarmTimer(0);
    expect(firingsTo(world, 1000)).toEqual([{ atNs: 300, timer: 1 }]);
  });

  it("disarmed by another at the same time, stay silent", () => {
    const world = create();
    for (const timer of [0, 1, 2]) world.plane.armTimer(timer, 200);
    const firings = firingsTo(world, 1000, ({ timer }) => world.plane.disarmTimer(timer + 1));
    expect(firings.map(({ timer }) => timer)).toEqual([0, 2]);
  });

  it("fired, armed again for the same time, fire again at once", () => {
    const world = create();
    world.plane.armTimer(3, 200);
    const firings = firingsTo(world, 1000, ({ timer }) => {
      if (timer === 3) world.plane.armTimer(1, 200);
    });
    expect(firings).toEqual([
      { atNs: 200, timer: 3 },
      { atNs: 200, timer: 1 },
    ]);
  });

  it("armed for the past, the world goes on, fire now", () => {
    const world = create();
    world.advance(700);
    world.plane.armTimer(0, 300);
    expect(firingsTo(world, 1000)).toEqual([{ atNs: 700, timer: 0 }]);
  });

  it("armed after so many nanoseconds, the clock not at zero, count from now", () => {
    const world = create();
    world.advance(700);
    world.plane.armTimerAfter(0, 50);
    expect(firingsTo(world, 1000)).toEqual([{ atNs: 750, timer: 0 }]);
  });
});

describe.each(BUILDS)("the clock, $name build", ({ module }) => {
  const create = () => createSmallWorld({ module, isObserved: false });

  it("with nothing to do, advanced, stops exactly at the time", () => {
    const world = create();
    for (const ns of [0, 1, 777, 3_600_000_000_000]) {
      world.advance(ns);
      expect([world.nowNs(), world.plane.nowPs()]).toEqual([ns, 0]);
    }
  });

  it("before a timer, advanced to the nanosecond before, stops there and keeps the timer", () => {
    const world = create();
    world.plane.armTimer(0, 1000);
    expect(firingsTo(world, 999)).toEqual([]);
    expect(world.nowNs()).toBe(999);
    expect(firingsTo(world, 1000)).toEqual([{ atNs: 1000, timer: 0 }]);
  });

  it("stopped between two timers, an earlier one armed, has it fire first", () => {
    const world = create();
    world.plane.armTimer(0, 1_000_000);
    world.advance(100);
    world.plane.armTimer(1, 101);
    expect(firingsTo(world, 2_000_000).map(({ timer }) => timer)).toEqual([1, 0]);
  });
});
