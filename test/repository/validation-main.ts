/**
 * `node scripts/tool.mjs validation`: takes over what was measured, and rewrites the document's table. Claims that were not
 * measured stay as they are in it, and the table says with which data plane which were. With `planned` behind it nothing is
 * taken over. Rows that are planned are planned anew in either case.
 */
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { MIGRATION_ROWS, migrationOutcome } from "../../src/validation/migration-rows";
import { rowResult } from "../../src/validation/result";
import {
  mergedValidation,
  readValidation,
  VALIDATION_DOCUMENT,
  VALIDATION_RESULT,
  withValidation,
} from "./validation-part";

const MEASURED = "build/validation/validation.json";

const old = readValidation(VALIDATION_RESULT);
const measured = process.argv.includes("planned") ? null : readValidation(MEASURED);
const planned = MIGRATION_ROWS.map((row) => rowResult(row, migrationOutcome(row)));
const merged = mergedValidation(old, measured, planned);
writeFileSync(VALIDATION_RESULT, `${JSON.stringify(merged, null, 1)}\n`);
const text = withValidation(readFileSync(VALIDATION_DOCUMENT, "utf8"), readValidation(VALIDATION_RESULT));
writeFileSync(VALIDATION_DOCUMENT, text);
