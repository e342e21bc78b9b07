import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { distance, suggest } from "../../src/config/suggest";

describe("suggest", () => {
  test.each([
    ["clok", "clock"],
    ["rtae", "rate"],
    ["Rate", "rate"],
    ["latncy", "latency"],
    ["vf", "vfs"],
    ["xyz", undefined],
    ["x", undefined],
    ["", undefined],
  ])("the word %s, compared with keys, %s", (word, meant) => {
    expect(suggest(word, ["rate", "latency", "vfs", "clock"])).toBe(meant);
  });

  test("two words equally close, compared, the first", () => {
    expect(suggest("host0", ["host1", "host2"])).toBe("host1");
  });

  test("a word after 127 others, compared, still found; after one more, not", () => {
    const others = Array.from({ length: 127 }, (_, index) => `other-host-${index}`);
    expect(suggest("clok", [...others, "clock"])).toBe("clock");
    expect(suggest("clok", ["one more", ...others, "clock"])).toBe(undefined);
  });

  test("a word of a megabyte, compared, no suggestion", () => {
    expect(suggest("latency".repeat(150_000), ["latency"])).toBe(undefined);
  });
});

describe("distance", () => {
  test.each([
    ["", "", 0],
    ["abc", "abc", 0],
    ["", "abc", 3],
    ["abc", "acb", 1],
    ["abc", "abd", 1],
    ["abc", "ab", 1],
    ["ca", "abc", 3],
    ["kitten", "sitting", 3],
  ])("%j and %j, compared, %i slips", (left, right, slipCount) => {
    expect(distance(left, right)).toBe(slipCount);
  });

  test("any two words, compared in either order, the same number within bounds", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (left, right) => {
        const slipCount = distance(left, right);
        expect(distance(right, left)).toBe(slipCount);
        expect(slipCount).toBeGreaterThanOrEqual(Math.abs(left.length - right.length));
        expect(slipCount).toBeLessThanOrEqual(Math.max(left.length, right.length));
        expect(slipCount === 0).toBe(left === right);
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
