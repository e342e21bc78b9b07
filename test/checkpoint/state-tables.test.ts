/** Walks every state machine: nothing forgotten, nothing unreachable, no state without a way out but the ends. */
import { describe, expect, it } from "vitest";
import { ARRIVALS, EPOCHS } from "../../src/checkpoint/epoch";
import { LINK } from "../../src/checkpoint/link-state";
import { follow } from "../../src/checkpoint/state-table";
import { BOND } from "../../src/migration/bond-state";
import { MIGRATION } from "../../src/migration/engine";
import { ARBITER } from "../../src/remus/arbiter";
import { BACKUP } from "../../src/remus/backup-state";
import { ENGINE } from "../../src/remus/engine";
import { SUCCESSION } from "../../src/remus/succession";

const machines = [
  { name: "epoch", table: EPOCHS, start: "running", ends: ["committed", "lost"] },
  { name: "arrival", table: ARRIVALS, start: "receiving", ends: ["applied", "discarded"] },
  { name: "backup", table: BACKUP, start: "filling", ends: ["dead"] },
  { name: "arbiter", table: ARBITER, start: "open", ends: ["primary", "backup"] },
  { name: "link", table: LINK, start: "up", ends: [] },
  { name: "engine", table: ENGINE, start: "synchronizing", ends: ["lost", "succeeded"] },
  {
    name: "succession",
    table: SUCCESSION,
    start: "waiting",
    ends: ["begun", "host-down", "lost"],
  },
  { name: "bond", table: BOND, start: "on-vf", ends: [] },
  { name: "migration", table: MIGRATION, start: "waiting", ends: ["cancelled", "failed", "refused", "lost"] },
];

describe.each(machines)("state machine $name", ({ table, start, ends }) => {
  const rows = new Map<string, Map<string, string | null>>(
    Object.entries(table).map(([state, row]) => [state, new Map(Object.entries(row))]),
  );
  const events = [...(rows.get(start)?.keys() ?? [])].sort();

  it("each state, answers every event", () => {
    for (const row of rows.values()) expect([...row.keys()].sort()).toEqual(events);
  });

  it("each next state, is a state", () => {
    for (const row of rows.values())
      for (const next of row.values()) if (next !== null) expect(rows.has(next)).toBe(true);
  });

  it("from the start, every state is reached", () => {
    const reached = new Set([start]);
    for (const state of reached)
      for (const next of rows.get(state)?.values() ?? []) if (next !== null) reached.add(next);
    expect([...reached].sort()).toEqual([...rows.keys()].sort());
  });

  it("a state without a way out, is an end", () => {
    const stuck = [...rows].filter(([state, row]) =>
      [...row.values()].every((next) => next === null || next === state),
    );
    expect(stuck.map(([state]) => state).sort()).toEqual([...ends].sort());
  });
});

describe("follow", () => {
  it("an event that the state refuses, an internal error that names both", () => {
    expect(() => follow(EPOCHS, "running", "acked")).toThrow("state running refuses acked");
  });

  it("an event that the state knows, the next state", () => {
    expect(follow(EPOCHS, "transmitting", "received")).toBe("awaiting-ack");
  });
});
