/** What docs/model.md says of saturation is what runs give today. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MODEL_DOCUMENT } from "../repository/cost-section";
import { exampleInput } from "../support/flow-scenario";
import { FIGURE, saturation } from "./saturation";

describe("docs/model.md", () => {
  it("table and figure of saturation, are what `node scripts/tool.mjs saturation` would write", async () => {
    const document = readFileSync(MODEL_DOCUMENT, "utf8");
    const made = saturation(await exampleInput("requests-vf.yaml"), document);
    expect(document).toBe(made.document);
    expect(readFileSync(FIGURE, "utf8")).toBe(made.figure);
  });
});
