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
  carried: null,
};

/** A client that was silent once. */
const silentFor = (ns: number) => ({ ...MEASURED, shutdownNs: ns, outageNs: ns });

/** Results whose silences are as if they had been simulated, by the way to the network; the others are planned. */
function results(silences: Partial<Record<MigrationIo, number>>): MigrationResult[] {
  return migrationCells(AXES).map((cell) => {
    const ns = silences[cell.io];
    return { cell, plan: planOfCell(cell), measurement: ns === undefined ? null : silentFor(ns) };
  });
}

describe("advantages", () => {
  it("both simulated, of the simulated silences, in cells of the claims' workload alone", () => {
    const advantages = advantagesOf(results({ renic: 40, paravirtual: 100 })).filter(
      (each) => each.level === "simulated" && each.figure === "shutdown",
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

  it("of a bond, more by all silences together than by the longest, and of others the same", () => {
    const advantages = advantagesOf(results({}));
    const of = (baseline: string) => advantages.filter((each) => each.baseline === baseline);
    for (const one of of("teaming").filter(({ figure }) => figure === "shutdown")) {
      const other = of("teaming").find(({ figure, cell }) => figure === "outage" && cell === one.cell);
      expect(other?.shorterPercent).toBeGreaterThan(one.shorterPercent);
    }
    const [shutdown, outage] = (["shutdown", "outage"] as const).map((figure) =>
      of("paravirtual").flatMap((each) => (each.figure === figure ? [each.shorterPercent] : [])),
    );
    expect(outage).toEqual(shutdown);
  });

  it("a model that is refused, compared with nothing", () => {
    expect(advantagesOf(results({})).map(({ baseline }) => baseline)).not.toContain("vf");
  });

  it("headlines, a median between least and greatest for each baseline, figure and level", () => {
    const headlines = migrationHeadlines(advantagesOf(results({ renic: 40, paravirtual: 100 })));
    const named = headlines.map(({ baseline, figure, level, cellCount }) => [baseline, figure, level, cellCount]);
    expect(named).toEqual([
      ["paravirtual", "shutdown", "simulated", 2],
      ["teaming", "shutdown", "planned", 2],
      ["paravirtual", "outage", "simulated", 2],
      ["teaming", "outage", "planned", 2],
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
    const ofOne = rows.filter(({ baseline, figure }) => baseline === "paravirtual" && figure === "shutdown");
    const spans = ofOne.map(({ span }) => span);
    expect(spans).toEqual([...spans].sort((one, other) => other - one));
    for (const { name, ends } of rows) {
      expect(PLANNED_COSTS).toContain(name);
      for (const { value } of ends) expect(costRow(name).range).toContain(value);
    }
  });

  it("how often a bond looks, moves all silences together and not the longest", () => {
    const figures = rows.filter(({ name }) => name === "bondPoll").map(({ figure }) => figure);
    expect(figures).toEqual(["outage"]);
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
  const study = migrationStudyOf(plan, () => ({ ...silentFor(100_000_000), outageNs: 120_000_000 }));

  it("runs, those of models that the engine moves; none when only planned", () => {
    const models = migrationRuns(plan).map(({ cell }) => cell.io);
    expect(models).toEqual([1, 2, 3, 4].flatMap(() => ["renic", "paravirtual", "teaming"]));
    expect(migrationRuns({ ...plan, isSimulated: false })).toEqual([]);
  });

  it("as CSV, a line for each cell, with what is not there left empty", () => {
    const [head = "", ...lines] = migrationCsv(study).trimEnd().split("\n");
    expect(lines).toHaveLength(migrationCells(AXES).length);
    expect(new Set([head, ...lines].map((line) => line.split(",").length)).size).toBe(1);
    expect(lines[0]).toMatch(/^era,renic,probe,134217728,0,1000000000,moved,.*,active,2,1,4,5,100000000,120000000,,$/);
    expect(lines[3]).toMatch(/^era,vf,.*,,,,,,,,,$/);
  });

  it("as JSON, with every cell's plan and the headlines", () => {
    const document = JSON.parse(migrationJson(study, "ab"));
    expect(document.cells).toHaveLength(migrationCells(AXES).length);
    expect(document.cells[0].scenario).toBe("scenarios/era-renic-probe-128MiB-0-1Gbps.yaml");
    expect(document.headlines).toHaveLength(4);
  });

  it("as text, simulated figures bare and planned ones marked", () => {
    const text = migrationStudyText(study).join("\n");
    expect(text).toMatch(/^128MiB +0 +1Gbps +100\.0 \/ 120\.0 +100\.0 \/ 120\.0 +100\.0 \/ 120\.0 +x /m);
    expect(text).toMatch(/^teaming +longest +simulated +2 /m);
    const planned = migrationStudyText(migrationStudyOf({ ...plan, isSimulated: false }, () => silentFor(0)));
    expect(planned.join("\n")).toMatch(/^128MiB +0 +1Gbps +~\d+\.\d \/ \d+\.\d /m);
    expect(planned.join("\n")).toMatch(/^teaming +all together +planned +2 /m);
  });
});
