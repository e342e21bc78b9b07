/** What cells of the migration study come to: like is compared with like, headlines have their extremes, files their cells. */
import { describe, expect, it } from "vitest";
import { costRow } from "../../src/host/cost-table";
import type { MigrationIo } from "../../src/migration/stop-steps";
import { type MigrationAxes, migrationCells } from "../../src/study/migration-cell";
import { migrationCsv, migrationJson } from "../../src/study/migration-files";
import { planOfCell } from "../../src/study/migration-plan";
import { migrationSensitivities, PLANNED_COSTS } from "../../src/study/migration-sensitivity";
import { migrationRuns, migrationStudyOf } from "../../src/study/migration-study";
import { advantagesOf, type MigrationResult, migrationHeadlines } from "../../src/study/migration-summary";
import { migrationStudyText } from "../../src/study/migration-text";

const AXES: MigrationAxes = {
  presets: ["era"],
  workloads: ["probe", "web"],
  memoryBytes: [128 * 2 ** 20],
  dirtyPerSecond: [0, 20_000],
  linkBitsPerSecond: [1_000_000_000],
  models: ["renic", "paravirtual", "teaming", "vf"],
};
const MEASURED = {
  digest: "0",
  state: "active",
  stopReason: "few-pages",
  roundCount: 2,
  byteCount: 1,
  lastPageCount: 3,
  totalNs: 4,
  downtimeNs: 5,
  partsNs: {},
};

/** Results whose outages are as if they had been simulated, by the way to the network; the others are planned. */
function results(outages: Partial<Record<MigrationIo, number>>): MigrationResult[] {
  return migrationCells(AXES).map((cell) => {
    const outageNs = outages[cell.io];
    return { cell, plan: planOfCell(cell), measurement: outageNs === undefined ? null : { ...MEASURED, outageNs } };
  });
}

describe("advantages", () => {
  it("both simulated, of the simulated outages, in cells of the claims' workload alone", () => {
    const advantages = advantagesOf(results({ renic: 40, paravirtual: 100 })).filter(
      (each) => each.level === "simulated",
    );
    expect(advantages.map(({ baseline, shorterPercent }) => [baseline, shorterPercent])).toEqual([
      ["paravirtual", 60],
      ["paravirtual", 60],
    ]);
  });

  it("one simulated and one planned, of the plans", () => {
    const planned = advantagesOf(results({ renic: 40 }));
    expect(planned.map(({ level }) => level)).toEqual(planned.map(() => "planned"));
    expect(planned).toEqual(advantagesOf(results({})));
  });

  it("a model that is refused, compared with nothing", () => {
    expect(advantagesOf(results({})).map(({ baseline }) => baseline)).not.toContain("vf");
  });

  it("headlines, a median between least and greatest for each baseline and level", () => {
    const headlines = migrationHeadlines(advantagesOf(results({ renic: 40, paravirtual: 100 })));
    expect(headlines.map(({ baseline, level, cellCount }) => [baseline, level, cellCount])).toEqual([
      ["paravirtual", "simulated", 2],
      ["teaming", "planned", 2],
    ]);
    for (const { least, median, greatest } of headlines) {
      expect(least).toBeLessThanOrEqual(median);
      expect(median).toBeLessThanOrEqual(greatest);
    }
  });
});

describe("the sensitivity", () => {
  const rows = migrationSensitivities(AXES);

  it("every cost that a plan depends on, a row where it moves a headline, the greatest first", () => {
    const spans = rows.filter(({ baseline }) => baseline === "paravirtual").map(({ span }) => span);
    expect(spans).toEqual([...spans].sort((one, other) => other - one));
    for (const { name, ends } of rows) {
      expect(PLANNED_COSTS).toContain(name);
      for (const { value } of ends) expect(costRow(name).range).toContain(value);
    }
  });

  it("a cost of the paravirtual NIC alone, the longer it takes the greater the advantage", () => {
    const row = rows.find(({ name, baseline }) => name === "reconnectFrontend" && baseline === "paravirtual");
    const [least, greatest] = row?.ends ?? [];
    expect(least?.median).toBeLessThan(row?.median ?? 0);
    expect(greatest?.median).toBeGreaterThan(row?.median ?? 100);
  });
});

describe("the study", () => {
  const plan = { axes: AXES, seed: 1, isSimulated: true, hasSensitivity: false };
  const study = migrationStudyOf(plan, () => ({ ...MEASURED, outageNs: 100_000_000 }));

  it("runs, those of models that the engine moves; none when only planned", () => {
    const models = migrationRuns(plan).map(({ cell }) => cell.io);
    expect(models).toEqual([1, 2, 3, 4].flatMap(() => ["renic", "paravirtual"]));
    expect(migrationRuns({ ...plan, isSimulated: false })).toEqual([]);
  });

  it("as CSV, a line for each cell, with what is not there left empty", () => {
    const [head = "", ...lines] = migrationCsv(study).trimEnd().split("\n");
    expect(lines).toHaveLength(migrationCells(AXES).length);
    expect(new Set([head, ...lines].map((line) => line.split(",").length)).size).toBe(1);
    expect(lines[0]).toMatch(/^era,renic,probe,134217728,0,1000000000,moved,.*,active,2,1,4,5,100000000$/);
    expect(lines[2]).toMatch(/^era,teaming,.*,,,,,,$/);
  });

  it("as JSON, with every cell's plan and the headlines", () => {
    const document = JSON.parse(migrationJson(study, "ab"));
    expect(document.cells).toHaveLength(migrationCells(AXES).length);
    expect(document.cells[0].scenario).toBe("scenarios/era-renic-probe-128MiB-0-1Gbps.yaml");
    expect(document.headlines).toHaveLength(2);
  });

  it("as text, simulated figures bare and planned ones marked", () => {
    const text = migrationStudyText(study).join("\n");
    expect(text).toMatch(/^128MiB +0 +1Gbps +100\.0 +100\.0 +~\d+\.\d +x /m);
    expect(text).toMatch(/^teaming +planned +2 /m);
  });
});
