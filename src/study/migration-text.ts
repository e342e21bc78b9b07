/** The migration study as text, for a terminal: silences by cell, what ReNIC's are shorter by, and what that depends on. */
import { COST_PRESETS, type CostPreset } from "../host/cost-row";
import { costRow } from "../host/cost-table";
import { whole } from "../report/text";
import { alignedRows } from "../report/text-table";
import { formatBytes, formatRate } from "../sim/units";
import type { MigrationSensitivity } from "./migration-sensitivity";
import type { MigrationStudy } from "./migration-study";
import {
  advantagesOf,
  type MigrationHeadline,
  type MigrationResult,
  migrationHeadlines,
  type SilenceFigure,
} from "./migration-summary";
import { CLAIMED_MODEL, type MigrationWorkload } from "./migration-workloads";
import type { Silences } from "./silences";

/** Rows of the sensitivity that are printed; migration.json has all. */
const SENSITIVE_ROWS_PRINTED = 5;

/** Returns the study as lines. */
export function migrationStudyText(study: MigrationStudy): string[] {
  const presets = [...new Set(study.results.map(({ cell }) => cell.preset))];
  return [
    "Milliseconds without an answer, as the client sees it: the longest time (service shutdown) / all such times together.",
    "~ planned, without packets. x did not move, and why.",
    ...presets.flatMap((preset) => presetText(study, preset)),
  ];
}

function presetText({ results, sensitivities }: MigrationStudy, preset: CostPreset): string[] {
  const own = results.filter(({ cell }) => cell.preset === preset);
  const workloads = [...new Set(own.map(({ cell }) => cell.workload))];
  const headlines = migrationHeadlines(advantagesOf(own));
  return [
    "",
    `preset ${preset}: ${COST_PRESETS[preset].meaning}`,
    ...workloads.flatMap((workload) => workloadText(own, workload)),
    ...headlineText(headlines),
    ...sensitivityText(sensitivities.filter((row) => row.preset === preset)),
  ];
}

function workloadText(results: readonly MigrationResult[], workload: MigrationWorkload): string[] {
  const own = results.filter(({ cell }) => cell.workload === workload);
  const models = [...new Set(own.map(({ cell }) => cell.io))];
  const head = ["memory", "dirty/s", "link", ...models, "rounds", "last pages", "total ms"];
  const beside = own.filter(({ cell }) => cell.io === models[0]);
  const rows = beside.map((first) => {
    const { memoryBytes, dirtyPerSecond, linkBitsPerSecond } = first.cell;
    const of = own.slice(own.indexOf(first), own.indexOf(first) + models.length);
    const name = [formatBytes(memoryBytes), whole(dirtyPerSecond), formatRate(linkBitsPerSecond)];
    return [...name, ...of.map(silenceCell), ...migrationCellsOf(first)];
  });
  return [
    "",
    `workload ${workload}; rounds, last pages and total of ${models[0] ?? ""}`,
    ...alignedRows([head, ...rows], 1),
  ];
}

function silenceCell({ plan, measurement }: MigrationResult): string {
  if (measurement) return silenceText(measurement);
  return plan.outcome.kind === "moved" ? `~${silenceText(plan)}` : "x";
}

function silenceText({ shutdownNs, outageNs }: Silences): string {
  return shutdownNs === null || outageNs === null ? "x" : `${ms(shutdownNs)} / ${ms(outageNs)}`;
}

function migrationCellsOf({ plan, measurement }: MigrationResult): string[] {
  if (!measurement) return [String(plan.rounds.length), whole(plan.lastPageCount), `~${ms(plan.totalNs)}`];
  return [String(measurement.roundCount), whole(measurement.lastPageCount), ms(measurement.totalNs)];
}

function ms(ns: number): string {
  return (ns / 1e6).toFixed(1);
}

function headlineText(headlines: readonly MigrationHeadline[]): string[] {
  if (headlines.length === 0) return [];
  const rows = headlines.map(({ baseline, figure, level, cellCount, least, median, greatest }) => [
    baseline,
    FIGURE_TITLES[figure],
    level,
    String(cellCount),
    ...[median, least, greatest].map((percent) => percent.toFixed(1)),
  ]);
  const head = ["against", "silences", "level", "cells", "median", "least", "greatest"];
  return ["", `client of ${CLAIMED_MODEL} without an answer for less time by, %`, ...alignedRows([head, ...rows], 3)];
}

const FIGURE_TITLES: Readonly<Record<SilenceFigure, string>> = { shutdown: "longest", outage: "all together" };

/** Of the longest silence; migration.json has that of all together, too. */
function sensitivityText(sensitivities: readonly MigrationSensitivity[]): string[] {
  const ofLongest = sensitivities.filter(({ figure }) => figure === "shutdown");
  const baselines = [...new Set(ofLongest.map(({ baseline }) => baseline))];
  return baselines.flatMap((baseline) => {
    const own = ofLongest.filter((row) => row.baseline === baseline);
    const rows = own.slice(0, SENSITIVE_ROWS_PRINTED).map(({ name, preset, ends }) => {
      const texts = ends.flatMap(({ value, median }) => [whole(value), median.toFixed(1)]);
      return [name, whole(costRow(name)[preset]), ...texts];
    });
    const heads = ["cost", "preset", "at", "median", "at", "median"];
    return [
      "",
      `what moves the median against ${baseline}, ${own[0]?.median.toFixed(1) ?? ""} % planned, most: each cost at the ends of its range`,
      ...alignedRows([heads, ...rows.map((row) => [...row, ...Array(heads.length - row.length).fill("")])], 1),
    ];
  });
}
