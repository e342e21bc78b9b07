/**
 * The cost model as Markdown: one table a group, both presets side by side, as docs/model.md shows it.
 *
 * Texts of rows stand in cells, so none may hold a bar or a line end; a test of the rows keeps that.
 */
import { COST_PRESET_NAMES, type CostRow } from "./cost-row";
import { COST_GROUPS } from "./cost-table";

const HEADS = ["parameter", ...COST_PRESET_NAMES, "unit", "range", "label", "meaning", "source"];

/** Returns Markdown, from the first group's heading of level 3 to the last row, without a line end. */
export function costDocument(): string {
  return COST_GROUPS.map(({ title, rows }) => {
    const cells = Object.entries(rows).map(([name, row]) => cellsOf(name, row));
    return [`### ${title}`, "", ...[HEADS, HEADS.map(() => "---"), ...cells].map(lineOf)].join("\n");
  }).join("\n\n");
}

function cellsOf(name: string, row: CostRow): string[] {
  const values = COST_PRESET_NAMES.map((preset) => String(row[preset]));
  return [name, ...values, row.unit, row.range.join(" to "), row.label, row.meaning, row.source];
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
