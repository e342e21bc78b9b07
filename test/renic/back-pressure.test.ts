/** A full outbound buffer slows the guest down, from ring to service, and loses nothing. */
import { describe, expect, it } from "vitest";
import { REQUEST_ANSWERED } from "../../assembly/layout/request";
import { DROP_REPLICATED, TRACE_HELD, TRACE_RELEASED } from "../../assembly/layout/trace";
import { readOutcomes } from "../support/exchanges";
import { runTo } from "../support/running";
import { createServiceScene } from "../support/service-scene";
import { dropReasons, endCounts, framesOf } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";

/** Few enough that ring and socket of the guest hold every request while the answers wait. */
const REQUEST_COUNT = 450;

describe.each(BUILDS)("a guest whose answers are held, $name build", ({ module }) => {
  it("in a buffer for twenty of them, released every two milliseconds, answers everybody in the end", () => {
    const { world, server, table } = createServiceScene(REQUEST_COUNT, {
      world: { module },
      exchanges: { gapNs: 10_000 },
      patience: { timeoutNs: 900_000_000, tryCountMax: 1 },
    });
    const { plane } = world;
    // An answer of 100 bytes is a frame of 142, an entry of 160.
    plane.createOutbound(server.vf, 20 * 160);
    plane.openEpoch(server.vf, 1, 1);
    const trace = runTo(world, 2_000_000);
    for (let epoch = 1; epoch <= 40; epoch++) {
      plane.openEpoch(server.vf, epoch + 1, 1);
      plane.releaseEpoch(server.vf, epoch);
      trace.push(...runTo(world, 2_000_000 * (epoch + 1)));
    }
    expect(plane.outboundFramesPeak(server.vf)).toBe(20);
    expect(framesOf(trace, TRACE_RELEASED)).toEqual(framesOf(trace, TRACE_HELD));
    expect(readOutcomes(world, table, REQUEST_COUNT).every(({ state }) => state === REQUEST_ANSWERED)).toBe(true);
    // The switch copies requests until the first answer tells it the address.
    expect(new Set(dropReasons(trace))).toEqual(new Set([DROP_REPLICATED]));
    expect([...endCounts(trace).values()].filter((count) => count !== 1)).toEqual([]);
  });
});
