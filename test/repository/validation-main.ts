/** `node scripts/tool.mjs validation`: takes over what was measured, and rewrites the document's table. */
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { readValidation, VALIDATION_DOCUMENT, VALIDATION_RESULT, withValidation } from "./validation-part";

const MEASURED = "build/validation/validation.json";

copyFileSync(MEASURED, VALIDATION_RESULT);
const text = withValidation(readFileSync(VALIDATION_DOCUMENT, "utf8"), readValidation(VALIDATION_RESULT));
writeFileSync(VALIDATION_DOCUMENT, text);
