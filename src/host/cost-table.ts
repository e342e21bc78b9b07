/**
 * The cost model: all rows, and the plain record of numbers that a run works with.
 *
 *     values of a preset, replaced by overrides, then the one sum that was not replaced itself -> Costs
 *
 * The invariant: a resolved record has every name, and reading it never needs the table again. Rows are divided into
 * groups for readers only; names are unique over all of them. What is no number has no row: docs/model.md lists the
 * rules that follow from the load or from the bytes.
 */
import type { CostPreset, CostRow, CostRows } from "./cost-row";
import { CHECKPOINT_ROWS } from "./cost-rows-checkpoint";
import { DISK_ROWS } from "./cost-rows-disk";
import { DMA_ROWS } from "./cost-rows-dma";
import { DOM0_ROWS } from "./cost-rows-dom0";
import { EMULATED_ROWS } from "./cost-rows-emulated";
import { GUEST_ROWS } from "./cost-rows-guest";
import { MEMORY_ROWS } from "./cost-rows-memory";
import { MIGRATION_ROWS } from "./cost-rows-migration";
import { PARAVIRTUAL_ROWS } from "./cost-rows-paravirtual";
import { PROCESSOR_ROWS } from "./cost-rows-processor";
import { VF_ROWS } from "./cost-rows-vf";
import { WORKLOAD_ROWS } from "./cost-rows-workload";

/** Rows with the title that tables give them. */
export interface CostGroup {
  readonly title: string;
  readonly rows: CostRows;
}

/** In the order of every table. */
export const COST_GROUPS: readonly CostGroup[] = [
  { title: "processors and scheduler", rows: PROCESSOR_ROWS },
  { title: "guest stack and drivers", rows: GUEST_ROWS },
  { title: "dom0", rows: DOM0_ROWS },
  { title: "paravirtual NIC", rows: PARAVIRTUAL_ROWS },
  { title: "emulated NIC", rows: EMULATED_ROWS },
  { title: "virtual function", rows: VF_ROWS },
  { title: "memory tracking and copies", rows: MEMORY_ROWS },
  { title: "checkpoint", rows: CHECKPOINT_ROWS },
  { title: "DMA", rows: DMA_ROWS },
  { title: "disk", rows: DISK_ROWS },
  { title: "workloads", rows: WORKLOAD_ROWS },
  { title: "migration", rows: MIGRATION_ROWS },
];

/** Every row by its name. */
export const COST_ROWS = {
  ...PROCESSOR_ROWS,
  ...GUEST_ROWS,
  ...DOM0_ROWS,
  ...PARAVIRTUAL_ROWS,
  ...EMULATED_ROWS,
  ...VF_ROWS,
  ...MEMORY_ROWS,
  ...CHECKPOINT_ROWS,
  ...DMA_ROWS,
  ...DISK_ROWS,
  ...WORKLOAD_ROWS,
  ...MIGRATION_ROWS,
} as const satisfies CostRows;

export type CostName = keyof typeof COST_ROWS;

/** What everything costs, each in the unit of its row. */
export type Costs = Readonly<Record<CostName, number>>;

/** Values in place of a preset's. */
export type CostOverrides = Readonly<Partial<Record<CostName, number>>>;

/** Tells a name of the table from any other word. */
export function isCostName(word: string): word is CostName {
  return Object.hasOwn(COST_ROWS, word);
}

/** Every name, in the order of the table. */
export const COST_NAMES: readonly CostName[] = Object.keys(COST_ROWS).filter(isCostName);

/** Returns a row by its name. */
export function costRow(name: CostName): CostRow {
  return COST_ROWS[name];
}

/**
 * Returns a preset's costs with some of them replaced. `interruptExit` is a sum of three others unless it is replaced
 * itself. Overrides are taken as they are: who reads them from outside checks them.
 */
export function resolveCosts(preset: CostPreset, overrides: CostOverrides): Costs {
  const costs = { ...PRESETS[preset], ...overrides };
  return { ...costs, interruptExit: overrides.interruptExit ?? interruptExitOf(costs) };
}

/** Returns all in which costs differ from a preset: overrides that resolve to the same costs. */
export function overridesOf(preset: CostPreset, costs: Costs): CostOverrides {
  const isOwn = (name: CostName) => costs[name] !== PRESETS[preset][name];
  const own = Object.fromEntries(COST_NAMES.filter(isOwn).map((name) => [name, costs[name]]));
  // A sum that is a preset's although its parts are not was set on purpose.
  return costs.interruptExit === interruptExitOf(costs) ? own : { ...own, interruptExit: costs.interruptExit };
}

/** Returns what a value of this name must be: `a whole number from 1200 to 2600 cycles`. */
export function costExpectation(name: CostName): string {
  const { unit, range } = costRow(name);
  return `a whole number from ${range[0]} to ${range[1]} ${unit}`;
}

/** Tells whether a number may stand for this cost. */
export function isCostInRange(name: CostName, value: number): boolean {
  const [least, greatest] = costRow(name).range;
  return Number.isSafeInteger(value) && value >= least && value <= greatest;
}

function interruptExitOf({ interruptExitCount, vmExit, interruptHandling }: Costs): number {
  return interruptExitCount * vmExit + interruptHandling;
}

const PRESETS: Readonly<Record<CostPreset, Costs>> = { era: presetOf("era"), now: presetOf("now") };

function presetOf(preset: CostPreset): Costs {
  const values: CostOverrides = Object.fromEntries(COST_NAMES.map((name) => [name, costRow(name)[preset]]));
  if (isComplete(values)) return values;
  throw new Error("every row has a value for each preset");
}

function isComplete(values: CostOverrides): values is Costs {
  return COST_NAMES.every((name) => values[name] !== undefined);
}
