/** A pool that runs out stops the run and says which one it was; it never breaks an invariant on the way. */
import { describe, expect, it } from "vitest";
import { EXHAUSTED_EVENTS, EXHAUSTED_FRAMES, EXHAUSTED_SLOTS, REASON_EXHAUSTED } from "../../assembly/layout/event";
import { writePage } from "../support/guest-pages";
import { Network } from "../support/network";
import { runToStop } from "../support/running";
import { createServiceScene } from "../support/service-scene";
import { createSmallWorld } from "../support/small-world";
import { BUILDS } from "../support/wasm-builds";

describe.each(BUILDS)("a world, $name build", ({ module }) => {
  it("with room for eight events, a ninth scheduled, stops for want of events", () => {
    const world = createSmallWorld({ module, eventCount: 8, isObserved: false });
    for (let timer = 0; timer < 9; timer++) world.plane.armTimer(timer, 100);
    expect(world.advance(50)).toEqual({ reason: REASON_EXHAUSTED, index: EXHAUSTED_EVENTS });
  });

  it("with room for eight events, eight at a time taken, goes on for ever", () => {
    const world = createSmallWorld({ module, eventCount: 8, isObserved: false });
    for (let round = 1; round <= 100; round++) {
      for (let timer = 0; timer < 8; timer++) world.plane.armTimer(timer, round * 100);
      for (let timer = 0; timer < 8; timer++) expect(world.advance(round * 100).index).toBe(timer);
    }
  });

  it("with one chunk of frames, a page of a second chunk written, stops for want of frames", () => {
    const world = createSmallWorld({ module, chunkCount: 1 });
    const { guest } = new Network(world).addServer({ pageCount: 128 });
    writePage(world, guest, 63, Uint8Array.of(1));
    writePage(world, guest, 64, Uint8Array.of(2));
    expect(world.advance(1)).toEqual({ reason: REASON_EXHAUSTED, index: EXHAUSTED_FRAMES });
    expect([world.plane.pageFrame(guest, 63) === 0, world.plane.pageFrame(guest, 64)]).toEqual([false, 0]);
  });

  it("with four slots, five frames under way, stops for want of slots", () => {
    const { world } = createServiceScene(5, { world: { module, slotCount: 4 }, exchanges: { gapNs: 0 } });
    expect(runToStop(world, 1_000_000).stop).toEqual({ reason: REASON_EXHAUSTED, index: EXHAUSTED_SLOTS });
  });
});
