/**
 * Where the downtime went: the stretch from the order to stop to the guest's running again, divided at the marks of the
 * timeline. Each part ends where the next one begins, so that they sum to the whole exactly.
 */
import type { Timeline } from "./migration";

/** The parts in their order, each with the mark that it ends at. */
export const DOWNTIME_PARTS = {
  stop: "stoodStillNs",
  device: "quiescedNs",
  harvest: "harvestedNs",
  pages: "pagesArrivedNs",
  state: "stateArrivedNs",
  build: "readyNs",
  handover: "resumedNs",
} as const satisfies Readonly<Record<string, keyof Timeline>>;

export type DowntimePart = keyof typeof DOWNTIME_PARTS;

export interface Downtime {
  readonly totalNs: number;
  /** Zero for parts that a machine that went on at the source has not come to. */
  readonly partsNs: Readonly<Record<DowntimePart, number>>;
  /** For a machine that went on at the source: from the last mark that it came to, to its going on. */
  readonly backNs: number;
}

/** Returns the downtime of a machine that runs again, null for one that was not stopped or does not run. */
export function downtimeOf(timeline: Timeline, { hasMoved }: { readonly hasMoved: boolean }): Downtime | null {
  const { pausedNs, resumedNs } = timeline;
  if (pausedNs === null || resumedNs === null) return null;
  let fromNs = pausedNs;
  const partNs = (part: DowntimePart): number => {
    const toNs = part === "handover" && !hasMoved ? null : timeline[DOWNTIME_PARTS[part]];
    if (toNs === null) return 0;
    const ns = toNs - fromNs;
    fromNs = toNs;
    return ns;
  };
  const partsNs = {
    stop: partNs("stop"),
    device: partNs("device"),
    harvest: partNs("harvest"),
    pages: partNs("pages"),
    state: partNs("state"),
    build: partNs("build"),
    handover: partNs("handover"),
  };
  return { totalNs: resumedNs - pausedNs, partsNs, backNs: resumedNs - fromNs };
}
