/** Rules of hosts that fail and are repaired, in the order of time: one after the other. */
import { quote } from "../sim/units";
import type { Complaint, Draft } from "./draft";
import { subjectOf } from "./problems";

/**
 * Returns every failure of a host that is down by then, and every repair of one that is not; silent while a time, or a whole
 * event, is not known.
 */
export function checkHostEvents({ events = [] }: Draft): readonly Complaint[] {
  if (events.some((event) => event?.at === undefined)) return [];
  const names = new Set(events.flatMap((event) => event?.fail ?? event?.repair ?? []));
  return [...names].flatMap((name) => checkHost(events, name));
}

function checkHost(events: NonNullable<Draft["events"]>, name: string): readonly Complaint[] {
  const own = events.flatMap((event, index) => {
    const kind = event?.fail === name ? ("fail" as const) : ("repair" as const);
    return event?.[kind] === name ? [{ kind, index, at: event.at ?? 0 }] : [];
  });
  let failedAt: number | null = null;
  return own
    .sort((one, other) => one.at - other.at)
    .flatMap(({ kind, index }) => {
      const path = ["events", index, kind];
      const before = failedAt;
      failedAt = kind === "fail" ? (failedAt ?? index) : null;
      if (kind === "fail" && before !== null) {
        const first = subjectOf(["events", before, "fail"]);
        return [{ path, reason: `expected a host that still runs, got ${quote(name)}, which is at ${first} already` }];
      }
      if (kind === "repair" && before === null) {
        const reason = `expected a host that is down by then, got ${quote(name)}; let it fail before that, or take the repair away`;
        return [{ path, reason }];
      }
      return [];
    });
}
