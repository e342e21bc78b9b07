/** The outbound buffer: frames wait by epoch until their epoch is released, and leave in their order. */
import { describe, expect, it } from "vitest";
import {
  DROP_DISCARDED,
  TRACE_DROPPED,
  TRACE_FETCHED,
  TRACE_HELD,
  TRACE_RELEASED,
  TRACE_SENT,
} from "../../assembly/layout/trace";
import { TDH } from "../../assembly/layout/vf-registers";
import { InternalError } from "../../src/core/load";
import { arrivedFrames, createQuietScene, framesFrom, type QuietScene } from "../support/quiet-scene";
import { runFor } from "../support/running";
import { numbersOf } from "../support/test-frame";
import { dropsFor, endCounts, framesOf, ofKind } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";

/** A frame of 60 bytes takes an entry of 80. */
const ENTRY_BYTES = 80;
/** Long enough for whatever may leave to arrive. */
const WHILE_NS = 100_000;

/** A guest whose output is held in epoch 1, with room for so many short frames. */
function createHolding(module: WebAssembly.Module, entryCount: number): QuietScene {
  const scene = createQuietScene({ world: { module } });
  scene.world.plane.createOutbound(scene.server.vf, entryCount * ENTRY_BYTES);
  scene.world.plane.openEpoch(scene.server.vf, 1, 1);
  return scene;
}

/** Sends `count` frames and lets the device fetch them. */
function send(scene: QuietScene, first: number, count: number, byteCount?: number) {
  scene.ring.send(framesFrom(scene, first, count, byteCount));
  return runFor(scene.world, WHILE_NS);
}

/** Returns the numbers of the frames that have arrived at the client. */
function arrived(scene: QuietScene): number[] {
  runFor(scene.world, WHILE_NS);
  return numbersOf(arrivedFrames(scene));
}

describe.each(BUILDS)("frames of an open epoch, $name build", ({ module }) => {
  it("fetched, are held: completed for the guest, and on no wire", () => {
    const scene = createHolding(module, 10);
    const trace = send(scene, 0, 3);
    expect(framesOf(trace, TRACE_HELD)).toEqual(framesOf(trace, TRACE_FETCHED));
    expect(framesOf(trace, TRACE_SENT)).toEqual([]);
    expect(scene.ring.done().filter((isDone) => isDone)).toHaveLength(3);
    expect(scene.world.plane.outboundFrames(scene.server.vf)).toBe(3);
  });

  it("sealed and released, leave in their order with their epoch", () => {
    const scene = createHolding(module, 10);
    const frames = framesFrom(scene, 0, 3);
    const trace = send(scene, 0, 3);
    scene.world.plane.openEpoch(scene.server.vf, 2, 1);
    scene.world.plane.releaseEpoch(scene.server.vf, 1);
    trace.push(...runFor(scene.world, WHILE_NS));
    const seen = scene.world.takeCapture();
    expect(seen.map(({ bytes }) => bytes)).toEqual(frames);
    expect(seen.map(({ epoch }) => epoch)).toEqual([1, 1, 1]);
    expect(framesOf(trace, TRACE_RELEASED)).toEqual(framesOf(trace, TRACE_HELD));
    expect(scene.world.plane.outboundFrames(scene.server.vf)).toBe(0);
  });

  it("behind those of a released one, stay when those leave", () => {
    const scene = createHolding(module, 10);
    send(scene, 0, 2);
    scene.world.plane.openEpoch(scene.server.vf, 2, 1);
    send(scene, 2, 3);
    scene.world.plane.releaseEpoch(scene.server.vf, 1);
    expect(arrived(scene)).toEqual([0, 1]);
    expect(scene.world.plane.outboundFrames(scene.server.vf)).toBe(3);
  });

  it("sealed one after the other, the last released, all leave", () => {
    const scene = createHolding(module, 10);
    for (const epoch of [1, 2, 3]) {
      send(scene, epoch * 10, 2);
      scene.world.plane.openEpoch(scene.server.vf, epoch + 1, 1);
    }
    scene.world.plane.releaseEpoch(scene.server.vf, 3);
    expect(arrived(scene)).toEqual([10, 11, 20, 21, 30, 31]);
  });

  it("released while they are still open, break an invariant", () => {
    const scene = createHolding(module, 10);
    expect(() => scene.world.plane.releaseEpoch(scene.server.vf, 1)).toThrow(InternalError);
  });

  it("that is not held, pass through with their epoch", () => {
    const scene = createHolding(module, 10);
    scene.world.plane.openEpoch(scene.server.vf, 2, 0);
    const trace = send(scene, 0, 3);
    expect(framesOf(trace, TRACE_HELD)).toEqual([]);
    expect(scene.world.takeCapture().map(({ epoch }) => epoch)).toEqual([2, 2, 2]);
  });
});

describe.each(BUILDS)("frames of no epoch, $name build", ({ module }) => {
  it("fetched before protection, pass through and belong to none", () => {
    const scene = createQuietScene({ world: { module } });
    scene.world.plane.createOutbound(scene.server.vf, 800);
    const trace = send(scene, 0, 3);
    expect(framesOf(trace, TRACE_HELD)).toEqual([]);
    expect(scene.world.takeCapture().map(({ epoch }) => epoch)).toEqual([null, null, null]);
  });
});

