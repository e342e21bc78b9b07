/**
 * When a machine that has moved tells the network where it is: at once, then at distances that grow and reach a limit,
 * as QEMU's announce timer does.
 *
 *     distances: announceFirst, + announceStep, + announceStep, ... never above announceLongest
 */
import type { Costs } from "./cost-table";

/** Returns the delay of each announcement after activation, in nanoseconds, the first of them 0. */
export function announceDelaysNs(costs: Costs): number[] {
  const delaysNs = [0];
  let distanceNs = costs.announceFirst;
  for (let index = 1; index < costs.announceCount; index++) {
    delaysNs.push((delaysNs[index - 1] ?? 0) + distanceNs);
    distanceNs = Math.min(distanceNs + costs.announceStep, costs.announceLongest);
  }
  return delaysNs;
}
