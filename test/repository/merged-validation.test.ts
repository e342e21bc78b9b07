/** What was measured is taken over into what a document has: all of it, or some claims beside those of an earlier time. */
import { describe, expect, it } from "vitest";
import { MEASURED_CLAIMS } from "../../src/validation/claims";
import { type RowResult, rowResult, type ValidationResult } from "../../src/validation/result";
import { validationTable } from "../../src/validation/validation-text";
import { mergedValidation } from "./validation-part";

function resultOf(wasmSha256: string, ours: number, isMeasured = (_: string) => true): ValidationResult {
  const rows = MEASURED_CLAIMS.filter(({ claim }) => isMeasured(claim)).map((row) =>
    rowResult(row, { value: ours, where: "here", range: null }),
  );
  return { renic: "1", wasmSha256, rows };
}

const planned: RowResult[] = [];

describe("taking over", () => {
  it("all claims, nothing of the document is left", () => {
    const now = resultOf("new", 2);
    expect(mergedValidation(resultOf("old", 1), now, planned)).toEqual(now);
  });

  it("some claims, the others stay, and those that are new have their data plane beside them", () => {
    const merged = mergedValidation(
      resultOf("old", 1),
      resultOf("new", 2, (claim) => claim === "10"),
      planned,
    );
    expect(merged.wasmSha256).toBe("old");
    for (const { claim, ours, wasmSha256 } of merged.rows) {
      expect([ours, wasmSha256]).toEqual(claim === "10" ? [2, "new"] : [1, undefined]);
    }
    expect(validationTable(merged)).toMatch(/data plane old; claim 10 with new\.$/);
  });

  it("then all claims, no row has one of its own", () => {
    const merged = mergedValidation(
      resultOf("old", 1),
      resultOf("new", 2, (claim) => claim === "10"),
      planned,
    );
    expect(mergedValidation(merged, resultOf("newer", 3), planned)).toEqual(resultOf("newer", 3));
  });

  it("nothing measured, the document's rows as they were", () => {
    expect(mergedValidation(resultOf("old", 1), null, planned)).toEqual(resultOf("old", 1));
  });
});
