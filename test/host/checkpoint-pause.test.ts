/** Times that are sums of costs: the pause of a checkpoint and the announcements of a moved machine. */
import { describe, expect, it } from "vitest";
import { announceDelaysNs } from "../../src/host/announcements";
import {
  addPauses,
  captureParts,
  NO_PAUSE,
  type PausedGuest,
  pauseNs,
  suspendNs,
} from "../../src/host/checkpoint-pause";
import { type Costs, resolveCosts } from "../../src/host/cost-table";

const NOW = resolveCosts("now", {});

const WITH_VF: PausedGuest = { hasVf: true, hasDeviceModel: false, suspendChannel: null };
const EMULATED: PausedGuest = { hasVf: false, hasDeviceModel: true, suspendChannel: null };
const PARAVIRTUAL: PausedGuest = { hasVf: false, hasDeviceModel: false, suspendChannel: "event-channel" };

function capturedNs(costs: Costs, pageCount: number): number {
  return pauseNs(captureParts(costs, WITH_VF, pageCount, 4096));
}

describe("parts of a pause", () => {
  it("no pages, what every checkpoint of a guest with a virtual function takes", () => {
    expect(capturedNs(NOW, 0)).toBe(1_000_000 + 60_000 + 500_000);
  });

  it("110 pages, a map and a copy more for each, the copy rounded down once", () => {
    // 110 x 4,096 B at 2 GiB/s are 209,808.35 ns.
    expect(capturedNs(NOW, 110) - capturedNs(NOW, 0)).toBe(110 * 1_000 + 209_808);
  });

  it("faster copies and slower maps, the costs that were given", () => {
    const costs = resolveCosts("now", { copyRate: 4 * 1024 ** 3, mapPage: 3_000, scanLog: 200_000 });
    expect(capturedNs(costs, 1_024)).toBe(200_000 + 1_024 * 3_000 + 976_562 + 560_000);
  });

  it("guests of different NICs, suspended and saved by other rows", () => {
    const rows = [WITH_VF, EMULATED, PARAVIRTUAL].map((guest) => {
      const { saveVf, deviceModel, paravirtualHooks } = captureParts(NOW, guest, 10, 4096);
      return [suspendNs(NOW, guest), saveVf, deviceModel, paravirtualHooks];
    });
    expect(rows).toEqual([
      [100_000, 60_000, 0, 0],
      [100_000, 0, 2_000_000, 0],
      [3_000_000, 0, 0, 300_000],
    ]);
    expect(suspendNs(NOW, { ...PARAVIRTUAL, suspendChannel: "xenstore" })).toBe(88_000_000);
  });

  it("two pauses, added part by part", () => {
    const parts = captureParts(NOW, EMULATED, 7, 4096);
    const both = addPauses(parts, { ...NO_PAUSE, quiesce: 12, suspend: 5 });
    expect(both).toEqual({ ...parts, quiesce: 12, suspend: 5 });
    expect(pauseNs(both)).toBe(pauseNs(parts) + 17);
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
