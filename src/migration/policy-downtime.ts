/**
 * QEMU's policy: stop when the pages that are left would cross in the downtime that is allowed, by the bandwidth that
 * the last round had.
 *
 * Read migration.c: pending bytes are compared with bandwidth times downtime limit, where pending counts whole pages
 * and bandwidth what really crossed, so a compressed stream is judged longer than it will be. Left out: QEMU measures
 * over 100 ms whatever a round is, and looks again before a round's end.
 */
import { PAGE_BYTES } from "../../assembly/layout/limits";
import type { DowntimePolicy } from "../config/migration-policy";
import { type Decision, FREE_ROUND } from "./decision";
import type { PreCopyProgress, Round } from "./round";

/** Stops when short enough; after the time-out, stops anyway or gives up. */
export function decideDowntime(policy: Omit<DowntimePolicy, "kind">, { elapsedNs, rounds }: PreCopyProgress): Decision {
  const last = rounds.at(-1);
  if (last === undefined) return FREE_ROUND;
  if (lastPagesNs(last) <= policy.downtimeNs) return { next: "stop-and-copy", reason: "short-enough" };
  if (elapsedNs < policy.timeoutNs) return FREE_ROUND;
  return { next: policy.onTimeout, reason: "timed-out" };
}

/** Returns how long the pages left would take, by the bandwidth of a round; endless if nothing crossed in it. */
export function lastPagesNs({ dirtyPageCount, byteCount, sendNs }: Round): number {
  if (dirtyPageCount === 0) return 0;
  return byteCount === 0 ? Number.POSITIVE_INFINITY : (dirtyPageCount * PAGE_BYTES * sendNs) / byteCount;
}
