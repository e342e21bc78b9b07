/** Times that are sums of costs: the pause of a checkpoint and the announcements of a moved machine. */
import { describe, expect, it } from "vitest";
import { announceDelaysNs } from "../../src/host/announcements";
import { pauseNs } from "../../src/host/checkpoint-pause";
import { resolveCosts } from "../../src/host/cost-table";

const NOW = resolveCosts("now", {});

describe("pauseNs", () => {
  it("no pages, what every checkpoint takes", () => {
    expect(pauseNs(NOW, 0, 4096)).toBe(1_000_000 + 60_000 + 500_000);
  });

  it("110 pages, a map and a copy more for each, the copy rounded down once", () => {
    // 110 x 4,096 B at 2 GiB/s are 209,808.35 ns.
    expect(pauseNs(NOW, 110, 4096) - pauseNs(NOW, 0, 4096)).toBe(110 * 1_000 + 209_808);
  });

  it("faster copies and slower maps, the costs that were given", () => {
    const costs = resolveCosts("now", { copyRate: 4 * 1024 ** 3, mapPage: 3_000, scanLog: 200_000 });
    expect(pauseNs(costs, 1_024, 4096)).toBe(200_000 + 1_024 * 3_000 + 976_562 + 560_000);
  });
});

describe("announceDelaysNs", () => {
  it("the presets, QEMU's five times", () => {
    const delaysNs = [0, 50_000_000, 200_000_000, 450_000_000, 800_000_000];
    expect(announceDelaysNs(NOW)).toEqual(delaysNs);
    expect(announceDelaysNs(resolveCosts("era", {}))).toEqual(delaysNs);
  });

  it("distances that reach their limit, no longer ones", () => {
    const costs = resolveCosts("now", { announceLongest: 150_000_000, announceCount: 4 });
    expect(announceDelaysNs(costs)).toEqual([0, 50_000_000, 200_000_000, 350_000_000]);
  });

  it("a single announcement, at once", () => {
    expect(announceDelaysNs(resolveCosts("now", { announceCount: 1 }))).toEqual([0]);
  });
});
