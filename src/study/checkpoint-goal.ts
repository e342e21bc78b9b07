/**
 * A goal for protection, as a user has one, and the longest interval that meets it.
 *
 *     p99<50ms    median<10ms    pause<5ms    longer<20%
 *
 * Everything that a goal can be about gets better with fewer checkpoints or worse, by which of the two the search goes: a
 * latency grows with the interval, what checkpoints cost falls. The search halves between intervals that were measured.
 */
import { parseDuration, quote } from "../sim/units";
import type { CheckpointCell } from "./checkpoint-scenario";
import { type CheckpointResult, type CheckpointSummary, checkpointSummary } from "./checkpoint-study";

/** What a goal can be about, and how it goes with the interval. */
const METRICS = {
  p99: { unit: "time", isGrowing: true, pick: ({ latencyNsP99 }) => latencyNsP99?.mean ?? null },
  median: { unit: "time", isGrowing: true, pick: ({ latencyNsMedian }) => latencyNsMedian?.mean ?? null },
  pause: { unit: "time", isGrowing: true, pick: ({ pauseNsMean }) => pauseNsMean?.mean ?? null },
  longer: { unit: "percent", isGrowing: false, pick: ({ longerPercent }) => longerPercent.mean },
} as const satisfies Record<
  string,
  { unit: "time" | "percent"; isGrowing: boolean; pick(summary: CheckpointSummary): number | null }
>;

export type Metric = keyof typeof METRICS;

export interface Goal {
  readonly text: string;
  readonly metric: Metric;
  /** Nanoseconds, or percent. */
  readonly most: number;
}

/** Reads a goal; returns what is wrong with it as a string. */
export function parseGoal(text: string): Goal | string {
  const names = Object.keys(METRICS);
  const found = /^\s*([a-z0-9]+)\s*<\s*(\S+)\s*$/.exec(text);
  const metric = found?.[1] ?? "";
  if (!found || !isMetric(metric)) {
    return `expected one of ${names.join(", ")}, then < and a limit, as in p99<50ms or longer<20%, got ${quote(text)}`;
  }
  const limit = found[2] ?? "";
  if (METRICS[metric].unit === "percent") {
    const most = /^\d+(\.\d+)?%$/.test(limit) ? Number(limit.slice(0, -1)) : Number.NaN;
    return Number.isNaN(most) ? `expected a percentage such as 20%, got ${quote(limit)}` : { text, metric, most };
  }
  const parsed = parseDuration(limit);
  return parsed.ok ? { text, metric, most: parsed.value } : parsed.reason;
}

function isMetric(name: string): name is Metric {
  return Object.hasOwn(METRICS, name);
}

/** Tells whether a cell meets a goal; null where the goal is about something that its workload has not. */
export function meets(goal: Goal, result: CheckpointResult): boolean | null {
  const value = METRICS[goal.metric].pick(checkpointSummary(result));
  return value === null ? null : value < goal.most;
}

/** What came of a goal for a model under a workload. */
export interface GoalAnswer {
  readonly cell: Omit<CheckpointCell, "intervalNs">;
  readonly goal: string;
  /** An interval at the edge of those that meet it; null when none that was looked at does. */
  readonly intervalNs: number | null;
  /** Whether longer intervals meet it too: then the interval is the shortest, else the longest. */
  readonly isShortest: boolean;
}

/** Measures one more interval. */
export type MeasureInterval = (cell: CheckpointCell) => Promise<CheckpointResult | null>;

const MS = 1_000_000;

/**
 * Finds the edge of the intervals that meet a goal, to the millisecond: between two of the grid, or its first or last one.
 * Undefined when a measurement was stopped.
 */
export async function edgeOf(
  goal: Goal,
  results: readonly CheckpointResult[],
  measure: MeasureInterval,
): Promise<GoalAnswer | null | undefined> {
  const known = results
    .flatMap((result) => (result.cell.intervalNs === null ? [] : [{ result, intervalNs: result.cell.intervalNs }]))
    .toSorted((one, other) => one.intervalNs - other.intervalNs);
  const { isGrowing } = METRICS[goal.metric];
  const isMet = known.map(({ result }) => meets(goal, result));
  const [first] = known;
  if (!first || isMet.some((each) => each === null)) return null;
  const { intervalNs: _, ...cell } = first.result.cell;
  const answer = (intervalNs: number | null) => ({ cell, goal: goal.text, intervalNs, isShortest: !isGrowing });
  // The last that meets it, coming from the side where it is met.
  const order = isGrowing ? known : known.toReversed();
  const count = (isGrowing ? isMet : isMet.toReversed()).findIndex((each) => !each);
  if (count < 0) return answer(order.at(-1)?.intervalNs ?? null);
  if (count === 0) return answer(null);
  let met = order[count - 1]?.intervalNs ?? 0;
  let missed = order[count]?.intervalNs ?? 0;
  while (Math.abs(missed - met) > MS) {
    const middle = Math.floor((met + missed) / 2 / MS) * MS;
    const result = await measure({ ...cell, intervalNs: middle });
    if (!result) return undefined;
    if (meets(goal, result)) met = middle;
    else missed = middle;
  }
  return answer(met);
}
