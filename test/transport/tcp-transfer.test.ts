/** Bulk transfer between two machines: every byte, once, in order, and the connection closed on both sides. */
import { describe, expect, it } from "vitest";
import { joinMachines } from "../support/machines";
import { runTo } from "../support/running";
import { createSmallWorld } from "../support/small-world";
import { endCounts } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";

const MIB = 1024 ** 2;

describe.each(BUILDS)("two machines on a perfect wire, $name build", ({ module }) => {
  it("a stream of a few MiB, arrives whole and in order, and both ends close", () => {
    const world = createSmallWorld({ module });
    const { one, two } = joinMachines(world);
    const source = one.addSource(two, 5001, 4 * MIB + 13);
    const sink = two.addSink(5001);
    one.start(source);
    const trace = runTo(world, 1e9);
    expect(two.work(sink)).toMatchObject({ doneBytes: 4 * MIB + 13, wrong: 0, finished: 1, failed: 0 });
    expect(one.work(source)).toMatchObject({ finished: 1, failed: 0 });
    expect(one.connection()).toMatchObject({ end: "closed", fastRetransmits: 0, timedRetransmits: 0, timeouts: 0 });
    expect(two.connection()).toMatchObject({ end: "closed", outOfOrder: 0, receivedBytes: 4 * MIB + 13 });
    expect([...endCounts(trace).values()].every((count) => count === 1)).toBe(true);
  });
});
