/** A cell of the migration study: a way to the network, a workload, a guest, and the link that it moves over. */
import type { CostPreset } from "../host/cost-row";
import type { MigrationIo } from "../migration/stop-steps";
import { formatBytes, formatRate } from "../sim/units";
import type { MigrationWorkload } from "./migration-workloads";

export interface MigrationCell {
  readonly preset: CostPreset;
  readonly workload: MigrationWorkload;
  readonly memoryBytes: number;
  readonly dirtyPerSecond: number;
  readonly linkBitsPerSecond: number;
  readonly io: MigrationIo;
}

/** What a grid is made of; every combination is a cell. */
export interface MigrationAxes {
  readonly presets: readonly CostPreset[];
  readonly workloads: readonly MigrationWorkload[];
  readonly memoryBytes: readonly number[];
  readonly dirtyPerSecond: readonly number[];
  readonly linkBitsPerSecond: readonly number[];
  readonly models: readonly MigrationIo[];
}

/** Returns the cells of a grid in the order of every table: what is compared stands together. */
export function migrationCells(axes: MigrationAxes): MigrationCell[] {
  return axes.presets.flatMap((preset) =>
    axes.workloads.flatMap((workload) =>
      axes.memoryBytes.flatMap((memoryBytes) =>
        axes.dirtyPerSecond.flatMap((dirtyPerSecond) =>
          axes.linkBitsPerSecond.flatMap((linkBitsPerSecond) =>
            axes.models.map((io) => ({ preset, workload, memoryBytes, dirtyPerSecond, linkBitsPerSecond, io })),
          ),
        ),
      ),
    ),
  );
}

/** Returns the name of a cell, which files have: `era-renic-probe-128MiB-5000-1Gbps`. */
export function migrationCellName({ preset, io, ...cell }: MigrationCell): string {
  const { workload, memoryBytes, dirtyPerSecond, linkBitsPerSecond } = cell;
  return [preset, io, workload, formatBytes(memoryBytes), dirtyPerSecond, formatRate(linkBitsPerSecond)].join("-");
}

/** Tells whether two cells differ in the way to the network alone. */
export function isBeside(one: MigrationCell, other: MigrationCell): boolean {
  return migrationCellName({ ...one, io: other.io }) === migrationCellName(other);
}
