/**
 * Where the downtime went: the stretch from the order to stop to the guest's running again, divided into steps. Each step
 * begins where the one before it ended, so that they sum to the whole exactly.
 */
import type { PastStep, Timeline } from "./migration";

export interface Downtime {
  readonly totalNs: number;
  readonly steps: readonly PastStep[];
}

/** Returns the downtime of a machine that runs again, null for one that was not stopped or does not run. */
export function downtimeOf({ pausedNs, resumedNs, steps }: Timeline): Downtime | null {
  if (pausedNs === null || resumedNs === null) return null;
  return {
    totalNs: resumedNs - pausedNs,
    steps: steps.filter(({ beganNs, endedNs }) => beganNs >= pausedNs && endedNs <= resumedNs),
  };
}
