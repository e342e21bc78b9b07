/** What figures of bonds read of runs: with made measurements, so that each answer is known. */
import { describe, expect, it } from "vitest";
import type { Measurement } from "../../src/study/measurement";
import type { MigrationMeasurement } from "../../src/study/migration-measurement";
import type { RuntimeRun } from "../../src/study/runtime-scenario";
import { BOND_MOVE_ROWS, BOND_RUNTIME_ROWS } from "../../src/validation/bond-rows";
import { figureRuns, outcomeOf } from "../../src/validation/figure";

const IDLE = { dom0Vcpu: 0, vmVcpu: 0, vmThreads: 0, wireOut: 0, wireIn: 0 };
const WORKED: Measurement = {
  ...{ digest: "", cpuPercent: 50, dom0Cycles: {}, vmCycles: {}, cycles: 1000, framesOut: 5, framesIn: 5 },
  ...{ unit: "request", workCount: 10, bitsPerSecond: 1e6, lostCount: 0, latencyNs: null },
  ...{ load: IDLE, dropped: {}, retransmissions: 0, wrongBytes: 0, failedConnections: 0 },
};
const MOVED: MigrationMeasurement = {
  ...{ digest: "", state: "active", stopReason: null, roundCount: 1, byteCount: 1, lastPageCount: 1, totalNs: 1 },
  ...{ downtimeNs: 1, partsNs: {}, shutdownNs: 1, outageNs: 1, carried: null },
};

describe("claim 10", () => {
  const [row] = BOND_RUNTIME_ROWS;
  if (!row) throw new Error("there is a row");

  it("the cell in which a bond differs most, either way, named", () => {
    const cyclesOf = ({ cell }: RuntimeRun) => {
      if (cell.io !== "teaming") return 1000;
      return cell.workload === "http" && cell.vmCount === 20 ? 900 : 1050;
    };
    const found = outcomeOf(row.figure, row.displacements, (run) => ({ ...WORKED, cycles: cyclesOf(run) }));
    expect(found).toMatchObject({ value: expect.closeTo(0.9), range: null });
    expect(found.where).toContain("http with 20 VMs");
  });

  it("more work for the same cycles, less for each unit", () => {
    const workOf = ({ cell }: RuntimeRun) => (cell.io === "teaming" ? 20 : 10);
    const found = outcomeOf(row.figure, row.displacements, (run) => ({ ...WORKED, workCount: workOf(run) }));
    expect(found.value).toBeCloseTo(0.5);
  });

  it("asks for no run that it does not read, and each twice as often as it has cells and replications", () => {
    const runs = figureRuns(row.figure, row.displacements);
    expect(new Set(runs.map((run) => JSON.stringify(run))).size).toBe(2 * 6 * 3);
  });
});

describe("claim 11", () => {
  const [row] = BOND_MOVE_ROWS;
  if (!row) throw new Error("there is a row");

  it("what a bond carries while pages are sent, beside the paravirtual NIC, and beside its own before", () => {
    const carriedOf = (io: string) =>
      io === "teaming"
        ? { beforeBitsPerSecond: 4e9, preCopyBitsPerSecond: 1e9 }
        : { beforeBitsPerSecond: 2e9, preCopyBitsPerSecond: 1.25e9 };
    const found = outcomeOf(row.figure, row.displacements, ({ cell }) => ({ ...MOVED, carried: carriedOf(cell.io) }));
    expect(found).toMatchObject({ value: 0.8, range: null });
    expect(found.where).toBe("1.00 and 1.25 Gb/s; 25 % of what the bond carries before");
  });
});