describe.each(BUILDS)("a full buffer, $name build", ({ module }) => {
  it("stops fetching and drops nothing", () => {
    const scene = createHolding(module, 5);
    const trace = send(scene, 0, 8);
    const { plane } = scene.world;
    expect(framesOf(trace, TRACE_FETCHED)).toHaveLength(5);
    expect(plane.peekRegister(scene.server.vf, TDH)).toBe(5);
    expect(ofKind(trace, TRACE_DROPPED)).toEqual([]);
    expect(plane.outboundFullCount(scene.server.vf)).toBeGreaterThan(0);
    expect(plane.outboundBytesPeak(scene.server.vf)).toBe(5 * ENTRY_BYTES);
  });

  it("released, goes on fetching into the next epoch, which is held", () => {
    const scene = createHolding(module, 5);
    send(scene, 0, 8);
    scene.world.plane.openEpoch(scene.server.vf, 2, 1);
    scene.world.plane.releaseEpoch(scene.server.vf, 1);
    expect(arrived(scene)).toEqual([0, 1, 2, 3, 4]);
    expect(scene.world.plane.outboundFrames(scene.server.vf)).toBe(3);
    expect(scene.ring.done().filter((isDone) => isDone)).toHaveLength(8);
  });

  it("too small for any frame, holds everything back in the guest's ring", () => {
    const scene = createHolding(module, 0);
    expect(framesOf(send(scene, 0, 3), TRACE_FETCHED)).toEqual([]);
    scene.world.plane.stopHolding(scene.server.vf);
    expect(arrived(scene)).toEqual([0, 1, 2]);
  });
});

describe.each(BUILDS)("a small buffer, $name build", ({ module }) => {
  it.each([60, 100, 333, 700])("always with an epoch of %d-byte frames in it, wraps and keeps all", (byteCount) => {
    // Two epochs of two frames each, and a little more.
    const scene = createHolding(module, Math.ceil((5.5 * (byteCount + 24)) / ENTRY_BYTES));
    const { plane } = scene.world;
    for (let epoch = 1; epoch <= 30; epoch++) {
      send(scene, epoch * 10, 2, byteCount);
      plane.openEpoch(scene.server.vf, epoch + 1, 1);
      if (epoch === 1) continue;
      expect(plane.outboundFrames(scene.server.vf)).toBe(4);
      plane.releaseEpoch(scene.server.vf, epoch - 1);
      runFor(scene.world, WHILE_NS);
      expect(arrivedFrames(scene)).toEqual(framesFrom(scene, (epoch - 1) * 10, 2, byteCount));
    }
  });
});

describe.each(BUILDS)("an end of holding, $name build", ({ module }) => {
  it("lets everything go, and what comes after it passes through", () => {
    const scene = createHolding(module, 10);
    send(scene, 0, 2);
    scene.world.plane.openEpoch(scene.server.vf, 2, 1);
    send(scene, 2, 2);
    scene.world.plane.stopHolding(scene.server.vf);
    expect(arrived(scene)).toEqual([0, 1, 2, 3]);
    const trace = send(scene, 4, 2);
    expect(framesOf(trace, TRACE_HELD)).toEqual([]);
    expect(numbersOf(arrivedFrames(scene))).toEqual([4, 5]);
  });

  it("with a full buffer and more in the guest's ring, keeps the order", () => {
    const scene = createHolding(module, 3);
    send(scene, 0, 12);
    scene.world.plane.stopHolding(scene.server.vf);
    expect(arrived(scene)).toEqual(Array.from({ length: 12 }, (_, number) => number));
  });
});

describe.each(BUILDS)("the death of a host, $name build", ({ module }) => {
  it("with frames held, discards them in parts, each ended once", () => {
    const scene = createHolding(module, 10);
    const { plane } = scene.world;
    const trace = send(scene, 0, 7);
    plane.failHost(scene.server.host);
    expect(plane.discardHeld(scene.server.vf, 3)).toBe(4);
    expect(plane.discardHeld(scene.server.vf, 100)).toBe(0);
    expect(plane.discardHeld(scene.server.vf, 100)).toBe(0);
    trace.push(...runFor(scene.world, WHILE_NS));
    expect(dropsFor(trace, DROP_DISCARDED)).toHaveLength(7);
    expect([plane.heldCount(scene.server.vf), plane.discardedCount(scene.server.vf)]).toEqual([7, 7]);
    expect([...endCounts(trace).values()]).toEqual(Array.from({ length: 7 }, () => 1));
  });

  it("with one epoch released and one held, has the first arrive and the second end on the NIC", () => {
    const scene = createHolding(module, 10);
    const { plane } = scene.world;
    const trace = send(scene, 0, 3);
    plane.openEpoch(scene.server.vf, 2, 1);
    trace.push(...send(scene, 3, 3));
    plane.releaseEpoch(scene.server.vf, 1);
    // At 10 Gb/s three frames are out after 201.6 ns.
    trace.push(...runFor(scene.world, 300));
    plane.failHost(scene.server.host);
    plane.discardHeld(scene.server.vf, 100);
    trace.push(...runFor(scene.world, WHILE_NS));
    expect(numbersOf(arrivedFrames(scene))).toEqual([0, 1, 2]);
    expect(dropsFor(trace, DROP_DISCARDED)).toHaveLength(3);
    expect([...endCounts(trace).values()].filter((count) => count !== 1)).toEqual([]);
  });
});
