/**
 * Counts of the behaviours that the reference model passed through, so that a test can demand that each was reached.
 * A key is dotted words, from the general to the particular. Source: none; it judges the programs, not the device.
 */

/** How often each behaviour was seen. */
export class Coverage {
  readonly counts = new Map<string, number>();

  seen(key: string): void {
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }
}
