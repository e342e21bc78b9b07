/**
 * Xen's first policy: a rate that follows the guest up to a limit, and four rules for the stop.
 *
 * Read xc_domain_save.c of 2010. It looks at what a round had to send, not at what is dirty behind it: a round of fewer
 * than fifty pages is the last one. Left out: pages that it skips because they are dirty again before their turn, and
 * bursts of 100 KiB within the rate.
 */
import { PAGE_BYTES } from "../../assembly/layout/limits";
import type { RateRamp, XenClassicPolicy } from "../config/migration-policy";
import type { Decision } from "./decision";
import { durationNs, type PreCopyProgress, type Round } from "./round";

/** Stops by the first rule that holds; otherwise the next round has the rate that the ramp has reached. */
export function decideXenClassic(policy: XenClassicPolicy, { guestPageCount, rounds }: PreCopyProgress): Decision {
  const { roundCountMax, pageCountMin, trafficFactorMax, ramp } = policy;
  const last = rounds.at(-1);
  if (last === undefined) return nextRound(ramp?.startBitsPerSecond ?? null);

  const sentBefore = rounds.at(-2)?.pageCount ?? guestPageCount;
  if (ramp !== null && last.rateBitsPerSecondMax === ramp.maxBitsPerSecond && last.pageCount > sentBefore)
    return { next: "stop-and-copy", reason: "not-shrinking" };
  if (rounds.length >= roundCountMax) return { next: "stop-and-copy", reason: "last-round" };
  if (last.pageCount < pageCountMin) return { next: "stop-and-copy", reason: "few-pages" };
  const sentCount = rounds.reduce((total, { pageCount }) => total + pageCount, 0);
  if (sentCount > trafficFactorMax * guestPageCount) return { next: "stop-and-copy", reason: "much-traffic" };
  return nextRound(ramp && climb(ramp, last));
}

function nextRound(rateBitsPerSecondMax: number | null): Decision {
  return { next: "round", rateBitsPerSecondMax, throttlePercent: 0 };
}

/** Returns the rate behind a round: never less than its own, as `print_stats` in the source has it. */
function climb({ startBitsPerSecond, stepBitsPerSecond, maxBitsPerSecond }: RateRamp, last: Round): number {
  const rate = last.rateBitsPerSecondMax ?? startBitsPerSecond;
  const dirtied = Math.floor((last.dirtyPageCount * PAGE_BYTES * 8 * 1e9) / durationNs(last));
  return dirtied > rate ? Math.min(dirtied + stepBitsPerSecond, maxBitsPerSecond) : rate;
}
