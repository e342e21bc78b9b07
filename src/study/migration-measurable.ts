/** Runs of the migration study, as a kind of run. */
import type { Measurable } from "./measurable";
import { type MigrationMeasurement, measureMigration } from "./migration-measurement";
import { type MigrationRun, migrationInput, migrationRunKey } from "./migration-scenario";

export const MIGRATION_RUNS: Measurable<MigrationRun, MigrationMeasurement> = {
  kind: "migration",
  keyOf: migrationRunKey,
  inputOf: migrationInput,
  measure: measureMigration,
  isMeasurement: (value): value is MigrationMeasurement => {
    return typeof value === "object" && value !== null && "shutdownNs" in value && "carried" in value;
  },
  groupOf: ({ cell }) => `${cell.workload} ${cell.io}`,
  shapeOf: ({ cell }) => `${cell.workload} ${cell.io} ${cell.memoryBytes}`,
  // Bursts of the job, beside a network that hardly differs.
  workOf: ({ cell }) => 1_000 + cell.dirtyPerSecond,
  sizeOf: ({ cell }) => cell.memoryBytes,
  // Probes come each millisecond, and a young thread is slow.
  estimateNs: [50_000_000, 1_000_000_000],
  withDuration: (run, durationNs) => ({ ...run, durationNs, hasMigration: false }),
};
