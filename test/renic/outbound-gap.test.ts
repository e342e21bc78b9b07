/** The gap at the end of the outbound ring, and holding that begins anew: where a held frame once left twice. */
import { describe, expect, it } from "vitest";
import { TX_EOP } from "../../assembly/layout/descriptor";
import { TRACE_HELD } from "../../assembly/layout/trace";
import { arrivedFrames, createQuietScene, framesFrom } from "../support/quiet-scene";
import { runFor } from "../support/running";
import { numbersOf } from "../support/test-frame";
import { framesOf } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";

const WHILE_NS = 100_000;
/** Five entries of 80 bytes and a gap of 16. */
const GAPPED_BYTES = 416;

describe.each(BUILDS)("an outbound ring with a gap at its end, $name build", ({ module }) => {
  it("offered a malformed packet that would go behind the gap, sends every frame once", () => {
    const scene = createQuietScene({ world: { module } });
    const { plane } = scene.world;
    const { vf } = scene.server;
    plane.createOutbound(vf, GAPPED_BYTES);
    plane.openEpoch(vf, 1, 1);
    scene.ring.send(framesFrom(scene, 0, 2));
    runFor(scene.world, WHILE_NS);
    plane.openEpoch(vf, 2, 1);
    scene.ring.send(framesFrom(scene, 2, 3));
    runFor(scene.world, WHILE_NS);
    plane.releaseEpoch(vf, 1);
    runFor(scene.world, WHILE_NS);
    scene.ring.postDescriptor({ address: 0, bytes: 60, command: TX_EOP });
    scene.ring.ring();
    runFor(scene.world, WHILE_NS);
    plane.openEpoch(vf, 3, 1);
    plane.releaseEpoch(vf, 2);
    runFor(scene.world, WHILE_NS);
    expect(numbersOf(arrivedFrames(scene))).toEqual([0, 1, 2, 3, 4]);
    expect(plane.outboundFrames(vf)).toBe(0);
  });
});

describe.each(BUILDS)("holding that had stopped, $name build", ({ module }) => {
  it("begun anew, holds again", () => {
    const scene = createQuietScene({ world: { module } });
    const { plane } = scene.world;
    const { vf } = scene.server;
    plane.createOutbound(vf, GAPPED_BYTES);
    plane.openEpoch(vf, 1, 1);
    plane.stopHolding(vf);
    plane.openEpoch(vf, 2, 1);
    scene.ring.send(framesFrom(scene, 0, 1));
    expect(framesOf(runFor(scene.world, WHILE_NS), TRACE_HELD)).toHaveLength(1);
    expect(arrivedFrames(scene)).toEqual([]);
  });
});
