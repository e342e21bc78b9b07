/** Rules for protections that may follow another: where they can never be, and when. */
import { formatDuration, quote } from "../sim/units";
import { type Complaint, type Draft, findVm } from "./draft";
import { lifeCountOf, livesOfAgain } from "./lives";
import { subjectOf } from "./problems";

/** Complains about entries that can never be taken. */
export function checkAgain(draft: Draft): readonly Complaint[] {
  return (draft.protect ?? []).flatMap((entry, index) =>
    (entry?.again ?? []).flatMap((_, at) => [...checkHost(draft, index, at), ...checkTime(draft, index, at)]),
  );
}

/** Where a copy of the machine was before, another may only be in a later life of the host. */
function checkHost(draft: Draft, index: number, at: number): readonly Complaint[] {
  const entry = draft.protect?.[index];
  const rows = entry?.again ?? [];
  const to = rows[at]?.to;
  const home = findVm(draft, entry?.vm)?.host;
  if (to === undefined) return [];
  const life = livesOfAgain({ home, to: entry?.to, again: rows })[at] ?? 0;
  if (life < lifeCountOf(draft.events ?? [], to)) return [];
  const first = entry?.to === to ? ["protect", index, "to"] : ["protect", index, "again", firstOf(rows, to), "to"];
  const where = home === to ? "on which it starts" : `which is at ${subjectOf(first)} already`;
  const reason = `expected a host without a copy of ${quote(entry?.vm ?? "")}, got ${quote(to)}, ${where}; name another host, or have an event repair this one`;
  return [{ path: ["protect", index, "again", at, "to"], reason }];
}

function firstOf(rows: readonly ({ readonly to?: string | undefined } | undefined)[], to: string): number {
  return rows.findIndex((row) => row?.to === to);
}

function checkTime({ duration, protect }: Draft, index: number, at: number): readonly Complaint[] {
  const after = protect?.[index]?.again?.[at]?.after;
  if (after === undefined || duration === undefined || after <= duration) return [];
  const reason = `expected a time within the run of ${formatDuration(duration)}, got ${formatDuration(after)}`;
  return [{ path: ["protect", index, "again", at, "after"], reason }];
}
