/**
 * How long a study will take on this machine, and how much memory: measured by short runs of each workload with the most
 * VMs, which are the longest, at two lengths, so that what a world takes to be made is told from what its time takes.
 */
import { planWorld } from "../experiment/plan";
import { inputOf, portCountOf, type RuntimeRun, workloadOf } from "../study/runtime-scenario";
import type { StudyPool } from "./study-pool";

/** Lengths of the calibration's runs: the first is over before most flows have begun. */
const SHORT_NS = 1_000_000;
const LONG_NS = 15_000_000;

/** Milliseconds that a run takes. */
export type RunEstimate = (run: RuntimeRun) => number;

/** Measures the calibration's runs. Null when it was stopped. */
export async function calibrate(pool: StudyPool, runs: readonly RuntimeRun[]): Promise<RunEstimate | null> {
  const largest = largestOfWorkloads(runs);
  const elapsed = new Map<string, number>();
  const keyOf = ({ cell, durationNs }: RuntimeRun) => `${cell.workload} ${durationNs}`;
  const short = largest.flatMap((run) => [SHORT_NS, LONG_NS].map((durationNs) => ({ ...run, durationNs })));
  const isDone = await pool.measureAll(short, (run, { elapsedMs }) => elapsed.set(keyOf(run), elapsedMs));
  if (!isDone) return null;
  return (run) => {
    const most = largest.find(({ cell }) => cell.workload === run.cell.workload) ?? run;
    const elapsedOf = (durationNs: number) => elapsed.get(keyOf({ ...most, durationNs })) ?? 0;
    const msPerNs = Math.max(0, elapsedOf(LONG_NS) - elapsedOf(SHORT_NS)) / (LONG_NS - SHORT_NS);
    const madeMs = (elapsedOf(SHORT_NS) * run.cell.vmCount) / most.cell.vmCount;
    return madeMs + msPerNs * run.durationNs * (workOf(run) / workOf(most));
  };
}

/** Of each workload the run with the most VMs, of the model that stands last: software takes longer to simulate. */
function largestOfWorkloads(runs: readonly RuntimeRun[]): RuntimeRun[] {
  const largest = new Map<string, RuntimeRun>();
  for (const run of runs) {
    const known = largest.get(run.cell.workload);
    if (!known || run.cell.vmCount >= known.cell.vmCount) largest.set(run.cell.workload, run);
  }
  return [...largest.values()];
}

/** What the simulator's time grows with: wires for a stream, nothing for a fixed rate, VMs for requests. */
function workOf({ cell }: RuntimeRun): number {
  const { kind } = workloadOf(cell);
  if (kind === "bulk") return portCountOf(cell);
  return kind === "datagrams" ? 1 : cell.vmCount;
}

/** Returns the memory that so many of the largest worlds take at once, an upper bound. */
export function memoryOf(module: WebAssembly.Module, runs: readonly RuntimeRun[], jobCount: number): number {
  const worlds = new Map<string, number>();
  for (const run of runs) {
    const { workload, vmCount, io } = run.cell;
    const key = `${workload} ${vmCount} ${io}`;
    if (!worlds.has(key)) worlds.set(key, planWorld(inputOf(module, run)).arenaBytes);
  }
  const sorted = [...worlds.values()].sort((one, other) => other - one);
  return Math.min(jobCount, runs.length) * (sorted[0] ?? 0);
}
