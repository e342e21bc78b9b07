/** What runs come to: means, what was full, savings at equal work. */
import { describe, expect, it } from "vitest";
import type { Measurement } from "../../src/study/measurement";
import { type CellResult, headlinesOf, savingsOf, summaryOf } from "../../src/study/runtime-summary";
import type { StudyModel } from "../../src/study/runtime-workloads";

const IDLE = { dom0Vcpu: 0, vmVcpu: 0, vmThreads: 0, wireOut: 0, wireIn: 0 };

function measurement(changes: Partial<Measurement>): Measurement {
  return {
    ...{ digest: "", cpuPercent: 50, dom0Cycles: {}, vmCycles: {}, cycles: 1000, framesOut: 5, framesIn: 5 },
    ...{ unit: "request", workCount: 10, bitsPerSecond: 1e6, lostCount: 0, latencyNs: { median: 100, p99: 200 } },
    ...{ load: IDLE, dropped: {}, retransmissions: 0, wrongBytes: 0, failedConnections: 0 },
    ...changes,
  };
}

function result(io: StudyModel, workload: string, ...runs: Partial<Measurement>[]): CellResult {
  return { cell: { preset: "era", workload, vmCount: 7, io }, runs: runs.map(measurement) };
}

describe("the summary of a cell", () => {
  it("two runs, has means for frames, for work and for a second", () => {
    const summary = summaryOf(result("vf", "http", {}, { cycles: 3000, workCount: 10 }), 500_000_000);
    expect(summary.cyclesPerFrame.mean).toBe(200);
    expect(summary.cyclesPerUnit?.mean).toBe(200);
    expect(summary.unitsPerSecond).toEqual({ mean: 20, halfWidth: 0 });
    expect(summary.latencyNsP99?.mean).toBe(200);
  });

  it("something busy for almost all the time in one run, named as full", () => {
    const full = { load: { ...IDLE, dom0Vcpu: 0.97, wireOut: 0.94 } };
    expect(summaryOf(result("vf", "http", {}, full), 1).saturated).toEqual(["a vCPU of dom0"]);
  });

  it("a run without an answer, no latency instead of one of the others", () => {
    expect(summaryOf(result("vf", "http", {}, { latencyNs: null }), 1).latencyNsMedian).toBeNull();
  });
});

describe("savings", () => {
  it("a quarter fewer cycles for the same work, a quarter saved, also where the software carried half", () => {
    const results = [
      result("vf", "http", { cycles: 750 }),
      result("paravirtual", "http", { cycles: 1000 }),
      result("vf", "udp-60", { cycles: 750 }),
      result("paravirtual", "udp-60", { cycles: 500, workCount: 5 }),
    ];
    const [http, udp] = savingsOf(results);
    expect(http).toMatchObject({ savedPercent: { mean: 25, halfWidth: null }, carriedLess: null });
    expect(udp).toMatchObject({ savedPercent: { mean: 25, halfWidth: null }, carriedLess: "paravirtual" });
  });

  it("of a model that did no work, none, and no cycles for a unit", () => {
    const idle = result("paravirtual", "http", { workCount: 0 });
    expect(savingsOf([result("vf", "http", {}), idle])).toEqual([]);
    expect(summaryOf(idle, 1).cyclesPerUnit).toBeNull();
  });

  it("of three workloads, headline of best, median and worst", () => {
    const savings = savingsOf(
      [500, 1100, 800].flatMap((cycles, index) => [
        result("vf", `w${index}`, { cycles }),
        result("paravirtual", `w${index}`, {}),
      ]),
    );
    expect(headlinesOf(savings)).toMatchObject([{ vmCount: 7, baseline: "paravirtual" }]);
    expect(headlinesOf(savings)[0]?.median).toBeCloseTo(20);
    expect(headlinesOf(savings)[0]?.best).toBeCloseTo(50);
    expect(headlinesOf(savings)[0]?.worst).toBeCloseTo(-10);
  });
});
