/**
 * `renic validate`: measures what published results are compared with, prints the comparison and writes it as
 * validation.json. What is stopped goes on where it stood.
 */
import process from "node:process";
import { VERSION } from "../sim/version";
import { CHECKPOINT } from "../study/checkpoint-measurable";
import type { Measurable, StudyRun } from "../study/measurable";
import { MIGRATION_RUNS } from "../study/migration-measurable";
import { RUNTIME } from "../study/runtime-measurable";
import { BOND_MOVE_ROWS, BOND_RUNTIME_ROWS } from "../validation/bond-rows";
import { CHECKPOINT_CLAIMS } from "../validation/checkpoint-rows";
import { CLAIMS } from "../validation/claims";
import { type Displacements, type Figure, figureRuns, outcomeOf } from "../validation/figure";
import { MIGRATION_ROWS, migrationOutcome } from "../validation/migration-rows";
import type { Published } from "../validation/published";
import { type RowResult, rowResult, type ValidationResult } from "../validation/result";
import { RUNTIME_DISPLACEMENTS, RUNTIME_ROWS } from "../validation/runtime-rows";
import { validationText } from "../validation/validation-text";
import { EXIT } from "./exit";
import { OptionReader, type ResourceOptions } from "./option-reader";
import { writeResult } from "./outputs";
import { type MeasureSettings, measureRuns } from "./study-measure";

export interface ValidateOptions extends ResourceOptions {
  readonly out?: string;
  readonly claims?: string;
  readonly quiet?: boolean;
}

const SOURCE = "renic validate";
const FILE = "validation.json";

/** Carries the command out and returns its exit code. */
export async function validateCommand(options: ValidateOptions): Promise<number> {
  const reader = new OptionReader(SOURCE);
  const claims = [...new Set(CLAIMS.map(({ claim }) => claim))];
  const wanted = reader.names("--claims", options.claims, claims, claims);
  const resources = reader.resources(options);
  reader.end();
  const say = options.quiet ? () => undefined : (text: string) => console.error(text);
  const remedy = "ask for fewer claims with --claims";
  const settings = { source: SOURCE, remedy, resources, folder: options.out, say };
  const isWanted = ({ claim }: Published) => wanted.includes(claim);
  const runtimeRows = RUNTIME_ROWS.map((row) => ({ ...row, displacements: RUNTIME_DISPLACEMENTS }));
  const runtime = await measuredRows(RUNTIME, [...runtimeRows, ...BOND_RUNTIME_ROWS].filter(isWanted), settings);
  if (!runtime) return EXIT.interrupted;
  const checkpoint = await measuredRows(CHECKPOINT, CHECKPOINT_CLAIMS.filter(isWanted), settings);
  if (!checkpoint) return EXIT.interrupted;
  const moves = await measuredRows(MIGRATION_RUNS, BOND_MOVE_ROWS.filter(isWanted), settings);
  if (!moves) return EXIT.interrupted;
  const planned = MIGRATION_ROWS.filter(isWanted).map((row) => rowResult(row, migrationOutcome(row)));
  const rows = [...runtime.rows, ...checkpoint.rows, ...moves.rows, ...planned];
  const result: ValidationResult = { renic: VERSION, wasmSha256: runtime.wasmSha256, rows };
  process.stdout.write(`${validationText(result).join("\n")}\n`);
  if (options.out !== undefined) {
    await writeResult(options.out, FILE, `${JSON.stringify(result, null, 1)}\n`);
    say(`wrote ${FILE} to ${options.out}`);
  }
  return EXIT.ok;
}

/** Measures what rows of one kind of run need. Null when it was stopped. */
async function measuredRows<Run extends StudyRun, M>(
  measurable: Measurable<Run, M>,
  rows: readonly (Published & { readonly figure: Figure<Run, M>; readonly displacements: Displacements })[],
  settings: MeasureSettings,
): Promise<{ readonly rows: readonly RowResult[]; readonly wasmSha256: string } | null> {
  const runs = rows.flatMap(({ figure, displacements }) => figureRuns(figure, displacements));
  const done = await measureRuns(measurable, runs, settings);
  if (!done) return null;
  const results = rows.map((row) => rowResult(row, outcomeOf(row.figure, row.displacements, done.measured)));
  return { rows: results, wasmSha256: done.wasmSha256 };
}
