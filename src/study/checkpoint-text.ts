/** The checkpoint study as text, for a terminal: a table for each workload, then the pause, then who is ahead. */
import { PAUSE_PARTS } from "../host/checkpoint-pause";
import { COST_PRESETS, type CostPreset } from "../host/cost-row";
import { whole } from "../report/text";
import { alignedRows } from "../report/text-table";
import { formatDuration } from "../sim/units";
import {
  type Advantage,
  type AdvantageHeadline,
  advantageHeadlines,
  advantagesOf,
  type CheckpointResult,
  type CheckpointSummary,
  checkpointSummary,
} from "./checkpoint-study";
import { CHECKPOINT_WORKLOADS } from "./checkpoint-workloads";
import type { Estimate } from "./interval";

/** Returns the study as lines. */
export function checkpointText(results: readonly CheckpointResult[]): string[] {
  const presets = [...new Set(results.map(({ cell }) => cell.preset))];
  return [
    "longer: how much more time the same work takes than without protection. dom0 is in percent of a hardware thread.",
    "late: checkpoints that were due before the one before them was acknowledged. held: the most at a time, of all runs.",
    ...presets.flatMap((preset) => presetText(results, preset)),
  ];
}

function presetText(all: readonly CheckpointResult[], preset: CostPreset): string[] {
  const results = all.filter(({ cell }) => cell.preset === preset);
  const workloads = [...new Set(results.map(({ cell }) => cell.workload))];
  const advantages = advantagesOf(results);
  return [
    "",
    `preset ${preset}: ${COST_PRESETS[preset].meaning}`,
    ...workloads.flatMap((workload) => workloadText(results, workload)),
    ...pauseText(results),
    ...advantageText(advantages),
  ];
}

const HEAD = [
  ...["every", "I/O", "work/s", "longer %", "median", "99 %", "pause", "pages", "checkpoints", "late", "link Mb/s"],
  ...["dom0 %", "held frames", "held KiB", "PCIe KiB/s"],
];

function workloadText(results: readonly CheckpointResult[], workload: string): string[] {
  const own = results.filter(({ cell }) => cell.workload === workload);
  const title = CHECKPOINT_WORKLOADS.find(({ name }) => name === workload)?.title ?? workload;
  const unit = own[0]?.runs[0]?.unit ?? "";
  const rows = own.map((result) => {
    const { intervalNs, io } = result.cell;
    return [intervalNs === null ? "never" : formatDuration(intervalNs), io, ...figuresOf(checkpointSummary(result))];
  });
  return ["", `${title} (${workload}), work in ${unit}s`, ...alignedRows([HEAD, ...rows], 2)];
}

function figuresOf(summary: CheckpointSummary): string[] {
  const { pauseNsMean, pagesPerCheckpoint, linkBitsPerSecond, pcieBytesPerSecond } = summary;
  const isProtected = pauseNsMean !== null;
  return [
    whole(summary.workPerSecond.mean),
    isProtected ? withHalf(summary.longerPercent) : "-",
    timeText(summary.latencyNsMedian),
    timeText(summary.latencyNsP99),
    timeText(pauseNsMean),
    pagesPerCheckpoint ? whole(pagesPerCheckpoint.mean) : "-",
    isProtected ? whole(summary.checkpoints) : "-",
    isProtected ? whole(summary.lateCheckpoints) : "-",
    linkBitsPerSecond ? (linkBitsPerSecond.mean / 1e6).toFixed(1) : "-",
    summary.dom0Percent.mean.toFixed(1),
    isProtected ? whole(summary.heldFramesPeak) : "-",
    isProtected ? whole(summary.heldBytesPeak / 1024) : "-",
    pcieBytesPerSecond ? whole(pcieBytesPerSecond.mean / 1024) : "-",
  ];
}

function withHalf({ mean, halfWidth }: Estimate): string {
  return halfWidth === null ? mean.toFixed(1) : `${mean.toFixed(1)} ±${halfWidth.toFixed(1)}`;
}

/** Milliseconds with three digits that count, microseconds below one. */
function timeText(estimate: Estimate | null): string {
  if (!estimate) return "-";
  const { mean } = estimate;
  return mean < 1e6 ? `${whole(mean / 1000)} us` : `${Number((mean / 1e6).toPrecision(3))} ms`;
}

/** Of the shortest interval, where the parts that do not depend on pages weigh most. */
function pauseText(results: readonly CheckpointResult[]): string[] {
  const least = Math.min(...results.flatMap(({ cell }) => cell.intervalNs ?? []));
  if (!Number.isFinite(least)) return [];
  const own = results.filter(({ cell }) => cell.intervalNs === least);
  const rows = own.map(({ cell, runs }) => {
    const costs = runs.flatMap(({ protection }) => protection ?? []);
    const count = costs.reduce((sum, { checkpoints }) => sum + checkpoints, 0);
    return [
      cell.workload,
      cell.io,
      ...PAUSE_PARTS.map((part) => {
        const ns = costs.reduce((sum, { pauseNsByPart }) => sum + pauseNsByPart[part], 0);
        return whole(ns / Math.max(count, 1) / 1000);
      }),
    ];
  });
  const title = `where the pause goes, checkpoints every ${formatDuration(least)}: microseconds of each part, on average`;
  return ["", title, ...alignedRows([["workload", "I/O", ...PAUSE_PARTS], ...rows], 2)];
}

function advantageText(advantages: readonly Advantage[]): string[] {
  const baselines = [...new Set(advantages.map(({ baseline }) => baseline))];
  return baselines.flatMap((baseline) => {
    const own = advantages.filter((each) => each.baseline === baseline);
    const intervals = [...new Set(own.map(({ intervalNs }) => intervalNs))];
    const workloads = [...new Set(own.map(({ workload }) => workload))];
    const rows = workloads.map((workload) => [
      workload,
      ...intervals.map((intervalNs) => {
        const found = own.find((each) => each.workload === workload && each.intervalNs === intervalNs);
        return found ? withHalf(found.percent) : "-";
      }),
    ]);
    const head = ["workload", ...intervals.map(formatDuration)];
    return [
      "",
      `work in a second that renic does more than ${baseline} under the same checkpoints, %`,
      ...alignedRows([head, ...rows], 1),
      ...advantageHeadlines(own).map(headlineText),
    ];
  });
}

function headlineText({ best, median, worst }: AdvantageHeadline): string {
  const where = ({ workload, intervalNs }: Advantage) => `${workload} every ${formatDuration(intervalNs)}`;
  const [most, least] = [best.percent.mean.toFixed(1), worst.percent.mean.toFixed(1)];
  return `  rapid: best ${most} % (${where(best)}), median ${median.toFixed(1)} %, worst ${least} % (${where(worst)})`;
}
