/** What figures of checkpoints read of runs, and their ranges: with made measurements, so that each answer is known. */
import { describe, expect, it } from "vitest";
import { NO_PAUSE } from "../../src/host/checkpoint-pause";
import type { CheckpointMeasurement } from "../../src/study/checkpoint-measurement";
import type { CheckpointRun } from "../../src/study/checkpoint-scenario";
import { CHECKPOINT_CLAIMS } from "../../src/validation/checkpoint-rows";
import { figureRuns, outcomeOf } from "../../src/validation/figure";

const MS = 1_000_000;

function measurement(changes: Partial<CheckpointMeasurement>): CheckpointMeasurement {
  return {
    ...{ digest: "", unit: "request", workPerSecond: 100, latencyNs: null, dom0Percent: 1, retransmissions: 0 },
    ...{ wrongBytes: 0, failedConnections: 0, protection: null },
    ...changes,
  };
}

function outcome(claim: string, part: string, measured: (run: CheckpointRun) => CheckpointMeasurement) {
  const row = CHECKPOINT_CLAIMS.find((each) => each.claim === claim && each.part === part);
  if (!row) throw new Error(`no row for claim ${claim}, ${part}`);
  return outcomeOf(row.figure, row.displacements, measured);
}

describe("claim 2", () => {
  it("the best workload and rapid interval, and what moves it", () => {
    const found = outcome("2", "against paravirtual", ({ cell, overrides }) => {
      expect(cell.intervalNs ?? 0).toBeLessThanOrEqual(100 * MS);
      if (cell.io === "paravirtual")
        return measurement({ workPerSecond: overrides.suspendCooperative === 8_000_000 ? 50 : 100 });
      return measurement({ workPerSecond: cell.workload === "http" && cell.intervalNs === 10 * MS ? 116 : 101 });
    });
    expect(found).toMatchObject({ value: expect.closeTo(16), where: "http every 10 ms" });
    expect(found.range?.[1]).toEqual({
      value: expect.closeTo(102),
      moved: { name: "suspendCooperative", to: 8_000_000 },
    });
  });
});

describe("claim 34", () => {
  it("two thirds of the work, half as long again", () => {
    const found = outcome("34", "", ({ cell }) => measurement({ workPerSecond: cell.intervalNs === null ? 150 : 100 }));
    expect(found.value).toBeCloseTo(50);
  });
});

describe("claim 35", () => {
  it("checkpoints for each second of the run, with the pause", () => {
    const found = outcome("35", "", ({ durationNs }) => {
      const cost = { lateCheckpoints: 0, pauseNsMean: 9 * MS, pauseNsMax: 9 * MS, pauseNsByPart: NO_PAUSE };
      const rest = {
        pagesPerCheckpoint: 1,
        bytesPerSecond: 1,
        heldFramesPeak: 0,
        heldBytesPeak: 0,
        pcieBytesPerSecond: 0,
      };
      return measurement({ protection: { checkpoints: (durationNs / 1e9) * 20, ...cost, ...rest } });
    });
    expect(found.value).toBeCloseTo(20);
    expect(found.where).toContain("pause 9.0 ms");
  });
});

describe("claims 48 and 49", () => {
  it.each([
    ["48", 1],
    ["49", 262_144],
  ])("claim %s, the interval that is furthest from arithmetic, either way", (claim, perPeriod) => {
    const found = outcome(claim, "", ({ cell }) => {
      const exact = (perPeriod * 1e9) / (cell.intervalNs ?? 1);
      const share = cell.intervalNs === 50 * MS ? 0.9 : cell.intervalNs === 200 * MS ? 1.05 : 1;
      return measurement({ workPerSecond: exact * share });
    });
    expect(found.value).toBeCloseTo(-10);
    expect(found.where).toContain("every 50 ms");
  });
});

describe("every row", () => {
  it.each(CHECKPOINT_CLAIMS.map((row) => [`${row.claim} ${row.part}`, row] as const))(
    "%s, reads only runs that it asks for",
    (_, { figure, displacements }) => {
      const asked = new Set(figureRuns(figure, displacements).map((run) => JSON.stringify(run)));
      outcomeOf(figure, displacements, (run) => {
        expect(asked).toContain(JSON.stringify(run));
        return measurement({});
      });
    },
  );
});
