/** Reading of the data plane's histograms of times (assembly/sim/histogram.ts): quantiles, within a 32nd. */
import { HISTOGRAM_SUB_BITS } from "../../assembly/layout/histogram";

/** Returns the least value that falls into a bucket. */
export function bucketStart(bucket: number): number {
  const perOctave = 2 ** HISTOGRAM_SUB_BITS;
  if (bucket < perOctave) return bucket;
  const octave = Math.floor(bucket / perOctave) - 1;
  return (bucket - octave * perOctave) * 2 ** octave;
}

/** Returns how many values a histogram holds. */
export function countOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * Returns the value below or at which a share of all values lies: the greatest of its bucket. 0 for an empty histogram.
 * `share` is 0 to 1.
 */
export function quantileOf(counts: readonly number[], share: number): number {
  const rank = Math.max(1, Math.ceil(countOf(counts) * share));
  let seen = 0;
  for (const [bucket, count] of counts.entries()) {
    seen += count;
    if (seen >= rank) return bucketStart(bucket + 1) - 1;
  }
  return 0;
}
