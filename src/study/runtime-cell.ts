/** A cell of the grid: an I/O model under a workload with a number of VMs, on the machine of a preset. */
import type { CostPreset } from "../host/cost-row";
import type { BONDED_MODEL, StudyModel } from "./runtime-workloads";

export interface RuntimeCell {
  readonly preset: CostPreset;
  /** Its name. */
  readonly workload: string;
  readonly vmCount: number;
  readonly io: StudyModel | typeof BONDED_MODEL;
}

/** What a grid is made of; every combination is a cell. */
export interface RuntimeAxes {
  readonly presets: readonly CostPreset[];
  readonly workloads: readonly string[];
  readonly vmCounts: readonly number[];
  readonly models: readonly StudyModel[];
}

/** Returns the cells of a grid in the order of every table: what is compared stands together. */
export function cellsOf({ presets, workloads, vmCounts, models }: RuntimeAxes): RuntimeCell[] {
  return presets.flatMap((preset) =>
    workloads.flatMap((workload) =>
      vmCounts.flatMap((vmCount) => models.map((io) => ({ preset, workload, vmCount, io }))),
    ),
  );
}

/** Returns the name of a cell, which files and messages have: `era-vf-bulk-send-60`. */
export function cellName({ preset, workload, vmCount, io }: RuntimeCell): string {
  return `${preset}-${io}-${workload}-${vmCount}`;
}
