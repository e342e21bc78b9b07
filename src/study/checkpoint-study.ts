/** The whole checkpoint study: what is asked for, which runs that needs, and what comes of them. */
import type { CostPreset } from "../host/cost-row";
import type { CheckpointMeasurement } from "./checkpoint-measurement";
import { type CheckpointCell, type CheckpointRun, checkpointRun } from "./checkpoint-scenario";
import { PROTECTED_MODELS, type ProtectedModel, RAPID_NS } from "./checkpoint-workloads";
import { type Estimate, estimateOf, medianOf } from "./interval";
import type { Lookup } from "./measurable";

/** What a grid is made of; every combination is a cell, and so is each model without protection. */
export interface CheckpointAxes {
  readonly presets: readonly CostPreset[];
  readonly workloads: readonly string[];
  readonly models: readonly ProtectedModel[];
  readonly intervalsNs: readonly number[];
}

/** How long a run is watched: so many intervals, and so long at least. */
export interface WatchedTime {
  readonly intervals: number;
  readonly leastNs: number;
}

export interface CheckpointPlan {
  readonly axes: CheckpointAxes;
  readonly seed: number;
  readonly runCount: number;
  readonly watched: WatchedTime;
}

/** A cell with its measurements, in the order of their runs, and those of the same work without protection. */
export interface CheckpointResult {
  readonly cell: CheckpointCell;
  readonly runs: readonly CheckpointMeasurement[];
  readonly without: readonly CheckpointMeasurement[];
}

/** Looks a measurement up. */
export type CheckpointLookup = Lookup<CheckpointRun, CheckpointMeasurement>;

/** Returns the cells of a grid in the order of every table: what is compared stands together. */
export function checkpointCells({ presets, workloads, models, intervalsNs }: CheckpointAxes): CheckpointCell[] {
  return presets.flatMap((preset) =>
    workloads.flatMap((workload) =>
      [null, ...intervalsNs].flatMap((intervalNs) => models.map((io) => ({ preset, workload, io, intervalNs }))),
    ),
  );
}

/** Returns the runs of a cell. */
export function runsOfCell(cell: CheckpointCell, { seed, runCount, watched }: CheckpointPlan): CheckpointRun[] {
  return Array.from({ length: runCount }, (_, index) => checkpointRun(cell, { seed, run: index + 1 }, {}, watched));
}

/** Returns every run that a study needs. */
export function checkpointRuns(plan: CheckpointPlan): CheckpointRun[] {
  return checkpointCells(plan.axes).flatMap((cell) => runsOfCell(cell, plan));
}

/** Puts a study together from its measurements, wherever and in whichever order they were made. */
export function checkpointResults(plan: CheckpointPlan, measured: CheckpointLookup): CheckpointResult[] {
  return checkpointCells(plan.axes).map((cell) => ({
    cell,
    runs: runsOfCell(cell, plan).map(measured),
    without: runsOfCell({ ...cell, intervalNs: null }, plan).map(measured),
  }));
}

export interface CheckpointSummary {
  readonly workPerSecond: Estimate;
  /** How much longer the same work takes than without protection, in percent. */
  readonly longerPercent: Estimate;
  readonly latencyNsMedian: Estimate | null;
  readonly latencyNsP99: Estimate | null;
  readonly dom0Percent: Estimate;
  /** Null without protection. */
  readonly pauseNsMean: Estimate | null;
  readonly pagesPerCheckpoint: Estimate | null;
  readonly linkBitsPerSecond: Estimate | null;
  /** Of all runs together. */
  readonly checkpoints: number;
  readonly lateCheckpoints: number;
  readonly heldFramesPeak: number;
  readonly heldBytesPeak: number;
  readonly pcieBytesPerSecond: Estimate | null;
}

