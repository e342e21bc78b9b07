/**
 * `node scripts/tool.mjs validation`: takes over what was measured, and rewrites the document's table. With `planned` behind it
 * nothing is measured: what is in the document is kept, but for the rows that are planned, which are planned anew.
 */
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { MIGRATION_ROWS, migrationOutcome } from "../../src/validation/migration-rows";
import { rowResult } from "../../src/validation/result";
import { readValidation, VALIDATION_DOCUMENT, VALIDATION_RESULT, withValidation } from "./validation-part";

const MEASURED = "build/validation/validation.json";

if (process.argv.includes("planned")) {
  const old = readValidation(VALIDATION_RESULT);
  const planned = MIGRATION_ROWS.map((row) => rowResult(row, migrationOutcome(row)));
  const measured = old.rows.filter(({ claim }) => !planned.some((row) => row.claim === claim));
  const rows = [...measured, ...planned];
  writeFileSync(VALIDATION_RESULT, `${JSON.stringify({ ...old, rows }, null, 1)}\n`);
} else {
  copyFileSync(MEASURED, VALIDATION_RESULT);
}
const text = withValidation(readFileSync(VALIDATION_DOCUMENT, "utf8"), readValidation(VALIDATION_RESULT));
writeFileSync(VALIDATION_DOCUMENT, text);
