/** The part of docs/validation.md that is made from what was measured, which lies beside it. */
import { readFileSync } from "node:fs";
import type { ValidationResult } from "../../src/validation/result";
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
