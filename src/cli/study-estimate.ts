/**
 * How long a study will take on this machine, and how much memory: measured by short runs of each workload with the most
 * VMs, which are the longest, at two lengths, so that what a world takes to be made is told from what its time takes.
 */
import { planWorld } from "../experiment/plan";
import type { Measurable, StudyRun } from "../study/measurable";
import type { StudyPool } from "./study-pool";

/** Lengths of the calibration's runs, unless a kind has its own: the first is over before most flows have begun. */
const ESTIMATE_NS = [1_000_000, 15_000_000] as const;

/** Milliseconds that a run takes. */
export type RunEstimate<Run> = (run: Run) => number;

/** Measures the calibration's runs. Null when it was stopped. */
export async function calibrate<Run extends StudyRun, M>(
  pool: StudyPool,
  measurable: Measurable<Run, M>,
  runs: readonly Run[],
): Promise<RunEstimate<Run> | null> {
  const largest = largestOfGroups(measurable, runs);
  const [shortNs, longNs] = measurable.estimateNs ?? ESTIMATE_NS;
  const elapsed = new Map<string, number>();
  const keyOf = (run: Run) => `${measurable.groupOf(run)} ${run.durationNs}`;
  const short = [...largest.values()].flatMap((run) => [shortNs, longNs].map((ns) => measurable.withDuration(run, ns)));
  const isDone = await pool.measureAll(short, (run, { elapsedMs }) => elapsed.set(keyOf(run), elapsedMs));
  if (!isDone) return null;
  return (run) => {
    const most = largest.get(measurable.groupOf(run)) ?? run;
    const elapsedOf = (durationNs: number) => elapsed.get(keyOf(measurable.withDuration(most, durationNs))) ?? 0;
    const msPerNs = Math.max(0, elapsedOf(longNs) - elapsedOf(shortNs)) / (longNs - shortNs);
    const madeMs = (elapsedOf(shortNs) * measurable.sizeOf(run)) / measurable.sizeOf(most);
    return madeMs + msPerNs * run.durationNs * (measurable.workOf(run) / measurable.workOf(most));
  };
}

/** Of each group the largest run, of those the one that stands last: software takes longer to simulate. */
function largestOfGroups<Run extends StudyRun, M>(
  measurable: Measurable<Run, M>,
  runs: readonly Run[],
): Map<string, Run> {
  const largest = new Map<string, Run>();
  for (const run of runs) {
    const group = measurable.groupOf(run);
    const known = largest.get(group);
    if (!known || measurable.sizeOf(run) >= measurable.sizeOf(known)) largest.set(group, run);
  }
  return largest;
}

/** Returns the memory that so many of the largest worlds take at once, an upper bound. */
export function memoryOf<Run extends StudyRun, M>(
  module: WebAssembly.Module,
  measurable: Measurable<Run, M>,
  runs: readonly Run[],
  jobCount: number,
): number {
  const shapes = new Map(runs.map((run) => [measurable.shapeOf(run), run]));
  const sizes = [...shapes.values()].map((run) => planWorld(measurable.inputOf(module, run)).arenaBytes);
  return Math.min(jobCount, runs.length) * Math.max(0, ...sizes);
}
