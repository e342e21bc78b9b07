/**
 * What a policy answers: another round, the stop, or the end of the migration, each with what belongs to it.
 *
 * Reasons are words of a result and of a report, so they stand here once, with what they mean.
 */

/** Why a guest is stopped for its last pages. */
export const STOP_REASONS = {
  "few-pages": "few pages were left",
  "last-round": "the limit of rounds was reached",
  "much-traffic": "the limit of traffic was reached",
  "not-shrinking": "a round at the greatest rate sent more than the one before",
  "short-enough": "the last pages would cross within the downtime that is allowed",
  "timed-out": "the migration had taken as long as it may",
} as const;

export type StopReason = keyof typeof STOP_REASONS;

/** Why a policy ends a migration and leaves the guest where it is. */
export const GIVE_UP_REASONS = {
  "timed-out": "the migration had taken as long as it may, and the last pages would not cross within the downtime",
} as const;

export type GiveUpReason = keyof typeof GIVE_UP_REASONS;

/** What comes next. */
export type Decision = RoundDecision | StopDecision | GiveUpDecision;

export interface RoundDecision {
  readonly next: "round";
  /** The sender's own limit; null for as fast as the link takes it. */
  readonly rateBitsPerSecondMax: number | null;
  /** Processor time that is taken from the guest, in percent; 0 for a guest that runs freely. */
  readonly throttlePercent: number;
}

export interface StopDecision {
  readonly next: "stop-and-copy";
  readonly reason: StopReason;
}

export interface GiveUpDecision {
  readonly next: "give-up";
  readonly reason: GiveUpReason;
}

/** A round as fast as the link takes it, of a guest that runs freely. */
export const FREE_ROUND: RoundDecision = { next: "round", rateBitsPerSecondMax: null, throttlePercent: 0 };
