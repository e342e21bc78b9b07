/** Histograms of times as the control plane reads them. */
import { describe, expect, it } from "vitest";
import { HISTOGRAM_BUCKET_COUNT } from "../../assembly/layout/histogram";
import { bucketStart, countOf, quantileOf } from "../../src/core/histogram";

function histogram(...entries: readonly (readonly [bucket: number, count: number])[]): number[] {
  const counts = Array.from({ length: HISTOGRAM_BUCKET_COUNT }, () => 0);
  for (const [bucket, count] of entries) counts[bucket] = count;
  return counts;
}

describe("a histogram", () => {
  it("its buckets, follow each other, each at most a 32nd of its start wide", () => {
    expect([0, 1, 31, 32, 63, 64, 65, 96].map(bucketStart)).toEqual([0, 1, 31, 32, 63, 64, 66, 128]);
    for (let bucket = 32; bucket < HISTOGRAM_BUCKET_COUNT; bucket++) {
      const width = bucketStart(bucket + 1) - bucketStart(bucket);
      expect(width).toBeGreaterThan(0);
      expect(width * 32).toBeLessThanOrEqual(bucketStart(bucket));
    }
    expect(bucketStart(HISTOGRAM_BUCKET_COUNT)).toBe(2 ** 38);
  });

  it("of a hundred values, has its quantiles where they lie", () => {
    const counts = histogram([10, 50], [20, 49], [64, 1]);
    expect(countOf(counts)).toBe(100);
    expect([0, 0.5, 0.51, 0.99, 1].map((share) => quantileOf(counts, share))).toEqual([10, 10, 20, 20, 65]);
  });

  it("without values, has 0 for every quantile", () => {
    expect(quantileOf(histogram(), 0.5)).toBe(0);
  });
});
