/** Which cells of the machines' tables a run went through, and how often. */
import { ARRIVALS, EPOCHS } from "../../src/checkpoint/epoch";
import { LINK } from "../../src/checkpoint/link-state";
import { ARBITER } from "../../src/remus/arbiter";
import { BACKUP } from "../../src/remus/backup-state";
import { ENGINE } from "../../src/remus/engine";
import { SUCCESSION } from "../../src/remus/succession";
import { addTo } from "../support/case-tool";

/** The machines whose cells are counted, by the names that are printed. */
export const TABLES: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string | null>>>>>> = {
  protection: ENGINE,
  epoch: EPOCHS,
  arrival: ARRIVALS,
  backup: BACKUP,
  link: LINK,
  arbiter: ARBITER,
  succession: SUCCESSION,
};

/** Cells that a table has for completeness, and why nothing goes through them. */
const UNREACHABLE: Readonly<Record<string, string>> = {
  "arbiter: primary x asked-by-primary": "a host asks once: it stops listening when it has",
  "arbiter: backup x asked-by-backup": "a host asks once: it stops listening when it has",
};

/** A cell that is gone through less often is named. */
const CELL_LEAST = 20;

/** Adds what a thread counted. */
export function addCells(
  sums: Map<string, number>,
  cells: Readonly<Record<string, readonly (readonly [cell: string, count: number])[]>>,
): void {
  for (const [table, counts] of Object.entries(cells)) {
    for (const [cell, count] of counts) addTo(sums, `${table}: ${cell}`, count);
  }
}

/** Returns a line for each cell that can be reached, those that cannot with the reason, and one for them all. */
export function coverageText(sums: ReadonlyMap<string, number>): string[] {
  const all = Object.entries(TABLES).flatMap(([name, table]) =>
    Object.entries(table).flatMap(([state, events]) =>
      Object.entries(events).flatMap(([event, next]) => (next === null ? [] : [`${name}: ${state} x ${event}`])),
    ),
  );
  const countOf = (cell: string) => sums.get(cell) ?? 0;
  const line = (cell: string) => {
    const reason = UNREACHABLE[cell];
    if (!reason) return `${String(countOf(cell)).padStart(10)}  ${cell}`;
    const said = countOf(cell) > 0 ? `gone through ${countOf(cell)} times, although ${reason}` : `cannot be: ${reason}`;
    return `            ${cell}, ${said}`;
  };
  const reachable = all.filter((cell) => !UNREACHABLE[cell]);
  const often = reachable.filter((cell) => countOf(cell) >= CELL_LEAST);
  return [
    ...all.map(line),
    `${often.length} of ${reachable.length} cells that can be reached, at least ${CELL_LEAST} times`,
  ];
}
