/** What a figure reads of runs, and its range: with made measurements, so that each answer is known. */
import { describe, expect, it } from "vitest";
import { costRow } from "../../src/host/cost-table";
import type { Measurement } from "../../src/study/measurement";
import type { RuntimeRun } from "../../src/study/runtime-scenario";
import { type Figure, figureRuns, outcomeOf as outcomeOfFigure } from "../../src/validation/figure";
import { RUNTIME_DISPLACEMENTS, RUNTIME_ROWS } from "../../src/validation/runtime-rows";

function outcomeOf(figure: Figure<RuntimeRun, Measurement>, measured: (run: RuntimeRun) => Measurement) {
  return outcomeOfFigure(figure, RUNTIME_DISPLACEMENTS, measured);
}

const IDLE = { dom0Vcpu: 0, vmVcpu: 0, vmThreads: 0, wireOut: 0, wireIn: 0 };

function measurement(changes: Partial<Measurement>): Measurement {
  return {
    ...{ digest: "", cpuPercent: 50, dom0Cycles: {}, vmCycles: {}, cycles: 1000, framesOut: 5, framesIn: 5 },
    ...{ unit: "request", workCount: 10, bitsPerSecond: 1e6, lostCount: 0, latencyNs: null },
    ...{ load: IDLE, dropped: {}, retransmissions: 0, wrongBytes: 0, failedConnections: 0 },
    ...changes,
  };
}

function figureOf(claim: string, part = "") {
  const row = RUNTIME_ROWS.find((each) => each.claim === claim && each.part === part);
  if (!row) throw new Error(`no row for claim ${claim}, ${part}`);
  return row.figure;
}

describe("claim 1", () => {
  const figure = figureOf("1", "against paravirtual");

  it("the best workload and number of VMs, named, and no other path", () => {
    const outcome = outcomeOf(figure, ({ cell }) => {
      expect(["vf", "paravirtual"]).toContain(cell.io);
      if (cell.io === "paravirtual") return measurement({});
      return measurement({ cycles: cell.workload === "udp-60" && cell.vmCount === 4 ? 400 : 900 });
    });
    expect(outcome).toMatchObject({ value: 60, where: "udp-60 with 4 VMs" });
  });

  it("its range, from the costs that move it most, each alone, and with 7 VMs", () => {
    const outcome = outcomeOf(figure, ({ cell, overrides, durationNs }) => {
      if (Object.keys(overrides).length > 0) expect([cell.vmCount, durationNs]).toEqual([7, 100_000_000]);
      const { netbackReceive, eventDelivery } = overrides;
      if (cell.io === "vf") return measurement({ cycles: eventDelivery === 9000 ? 900 : 500 });
      return measurement({ cycles: netbackReceive === costRow("netbackReceive").range[1] ? 2000 : 1000 });
    });
    expect(outcome.range).toEqual([
      { value: expect.closeTo(10), moved: { name: "eventDelivery", to: 9000 } },
      { value: 75, moved: { name: "netbackReceive", to: 14_000 } },
    ]);
  });
});

describe("claim 8", () => {
  it("three numbers of VMs on a line, its slope and a fit of 1", () => {
    const outcome = outcomeOf(figureOf("8"), ({ cell }) => measurement({ cpuPercent: 100 + 1.5 * cell.vmCount }));
    expect(outcome.value).toBeCloseTo(1.5);
    expect(outcome.where).toContain("R² 1.000");
  });
});

describe("claim 9", () => {
  it("a cell where the virtual function carries less, and one where it costs more, both counted and named", () => {
    const outcome = outcomeOf(figureOf("9"), ({ cell }) => {
      const name = `${cell.io} ${cell.workload} ${cell.vmCount}`;
      if (name === "vf http 7") return measurement({ workCount: 9, cycles: 100 });
      if (name === "vf udp-60 1") return measurement({ cycles: 1000 });
      return measurement({ cycles: cell.io === "vf" ? 500 : 1000 });
    });
    expect(outcome.value).toBe(2);
    expect(outcome.where).toBe("of 56 cells: udp-60 with 1 VM, http with 7 VMs");
  });
});

describe("claim 18", () => {
  it("compares deliveries of the same cell", () => {
    const cyclesOf = ({ setting }: RuntimeRun) => (setting?.delivery === "exits" ? 1400 : 1000);
    const outcome = outcomeOf(figureOf("18", "http"), (run) => measurement({ cycles: cyclesOf(run) }));
    expect(outcome.value).toBeCloseTo(1.4);
  });
});

describe("every row", () => {
  it.each(RUNTIME_ROWS.map((row) => [`${row.claim} ${row.part}`, row] as const))(
    "%s, reads only runs that it asks for",
    (_, row) => {
      const asked = new Set(figureRuns(row.figure, RUNTIME_DISPLACEMENTS).map((run) => JSON.stringify(run)));
      outcomeOf(row.figure, (run) => {
        expect(asked).toContain(JSON.stringify(run));
        return measurement({});
      });
    },
  );
});
