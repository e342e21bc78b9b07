/**
 * `renic costs`: prints the cost model of a preset, as a table to read or as CSV to edit and to name in a scenario.
 */
import { formatCostFile } from "../config/cost-file";
import { COST_LABELS, COST_PRESETS, type CostPreset } from "../host/cost-row";
import { COST_GROUPS } from "../host/cost-table";
import { EXIT } from "./exit";

export interface CostsOptions {
  readonly preset: CostPreset;
  readonly csv?: boolean;
}

/** Carries the command out and returns its exit code. */
export function costsCommand({ preset, csv }: CostsOptions): number {
  process.stdout.write(csv ? formatCostFile(preset) : `${tableOf(preset).join("\n")}\n`);
  return EXIT.ok;
}

function tableOf(preset: CostPreset): string[] {
  const groups = COST_GROUPS.map(({ title, rows }) => ({
    title,
    lines: Object.entries(rows).map(([name, row]) => {
      return [name, String(row[preset]), row.unit, row.range.join(" to "), row.label, row.meaning];
    }),
  }));
  const widths = widthsOf(groups.flatMap(({ lines }) => lines));
  return [
    `preset ${preset}: ${COST_PRESETS[preset].meaning}`,
    ...groups.flatMap(({ title, lines }) => ["", title, ...lines.map((cells) => lineOf(cells, widths))]),
    "",
    "labels, the weakest of a row's parts; docs/model.md has the sources",
    ...Object.entries(COST_LABELS).map(([label, meaning]) => `  ${label}  ${meaning}`),
  ];
}

function widthsOf(lines: readonly (readonly string[])[]): number[] {
  return (lines[0] ?? []).map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
}

/** Values to the right, so that a reader sees which are large. */
function lineOf(cells: readonly string[], widths: readonly number[]): string {
  const padded = cells.map((cell, column) => {
    const width = widths[column] ?? 0;
    return column === 1 ? cell.padStart(width) : cell.padEnd(width);
  });
  return `  ${padded.join("  ").trimEnd()}`;
}
