/**
 * `renic validate`: measures what published results are compared with, prints the comparison and writes it as
 * validation.json. What is stopped goes on where it stood.
 */
import process from "node:process";
import { VERSION } from "../sim/version";
import { RUNTIME } from "../study/runtime-measurable";
import { MIGRATION_ROWS, migrationOutcome } from "../validation/migration-rows";
import { rowResult, type ValidationResult } from "../validation/result";
import { figureRuns, outcomeOf } from "../validation/runtime-figure";
import { RUNTIME_ROWS } from "../validation/runtime-rows";
import { validationText } from "../validation/validation-text";
import { EXIT } from "./exit";
import { OptionReader, type ResourceOptions } from "./option-reader";
import { writeResult } from "./outputs";
import { measureRuns } from "./study-measure";

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
  const claims = [...new Set([...RUNTIME_ROWS, ...MIGRATION_ROWS].map(({ claim }) => claim))];
  const wanted = reader.names("--claims", options.claims, claims, claims);
  const resources = reader.resources(options);
  reader.end();
  const rows = RUNTIME_ROWS.filter(({ claim }) => wanted.includes(claim));
  const planned = MIGRATION_ROWS.filter(({ claim }) => wanted.includes(claim));
  const say = options.quiet ? () => undefined : (text: string) => console.error(text);
  const runs = rows.flatMap(({ figure }) => figureRuns(figure));
  const done = await measureRuns(RUNTIME, runs, {
    ...{ source: SOURCE, remedy: "ask for fewer claims with --claims", resources, folder: options.out, say },
  });
  if (!done) return EXIT.interrupted;
  const result: ValidationResult = {
    renic: VERSION,
    wasmSha256: done.wasmSha256,
    rows: [
      ...rows.map((row) => rowResult(row, outcomeOf(row.figure, done.measured))),
      ...planned.map((row) => rowResult(row, migrationOutcome(row))),
    ],
  };
  process.stdout.write(`${validationText(result).join("\n")}\n`);
  if (options.out !== undefined) {
    await writeResult(options.out, FILE, `${JSON.stringify(result, null, 1)}\n`);
    say(`wrote ${FILE} to ${options.out}`);
  }
  return EXIT.ok;
}
