/** Interrupt throttling: at most one message of a vector in each interval of its EITR. */
import { describe, expect, it } from "vitest";
import { REQUEST_ANSWERED } from "../../assembly/layout/request";
import { TRACE_INTERRUPT } from "../../assembly/layout/trace";
import { VECTOR_STRIDE, VTCTRL, VTEICS, VTEIMC, VTEIMS, VTEITR } from "../../assembly/layout/vf-registers";
import { CONTROL_RESET, EITR_COUNTER_SHIFT, EITR_SHIFT } from "../../assembly/layout/virtual-function";
import { readOutcomes } from "../support/exchanges";
import { createQuietScene } from "../support/quiet-scene";
import { RandomSource } from "../support/random-source";
import { runTo } from "../support/running";
import { createServiceScene } from "../support/service-scene";
import { ofKind } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";

/** Times of the messages of a vector, in nanoseconds. */
function interruptTimes(trace: Parameters<typeof ofKind>[0], vector: number): number[] {
  return ofKind(trace, TRACE_INTERRUPT)
    .filter(({ a }) => a === vector)
    .map(({ timePs }) => timePs / 1000);
}

function leastGap(times: readonly number[]): number {
  return Math.min(...times.slice(1).map((time, index) => time - (times[index] ?? 0)));
}

describe.each(BUILDS)("a throttled vector, $name build", ({ module }) => {
  it.each([1, 50, 122, 300])("of %d us, frames arriving all the time, interrupts at most once in each", (us) => {
    const { world, server, table } = createServiceScene(200, { world: { module }, exchanges: { gapNs: 7000 } });
    world.plane.writeRegister(server.vf, VTEITR, us << EITR_SHIFT);
    const times = interruptTimes(runTo(world, 20_000_000), 0);
    expect(times.length).toBeGreaterThanOrEqual(3);
    expect(leastGap(times)).toBeGreaterThanOrEqual(us * 1000);
    expect(readOutcomes(world, table, 200).every(({ state }) => state === REQUEST_ANSWERED)).toBe(true);
  });

  it("raised at random times, interrupts as soon as its interval allows", () => {
    const { world, server } = createQuietScene({ world: { module } });
    const { plane } = world;
    const random = new RandomSource(1);
    plane.writeRegister(server.vf, VTEITR + VECTOR_STRIDE, 20 << EITR_SHIFT);
    plane.writeRegister(server.vf, VTEIMS, 2);
    const expected: number[] = [];
    for (let ns = 0; ns < 2_000_000; ns += 1 + random.below(60_000)) {
      world.advance(ns);
      plane.writeRegister(server.vf, VTEICS, 2);
      const last = expected.at(-1) ?? Number.NEGATIVE_INFINITY;
      // One that is still to come takes this cause along.
      if (last <= ns) expected.push(Math.max(ns, last + 20_000));
    }
    expect(interruptTimes(runTo(world, 3_000_000), 1)).toEqual(expected);
  });

  it("restarted all the time by its guest, takes no more than its place in the event queue", () => {
    const { world, server } = createQuietScene({ world: { module } });
    const { plane } = world;
    plane.writeRegister(server.vf, VTEIMS, 2);
    plane.writeRegister(server.vf, VTEITR + VECTOR_STRIDE, 20 << EITR_SHIFT);
    plane.writeRegister(server.vf, VTEICS, 2);
    for (let i = 0; i < 100_000; i++) {
      plane.writeRegister(
        server.vf,
        VTEITR + VECTOR_STRIDE,
        ((1 + (i & 1)) << EITR_COUNTER_SHIFT) | (20 << EITR_SHIFT),
      );
      plane.writeRegister(server.vf, VTEICS, 2);
    }
    // 100,000 restarts end with two units of 8 us: the message that was asked for comes then, and the queue held out.
    expect(interruptTimes(runTo(world, 1_000_000), 1)).toEqual([0, 16_000]);
  });

  it("without an interval, raised twice at once, interrupts twice", () => {
    const { world, server } = createQuietScene({ world: { module } });
    world.plane.writeRegister(server.vf, VTEIMS, 2);
    world.plane.writeRegister(server.vf, VTEICS, 2);
    world.plane.writeRegister(server.vf, VTEICS, 2);
    expect(interruptTimes(runTo(world, 1000), 1)).toEqual([0, 0]);
  });

  it("beside another in its interval, interrupts at once", () => {
    const { world, server } = createQuietScene({ world: { module } });
    const write = (offset: number, value: number) => world.plane.writeRegister(server.vf, offset, value);
    write(VTEITR, 100 << EITR_SHIFT);
    write(VTEIMS, 3);
    write(VTEICS, 1);
    const trace = runTo(world, 10_000);
    write(VTEICS, 2);
    trace.push(...runTo(world, 20_000));
    expect([interruptTimes(trace, 0), interruptTimes(trace, 1)]).toEqual([[0], [10_000]]);
  });

  it("in its interval, masked when it ends, interrupts when it is unmasked", () => {
    const { world, server } = createQuietScene({ world: { module } });
    const write = (offset: number, value: number) => world.plane.writeRegister(server.vf, offset, value);
    write(VTEITR + VECTOR_STRIDE, 100 << EITR_SHIFT);
    write(VTEIMS, 2);
    write(VTEICS, 2);
    write(VTEICS, 2);
    write(VTEIMC, 2);
    const trace = runTo(world, 150_000);
    write(VTEIMS, 2);
    trace.push(...runTo(world, 300_000));
    expect(interruptTimes(trace, 1)).toEqual([0, 150_000]);
  });

  it("in its interval with a cause that waits, reset, forgets both", () => {
    const { world, server } = createQuietScene({ world: { module } });
    const write = (offset: number, value: number) => world.plane.writeRegister(server.vf, offset, value);
    write(VTEITR + VECTOR_STRIDE, 100 << EITR_SHIFT);
    write(VTEIMS, 2);
    write(VTEICS, 2);
    write(VTEICS, 2);
    const trace = runTo(world, 10_000);
    write(VTCTRL, CONTROL_RESET);
    write(VTEIMS, 2);
    trace.push(...runTo(world, 20_000));
    write(VTEICS, 2);
    trace.push(...runTo(world, 300_000));
    expect(interruptTimes(trace, 1)).toEqual([0, 20_000]);
  });
});
