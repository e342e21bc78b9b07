/**
 * `renic study migration`: the grid of the migration study, each cell planned, and simulated packet by packet where the
 * engine moves its NIC; printed as tables and written as migration.csv and migration.json.
 */
import process from "node:process";
import { formatScenario } from "../config/format";
import { migrationCellName } from "../study/migration-cell";
import { MIGRATION_SCENARIO_FOLDER, migrationCsv, migrationJson } from "../study/migration-files";
import { MIGRATION_RUNS } from "../study/migration-measurable";
import { type MigrationRun, migrationScenario } from "../study/migration-scenario";
import { type MigrationStudy, migrationRuns, migrationStudyOf } from "../study/migration-study";
import { migrationStudyText } from "../study/migration-text";
import { EXIT } from "./exit";
import {
  MIGRATION_STUDY_SOURCE,
  type MigrationStudyOptions,
  readMigrationStudyOptions,
} from "./migration-study-options";
import { writeResult } from "./outputs";
import { measureRuns } from "./study-measure";

const REMEDY =
  "ask for fewer of them with --quick, --guests, --dirty, --links, --workloads or --presets, or for plans alone with --no-packets";

/** Carries the command out and returns its exit code. */
export async function migrationStudyCommand(options: MigrationStudyOptions): Promise<number> {
  const { plan, ...resources } = readMigrationStudyOptions(options);
  const say = options.quiet ? () => undefined : (text: string) => console.error(text);
  const settings = { source: MIGRATION_STUDY_SOURCE, remedy: REMEDY, resources, folder: options.out, say };
  const runs = migrationRuns(plan);
  const done = await measureRuns(MIGRATION_RUNS, runs, settings);
  if (!done) return EXIT.interrupted;
  const study = migrationStudyOf(plan, done.measured);
  process.stdout.write(`${migrationStudyText(study).join("\n")}\n`);
  if (options.out !== undefined) {
    await writeStudy(options.out, runs, study, done.wasmSha256);
    say(`wrote migration.csv, migration.json and ${MIGRATION_SCENARIO_FOLDER}/ to ${options.out}`);
  }
  return EXIT.ok;
}

async function writeStudy(
  folder: string,
  runs: readonly MigrationRun[],
  study: MigrationStudy,
  wasmSha256: string,
): Promise<void> {
  for (const run of runs) {
    const name = `${migrationCellName(run.cell)}.yaml`;
    await writeResult(`${folder}/${MIGRATION_SCENARIO_FOLDER}`, name, formatScenario(migrationScenario(run)));
  }
  await writeResult(folder, "migration.csv", migrationCsv(study));
  await writeResult(folder, "migration.json", migrationJson(study, wasmSha256));
}
