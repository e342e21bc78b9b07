/**
 * The two dirty logs over real traffic: what software writes is in the processor's, what the device writes is in its
 * own and nowhere else. The oracle compares whole memories and never asks the simulator what is dirty.
 */
import { describe, expect, it } from "vitest";
import { RX_BUFFERS_PAGE, RX_RING_PAGE, TABLE_PAGE, TX_RING_PAGE } from "../../assembly/layout/guest-software";
import { changedPages, pageHashes } from "../support/guest-pages";
import { PageStaging, pagesIn } from "../support/page-staging";
import { runTo } from "../support/running";
import { createServiceScene } from "../support/service-scene";
import { BUILDS } from "../support/wasm-builds";

/** Requests at such a distance that every burst of the guest answers some. */
const SCENE = { exchanges: { gapNs: 20_000 } };

describe.each(BUILDS)("both logs, $name build", ({ module }) => {
  it("collected again and again, hold every page that changed", () => {
    const { world, server } = createServiceScene(60, { ...SCENE, world: { module } });
    const { plane } = world;
    const staging = new PageStaging(world);
    plane.armDmaLog(server.vf);
    plane.startLogging(server.guest, 0);
    let before = pageHashes(world, server.guest);
    for (let ns = 100_000; ns <= 1_500_000; ns += 100_000) {
      runTo(world, ns);
      plane.quiesce(server.vf);
      plane.collectDmaLog(server.vf);
      const marked = new Set(pagesIn(staging.collect(server.guest)));
      const after = pageHashes(world, server.guest);
      expect(changedPages(before, after).filter((page) => !marked.has(page))).toEqual([]);
      before = after;
      plane.unquiesce(server.vf);
    }
    expect(before.size).toBeGreaterThan(20);
  });
});

describe("the processor's log", () => {
  it("alone, frames received, knows nothing of what the device wrote", () => {
    const { world, server } = createServiceScene(5, SCENE);
    world.plane.startLogging(server.guest, 0);
    const before = pageHashes(world, server.guest);
    runTo(world, 1_000_000);
    const missed = changedPages(before, pageHashes(world, server.guest)).filter(
      (page) => !world.plane.isPageDirty(server.guest, page),
    );
    // Five frames of two kilobytes each; rings are written by both.
    expect(missed).toEqual([RX_BUFFERS_PAGE, RX_BUFFERS_PAGE + 1, RX_BUFFERS_PAGE + 2]);
  });

  it("stopped, requests answered, stays as it was", () => {
    const { world, server } = createServiceScene(5, SCENE);
    world.plane.startLogging(server.guest, 0);
    world.plane.stopLogging(server.guest);
    runTo(world, 1_000_000);
    expect(world.plane.dirtyPageCount(server.guest)).toBe(0);
  });

  it("on, the service's table rearranged, has its pages", () => {
    const { world, server } = createServiceScene(5, SCENE);
    world.plane.startLogging(server.guest, 0);
    runTo(world, 1_000_000);
    // One page of buckets, then the slots.
    expect(world.plane.isPageDirty(server.guest, TABLE_PAGE + 1)).toBe(1);
  });
});

describe("the device's log", () => {
  it("armed, a frame received and one sent, has both rings and the buffer", () => {
    const { world, server } = createServiceScene(1, SCENE);
    world.plane.armDmaLog(server.vf);
    runTo(world, 1_000_000);
    const count = world.plane.collectDmaLog(server.vf);
    const marked = [RX_RING_PAGE, TX_RING_PAGE, RX_BUFFERS_PAGE].filter((page) =>
      world.plane.isPageDirty(server.guest, page),
    );
    expect([count, marked]).toEqual([3, [RX_RING_PAGE, TX_RING_PAGE, RX_BUFFERS_PAGE]]);
  });

  it("collected, nothing written since, is empty", () => {
    const { world, server } = createServiceScene(1, SCENE);
    world.plane.armDmaLog(server.vf);
    runTo(world, 1_000_000);
    world.plane.collectDmaLog(server.vf);
    expect(world.plane.collectDmaLog(server.vf)).toBe(0);
  });

  it("armed anew, frames received before, is empty", () => {
    const { world, server } = createServiceScene(1, SCENE);
    world.plane.armDmaLog(server.vf);
    runTo(world, 1_000_000);
    world.plane.armDmaLog(server.vf);
    expect(world.plane.collectDmaLog(server.vf)).toBe(0);
  });

  it("disarmed, frames received since, collects nothing; armed again, those from then on", () => {
    const { world, server } = createServiceScene(2, { exchanges: { gapNs: 500_000 } });
    world.plane.armDmaLog(server.vf);
    world.plane.disarmDmaLog(server.vf);
    runTo(world, 400_000);
    expect(world.plane.collectDmaLog(server.vf)).toBe(0);
    world.plane.armDmaLog(server.vf);
    expect(world.plane.collectDmaLog(server.vf)).toBe(0);
    runTo(world, 1_000_000);
    expect(world.plane.collectDmaLog(server.vf)).toBe(3);
  });

  it("never armed, frames received, collects nothing", () => {
    const { world, server } = createServiceScene(1, SCENE);
    runTo(world, 1_000_000);
    expect(world.plane.collectDmaLog(server.vf)).toBe(0);
  });
});
