/** `node scripts/tool.mjs documents`: rewrites what documents show of tables in the code. */
import { readFileSync, writeFileSync } from "node:fs";
import { MODEL_DOCUMENT, withCosts } from "./cost-section";

writeFileSync(MODEL_DOCUMENT, withCosts(readFileSync(MODEL_DOCUMENT, "utf8")));
