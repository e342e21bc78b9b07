/** Times that move forth and back leave no trail of events: pools of a few dozen are enough, for ever. */
import { describe, expect, it } from "vitest";
import { REASON_UNTIL } from "../../assembly/layout/event";
import { joinMachines, setFaults } from "../support/machines";
import { ProcessorScene } from "../support/processor-scene";
import { createSmallWorld } from "../support/small-world";
import { BUILDS } from "../support/wasm-builds";

const MS = 1_000_000;
const PORT = 5001;
/** What is under way in a small world at any time, with room. */
const FEW_EVENTS = 24;

describe.each(BUILDS)("alarms, $name build", ({ module }) => {
  it("a stream that waits for the wire between retransmission timers, thousands of times, needs few events", () => {
    const world = createSmallWorld({ module, eventCount: FEW_EVENTS, isObserved: false });
    const stack = { connectionCount: 1, sendBytes: 2 ** 19 };
    const { one, two, there } = joinMachines(world, {
      rate: 1e9,
      latencyNs: 1_000_000,
      one: stack,
      two: { receiveBytes: 2 ** 18 },
    });
    setFaults(world, there, { loss: 0.0001 });
    const sink = two.addSink(PORT);
    one.start(one.addSource(two, PORT, 0));
    expect(world.advance(500 * MS).reason).toBe(REASON_UNTIL);
    expect(two.work(sink).doneBytes).toBeGreaterThan(10e6);
  });

  it("a job that is displaced hundreds of times within a time slice, needs few events", () => {
    const scene = new ProcessorScene({ module, processorCount: 1, eventCount: FEW_EVENTS });
    const { plane } = scene.world;
    const job = scene.addJob();
    const { task } = scene.addDom0();
    plane.resumeGuest(job.guest);
    for (let round = 1; round <= 1000; round++) {
      plane.oweCycles(task, 1000);
      expect(scene.runTo(round * 20_000)).toBe(REASON_UNTIL);
    }
    expect(scene.verdict().faults).toEqual([]);
  });
});
