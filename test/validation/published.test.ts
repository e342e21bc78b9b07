/** What is said of a figure: each verdict where it belongs, and no better one. */
import { describe, expect, it } from "vitest";
import { type Outcome, type Published, verdictOf } from "../../src/validation/published";
import { RUNTIME_ROWS } from "../../src/validation/runtime-rows";

const CLAIM: Published = {
  ...{ claim: "1", part: "", title: "", source: "", confidence: "read", unit: "%" },
  ...{ value: 54, accepted: [45, 60], isConsistencyOnly: false },
};

function outcome(value: number, ...ends: [number, number] | []): Outcome {
  const [least, greatest] = ends;
  if (least === undefined || greatest === undefined) return { value, range: null };
  return {
    value,
    range: [
      { value: least, moved: null },
      { value: greatest, moved: null },
    ],
  };
}

describe("the verdict", () => {
  it.each([
    ["reproduced", 45, 40, 50],
    ["reproduced", 60, 40, 50],
    ["bracketed", 44.9, 40, 54],
    ["bracketed", 60.1, 54, 70],
    ["missed", 44.9, 40, 53.9],
    ["missed", 60.1, 54.1, 70],
  ] as const)("%s: ours %d, from %d to %d", (verdict, ours, least, greatest) => {
    expect(verdictOf(CLAIM, outcome(ours, least, greatest))).toBe(verdict);
  });

  it("of an order that was published without a value, missed as soon as it does not hold", () => {
    const order: Published = { ...CLAIM, value: null, accepted: [0, 0] };
    expect(verdictOf(order, outcome(0, 0, 3))).toBe("reproduced");
    expect(verdictOf(order, outcome(1, 0, 3))).toBe("missed");
  });

  it("without a range, reproduced or missed", () => {
    expect(verdictOf(CLAIM, outcome(50))).toBe("reproduced");
    expect(verdictOf(CLAIM, outcome(61))).toBe("missed");
  });

  it("of a source that gave a parameter, and of a value from memory, none, however well it agrees", () => {
    expect(verdictOf({ ...CLAIM, isConsistencyOnly: true }, outcome(54, 50, 60))).toBe("consistency only");
    expect(verdictOf({ ...CLAIM, confidence: "recalled" }, outcome(54, 50, 60))).toBe("recalled");
  });
});

describe("claims", () => {
  it("published values, lie within what counts as the same", () => {
    for (const { value, accepted } of RUNTIME_ROWS) {
      if (value === null) continue;
      expect(value).toBeGreaterThanOrEqual(accepted[0]);
      expect(value).toBeLessThanOrEqual(accepted[1]);
    }
  });
});
