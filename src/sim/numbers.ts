/** Returns the numbers from 0 up to, not including, one. */
export function numbersTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
