/** The hold model's facts that every engine is told. */

/** Events that may wait at once. */
export const EVENT_COUNT_MAX = 1_048_576;
/** Holds of a round: their distances are drawn before it. */
export const HOLD_COUNT_MAX = 50_000;
