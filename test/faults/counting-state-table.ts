/**
 * The state tables' `follow`, counting: the tool is bundled with this file in the place of src/checkpoint/state-table.ts,
 * so that what is counted is what the machines really did.
 */
import { follow as followTable, type StateTable } from "../../src/checkpoint/state-table";

export type { StateTable } from "../../src/checkpoint/state-table";

const counts = new Map<object, Map<string, number>>();

/** Returns the state after an event, and counts the cell. */
export function follow<State extends string, Event extends string>(
  table: StateTable<State, Event>,
  state: State,
  event: Event,
): State {
  const next = followTable(table, state, event);
  const cells = counts.get(table) ?? new Map<string, number>();
  counts.set(table, cells);
  const cell = `${state} x ${event}`;
  cells.set(cell, (cells.get(cell) ?? 0) + 1);
  return next;
}

/** Returns how often each cell of a table was gone through since the last call, and forgets it. */
export function takeCounts(table: object): [cell: string, count: number][] {
  const cells = [...(counts.get(table) ?? [])];
  counts.delete(table);
  return cells;
}
