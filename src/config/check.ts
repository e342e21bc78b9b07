/**
 * Rules that one value cannot break alone: names that must exist, things that may happen once, times that must fit.
 *
 * Works on a draft, so that these problems are reported beside those of the schema. What hosts and memory can hold is
 * in `capacity.ts`.
 */

import { formatBytes, formatDuration, quote } from "../sim/units";
import { checkCapacity } from "./capacity";
import { checkAblations } from "./check-abilities";
import { checkAgain } from "./check-again";
import { checkContent } from "./check-content";
import { checkDisks } from "./check-disks";
import { checkFlows } from "./check-flows";
import { checkHostEvents } from "./check-host-events";
import { checkMigrations } from "./check-migrations";
import { checkProtections } from "./check-protect";
import type { Path } from "./document";
import { type Complaint, type Draft, findVm } from "./draft";
import { checkEvents } from "./event-form";
import { listed, withSuggestion } from "./found";
import { checkHostMemory } from "./host-memory";
import { FRAME_BYTES, GUEST_SOFTWARE_BYTES, TRACE_TABLE_BYTES } from "./limits";
import { subjectOf } from "./problems";
import { suggest } from "./suggest";

type Rows<R> = readonly (R | undefined)[] | undefined;

/** Returns every broken rule, in no particular order. */
export function checkDraft(draft: Draft): readonly Complaint[] {
  return [
    ...checkNewNames(draft),
    ...checkReferences(draft),
    ...checkOnce(draft),
    ...checkAblations(draft),
    ...checkBackups(draft),
    ...checkProtections(draft),
    ...checkAgain(draft),
    ...checkEvents(draft),
    ...checkHostEvents(draft),
    ...checkTimes(draft),
    ...checkGuestMemory(draft),
    ...checkJobs(draft),
    ...checkDisks(draft),
    ...checkFlows(draft),
    ...checkMigrations(draft),
    ...checkCapacity(draft),
    ...checkHostMemory(draft),
    ...checkContent(draft),
  ];
}

function checkNewNames(draft: Draft): readonly Complaint[] {
  const uses = (["hosts", "clients", "vms"] as const).flatMap((key) =>
    (draft[key] ?? []).map((row, index) => ({ name: row?.name, path: [key, index, "name"] })),
  );
  return repeated("a name of its own", uses);
}

function checkReferences({ hosts, clients, vms, traffic, protect, migrations, events }: Draft): readonly Complaint[] {
  return [
    ...each(vms, (vm, index) => unknownName(vm.host, ["vms", index, "host"], "a host", hosts)),
    ...each(traffic, (entry, index) => unknownName(entry.from, ["traffic", index, "from"], "a client", clients)),
    ...each(traffic, (entry, index) => unknownName(entry.to, ["traffic", index, "to"], "a VM", vms)),
    ...each(protect, (entry, index) => unknownName(entry.vm, ["protect", index, "vm"], "a VM", vms)),
    ...each(protect, (entry, index) => unknownName(entry.to, ["protect", index, "to"], "a host", hosts)),
    ...each(protect, ({ again }, index) =>
      each(again, ({ to }, at) => unknownName(to, ["protect", index, "again", at, "to"], "a host", hosts)),
    ),
    ...each(migrations, (entry, index) => unknownName(entry.vm, ["migrations", index, "vm"], "a VM", vms)),
    ...each(migrations, (entry, index) => unknownName(entry.to, ["migrations", index, "to"], "a host", hosts)),
    ...each(events, (event, index) => unknownName(event.fail, ["events", index, "fail"], "a host", hosts)),
    ...each(events, (event, index) => unknownName(event.repair, ["events", index, "repair"], "a host", hosts)),
  ];
}

/** Stays silent while one of the known names is a hole: it may be the one that is meant. */
function unknownName(
  name: string | undefined,
  path: Path,
  noun: string,
  rows: Rows<{ readonly name?: string | undefined }>,
): readonly Complaint[] {
  const known = rows?.flatMap((row) => row?.name ?? []);
  if (name === undefined || known === undefined || known.length !== rows?.length || known.includes(name)) return [];
  const choice = known.length === 0 ? "there is none" : listed(known.map(quote));
  const reason = `expected the name of ${noun} (${choice}), got ${quote(name)}`;
  return [{ path, reason: withSuggestion(reason, suggest(name, known)) }];
}

