/** Rules for protections that may follow another: where they can never be, and when. */
import { formatDuration, quote } from "../sim/units";
import { type Complaint, type Draft, findVm } from "./draft";
import { subjectOf } from "./problems";

/** Complains about entries that can never be taken. */
export function checkAgain(draft: Draft): readonly Complaint[] {
  return (draft.protect ?? []).flatMap((entry, index) =>
    (entry?.again ?? []).flatMap((_, at) => [...checkHost(draft, index, at), ...checkTime(draft, index, at)]),
  );
}

/** A copy of the machine has lived on the host of every entry before: there is none to go back to. */
function checkHost(draft: Draft, index: number, at: number): readonly Complaint[] {
  const entry = draft.protect?.[index];
  const to = entry?.again?.[at]?.to;
  if (to === undefined) return [];
  const path = ["protect", index, "again", at, "to"];
  if (findVm(draft, entry?.vm)?.host === to) {
    const reason = `expected a host without a copy of ${quote(entry?.vm ?? "")}, got ${quote(to)}, on which it starts; name another host`;
    return [{ path, reason }];
  }
  const earlier = (entry?.again ?? []).findIndex((row) => row?.to === to);
  const first = entry?.to === to ? ["protect", index, "to"] : ["protect", index, "again", earlier, "to"];
  if (entry?.to !== to && earlier === at) return [];
  const reason = `expected a host without a copy of ${quote(entry?.vm ?? "")}, got ${quote(to)}, which is at ${subjectOf(first)} already; name another host`;
  return [{ path, reason }];
}

function checkTime({ duration, protect }: Draft, index: number, at: number): readonly Complaint[] {
  const after = protect?.[index]?.again?.[at]?.after;
  if (after === undefined || duration === undefined || after <= duration) return [];
  const reason = `expected a time within the run of ${formatDuration(duration)}, got ${formatDuration(after)}`;
  return [{ path: ["protect", index, "again", at, "after"], reason }];
}
