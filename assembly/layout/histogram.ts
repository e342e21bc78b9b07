/** Shape of a histogram of times (sim/histogram.ts): counts, a word each, in the order of their buckets. */

/** Each doubling has 2^5 buckets. */
export const HISTOGRAM_SUB_BITS: u32 = 5;
/** Up to 2^38. */
export const HISTOGRAM_BUCKET_COUNT: u32 = 1088;
