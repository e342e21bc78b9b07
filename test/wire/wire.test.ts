/** One direction of a link: how long frames take, in which order, and how they are lost. */
import { describe, expect, it } from "vitest";
import { FRAME_BYTES_MAX } from "../../assembly/layout/limits";
import { DROP_LOSS, DROP_SWITCH_FULL, TRACE_ARRIVED, TRACE_BORN, TRACE_SENT } from "../../assembly/layout/trace";
import { arrivedFrames, createQuietScene, framesFrom } from "../support/quiet-scene";
import { runTo } from "../support/running";
import { createServiceScene } from "../support/service-scene";
import { numbersOf } from "../support/test-frame";
import { dropsFor, endCounts, ofKind } from "../support/trace-reading";

describe("a wire", () => {
  it.each([
    { rate: 10e9, byteCount: 60, endPs: 57_600, nextPs: 67_200 },
    { rate: 10e9, byteCount: FRAME_BYTES_MAX, endPs: 1_224_000, nextPs: 1_233_600 },
    { rate: 1e9, byteCount: 60, endPs: 576_000, nextPs: 672_000 },
    // 576 bits at 7 Gb/s are 82,285.7 ps, and the gap's 96 bits 13,714.2.
    { rate: 7e9, byteCount: 60, endPs: 82_285, nextPs: 95_999 },
  ])("of $rate b/s, two frames of $byteCount bytes, sends them back to back", ({ rate, byteCount, endPs, nextPs }) => {
    const scene = createQuietScene({ server: { rate, latencyNs: 3000 } });
    scene.ring.send(framesFrom(scene, 0, 2, byteCount));
    const trace = runTo(scene.world, 100_000);
    const times = (kind: number) => ofKind(trace, kind, scene.server.wireOut).map(({ timePs }) => timePs);
    expect(times(TRACE_SENT)).toEqual([0, nextPs]);
    expect(times(TRACE_ARRIVED)).toEqual([endPs + 3_000_000, nextPs + endPs + 3_000_000]);
  });

  it("slower than the one before it, frames in a row, keeps their order and every byte", () => {
    const scene = createQuietScene({ client: { rate: 100e6 } });
    const frames = framesFrom(scene, 0, 30, 500);
    scene.ring.send(frames);
    runTo(scene.world, 5_000_000);
    expect(arrivedFrames(scene)).toEqual(frames);
  });

  it("with a short queue before it, more frames than fit, drops those that would wait too long", () => {
    const scene = createQuietScene({ client: { rate: 1e9, backlogBytes: 200 } });
    scene.ring.send(framesFrom(scene, 0, 20));
    const trace = runTo(scene.world, 1_000_000);
    // 200 bytes are 1,600 ns; a frame takes 672 ns, and one comes every 67.2 ns.
    const expected: number[] = [];
    for (let number = 0, freeNs = 0; number < 20; number++) {
      const readyNs = number * 67.2;
      if (freeNs - readyNs > 1600) continue;
      expected.push(number);
      freeNs = Math.max(freeNs, readyNs) + 672;
    }
    expect(numbersOf(arrivedFrames(scene))).toEqual(expected);
    expect(dropsFor(trace, DROP_SWITCH_FULL)).toHaveLength(20 - expected.length);
  });
});

describe("a lossy wire", () => {
  it("with every second frame lost, hundreds sent, loses about half of them, each once", () => {
    const { world, client } = createServiceScene(300, {
      client: { loss: 0.5 },
      exchanges: { gapNs: 5000 },
      patience: { tryCountMax: 1 },
    });
    const trace = runTo(world, 10_000_000);
    const lost = dropsFor(trace, DROP_LOSS).filter(({ subject }) => subject === client.wireOut);
    expect(ofKind(trace, TRACE_BORN)).toHaveLength(300);
    expect(lost.length).toBeGreaterThan(110);
    expect(lost.length).toBeLessThan(190);
    expect([...endCounts(trace).values()].every((count) => count === 1)).toBe(true);
  });

  it("with hardly any loss, frames sent, loses none of the first hundred", () => {
    const { world } = createServiceScene(50, { client: { loss: 1e-9 } });
    expect(dropsFor(runTo(world, 10_000_000), DROP_LOSS)).toEqual([]);
  });
});

/** Of draws of 32 bits: every one is below this. */
const ALWAYS = 2 ** 32;

describe("a wire from a port, whose frames leave in rows", () => {
  it("losing every second frame, loses about half of them, each once", () => {
    const scene = createQuietScene({ ring: { descriptorCount: 256 } });
    scene.world.plane.setWireFaults(scene.server.wireOut, ALWAYS / 2, 0, 0, 0);
    scene.ring.send(framesFrom(scene, 0, 200));
    const lost = dropsFor(runTo(scene.world, 1_000_000), DROP_LOSS);
    expect(lost.length).toBeGreaterThan(60);
    expect(lost.length).toBeLessThan(140);
    expect(arrivedFrames(scene)).toHaveLength(200 - lost.length);
  });

  it("delaying and doubling every frame, has each arrive twice and late", () => {
    const scene = createQuietScene();
    scene.world.plane.setWireFaults(scene.server.wireOut, 0, ALWAYS, 3000, ALWAYS);
    scene.ring.send(framesFrom(scene, 0, 5));
    const trace = runTo(scene.world, 1_000_000);
    expect(numbersOf(arrivedFrames(scene))).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
    const [sent] = ofKind(trace, TRACE_SENT, scene.server.wireOut);
    const [arrived] = ofKind(trace, TRACE_ARRIVED, scene.server.wireOut);
    // 57.6 ns for 72 bytes at 10 Gb/s, the link's latency, and the delay.
    expect((arrived?.timePs ?? 0) - (sent?.timePs ?? 0)).toBe(57_600 + 1_000_000 + 3_000_000);
  });

  it("with a short queue before it, more frames than fit, drops those that would wait too long", () => {
    const scene = createQuietScene({ server: { rate: 1e9 } });
    scene.world.plane.setWireBacklog(scene.server.wireOut, 200);
    scene.ring.send(framesFrom(scene, 0, 20));
    const dropped = dropsFor(runTo(scene.world, 1_000_000), DROP_SWITCH_FULL);
    expect(dropped.length).toBeGreaterThan(0);
    expect(arrivedFrames(scene)).toHaveLength(20 - dropped.length);
  });
});

describe("a tap", () => {
  it("at a client, a request answered, stamps what leaves at its start and what comes at its end", () => {
    const { world, client } = createServiceScene(1);
    const trace = runTo(world, 1_000_000);
    const [out] = ofKind(trace, TRACE_SENT, client.wireOut);
    const [back] = ofKind(trace, TRACE_ARRIVED, client.wireIn);
    const seen = world.takeCapture().map(({ timePs, frame, epoch }) => ({ timePs, frame, epoch }));
    expect(seen).toEqual([
      { timePs: out?.timePs, frame: out?.frame, epoch: null },
      { timePs: back?.timePs, frame: back?.frame, epoch: null },
    ]);
  });

  it("read twice, is empty the second time", () => {
    const { world } = createServiceScene(1);
    runTo(world, 1_000_000);
    world.takeCapture();
    expect(world.takeCapture()).toEqual([]);
  });
});
