/** `node scripts/tool.mjs saturation`: writes the table and the figure of saturation in docs/model.md anew. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { MODEL_DOCUMENT } from "../repository/cost-section";
import { exampleInput } from "../support/flow-scenario";
import { FIGURE, saturation } from "./saturation";

const made = saturation(await exampleInput("requests-vf.yaml"), readFileSync(MODEL_DOCUMENT, "utf8"));
writeFileSync(MODEL_DOCUMENT, made.document);
mkdirSync(dirname(FIGURE), { recursive: true });
writeFileSync(FIGURE, made.figure);