/** Returns what the runs of a cell come to. */
export function checkpointSummary({ runs, without }: CheckpointResult): CheckpointSummary {
  const over = (pick: (run: CheckpointMeasurement) => number) => estimateOf(runs.map(pick));
  const latencies = runs.flatMap(({ latencyNs }) => latencyNs ?? []);
  const costs = runs.flatMap(({ protection }) => protection ?? []);
  const overCosts = (pick: (cost: (typeof costs)[number]) => number) => {
    return costs.length > 0 ? estimateOf(costs.map(pick)) : null;
  };
  const overLatencies = (pick: (latency: (typeof latencies)[number]) => number) => {
    return latencies.length > 0 ? estimateOf(latencies.map(pick)) : null;
  };
  const sum = (pick: (cost: (typeof costs)[number]) => number) => costs.reduce((total, cost) => total + pick(cost), 0);
  const peak = (pick: (cost: (typeof costs)[number]) => number) => Math.max(0, ...costs.map(pick));
  return {
    workPerSecond: over(({ workPerSecond }) => workPerSecond),
    longerPercent: estimateOf(
      runs.map(({ workPerSecond }, index) => longerPercent(without[index]?.workPerSecond ?? 0, workPerSecond)),
    ),
    latencyNsMedian: overLatencies(({ median }) => median),
    latencyNsP99: overLatencies(({ p99 }) => p99),
    dom0Percent: over(({ dom0Percent }) => dom0Percent),
    pauseNsMean: overCosts(({ pauseNsMean }) => pauseNsMean),
    pagesPerCheckpoint: overCosts(({ pagesPerCheckpoint }) => pagesPerCheckpoint),
    linkBitsPerSecond: overCosts(({ bytesPerSecond }) => bytesPerSecond * 8),
    checkpoints: sum(({ checkpoints }) => checkpoints),
    lateCheckpoints: sum(({ lateCheckpoints }) => lateCheckpoints),
    heldFramesPeak: peak(({ heldFramesPeak }) => heldFramesPeak),
    heldBytesPeak: peak(({ heldBytesPeak }) => heldBytesPeak),
    pcieBytesPerSecond: overCosts(({ pcieBytesPerSecond }) => pcieBytesPerSecond),
  };
}

function longerPercent(without: number, protectedWork: number): number {
  return 100 * (without / protectedWork - 1);
}

/** How much more work a virtual function does in a second than a software path under the same checkpoints. */
export interface Advantage {
  readonly preset: CostPreset;
  readonly workload: string;
  readonly intervalNs: number;
  readonly baseline: ProtectedModel;
  readonly percent: Estimate;
}

const [DIRECT, ...SOFTWARE] = PROTECTED_MODELS;

/** Returns the advantages of every protected cell against each software path beside it. */
export function advantagesOf(results: readonly CheckpointResult[]): Advantage[] {
  return results
    .filter(({ cell }) => cell.io === DIRECT && cell.intervalNs !== null)
    .flatMap((direct) =>
      SOFTWARE.flatMap((baseline) => {
        const { preset, workload, intervalNs } = direct.cell;
        const software = results.find(({ cell }) => {
          const isSame = cell.preset === preset && cell.workload === workload && cell.intervalNs === intervalNs;
          return isSame && cell.io === baseline;
        });
        if (!software || intervalNs === null) return [];
        const percents = direct.runs.map((run, index) => {
          return 100 * (run.workPerSecond / (software.runs[index]?.workPerSecond ?? Number.NaN) - 1);
        });
        return [{ preset, workload, intervalNs, baseline, percent: estimateOf(percents) }];
      }),
    );
}

/** The advantages of rapid checkpointing: never the best alone. */
export interface AdvantageHeadline {
  readonly preset: CostPreset;
  readonly baseline: ProtectedModel;
  readonly best: Advantage;
  readonly median: number;
  readonly worst: Advantage;
}

/** Returns the headline of each preset and baseline. */
export function advantageHeadlines(advantages: readonly Advantage[]): AdvantageHeadline[] {
  const rapid = advantages.filter(({ intervalNs }) => intervalNs <= RAPID_NS);
  const groups = new Map<string, Advantage[]>();
  for (const each of rapid) {
    const key = `${each.preset} ${each.baseline}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()].flatMap((group) => {
    const sorted = group.toSorted((one, other) => one.percent.mean - other.percent.mean);
    const [worst, best] = [sorted[0], sorted.at(-1)];
    if (!worst || !best) return [];
    const { preset, baseline } = best;
    return [{ preset, baseline, best, median: medianOf(sorted.map(({ percent }) => percent.mean)), worst }];
  });
}
