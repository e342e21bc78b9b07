/** The checkpoint study as files: checkpoint.json with everything, checkpoint.csv with a line for each cell. */
import { PAUSE_PARTS } from "../host/checkpoint-pause";
import { VERSION } from "../sim/version";
import type { GoalAnswer } from "./checkpoint-goal";
import type { CheckpointCell } from "./checkpoint-scenario";
import {
  advantageHeadlines,
  advantagesOf,
  type CheckpointPlan,
  type CheckpointResult,
  type CheckpointSummary,
  checkpointSummary,
} from "./checkpoint-study";
import { type Estimate, estimateFields } from "./interval";

/** Returns the name of a cell, which files and messages have: `era-renic-http-25ms`. */
export function checkpointCellName({ preset, io, workload, intervalNs }: CheckpointCell): string {
  return `${preset}-${io}-${workload}-${intervalNs === null ? "never" : `${intervalNs / 1e6}ms`}`;
}

/** Returns checkpoint.json. `wasmSha256` names the data plane that ran. */
export function checkpointJson(
  plan: CheckpointPlan,
  results: readonly CheckpointResult[],
  goals: readonly GoalAnswer[],
  wasmSha256: string,
): string {
  const advantages = advantagesOf(results);
  const document = {
    study: "checkpoint",
    renic: VERSION,
    wasmSha256,
    seed: plan.seed,
    runCount: plan.runCount,
    watched: plan.watched,
    cells: results.map((result) => ({
      ...result.cell,
      scenario: `scenarios/${checkpointCellName(result.cell)}.yaml`,
      summary: checkpointSummary(result),
      runs: result.runs,
    })),
    advantages,
    headlines: advantageHeadlines(advantages),
    goals,
  };
  return `${JSON.stringify(document, null, 1)}\n`;
}

/** Estimates that have two columns, the mean and half the interval of 95 %, with the unit in the name. */
const ESTIMATES = [
  ["work_per_second", ({ workPerSecond }) => workPerSecond],
  ["longer_percent", ({ longerPercent }) => longerPercent],
  ["latency_median_ns", ({ latencyNsMedian }) => latencyNsMedian],
  ["latency_p99_ns", ({ latencyNsP99 }) => latencyNsP99],
  ["pause_mean_ns", ({ pauseNsMean }) => pauseNsMean],
  ["pages_per_checkpoint", ({ pagesPerCheckpoint }) => pagesPerCheckpoint],
  ["link_bits_per_second", ({ linkBitsPerSecond }) => linkBitsPerSecond],
  ["dom0_percent", ({ dom0Percent }) => dom0Percent],
  ["pcie_bytes_per_second", ({ pcieBytesPerSecond }) => pcieBytesPerSecond],
] as const satisfies readonly (readonly [string, (summary: CheckpointSummary) => Estimate | null])[];

/** Returns checkpoint.csv: no field holds a comma. Without protection, the interval is empty. */
export function checkpointCsv(results: readonly CheckpointResult[]): string {
  const head = [
    ...["preset", "io", "workload", "interval_ns", "runs", "unit"],
    ...ESTIMATES.flatMap(([name]) => [name, `${name}_half_95`]),
    ...["checkpoints", "late", "held_frames_peak", "held_bytes_peak"],
    ...PAUSE_PARTS.map((part) => `pause_${part}_ns`),
  ];
  return `${[head, ...results.map(rowOf)].map((fields) => fields.join(",")).join("\n")}\n`;
}

function rowOf(result: CheckpointResult): string[] {
  const { cell, runs } = result;
  const summary = checkpointSummary(result);
  const costs = runs.flatMap(({ protection }) => protection ?? []);
  return [
    ...[cell.preset, cell.io, cell.workload, cell.intervalNs === null ? "" : String(cell.intervalNs)],
    ...[String(runs.length), runs[0]?.unit ?? ""],
    ...ESTIMATES.flatMap(([, pick]) => estimateFields(pick(summary))),
    ...[summary.checkpoints, summary.lateCheckpoints, summary.heldFramesPeak, summary.heldBytesPeak].map(String),
    ...PAUSE_PARTS.map((part) => String(costs.reduce((sum, { pauseNsByPart }) => sum + pauseNsByPart[part], 0))),
  ];
}
