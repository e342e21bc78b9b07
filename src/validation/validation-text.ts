/** A validation as a table: of a document, and of a terminal. */

import type { CostName } from "../host/cost-table";
import { costRow } from "../host/cost-table";
import { alignedRows } from "../report/text-table";
import type { RangeEnd } from "./published";
import type { RowResult, ValidationResult } from "./result";

const HEAD = ["claim", "what", "published", "same if", "ours", "range", "verdict"] as const;

/** Returns the table in Markdown: a line for each row. */
export function validationTable({ renic, wasmSha256, rows }: ValidationResult): string {
  const lines = [HEAD, HEAD.map(() => "---"), ...rows.map(cellsOf)];
  const table = lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  const others = rows.flatMap((row) =>
    row.wasmSha256 ? `; claim ${row.claim} with ${row.wasmSha256.slice(0, 12)}` : [],
  );
  return `${table}\n\nMeasured with renic ${renic}, data plane ${wasmSha256.slice(0, 12)}${others.join("")}.`;
}

/** Returns the same for a terminal. */
export function validationText({ rows }: ValidationResult): string[] {
  return alignedRows([[...HEAD], ...rows.map(cellsOf)], HEAD.length);
}

function cellsOf(row: RowResult): string[] {
  const { claim, title, unit, accepted, ours, where, range } = row;
  return [
    claim,
    `${title}${row.part ? `, ${row.part}` : ""}`,
    row.value === null ? "an order or a range" : `${figure(row.value)} ${unit}`,
    `${figure(accepted[0])} to ${figure(accepted[1])}`,
    `${figure(ours)} ${unit} (${where})`,
    range ? `${endText(range[0])} to ${endText(range[1])}` : "-",
    row.verdict,
  ];
}

function endText({ value, moved }: RangeEnd): string {
  if (!moved) return figure(value);
  return `${figure(value)} (${moved.name} ${moved.to} ${costRow(moved.name as CostName).unit})`;
}

/** Three digits that count. */
function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** Returns the heading under which a document explains a row; it has the verdict, so that no explanation outlives one. */
export function rowHeading({ claim, part, verdict }: RowResult): string {
  return `Claim ${claim}${part ? `, ${part}` : ""}: ${verdict}`;
}
