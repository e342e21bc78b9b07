/** Means with their intervals, and medians. */
import { describe, expect, it } from "vitest";
import { estimateOf, medianOf, RUN_COUNT_MAX } from "../../src/study/interval";

describe("the mean of runs", () => {
  it("three of them, has the interval that Student's t gives for two degrees of freedom", () => {
    const { mean, halfWidth } = estimateOf([9, 10, 11]);
    expect(mean).toBe(10);
    // 4.303 times a standard deviation of 1 over the root of 3.
    expect(halfWidth).toBeCloseTo(2.4843, 3);
  });

  it("one alone, tells nothing of chance", () => {
    expect(estimateOf([7])).toEqual({ mean: 7, halfWidth: null });
  });

  it("all the same, an interval of no width", () => {
    expect(estimateOf(Array(RUN_COUNT_MAX).fill(5))).toEqual({ mean: 5, halfWidth: 0 });
  });
});

describe("the median", () => {
  it("odd and even numbers of values in any order, the middle of them", () => {
    expect(medianOf([3, 1, 2])).toBe(2);
    expect(medianOf([4, 1, 3, 2])).toBe(2.5);
  });
});
