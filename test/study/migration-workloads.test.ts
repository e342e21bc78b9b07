/** The lists of the migration study are those that docs/model.md fixed, and a cell's scenario is what they say. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formatScenario } from "../../src/config/format";
import { parseScenario } from "../../src/config/parse";
import { whole } from "../../src/report/text";
import { formatBytes, formatRate } from "../../src/sim/units";
import { type MigrationCell, migrationCellName, migrationCells } from "../../src/study/migration-cell";
import { MIGRATION_RUNS } from "../../src/study/migration-measurable";
import { planOfCell } from "../../src/study/migration-plan";
import { migrationRunOf, migrationScenario } from "../../src/study/migration-scenario";
import {
  BEGIN_NS,
  CLIENT_LATENCY,
  DIRTY_RATES,
  GUEST_BYTES,
  LINK_RATES,
  MIGRATION_MODELS,
  MIGRATION_WORKLOADS,
  PORT_RATE,
  PROBE,
  REST_NS,
  SIMULATED_MODELS,
} from "../../src/study/migration-workloads";
import { MODEL_DOCUMENT } from "../repository/cost-section";

const section =
  /## Workloads of the migration study([\s\S]*?)\n## /.exec(readFileSync(MODEL_DOCUMENT, "utf8"))?.[1] ?? "";

/** The cells of a table's row behind its first. */
function row(first: string): string {
  const line = section.split("\n").find((each) => each.startsWith(`| ${first} |`)) ?? "";
  return line.slice(first.length + 5);
}

const CELL: MigrationCell = {
  preset: "now",
  io: "renic",
  workload: "probe",
  memoryBytes: 128 * 2 ** 20,
  dirtyPerSecond: 20_000,
  linkBitsPerSecond: 1_000_000_000,
};

describe("the study's lists", () => {
  it("models, guests, rates and links, are those of the document", () => {
    const named = [...row("I/O model").matchAll(/`(\w+)`/g)].map((match) => match[1] ?? "");
    expect(named).toEqual([...MIGRATION_MODELS]);
    const sizes = GUEST_BYTES.map((bytes) => formatBytes(bytes).replace(/(?=[MG])/, " "));
    expect(row("memory of the VM")).toBe(`${sizes.join(", ")} |`);
    const rates = DIRTY_RATES.map((rate) => (rate === 0 ? "none" : whole(rate)));
    expect(row("pages that a job writes in a second")).toMatch(new RegExp(`^${rates.join("; ")}:`));
    const links = LINK_RATES.map((rate) => formatRate(rate).replace("Gbps", " Gb/s"));
    expect(row("link of the migration")).toBe(`${links.join(", ")}; 20 us |`);
  });

  it("other end and length, the document's", () => {
    const words = [PORT_RATE.replace("Gbps", " Gb/s"), CLIENT_LATENCY.replace("us", " us")];
    for (const word of words) expect(row("at the other end")).toContain(word);
    expect(row("length")).toContain(`begins at ${BEGIN_NS / 1e6} ms`);
    expect(row("length")).toContain(`${REST_NS / 1e9} s behind`);
  });

  it("workloads, each with a row, and no row without one", () => {
    const names = [...section.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1] ?? "");
    expect(names).toEqual([...MIGRATION_WORKLOADS]);
    expect(PROBE.periodNs).toBe(1_000_000);
    expect(row("`probe`")).toContain(`${PROBE.bytes} B each millisecond, answered by ${PROBE.bytes} B`);
  });
});

describe("the scenario of a cell", () => {
  it("written and read again, the same", () => {
    const scenario = migrationScenario(migrationRunOf(CELL, 1));
    expect(parseScenario(formatScenario(scenario), "again.yaml")).toEqual(scenario);
  });

  it("a job of 20,000 pages a second, one page a burst round a quarter of the memory", () => {
    const [vm] = migrationScenario(migrationRunOf(CELL, 1)).vms;
    expect(vm?.job).toMatchObject({ burstCycles: 130_000, hotBytes: 32 * 2 ** 20, hotWrites: 1, coldWrites: 0 });
  });

  it("of every way that is simulated, accepted; of a plain virtual function, refused", () => {
    for (const io of SIMULATED_MODELS)
      expect(migrationScenario(migrationRunOf({ ...CELL, io }, 1)).vms[0]?.io).toBe(io);
    expect(() => migrationScenario(migrationRunOf({ ...CELL, io: "vf" }, 1))).toThrow(/io: vf|virtual function/);
  });

  it("every cell of the grid that is simulated, a scenario that is accepted and a plan that moves", () => {
    const cells = migrationCells({
      presets: ["era", "now"],
      workloads: MIGRATION_WORKLOADS,
      memoryBytes: GUEST_BYTES,
      dirtyPerSecond: DIRTY_RATES,
      linkBitsPerSecond: LINK_RATES,
      models: SIMULATED_MODELS,
    });
    for (const cell of cells) {
      expect(planOfCell(cell).outcome.kind, migrationCellName(cell)).toBe("moved");
      expect(migrationScenario(migrationRunOf(cell, 1)).migrations).toHaveLength(1);
    }
  });

  it("of an estimate, without its migration", () => {
    const short = MIGRATION_RUNS.withDuration(migrationRunOf(CELL, 1), BEGIN_NS);
    expect(migrationScenario(short)).toMatchObject({ durationNs: BEGIN_NS, migrations: [] });
  });
});
