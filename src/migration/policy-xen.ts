/**
 * Xen's policy since its second migration stream: few dirty pages, or enough rounds.
 *
 * Read xg_sr_save.c, `simple_precopy_policy`: it is asked before the first round, too, and goes on.
 */
import type { XenPolicy } from "../config/migration-policy";
import { type Decision, FREE_ROUND } from "./decision";
import type { PreCopyProgress } from "./round";

/** Stops with fewer dirty pages than `pageCountMin`, or behind `roundCountMax` rounds. */
export function decideXen({ pageCountMin, roundCountMax }: XenPolicy, { rounds }: PreCopyProgress): Decision {
  const last = rounds.at(-1);
  if (last !== undefined && last.dirtyPageCount < pageCountMin) return { next: "stop-and-copy", reason: "few-pages" };
  if (rounds.length >= roundCountMax) return { next: "stop-and-copy", reason: "last-round" };
  return FREE_ROUND;
}
