/**
 * How long a checkpoint keeps a guest still after it has stopped: a sum of rows of the cost model.
 *
 *     scanLog + pages x (mapPage + page bytes / copyRate) + saveVf + resumeGuest
 *
 * Left out: stopping the guest, which comes before and has a timer of its own, and parts that only other NICs have.
 */
import type { Costs } from "./cost-table";

/** Returns whole nanoseconds for a checkpoint of so many pages. */
export function pauseNs(costs: Costs, pageCount: number, pageBytes: number): number {
  const { scanLog, mapPage, copyRate, saveVf, resumeGuest } = costs;
  const copyNs = Math.floor((pageCount * pageBytes * 1e9) / copyRate);
  return scanLog + pageCount * mapPage + copyNs + saveVf + resumeGuest;
}
