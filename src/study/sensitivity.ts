/**
 * How far the headline depends on each cost: one row at a time goes to either end of its range, everything else stays.
 *
 * The headline is what the virtual function saves of a software path's processor time at equal work, the median of the
 * workloads. Left out: rows together, and rows that no run without protection depends on.
 */

import { dataPlaneCosts } from "../host/cost-model";
import type { CostPreset } from "../host/cost-row";
import { DISK_ROWS } from "../host/cost-rows-disk";
import { COST_NAMES, type CostName, type CostOverrides, costRow, resolveCosts } from "../host/cost-table";
import { DELIVERY_OF } from "../host/interrupt-delivery";
import { medianOf } from "./interval";
import type { Lookup } from "./measurable";
import type { Measurement } from "./measurement";
import type { RuntimeRun } from "./runtime-scenario";
import { savedPercentOf } from "./runtime-summary";
import { DIRECT_MODEL, SOFTWARE_MODELS, type StudyModel } from "./runtime-workloads";

/** What is run for the sensitivity. */
export interface SensitivityPlan {
  readonly presets: readonly CostPreset[];
  readonly workloads: readonly string[];
  readonly vmCount: number;
  readonly models: readonly StudyModel[];
  readonly seed: number;
  readonly durationNs: number;
}

/** Which row is where; null for every row where the preset has it. */
export interface Displacement {
  readonly name: CostName;
  readonly value: number;
}

/** Rows that reach a run elsewhere than through the data plane's table: of the DMA engine, the scheduler, and dom0. */
const ROWS_BESIDE_THE_TABLE: readonly CostName[] = ["dmaLatency", "dmaByte", "timeSlice", "dom0MergedSegments"];

/** Returns the rows that a run without protection can depend on, in the order of the table. */
export function sensitiveRows(preset: CostPreset): CostName[] {
  const told = (overrides: CostOverrides) =>
    JSON.stringify(dataPlaneCosts(resolveCosts(preset, overrides), DELIVERY_OF[preset]));
  const usual = told({});
  return COST_NAMES.filter((name) => {
    if (ROWS_BESIDE_THE_TABLE.includes(name)) return true;
    // No VM of the study has a disk.
    if (Object.hasOwn(DISK_ROWS, name)) return false;
    return endsOf(name, preset).some((value) => told({ [name]: value }) !== usual);
  });
}

/** The ends of a row's range that are not the preset's value itself. */
function endsOf(name: CostName, preset: CostPreset): number[] {
  const row = costRow(name);
  return row.range.filter((value) => value !== row[preset]);
}

/** Returns the displacements of a preset: first none, then each row to its ends. */
export function displacementsOf(preset: CostPreset): (Displacement | null)[] {
  const rows = sensitiveRows(preset);
  return [null, ...rows.flatMap((name) => endsOf(name, preset).map((value) => ({ name, value })))];
}

/** Returns the runs that a displacement needs: of each workload, the virtual function and the software paths. */
export function sensitivityRuns(plan: SensitivityPlan, preset: CostPreset, moved: Displacement | null): RuntimeRun[] {
  const { vmCount, seed, durationNs } = plan;
  const overrides: CostOverrides = moved ? { [moved.name]: moved.value } : {};
  return plan.workloads.flatMap((workload) =>
    comparedModels(plan).map((io) => {
      return { cell: { preset, workload, vmCount, io }, seed, run: 1, durationNs, overrides };
    }),
  );
}

function comparedModels({ models }: SensitivityPlan): StudyModel[] {
  return models.filter((io) => io === DIRECT_MODEL || SOFTWARE_MODELS.includes(io));
}

/** Tells whether a plan has something to compare. */
export function hasHeadline(plan: SensitivityPlan): boolean {
  const models = comparedModels(plan);
  return models.includes(DIRECT_MODEL) && models.length > 1;
}

/** What a row does to the headline against a baseline. */
export interface Sensitivity {
  readonly preset: CostPreset;
  readonly baseline: StudyModel;
  readonly name: CostName;
  /** The headline where the row has the preset's value, in percent. */
  readonly savedPercent: number;
  /** Least and greatest value of the row, and the headline there. */
  readonly ends: readonly SensitivityEnd[];
  /** The larger of the two changes, in percentage points. */
  readonly change: number;
}

export interface SensitivityEnd {
  readonly value: number;
  readonly savedPercent: number;
}

/** Looks a measurement up. */
export type Measured = Lookup<RuntimeRun, Measurement>;

/** Returns the sensitivities of every preset, baseline and row; within a baseline those first that change most. */
export function sensitivitiesOf(plan: SensitivityPlan, measured: Measured): Sensitivity[] {
  const baselines = comparedModels(plan).filter((io) => io !== DIRECT_MODEL);
  return plan.presets.flatMap((preset) =>
    baselines.flatMap((baseline) => {
      const headline = (moved: Displacement | null) => headlineOf(plan, preset, baseline, moved, measured);
      const usual = headline(null);
      const rows = sensitiveRows(preset).map((name) => {
        const ends = costRow(name).range.map((value) => {
          const isUsual = value === costRow(name)[preset];
          return { value, savedPercent: isUsual ? usual : headline({ name, value }) };
        });
        const change = Math.max(...ends.map(({ savedPercent }) => Math.abs(savedPercent - usual)));
        return { preset, baseline, name, savedPercent: usual, ends, change };
      });
      return rows.sort((one, other) => other.change - one.change);
    }),
  );
}

function headlineOf(
  plan: SensitivityPlan,
  preset: CostPreset,
  baseline: StudyModel,
  moved: Displacement | null,
  measured: Measured,
): number {
  const runs = sensitivityRuns(plan, preset, moved);
  const saved = plan.workloads.flatMap((workload) => {
    const own = runs.filter(({ cell }) => cell.workload === workload);
    const direct = own.find(({ cell }) => cell.io === DIRECT_MODEL);
    const software = own.find(({ cell }) => cell.io === baseline);
    return direct && software ? (savedPercentOf(measured(direct), measured(software)) ?? []) : [];
  });
  return medianOf(saved);
}
