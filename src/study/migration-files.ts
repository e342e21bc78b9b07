/** The migration study as files: migration.json with everything, migration.csv with a line for each cell. */
import { VERSION } from "../sim/version";
import { migrationCellName } from "./migration-cell";
import type { MigrationStudy } from "./migration-study";
import { advantagesOf, type MigrationResult, migrationHeadlines } from "./migration-summary";

/** Folder, beside the files, of the scenarios of simulated cells. */
export const MIGRATION_SCENARIO_FOLDER = "scenarios";

/** Returns migration.json. `wasmSha256` names the data plane that ran. */
export function migrationJson({ seed, results, sensitivities }: MigrationStudy, wasmSha256: string): string {
  const advantages = advantagesOf(results);
  const document = {
    study: "migration",
    renic: VERSION,
    wasmSha256,
    seed,
    cells: results.map(({ cell, plan, measurement }) => ({
      ...cell,
      scenario: measurement && `${MIGRATION_SCENARIO_FOLDER}/${migrationCellName(cell)}.yaml`,
      plan,
      measurement,
    })),
    advantages,
    headlines: migrationHeadlines(advantages),
    sensitivity: sensitivities,
  };
  return `${JSON.stringify(document, null, 1)}\n`;
}

/** Columns behind those of a cell; what has no value is empty. */
const COLUMNS = [
  ["planned_outcome", ({ plan }) => plan.outcome.kind],
  ["planned_rounds", ({ plan }) => plan.rounds.length],
  ["planned_bytes", ({ plan }) => plan.byteCount],
  ["planned_total_ns", ({ plan }) => plan.totalNs],
  ["planned_downtime_ns", ({ plan }) => plan.downtimeNs],
  ["planned_shutdown_ns", ({ plan }) => plan.shutdownNs],
  ["planned_outage_ns", ({ plan }) => plan.outageNs],
  ["state", ({ measurement }) => measurement?.state],
  ["rounds", ({ measurement }) => measurement?.roundCount],
  ["bytes", ({ measurement }) => measurement?.byteCount],
  ["total_ns", ({ measurement }) => measurement?.totalNs],
  ["downtime_ns", ({ measurement }) => measurement?.downtimeNs],
  ["shutdown_ns", ({ measurement }) => measurement?.shutdownNs],
  ["outage_ns", ({ measurement }) => measurement?.outageNs],
  ["before_bits_per_second", ({ measurement }) => whole(measurement?.carried?.beforeBitsPerSecond)],
  ["pre_copy_bits_per_second", ({ measurement }) => whole(measurement?.carried?.preCopyBitsPerSecond)],
] as const satisfies readonly (readonly [string, (result: MigrationResult) => string | number | null | undefined])[];

function whole(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.floor(value);
}

/** Returns migration.csv: no field holds a comma. */
export function migrationCsv({ results }: MigrationStudy): string {
  const head = ["preset", "io", "workload", "memory_bytes", "dirty_per_second", "link_bits_per_second"];
  const rows = results.map((result) => {
    const { preset, io, workload, memoryBytes, dirtyPerSecond, linkBitsPerSecond } = result.cell;
    const own = [preset, io, workload, memoryBytes, dirtyPerSecond, linkBitsPerSecond];
    return [...own, ...COLUMNS.map(([, pick]) => pick(result) ?? "")];
  });
  return `${[[...head, ...COLUMNS.map(([name]) => name)], ...rows].map((fields) => fields.join(",")).join("\n")}\n`;
}
