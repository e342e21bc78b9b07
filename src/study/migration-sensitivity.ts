/**
 * Which costs the headlines of the migration study depend on: each goes to the least and to the greatest value of its
 * range, alone, and every cell is planned anew. Planned, not simulated, because a step's cost is a summand in both.
 */
import type { CostPreset } from "../host/cost-row";
import { COST_NAMES, type CostName, costRow } from "../host/cost-table";
import { STEP_ROWS } from "../migration/stop-steps";
import { type MigrationAxes, type MigrationCell, migrationCells } from "./migration-cell";
import { planOfCell } from "./migration-plan";
import { advantagesOf, type MigrationHeadline, type MigrationResult, migrationHeadlines } from "./migration-summary";
import { CLAIM_WORKLOAD } from "./migration-workloads";

/** What a cost does to a headline. */
export interface MigrationSensitivity {
  readonly preset: CostPreset;
  readonly baseline: MigrationHeadline["baseline"];
  readonly figure: MigrationHeadline["figure"];
  readonly name: CostName;
  /** The median with the preset's value, and with either end of the range. */
  readonly median: number;
  readonly ends: readonly { readonly value: number; readonly median: number }[];
  /** From the least of the three medians to the greatest, in points. */
  readonly span: number;
}

/** Beside the rows of steps: of a bond, of pages and of who sends them, and of an emulated NIC that stops its guest. */
const FURTHER_COSTS: readonly CostName[] = [
  "bondPoll",
  "logDirtyFault",
  "migrationRate",
  "sendPage",
  "wakeLatency",
  "vmExit",
  "exitIndirect",
  "emulatedInstruction",
  "eventDelivery",
  "deviceModelSwitch",
  "deviceModelAccess",
];

/** Costs that a plan depends on. */
export const PLANNED_COSTS: readonly CostName[] = COST_NAMES.filter((name) => {
  const rows: readonly (CostName | null)[] = Object.values(STEP_ROWS);
  return rows.includes(name) || FURTHER_COSTS.includes(name);
});

/** Returns what each cost does to each headline, of each the cost that does most first. */
export function migrationSensitivities(axes: MigrationAxes): MigrationSensitivity[] {
  const cells = migrationCells({ ...axes, workloads: axes.workloads.filter((name) => name === CLAIM_WORKLOAD) });
  return axes.presets.flatMap((preset) => {
    const own = cells.filter((cell) => cell.preset === preset);
    const usual = headlinesOf(own, {});
    const moved = PLANNED_COSTS.map((name) => {
      const values = costRow(name).range.filter((value) => value !== costRow(name)[preset]);
      return { name, ends: values.map((value) => ({ value, headlines: headlinesOf(own, { [name]: value }) })) };
    });
    return usual.flatMap((headline) => {
      const { baseline, figure, median } = headline;
      const rows = moved.map(({ name, ends }) => {
        const medians = ends.map(({ value, headlines }) => ({ value, median: medianOf(headlines, headline) }));
        const all = [median, ...medians.map((end) => end.median)];
        return { preset, baseline, figure, name, median, ends: medians, span: Math.max(...all) - Math.min(...all) };
      });
      return rows.filter(({ span }) => span > 0).sort((one, other) => other.span - one.span);
    });
  });
}

function headlinesOf(
  cells: readonly MigrationCell[],
  overrides: Parameters<typeof planOfCell>[1],
): MigrationHeadline[] {
  const results: MigrationResult[] = cells.map((cell) => ({
    cell,
    plan: planOfCell(cell, overrides),
    measurement: null,
  }));
  return migrationHeadlines(advantagesOf(results));
}

function medianOf(headlines: readonly MigrationHeadline[], { baseline, figure }: MigrationHeadline): number {
  const found = headlines.find((headline) => headline.baseline === baseline && headline.figure === figure);
  return found?.median ?? Number.NaN;
}
