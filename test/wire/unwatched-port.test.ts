/** A port that nobody polls and no interrupt watches: what is flooded to it ends, and takes no slot for long. */
import { describe, expect, it } from "vitest";
import { REASON_UNTIL } from "../../assembly/layout/event";
import { DROP_LOSS, TRACE_BORN, TRACE_CONSUMED } from "../../assembly/layout/trace";
import { bootGuest } from "../../src/device/port-driver";
import { Network } from "../support/network";
import { createQuietScene, framesFrom } from "../support/quiet-scene";
import { runFor } from "../support/running";
import { createSmallWorld } from "../support/small-world";
import { dropsFor, endCounts, ofKind } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";

describe.each(BUILDS)("a port whose guest never started, $name build", ({ module }) => {
  it("with few slots and many flooded frames, hoards none of them", () => {
    const world = createSmallWorld({ module, slotCount: 16 });
    const network = new Network(world);
    const speaker = network.addServer();
    network.addServer();
    bootGuest(world, speaker.guest);
    // Nobody looks at the ports from outside in the meantime.
    for (let round = 0; round < 50; round++) {
      for (let i = 0; i < 4; i++) world.plane.announce(speaker.vf);
      expect(world.advance((round + 1) * 200_000).reason).toBe(REASON_UNTIL);
    }
    const trace = runFor(world, 200_000);
    expect(ofKind(trace, TRACE_BORN)).toHaveLength(200);
    expect([...endCounts(trace).values()].every((count) => count === 1)).toBe(true);
  });
});

describe.each(BUILDS)("a link that loses everything, $name build", ({ module }) => {
  it("frames sent, all lost", () => {
    const scene = createQuietScene({ world: { module }, client: { loss: 1 } });
    scene.ring.send(framesFrom(scene, 0, 20));
    const trace = runFor(scene.world, 1_000_000);
    expect(dropsFor(trace, DROP_LOSS)).toHaveLength(20);
    expect(ofKind(trace, TRACE_CONSUMED)).toEqual([]);
  });
});
