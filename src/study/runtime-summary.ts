/** What the runs of a cell come to, and what the virtual function saves against each software path. */
import type { CostPreset } from "../host/cost-row";
import { type Estimate, estimateOf, medianOf } from "./interval";
import type { Load, Measurement } from "./measurement";
import type { RuntimeCell } from "./runtime-cell";
import { DIRECT_MODEL, SOFTWARE_MODELS } from "./runtime-workloads";

/** A cell with its measurements, in the order of their runs. */
export interface CellResult {
  readonly cell: RuntimeCell;
  readonly runs: readonly Measurement[];
}

export interface CellSummary {
  readonly cpuPercent: Estimate;
  readonly cyclesPerFrame: Estimate;
  /** For a byte, a datagram or a request; null where a run did no work. */
  readonly cyclesPerUnit: Estimate | null;
  readonly unitsPerSecond: Estimate;
  readonly bitsPerSecond: Estimate;
  readonly latencyNsMedian: Estimate | null;
  readonly latencyNsP99: Estimate | null;
  /** What was busy for SATURATED of the time in any run. */
  readonly saturated: readonly string[];
}

/** Busy for this share of the time is full: what is left are gaps between bursts. assumed: */
const SATURATED = 0.95;

const LOAD_NAMES = [
  ["dom0Vcpu", "a vCPU of dom0"],
  ["vmVcpu", "a vCPU of a VM"],
  ["vmThreads", "the VMs' threads"],
  ["wireOut", "a wire out"],
  ["wireIn", "a wire in"],
] as const satisfies readonly (readonly [keyof Load, string])[];

/** Returns what the runs of a cell come to; there is one at least. */
export function summaryOf({ runs }: CellResult, durationNs: number): CellSummary {
  const over = (pick: (run: Measurement) => number) => estimateOf(runs.map(pick));
  const overLatency = (pick: (latency: NonNullable<Measurement["latencyNs"]>) => number) => {
    const latencies = runs.flatMap(({ latencyNs }) => latencyNs ?? []);
    return latencies.length === runs.length ? estimateOf(latencies.map(pick)) : null;
  };
  return {
    cpuPercent: over(({ cpuPercent }) => cpuPercent),
    cyclesPerFrame: over(({ cycles, framesIn, framesOut }) => cycles / (framesIn + framesOut)),
    cyclesPerUnit: runs.every(hasWorked) ? over(cyclesPerUnit) : null,
    unitsPerSecond: over(({ workCount }) => (workCount * 1e9) / durationNs),
    bitsPerSecond: over(({ bitsPerSecond }) => bitsPerSecond),
    latencyNsMedian: overLatency(({ median }) => median),
    latencyNsP99: overLatency(({ p99 }) => p99),
    saturated: saturatedOf(runs),
  };
}

function saturatedOf(runs: readonly Measurement[]): string[] {
  return LOAD_NAMES.flatMap(([key, name]) => (runs.some(({ load }) => load[key] >= SATURATED) ? [name] : []));
}

function hasWorked({ workCount }: Measurement): boolean {
  return workCount > 0;
}

function cyclesPerUnit({ cycles, workCount }: Measurement): number {
  return cycles / workCount;
}

/** What the virtual function saves of a software path's processor time at equal work: cycles for a unit are compared. */
export interface Saving {
  readonly preset: CostPreset;
  readonly workload: string;
  readonly vmCount: number;
  readonly baseline: RuntimeCell["io"];
  /** Negative where it costs more. */
  readonly savedPercent: Estimate;
  /** The model that carried less than the other by more than a hundredth; null where both carried the same. */
  readonly carriedLess: RuntimeCell["io"] | null;
}

/** Work that differs by less is the same work: what is under way when a run ends. assumed: */
const SAME_WORK = 0.99;

/** Returns the savings of every cell of the virtual function against each software path beside it, where both worked. */
export function savingsOf(results: readonly CellResult[]): Saving[] {
  return results
    .filter(({ cell }) => cell.io === DIRECT_MODEL)
    .flatMap((direct) =>
      SOFTWARE_MODELS.flatMap((baseline) => {
        const software = results.find(({ cell }) => isSameBut(cell, direct.cell) && cell.io === baseline);
        return software ? savingOf(direct, software) : [];
      }),
    );
}

function isSameBut(one: RuntimeCell, other: RuntimeCell): boolean {
  return one.preset === other.preset && one.workload === other.workload && one.vmCount === other.vmCount;
}

/** Runs of the same number begin alike, so they are compared in pairs. */
function savingOf(direct: CellResult, software: CellResult): Saving[] {
  const { preset, workload, vmCount } = direct.cell;
  const saved = direct.runs.flatMap((run, index) => savedPercentOf(run, software.runs[index]) ?? []);
  if (saved.length === 0) return [];
  const [ownWork, otherWork] = [direct, software].map(({ runs }) => runs.reduce((sum, run) => sum + run.workCount, 0));
  const ratio = (ownWork ?? 0) / (otherWork ?? 1);
  const carriedLess = ratio < SAME_WORK ? direct.cell.io : ratio > 1 / SAME_WORK ? software.cell.io : null;
  return [{ preset, workload, vmCount, baseline: software.cell.io, savedPercent: estimateOf(saved), carriedLess }];
}

/** Returns what one run saves of another's processor time for the same work, in percent; null if one did none. */
export function savedPercentOf(direct: Measurement, software: Measurement | undefined): number | null {
  if (!software || !hasWorked(direct) || !hasWorked(software)) return null;
  return 100 * (1 - cyclesPerUnit(direct) / cyclesPerUnit(software));
}

/** The savings of all workloads at one number of VMs: never the best alone. */
export interface Headline {
  readonly preset: CostPreset;
  readonly vmCount: number;
  readonly baseline: RuntimeCell["io"];
  readonly best: number;
  readonly median: number;
  readonly worst: number;
}

/** Returns the headline of each preset, number of VMs and baseline, in the order of the savings. */
export function headlinesOf(savings: readonly Saving[]): Headline[] {
  const keyOf = ({ preset, vmCount, baseline }: Omit<Headline, "best" | "median" | "worst">) =>
    `${preset} ${vmCount} ${baseline}`;
  const groups = new Map<string, Saving[]>();
  for (const saving of savings) groups.set(keyOf(saving), [...(groups.get(keyOf(saving)) ?? []), saving]);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const saved = group.map(({ savedPercent }) => savedPercent.mean);
    const { preset, vmCount, baseline } = first;
    return { preset, vmCount, baseline, best: Math.max(...saved), median: medianOf(saved), worst: Math.min(...saved) };
  });
}
