/** The part of docs/validation.md that is made from what was measured, which lies beside it. */
import { readFileSync } from "node:fs";
import { MEASURED_CLAIMS } from "../../src/validation/claims";
import type { RowResult, ValidationResult } from "../../src/validation/result";
import { validationTable } from "../../src/validation/validation-text";
import { withMadePart } from "./made-part";

export const VALIDATION_DOCUMENT = "docs/validation.md";
export const VALIDATION_RESULT = "docs/validation.json";

export function readValidation(path: string): ValidationResult {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** Returns the text with that part as the results have it. */
export function withValidation(text: string, result: ValidationResult): string {
  return withMadePart(text, "validation", validationTable(result));
}

/**
 * Returns what the document has with what was measured taken over: rows of claims that were not measured stay, each beside the
 * data plane that it was measured with. Everything measured anew, nothing of the document is left.
 */
export function mergedValidation(
  old: ValidationResult,
  measured: ValidationResult | null,
  planned: readonly RowResult[],
): ValidationResult {
  const found = MEASURED_CLAIMS.flatMap(({ claim, part }) => {
    const isIt = (row: RowResult) => row.claim === claim && row.part === part;
    const [now, before] = [measured?.rows.find(isIt), old.rows.find(isIt)];
    if (measured && now) return { row: now, wasmSha256: measured.wasmSha256 };
    return before ? { row: before, wasmSha256: before.wasmSha256 ?? old.wasmSha256 } : [];
  });
  const isWhole = found.every(({ wasmSha256 }) => wasmSha256 === measured?.wasmSha256);
  const most = measured && isWhole ? measured : old;
  const rows = found.map(({ row: { wasmSha256: _, ...row }, wasmSha256 }) =>
    wasmSha256 === most.wasmSha256 ? row : { ...row, wasmSha256 },
  );
  return { renic: most.renic, wasmSha256: most.wasmSha256, rows: [...rows, ...planned] };
}
