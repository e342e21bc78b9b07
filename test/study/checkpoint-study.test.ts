/** The checkpoint study: its list, what it reads of runs, what it compares, and the search for a goal. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { NO_PAUSE } from "../../src/host/checkpoint-pause";
import { edgeOf, meets, parseGoal } from "../../src/study/checkpoint-goal";
import { type CheckpointMeasurement, measureCheckpoints } from "../../src/study/checkpoint-measurement";
import { checkpointRun, checkpointScenarioOf, workStartNs } from "../../src/study/checkpoint-scenario";
import { advantagesOf, type CheckpointResult, checkpointSummary } from "../../src/study/checkpoint-study";
import { CHECKPOINT_WORKLOADS, INTERVALS_NS, type ProtectedModel } from "../../src/study/checkpoint-workloads";
import { MODEL_DOCUMENT } from "../repository/cost-section";
import { RELEASE } from "../support/wasm-builds";

const MS = 1_000_000;

function measurement(changes: Partial<CheckpointMeasurement>): CheckpointMeasurement {
  return {
    ...{ digest: "", unit: "request", workPerSecond: 100, latencyNs: { median: 10 * MS, p99: 20 * MS, max: 30 * MS } },
    ...{ dom0Percent: 1, retransmissions: 0, wrongBytes: 0, failedConnections: 0, protection: null },
    ...changes,
  };
}

function protection(pauseNsMean: number) {
  return {
    ...{ checkpoints: 10, lateCheckpoints: 1, pauseNsMean, pauseNsMax: pauseNsMean, pauseNsByPart: NO_PAUSE },
    ...{ pagesPerCheckpoint: 7, bytesPerSecond: 1000, heldFramesPeak: 3, heldBytesPeak: 4096, pcieBytesPerSecond: 10 },
  };
}

function result(
  io: ProtectedModel,
  intervalNs: number | null,
  ...runs: Partial<CheckpointMeasurement>[]
): CheckpointResult {
  const cell = { preset: "era", workload: "http", io, intervalNs } as const;
  return { cell, runs: runs.map(measurement), without: runs.map(() => measurement({ workPerSecond: 200 })) };
}

describe("the list", () => {
  const section = /## Workloads of the checkpoint study([\s\S]*?)\n## /.exec(readFileSync(MODEL_DOCUMENT, "utf8"))?.[1];

  it("workloads, are those of docs/model.md", () => {
    for (const { title } of CHECKPOINT_WORKLOADS) {
      const [name = "", part] = title.split(", ");
      expect(section).toContain(part?.includes("receiving") ? part : title.startsWith("HTTP") ? name : title);
    }
  });

  it("intervals, are those of docs/model.md", () => {
    expect(section).toContain("10, 25, 50, 100, 200 and 500 ms, 1 s");
    expect(INTERVALS_NS.map((ns) => ns / MS)).toEqual([10, 25, 50, 100, 200, 500, 1000]);
  });
});

describe("a run", () => {
  it("without protection, has the same world but for the backup", () => {
    const cell = { preset: "now", workload: "http", io: "renic" } as const;
    const [one, other] = [null, 100 * MS].map((intervalNs) => {
      return checkpointScenarioOf(checkpointRun({ ...cell, intervalNs }, { seed: 1, run: 2 }));
    });
    expect({ ...other, protect: [] }).toEqual({ ...one, durationNs: other?.durationNs });
    expect(other?.protect).toHaveLength(1);
  });

  it("begins its work within an interval, otherwise in each run, and is watched for twelve intervals", () => {
    const cell = { preset: "now", workload: "http", io: "renic", intervalNs: 1000 * MS } as const;
    const runs = [1, 2, 3].map((run) => checkpointRun(cell, { seed: 1, run }));
    const starts = runs.map(workStartNs);
    expect(new Set(starts).size).toBe(3);
    for (const start of starts) expect(start).toBeGreaterThanOrEqual(1500 * MS);
    for (const start of starts) expect(start).toBeLessThan(2500 * MS);
    expect(runs[0]?.watchedNs).toBe(12_000 * MS);
  });

  it("of a job, counts pages between checkpoints; a pause is time that it has not", () => {
    const cell = { preset: "now", workload: "compute-hot", io: "renic" } as const;
    const draw = { seed: 1, run: 1 };
    const short = { intervals: 8, leastNs: 300 * MS };
    const measure = (intervalNs: number | null) => {
      return measureCheckpoints(RELEASE.module, checkpointRun({ ...cell, intervalNs }, draw, {}, short));
    };
    const without = measure(null);
    expect(without).toMatchObject({ unit: "page", protection: null });
    expect(without.workPerSecond).toBeGreaterThan(69_900);
    const every25 = measure(25 * MS);
    const { protection: cost } = every25;
    expect(cost?.checkpoints).toBeGreaterThan(60);
    const share = 1 - (cost?.pauseNsMean ?? 0) / (25 * MS);
    // Beside the pause, each page that is written first after a checkpoint costs a fault.
    expect(every25.workPerSecond).toBeLessThan(without.workPerSecond * share);
    expect(every25.workPerSecond).toBeGreaterThan(without.workPerSecond * share * 0.95);
  });

  it("of requests, waits for the checkpoint each time", () => {
    const cell = { preset: "now", workload: "request-64", io: "renic", intervalNs: 50 * MS } as const;
    const measured = measureCheckpoints(RELEASE.module, checkpointRun(cell, { seed: 1, run: 1 }));
    expect(measured.workPerSecond).toBeGreaterThan(19);
    expect(measured.workPerSecond).toBeLessThan(20.6);
    expect(measured.latencyNs?.median).toBeGreaterThan(48 * MS);
    expect(measured).toMatchObject({ wrongBytes: 0, failedConnections: 0, retransmissions: 0 });
  });
});

describe("the summary of a cell", () => {
  it("half the work, takes 100 % longer; what was held is the most of all runs", () => {
    const heavy = { ...protection(3 * MS), heldBytesPeak: 8192 };
    const summary = checkpointSummary(
      result("renic", 25 * MS, { protection: protection(1 * MS) }, { protection: heavy }),
    );
    expect(summary.longerPercent.mean).toBe(100);
    expect(summary).toMatchObject({ checkpoints: 20, lateCheckpoints: 2, heldBytesPeak: 8192 });
    expect(summary.pauseNsMean?.mean).toBe(2 * MS);
  });

  it("without protection, no cost of it", () => {
    const summary = checkpointSummary(result("renic", null, {}));
    expect(summary).toMatchObject({ pauseNsMean: null, linkBitsPerSecond: null, checkpoints: 0 });
  });
});

describe("advantages", () => {
  it("of one model alone, none", () => {
    expect(advantagesOf([result("renic", null, {}), result("renic", 25 * MS, {})])).toEqual([]);
  });
});

describe("a goal", () => {
  it.each([
    ["p99<50ms", { metric: "p99", most: 50 * MS }],
    [" pause < 500us", { metric: "pause", most: 500_000 }],
    ["longer<20%", { metric: "longer", most: 20 }],
  ])("%s, is read", (text, goal) => {
    expect(parseGoal(text)).toMatchObject(goal);
  });

  it.each([
    ["p99>50ms", /expected one of p99, median, pause, longer, then </],
    ["speed<3", /expected one of p99/],
    ["longer<20ms", /expected a percentage such as 20%, got "20ms"/],
    ["p99<50", /./],
  ])("%s, is refused with what would be right", (text, reason) => {
    expect(parseGoal(text)).toMatch(reason);
  });

  const latencyAt = (intervalNs: number) =>
    result("renic", intervalNs, { latencyNs: { median: intervalNs, p99: intervalNs, max: intervalNs } });

  it("about a latency, the longest interval that meets it, to the millisecond", async () => {
    const goal = parseGoal("p99<50ms");
    if (typeof goal === "string") throw new Error(goal);
    const grid = [25 * MS, 100 * MS, 500 * MS].map(latencyAt);
    const asked: number[] = [];
    const answer = await edgeOf(goal, grid, async ({ intervalNs }) => {
      asked.push(intervalNs ?? 0);
      return latencyAt(intervalNs ?? 0);
    });
    expect(answer).toMatchObject({ intervalNs: 49 * MS, isShortest: false });
    expect(asked.length).toBeLessThan(8);
  });

  it("about what checkpoints cost, the shortest interval that meets it", async () => {
    const goal = parseGoal("longer<20%");
    if (typeof goal === "string") throw new Error(goal);
    const costAt = (intervalNs: number) =>
      result("renic", intervalNs, { workPerSecond: 200 / (1 + 3.1 / (intervalNs / MS)) });
    const grid = [10 * MS, 25 * MS, 100 * MS].map(costAt);
    const answer = await edgeOf(goal, grid, async ({ intervalNs }) => costAt(intervalNs ?? 0));
    expect(answer).toMatchObject({ intervalNs: 16 * MS, isShortest: true });
  });

  it("that nothing meets, null; that all meet, the far end", async () => {
    const tight = parseGoal("p99<1ms");
    const wide = parseGoal("p99<9s");
    if (typeof tight === "string" || typeof wide === "string") throw new Error("both are goals");
    const grid = [25 * MS, 100 * MS].map(latencyAt);
    const never = async () => null;
    expect(await edgeOf(tight, grid, never)).toMatchObject({ intervalNs: null });
    expect(await edgeOf(wide, grid, never)).toMatchObject({ intervalNs: 100 * MS });
  });

  it("about a latency, of a job, says nothing", () => {
    const goal = parseGoal("p99<50ms");
    if (typeof goal === "string") throw new Error(goal);
    expect(meets(goal, result("renic", 25 * MS, { latencyNs: null }))).toBeNull();
  });
});
