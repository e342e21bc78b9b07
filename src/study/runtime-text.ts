/** The runtime study as text, for a terminal: each preset's tables, then what is saved, then what that depends on. */
import { COST_PRESETS, type CostPreset } from "../host/cost-row";
import { costRow } from "../host/cost-table";
import { whole } from "../report/text";
import { alignedRows } from "../report/text-table";
import type { Estimate } from "./interval";
import type { Measurement, WorkUnit } from "./measurement";
import type { RuntimeStudy } from "./runtime-study";
import {
  type CellResult,
  type CellSummary,
  type Headline,
  headlinesOf,
  type Saving,
  savingsOf,
  summaryOf,
} from "./runtime-summary";
import { STUDY_WORKLOADS } from "./runtime-workloads";
import type { Sensitivity } from "./sensitivity";

/** Rows of the sensitivity that are printed; runtime.json has all. */
const SENSITIVE_ROWS_PRINTED = 5;

/** Returns the study as lines. */
export function studyText(study: RuntimeStudy): string[] {
  const presets = [...new Set(study.results.map(({ cell }) => cell.preset))];
  return [
    "CPU is of all domains of the host, dom0 included, in percent of one hardware thread.",
    "± is half the 95 % interval over the runs. Latency is in microseconds, median and 99th percentile.",
    ...presets.flatMap((preset) => presetText(study, preset)),
  ];
}

function presetText(study: RuntimeStudy, preset: CostPreset): string[] {
  const results = study.results.filter(({ cell }) => cell.preset === preset);
  const workloads = [...new Set(results.map(({ cell }) => cell.workload))];
  const savings = savingsOf(results);
  const sensitivities = study.sensitivities.filter((row) => row.preset === preset);
  return [
    "",
    `preset ${preset}: ${COST_PRESETS[preset].meaning}`,
    ...workloads.flatMap((name) => workloadText(study, results, name)),
    ...activityText(results),
    ...savingText(savings),
    ...sensitivityText(sensitivities),
  ];
}

function workloadText({ durationNs }: RuntimeStudy, results: readonly CellResult[], workload: string): string[] {
  const own = results.filter(({ cell }) => cell.workload === workload);
  const unit = own[0]?.runs[0]?.unit ?? "byte";
  const head = ["VMs", "I/O", "CPU %", "cycles/frame", `cycles/${unit}`, `${rateName(unit)}`, "median", "99 %", "full"];
  const rows = own.map((result) => {
    const summary = summaryOf(result, durationNs);
    const { vmCount, io } = result.cell;
    return [String(vmCount), io, ...figuresOf(summary, unit), summary.saturated.join(", ") || "-"];
  });
  return ["", titleOf(workload), ...alignedLast([head, ...rows])];
}

/** The last column is words again. */
function alignedLast(rows: readonly (readonly string[])[]): string[] {
  const front = alignedRows(
    rows.map((row) => row.slice(0, -1)),
    2,
  );
  const width = Math.max(...front.map((line) => line.length));
  return front.map((line, index) => `${line.padEnd(width)}  ${rows[index]?.at(-1) ?? ""}`);
}

function figuresOf(summary: CellSummary, unit: WorkUnit): string[] {
  const { cpuPercent, cyclesPerFrame, cyclesPerUnit, unitsPerSecond, bitsPerSecond } = summary;
  const latency = (estimate: Estimate | null) => (estimate ? whole(estimate.mean / 1000) : "-");
  return [
    estimateText(cpuPercent, 1),
    whole(cyclesPerFrame.mean),
    cyclesPerUnit ? estimateText(cyclesPerUnit, unit === "byte" ? 2 : 0) : "-",
    unit === "byte" ? whole(bitsPerSecond.mean / 1e6) : whole(unitsPerSecond.mean),
    latency(summary.latencyNsMedian),
    latency(summary.latencyNsP99),
  ];
}

function rateName(unit: WorkUnit): string {
  return unit === "byte" ? "Mb/s" : `${unit}s/s`;
}

function titleOf(workload: string): string {
  return `${STUDY_WORKLOADS.find(({ name }) => name === workload)?.title ?? workload} (${workload})`;
}

function estimateText({ mean, halfWidth }: Estimate, places: number): string {
  const interval = halfWidth === null ? "" : ` ±${halfWidth.toFixed(places)}`;
  return `${mean.toFixed(places)}${interval}`;
}

