/**
 * A figure that is read of runs and compared with a published one: which runs it needs, and what is read of them.
 *
 * A figure is measured with every cost at its preset, in runs as long as the study's; for its range each cost goes to
 * either end of its own range, alone, in shorter runs.
 */
import { COST_NAMES, type CostName, type CostOverrides } from "../host/cost-table";
import type { Lookup } from "../study/measurable";
import type { Displacement } from "../study/sensitivity";
import type { Outcome, RangeEnd } from "./published";

/** How a figure is measured: the whole of it, or once more with a cost moved. */
export interface FigureSize {
  readonly isWhole: boolean;
  readonly overrides: CostOverrides;
}

/** A value, and where in the grid it was found. */
export interface Reading {
  readonly value: number;
  readonly where: string;
}

export interface Figure<Run, Measurement> {
  runs(size: FigureSize): readonly Run[];
  read(size: FigureSize, measured: Lookup<Run, Measurement>): Reading;
}

/** Which costs are moved for a range, and where to: first none. */
export type Displacements = readonly (Displacement | null)[];

const WHOLE: FigureSize = { isWhole: true, overrides: {} };

function movedSize(moved: Displacement | null): FigureSize {
  return { isWhole: false, overrides: moved ? { [moved.name]: moved.value } : {} };
}

/** Returns every run that a figure and its range need. */
export function figureRuns<Run, M>(figure: Figure<Run, M>, displacements: Displacements): Run[] {
  return [...figure.runs(WHOLE), ...displacements.flatMap((moved) => figure.runs(movedSize(moved)))];
}

/** Returns what a figure and its range come to. */
export function outcomeOf<Run, M>(
  figure: Figure<Run, M>,
  displacements: Displacements,
  measured: Lookup<Run, M>,
): Outcome & { readonly where: string } {
  const { value, where } = figure.read(WHOLE, measured);
  const ends: RangeEnd[] = displacements.map((moved) => {
    const { value } = figure.read(movedSize(moved), measured);
    return { value, moved: moved && { name: moved.name, to: moved.value } };
  });
  const sorted = ends.toSorted((one, other) => one.value - other.value || orderOf(one) - orderOf(other));
  const [least, greatest] = [sorted[0], sorted.at(-1)];
  return { value, where, range: least && greatest ? [least, greatest] : null };
}

/** Ties go to what moved least, then to the order of the table. */
function orderOf({ moved }: RangeEnd): number {
  return moved ? 1 + COST_NAMES.indexOf(moved.name as CostName) : 0;
}
