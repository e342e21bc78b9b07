/**
 * Histograms of times: log-linear buckets, integers only. 32 buckets divide each doubling, so that a bucket is at most
 * a 32nd of its values wide; below 32 each value has its own.
 *
 *     value        0 ... 31    32 ... 63      64 ... 127     128 ...
 *     bucket       0 ... 31    32 ... 63      64 ... 95      96 ...      widths 1, 1, 2, 4 ...
 *
 * Invariant: `bucketOf` does not decrease. The caller owns the counts, a word a bucket, and the unit: nanoseconds reach
 * 2^38, 275 s, in the last bucket, which takes what is longer. Source: the layout of HdrHistogram (Tene, 2012).
 */
import { HISTOGRAM_BUCKET_COUNT, HISTOGRAM_SUB_BITS } from "../layout/histogram";

/** Returns the number of the bucket that a value falls into. */
export function bucketOf(value: u64): u32 {
  if (value < 1 << HISTOGRAM_SUB_BITS) return <u32>value;
  const octave = 63 - <u32>clz(value) - HISTOGRAM_SUB_BITS;
  const bucket = (octave << HISTOGRAM_SUB_BITS) + <u32>(value >> octave);
  return min<u32>(bucket, HISTOGRAM_BUCKET_COUNT - 1);
}
