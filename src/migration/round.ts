/**
 * One round of pre-copy as policies see it: what was sent, how long it took, what is dirty at its end.
 *
 * The first round sends the guest's whole memory, each later one what was dirty at the end of the round before.
 */

export interface Round {
  readonly pageCount: number;
  /** What the pages took on the link, compressed or not, without the link's own headers. */
  readonly byteCount: number;
  /** From the first byte's departure to the last one's arrival. */
  readonly sendNs: number;
  /** Collecting the dirty logs behind it, while the guest goes on. */
  readonly harvestNs: number;
  /** Distinct pages written since the harvest before: what the next round, or the last one, sends. */
  readonly dirtyPageCount: number;
  /** The sender's own limit in this round; null for as fast as the link takes it. */
  readonly rateBitsPerSecondMax: number | null;
}

/** A migration between two rounds. */
export interface PreCopyProgress {
  readonly guestPageCount: number;
  /** Since the migration began. */
  readonly elapsedNs: number;
  /** Whole ones, in their order. */
  readonly rounds: readonly Round[];
}

/** Returns how long a round was in which pages could be dirtied, at least a nanosecond. */
export function durationNs({ sendNs, harvestNs }: Round): number {
  return Math.max(1, sendNs + harvestNs);
}