function checkOnce({ traffic = [], protect = [], ablate }: Draft): readonly Complaint[] {
  const { abilities = [] } = ablate ?? {};
  return [
    ...repeated(
      "a client without traffic",
      traffic.map((entry, index) => ({ name: entry?.from, path: ["traffic", index, "from"] })),
    ),
    ...repeated(
      "a VM without a backup",
      protect.map((entry, index) => ({ name: entry?.vm, path: ["protect", index, "vm"] })),
    ),
    ...repeated(
      "each ability once",
      abilities.map((name, index) => ({ name, path: ["ablate", "abilities", index] })),
    ),
  ];
}

function checkBackups(draft: Draft): readonly Complaint[] {
  const { hosts, protect } = draft;
  return each(protect, ({ vm: name, to }, index) => {
    const vm = findVm(draft, name);
    if (vm === undefined || to === undefined || vm.host !== to) return [];
    const remedy = hosts?.length === 1 ? "; add a second host" : "";
    const reason = `expected another host than that of the VM ${quote(vm.name ?? "")}, got ${quote(to)}${remedy}`;
    return [{ path: ["protect", index, "to"], reason }];
  });
}

function checkTimes({ duration, protect, events }: Draft): readonly Complaint[] {
  const timeouts = each(protect, ({ heartbeat, timeout }, index) => {
    if (heartbeat === undefined || timeout === undefined || timeout > heartbeat) return [];
    const reason = `expected more than the heartbeat of ${formatDuration(heartbeat)}, got ${formatDuration(timeout)}`;
    return [{ path: ["protect", index, "timeout"], reason }];
  });
  const late = each(events, ({ at }, index) => {
    if (at === undefined || duration === undefined || at <= duration) return [];
    const reason = `expected a time within the run of ${formatDuration(duration)}, got ${formatDuration(at)}`;
    return [{ path: ["events", index, "at"], reason }];
  });
  return [...timeouts, ...late];
}

function checkGuestMemory({ vms }: Draft): readonly Complaint[] {
  return each(vms, ({ memory, workload, job }, index) => {
    const { workingSet, dirtyPerRequest = 0 } = workload ?? {};
    if (workingSet === undefined) return [];
    if (dirtyPerRequest > 0 && workingSet < FRAME_BYTES) {
      const reason = `expected at least ${formatBytes(FRAME_BYTES)} for the writes of dirtyPerRequest, got ${formatBytes(workingSet)}`;
      return [{ path: ["vms", index, "workload", "workingSet"], reason }];
    }
    const jobBytes = (job?.hot ?? 0) + (job?.cold ?? 0) + (job?.trace ? TRACE_TABLE_BYTES : 0);
    const least = workingSet + jobBytes + GUEST_SOFTWARE_BYTES;
    if (memory === undefined || memory >= least) return [];
    const parts = `workingSet${jobBytes > 0 ? ", the job's hot, cold and trace" : ""} and ${formatBytes(GUEST_SOFTWARE_BYTES)} for the guest's software`;
    const reason = `expected at least ${formatBytes(least)}, which is ${parts}, got ${formatBytes(memory)}`;
    return [{ path: ["vms", index, "memory"], reason }];
  });
}

/** A burst writes no page twice, and only a trace is repeated. */
function checkJobs({ vms }: Draft): readonly Complaint[] {
  return each(vms, ({ job }, index) => {
    if (job?.repeat !== undefined && job.trace === undefined) {
      const reason = "expected a trace beside it, because that is what is repeated; leave it out";
      return [{ path: ["vms", index, "job", "repeat"], reason }];
    }
    return (["hot", "cold"] as const).flatMap((region) => {
      const bytes = job?.[region];
      const key = `${region}Writes` as const;
      const writes = job?.[key];
      if (bytes === undefined || writes === undefined || writes * FRAME_BYTES <= bytes) return [];
      const pages = bytes / FRAME_BYTES;
      const reason = `expected at most ${pages}, the pages of ${region} (${formatBytes(bytes)}), got ${writes}`;
      return [{ path: ["vms", index, "job", key], reason }];
    });
  });
}

interface Use {
  readonly name: string | undefined;
  readonly path: Path;
}

/** Complains at the second and every later use of a name. */
function repeated(what: string, uses: readonly Use[]): readonly Complaint[] {
  const firsts = new Map<string, Path>();
  return uses.flatMap(({ name, path }) => {
    if (name === undefined) return [];
    const first = firsts.get(name);
    if (first !== undefined)
      return [{ path, reason: `expected ${what}, got ${quote(name)}, which is at ${subjectOf(first)} already` }];
    firsts.set(name, path);
    return [];
  });
}

/** Visits the rows that are no holes. */
function each<R>(rows: Rows<R>, check: (row: R, index: number) => readonly Complaint[]): readonly Complaint[] {
  return (rows ?? []).flatMap((row, index) => (row === undefined ? [] : check(row, index)));
}