/** Where processor time goes: the largest number of VMs of each workload, in percent of one thread. */
function activityText(results: readonly CellResult[]): string[] {
  const vmCountMax = Math.max(...results.map(({ cell }) => cell.vmCount));
  const largest = results.filter(({ cell }) => cell.vmCount === vmCountMax);
  const models = [...new Set(largest.map(({ cell }) => cell.io))];
  return models.flatMap((io) => {
    const own = largest.filter(({ cell }) => cell.io === io);
    const columns = activitiesOf(own.flatMap(({ runs }) => runs));
    const head = ["workload", ...columns.map(({ domain, activity }) => `${domain} ${activity}`)];
    const rows = own.map(({ cell, runs }) => [
      cell.workload,
      ...columns.map((column) => percentOf(runs, column).toFixed(1)),
    ]);
    return ["", `${io}, ${vmsText(vmCountMax)}: CPU % by domain and activity`, ...alignedRows([head, ...rows], 1)];
  });
}

interface ActivityColumn {
  readonly domain: "VMs" | "dom0";
  readonly activity: string;
}

function activitiesOf(runs: readonly Measurement[]): ActivityColumn[] {
  const names = Object.keys(runs[0]?.vmCycles ?? {});
  return (["VMs", "dom0"] as const).flatMap((domain) =>
    names
      .filter((activity) => runs.some((run) => cyclesOf(run, { domain, activity }) > 0))
      .map((activity) => ({ domain, activity })),
  );
}

function cyclesOf({ vmCycles, dom0Cycles }: Measurement, { domain, activity }: ActivityColumn): number {
  return (domain === "VMs" ? vmCycles : dom0Cycles)[activity] ?? 0;
}

/** The share of all cycles that the activity has, of the percent that all have together. */
function percentOf(runs: readonly Measurement[], column: ActivityColumn): number {
  const percents = runs.map((run) => (run.cycles ? (run.cpuPercent * cyclesOf(run, column)) / run.cycles : 0));
  return percents.reduce((sum, percent) => sum + percent, 0) / runs.length;
}

function savingText(savings: readonly Saving[]): string[] {
  if (savings.length === 0) return [];
  const baselines = [...new Set(savings.map(({ baseline }) => baseline))];
  return baselines.flatMap((baseline) => {
    const own = savings.filter((saving) => saving.baseline === baseline);
    return [
      "",
      `CPU that a virtual function saves against ${baseline} at equal work, %; * it carried less, + ${baseline} did`,
      ...savingTable(own),
      ...headlinesOf(own).map(headlineText),
    ];
  });
}

function savingTable(savings: readonly Saving[]): string[] {
  const vmCounts = [...new Set(savings.map(({ vmCount }) => vmCount))];
  const workloads = [...new Set(savings.map(({ workload }) => workload))];
  const rows = workloads.map((workload) => [
    workload,
    ...vmCounts.map((vmCount) => {
      const saving = savings.find((each) => each.workload === workload && each.vmCount === vmCount);
      return saving ? savingCell(saving) : "-";
    }),
  ]);
  return alignedRows([["workload", ...vmCounts.map(vmsText)], ...rows], 1);
}

function vmsText(count: number): string {
  return count === 1 ? "1 VM" : `${count} VMs`;
}

function savingCell({ savedPercent, carriedLess, baseline }: Saving): string {
  const mark = carriedLess === null ? " " : carriedLess === baseline ? "+" : "*";
  return `${estimateText(savedPercent, 1)}${mark}`;
}

function headlineText({ vmCount, best, median, worst }: Headline): string {
  const [high, middle, low] = [best, median, worst].map((percent) => percent.toFixed(1));
  return `  ${vmsText(vmCount)}: best ${high} %, median ${middle} %, worst ${low} %`;
}

function sensitivityText(sensitivities: readonly Sensitivity[]): string[] {
  const baselines = [...new Set(sensitivities.map(({ baseline }) => baseline))];
  return baselines.flatMap((baseline) => {
    const own = sensitivities.filter((row) => row.baseline === baseline);
    const usual = own[0]?.savedPercent.toFixed(1) ?? "";
    const rows = own.slice(0, SENSITIVE_ROWS_PRINTED).map((row) => [row.name, ...endTexts(row)]);
    return [
      "",
      `what moves the median saving against ${baseline}, ${usual} %, most: each cost at either end of its range`,
      ...alignedRows([["cost", "preset", "least", "saved %", "greatest", "saved %"], ...rows], 1),
    ];
  });
}

function endTexts({ name, preset, ends }: Sensitivity): string[] {
  const values = ends.flatMap(({ value, savedPercent }) => [whole(value), savedPercent.toFixed(1)]);
  return [whole(costRow(name)[preset]), ...values];
}
