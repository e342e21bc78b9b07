/** The study as files: runtime.json with everything, runtime.csv with a line for each cell. */
import { VERSION } from "../sim/version";
import { type Estimate, estimateFields } from "./interval";
import type { Measurement } from "./measurement";
import { cellName } from "./runtime-cell";
import type { RuntimeStudy } from "./runtime-study";
import { type CellResult, type CellSummary, headlinesOf, savingsOf, summaryOf } from "./runtime-summary";
import { DIRECT_MODEL } from "./runtime-workloads";

/** Folder, beside the files, of each cell's scenario: that of its first run. */
export const SCENARIO_FOLDER = "scenarios";

/** Returns runtime.json. `wasmSha256` names the data plane that ran. */
export function studyJson(study: RuntimeStudy, wasmSha256: string): string {
  const { seed, runCount, durationNs, results, sensitivity, sensitivities } = study;
  const savings = savingsOf(results);
  const document = {
    study: "runtime",
    renic: VERSION,
    wasmSha256,
    seed,
    runCount,
    durationNs,
    cells: results.map((result) => ({
      ...result.cell,
      scenario: `${SCENARIO_FOLDER}/${cellName(result.cell)}.yaml`,
      summary: summaryOf(result, durationNs),
      runs: result.runs,
    })),
    savings,
    headlines: headlinesOf(savings),
    sensitivity: sensitivity && {
      direct: DIRECT_MODEL,
      vmCount: sensitivity.vmCount,
      workloads: sensitivity.workloads,
      durationNs: sensitivity.durationNs,
      rows: sensitivities,
    },
  };
  return `${JSON.stringify(document, null, 1)}\n`;
}

/** Estimates that have two columns, the mean and half the interval of 95 %, with the unit in the name. */
const ESTIMATES = [
  ["cpu_percent", ({ cpuPercent }) => cpuPercent],
  ["cycles_per_frame", ({ cyclesPerFrame }) => cyclesPerFrame],
  ["cycles_per_unit", ({ cyclesPerUnit }) => cyclesPerUnit],
  ["units_per_second", ({ unitsPerSecond }) => unitsPerSecond],
  ["bits_per_second", ({ bitsPerSecond }) => bitsPerSecond],
  ["latency_median_ns", ({ latencyNsMedian }) => latencyNsMedian],
  ["latency_p99_ns", ({ latencyNsP99 }) => latencyNsP99],
] as const satisfies readonly (readonly [string, (summary: CellSummary) => Estimate | null])[];

/** Returns runtime.csv: no field holds a comma. */
export function studyCsv({ results, durationNs }: RuntimeStudy): string {
  const activities = Object.keys(results[0]?.runs[0]?.vmCycles ?? {});
  const head = [
    ...["preset", "io", "workload", "vms", "runs", "unit"],
    ...ESTIMATES.flatMap(([name]) => [name, `${name}_half_95`]),
    ...["lost", "full"],
    ...["vms", "dom0"].flatMap((domain) => activities.map((activity) => `${domain}_${activity}_cycles`)),
  ];
  const rows = results.map((result) => rowOf(result, durationNs, activities));
  return `${[head, ...rows].map((fields) => fields.join(",")).join("\n")}\n`;
}

function rowOf(result: CellResult, durationNs: number, activities: readonly string[]): string[] {
  const { cell, runs } = result;
  const summary = summaryOf(result, durationNs);
  const mean = (pick: (run: Measurement) => number) => runs.reduce((sum, run) => sum + pick(run), 0) / runs.length;
  return [
    ...[cell.preset, cell.io, cell.workload, String(cell.vmCount), String(runs.length), runs[0]?.unit ?? ""],
    ...ESTIMATES.flatMap(([, pick]) => estimateFields(pick(summary))),
    String(mean(({ lostCount }) => lostCount)),
    summary.saturated.join("; "),
    ...activities.map((activity) => String(mean(({ vmCycles }) => vmCycles[activity] ?? 0))),
    ...activities.map((activity) => String(mean(({ dom0Cycles }) => dom0Cycles[activity] ?? 0))),
  ];
}
