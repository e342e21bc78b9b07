/** Returns the numbers from 0 up to, not including, one. */
export function numbersTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** Returns the sum of values, added in their order; 0 of none. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
