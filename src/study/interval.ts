/** Means over runs, with the interval that holds the true mean in 95 of 100 studies. */

/** A mean; `halfWidth` is null where one run tells nothing of chance. */
export interface Estimate {
  readonly mean: number;
  readonly halfWidth: number | null;
}

/**
 * Quantiles of Student's t at 97.5 %, for 1, 2, 3 and more degrees of freedom. Source: NIST/SEMATECH e-Handbook of
 * Statistical Methods, section 1.3.6.7.2.
 */
const STUDENT_T = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
] as const;

/** As many runs as the table has quantiles for. */
export const RUN_COUNT_MAX = STUDENT_T.length + 1;

/** Returns the mean of some values. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Returns the mean of runs with its interval of 95 %; at least one run, at most RUN_COUNT_MAX. */
export function estimateOf(values: readonly number[]): Estimate {
  const count = values.length;
  const mean = meanOf(values);
  const quantile = STUDENT_T[count - 2];
  if (quantile === undefined) return { mean, halfWidth: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, halfWidth: quantile * Math.sqrt(squares / (count - 1) / count) };
}

/** Returns what a table of values has of an estimate: the mean and half the interval, empty where there is nothing to tell. */
export function estimateFields(estimate: Estimate | null): [mean: string, halfWidth: string] {
  return estimate ? [String(estimate.mean), estimate.halfWidth === null ? "" : String(estimate.halfWidth)] : ["", ""];
}

/** Returns the middle value, or the mean of the two in the middle; 0 without any. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  return (lower + upper) / 2;
}
