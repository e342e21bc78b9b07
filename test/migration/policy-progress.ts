/** Rounds for tests of policies: a gigabyte's guest and rounds of a second, unless a test says otherwise. */
import type { PreCopyProgress, Round } from "../../src/migration/round";

export const GUEST_PAGES = 262_144;

/** Returns a round that sent so many pages whole, and behind which so many are dirty. */
export function round(pageCount: number, dirtyPageCount: number, more: Partial<Round> = {}): Round {
  const whole = { pageCount, dirtyPageCount, byteCount: pageCount * 4_096, sendNs: 1_000_000_000, harvestNs: 0 };
  return { ...whole, rateBitsPerSecondMax: null, ...more };
}

/** Returns a migration behind rounds that took a second each. */
export function behind(...rounds: readonly Round[]): PreCopyProgress {
  return { guestPageCount: GUEST_PAGES, elapsedNs: rounds.length * 1_000_000_000, rounds };
}

/** Returns as many equal rounds. */
export function times(count: number, each: Round): Round[] {
  return Array.from({ length: count }, () => each);
}
