/**
 * A figure of the runtime study that is compared with a published one: which runs it needs, and what is read of them.
 *
 * A figure is measured with every cost at its preset, in runs as long as the study's; for its range each cost goes to
 * either end of its own range, alone, in shorter runs.
 */
import { COST_NAMES, type CostName, type CostOverrides } from "../host/cost-table";
import type { RuntimeRun } from "../study/runtime-scenario";
import { type Displacement, displacementsOf, type Measured } from "../study/sensitivity";
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

export interface RuntimeFigure {
  runs(size: FigureSize): readonly RuntimeRun[];
  read(size: FigureSize, measured: Measured): Reading;
}

const WHOLE: FigureSize = { isWhole: true, overrides: {} };

/** The paper's machines: what all rows of this kind are measured on. */
const PRESET = "era";

function sizesOf(): readonly (readonly [Displacement | null, FigureSize])[] {
  return displacementsOf(PRESET).map((moved) => {
    const overrides: CostOverrides = moved ? { [moved.name]: moved.value } : {};
    return [moved, { isWhole: false, overrides }];
  });
}

/** Returns every run that a figure and its range need. */
export function figureRuns(figure: RuntimeFigure): RuntimeRun[] {
  return [...figure.runs(WHOLE), ...sizesOf().flatMap(([, size]) => figure.runs(size))];
}

/** Returns what a figure and its range come to. */
export function outcomeOf(figure: RuntimeFigure, measured: Measured): Outcome & { readonly where: string } {
  const { value, where } = figure.read(WHOLE, measured);
  const ends: RangeEnd[] = sizesOf().map(([moved, size]) => {
    return { value: figure.read(size, measured).value, moved: moved && { name: moved.name, to: moved.value } };
  });
  const sorted = ends.toSorted((one, other) => one.value - other.value || orderOf(one) - orderOf(other));
  const [least, greatest] = [sorted[0], sorted.at(-1)];
  return { value, where, range: least && greatest ? [least, greatest] : null };
}

/** Ties go to what moved least, then to the order of the table. */
function orderOf({ moved }: RangeEnd): number {
  return moved ? 1 + COST_NAMES.indexOf(moved.name as CostName) : 0;
}
