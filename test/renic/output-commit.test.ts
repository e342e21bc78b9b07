/**
 * Output commit at random: frames of any length, epochs sealed and released at any time, buffers of any size. The
 * oracle is a list of what was posted; it knows which epoch was open when the device can have fetched a frame.
 */
import { describe, expect, it } from "vitest";
import { TRACE_HELD, TRACE_RELEASED, TRACE_SENT } from "../../assembly/layout/trace";
import { createQuietScene, type QuietScene } from "../support/quiet-scene";
import { RandomSource } from "../support/random-source";
import { runFor } from "../support/running";
import { numbersOf } from "../support/test-frame";
import { endCounts, framesOf, ofKind } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";

/** A guest that sends at random and a hypervisor that seals and releases at random. */
class RandomProtection {
  readonly random: RandomSource;
  readonly scene: QuietScene;
  readonly trace: ReturnType<typeof runFor> = [];
  postedCount = 0;
  #epoch = 1;
  #released = 0;

  constructor(module: WebAssembly.Module, seed: number) {
    this.random = new RandomSource(seed);
    this.scene = createQuietScene({ world: { module }, ring: { descriptorCount: 256 } });
    // From little more than one long frame up to what never fills.
    this.scene.world.plane.createOutbound(this.scene.server.vf, 1600 + this.random.below(3) * 7000);
    this.scene.world.plane.openEpoch(this.scene.server.vf, 1, 1);
  }

  step(): void {
    const { plane } = this.scene.world;
    const { vf } = this.scene.server;
    const choice = this.random.below(10);
    // Never more than the ring holds: a full buffer leaves frames in it.
    if (choice < 5 && this.postedCount - plane.heldCount(vf) < 200) this.#post(1 + this.random.below(6));
    else if (choice < 7) plane.openEpoch(vf, ++this.#epoch, 1);
    else if (choice < 9 && this.#released < this.#epoch - 1) {
      this.#released += 1 + this.random.below(this.#epoch - 1 - this.#released);
      plane.releaseEpoch(vf, this.#released);
    }
    this.run(this.random.below(5000));
    this.#check();
  }

  #post(count: number): void {
    for (let left = count; left; left--) {
      const byteCount = this.random.pick([60, 60, 61, 200, 900, 1518]);
      this.scene.ring.post(this.scene.frameOf(this.postedCount++, byteCount));
    }
    this.scene.ring.ring();
  }

  run(ns: number): void {
    this.trace.push(...runFor(this.scene.world, ns));
  }

  /** No frame has left the buffer whose epoch is not released. */
  #check(): void {
    const late = ofKind(this.trace, TRACE_RELEASED).filter(({ b }) => b > this.#released);
    expect(late).toEqual([]);
  }

  finish(): void {
    this.scene.world.plane.stopHolding(this.scene.server.vf);
    this.run(10_000_000);
  }
}

describe.each(BUILDS)("a protected guest, $name build", ({ module }) => {
  it.each([1, 2, 3, 4, 5, 6])("sealed and released at random (seed %d), keeps order and commits output", (seed) => {
    const protection = new RandomProtection(module, seed);
    for (let count = 0; count < 150; count++) protection.step();
    protection.finish();
    const { scene, trace } = protection;
    const numbers = numbersOf(scene.world.takeCapture().map(({ bytes }) => bytes));
    expect(numbers).toEqual(Array.from({ length: protection.postedCount }, (_, number) => number));
    expect([...endCounts(trace).values()].filter((count) => count !== 1)).toEqual([]);
    // Each held frame was released before it was sent.
    const held = framesOf(trace, TRACE_HELD);
    expect(framesOf(trace, TRACE_RELEASED)).toEqual(held);
    expect(framesOf(trace, TRACE_SENT, scene.server.wireOut).slice(0, held.length)).toEqual(held);
  });
});
