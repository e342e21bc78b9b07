/** What is reported of a series of measurements. */

/** The median, and how far most of the measurements lay from it. */
export interface Spread {
  readonly median: number;
  /** 10th percentile. */
  readonly low: number;
  /** 90th percentile. */
  readonly high: number;
}

/** Returns the spread of measurements; there is at least one. */
export function spreadOf(measurements: readonly number[]): Spread {
  const ascending = [...measurements].sort((a, b) => a - b);
  return { median: quantile(ascending, 0.5), low: quantile(ascending, 0.1), high: quantile(ascending, 0.9) };
}

/** Returns the measurement at a fraction of the way through, by nearest rank. */
function quantile(ascending: readonly number[], fraction: number): number {
  const rank = Math.max(Math.ceil(ascending.length * fraction), 1);
  const found = ascending[rank - 1];
  if (found === undefined) throw new RangeError("a spread is taken of at least one measurement");
  return found;
}
