/** A migration's state changes in one place: by its table, and with a record in the trace. */
import { TRACE_MIGRATION } from "../../assembly/layout/trace";
import { follow } from "../checkpoint/state-table";
import type { Simulation } from "../host/simulation";
import { MIGRATION, type MigrationEvent, type MigrationState } from "./engine";
import type { Migration } from "./migration";

/** The states by their numbers in the trace. */
export const MIGRATION_STATES: readonly MigrationState[] = [
  "waiting",
  "preparing",
  "copying",
  "stopping",
  "quiescing",
  "last-pages",
  "device-state",
  "activating",
  "handing-over",
  "reconnecting",
  "active",
  "cancelled",
  "failed",
  "refused",
  "lost",
];

/** Follows an event; the record has the new state, and the pages and bytes of the round at hand. */
export function enter({ world }: Simulation, m: Migration, event: MigrationEvent): void {
  const state = follow(MIGRATION, m.state, event);
  if (state === m.state) return;
  m.state = state;
  const { pageCount, byteCount } = m.round;
  world.plane.traceControl(TRACE_MIGRATION, m.index, MIGRATION_STATES.indexOf(state), pageCount, byteCount % 2 ** 32);
}
