/**
 * Rules of live migrations that need more than one value: who moves where, what a policy has, when it may happen.
 *
 * Works on a draft, like the other checks. What a target can carry is in `capacity.ts`.
 */
import { formatDuration, quote } from "../sim/units";
import { type Complaint, type Draft, findVm } from "./draft";
import { listed } from "./found";
import type { MigrationPolicyKind } from "./migration-policy";
import { subjectOf } from "./problems";
import { MIGRATED_IO_MODELS } from "./scenario";

type MigrationDraft = NonNullable<NonNullable<Draft["migrations"]>[number]>;

/** Policies that have a downtime and a time-out. */
const TIMED: readonly MigrationPolicyKind[] = ["downtime", "auto-converge"];

/** Returns every broken rule of every migration. */
export function checkMigrations(draft: Draft): readonly Complaint[] {
  return (draft.migrations ?? []).flatMap((entry, index) => {
    if (entry === undefined) return [];
    return [
      ...checkTarget(draft, entry, index),
      ...checkDevice(draft, entry, index),
      ...checkAlone(draft, entry, index),
      ...checkHotPlug(draft, entry, index),
      ...checkPolicy(entry, index),
      ...checkStreams(entry, index),
      ...checkWay(draft, entry, index),
      ...checkTimes(draft, entry, index),
    ];
  });
}

function checkTarget(draft: Draft, { vm: name, to }: MigrationDraft, index: number): readonly Complaint[] {
  const vm = findVm(draft, name);
  if (vm === undefined || to === undefined || vm.host !== to) return [];
  const remedy = draft.hosts?.length === 1 ? "; add a second host" : "";
  const reason = `expected another host than that on which the VM ${quote(vm.name ?? "")} runs, got ${quote(to)}${remedy}`;
  return [{ path: ["migrations", index, "to"], reason }];
}

/** A device whose state nobody can read stays where it is, and its guest with it. */
function checkDevice(draft: Draft, { vm: name }: MigrationDraft, index: number): readonly Complaint[] {
  const io = findVm(draft, name)?.io;
  if (name === undefined || io === undefined || MIGRATED_IO_MODELS.includes(io)) return [];
  const why =
    "the state of a plain virtual function can be neither read nor written, and no log has what its DMA writes";
  const reason = `expected a VM that can move (io ${listed(MIGRATED_IO_MODELS.map(quote))}), got ${quote(name)} with io ${quote(io)}: ${why}`;
  return [{ path: ["migrations", index, "vm"], reason }];
}

/** Only a bond's virtual function is unplugged. */
function checkHotPlug(draft: Draft, { vm: name, hotPlug }: MigrationDraft, index: number): readonly Complaint[] {
  const io = findVm(draft, name)?.io;
  if (hotPlug !== "native" || io === undefined || io === "teaming") return [];
  const reason = `expected acpi, because ${quote(name ?? "")} has io: ${io} and nothing to unplug, got native`;
  return [{ path: ["migrations", index, "hotPlug"], reason }];
}

/** A machine has one owner: while it is protected, or on its way, nobody else moves it. */
function checkAlone(draft: Draft, { vm }: MigrationDraft, index: number): readonly Complaint[] {
  if (vm === undefined) return [];
  const path = ["migrations", index, "vm"];
  const protection = (draft.protect ?? []).findIndex((entry) => entry?.vm === vm);
  if (protection >= 0) {
    const where = subjectOf(["protect", protection, "vm"]);
    const why = "its backup could take over at any moment of the move; take one of the two away";
    return [{ path, reason: `expected a VM without a backup, got ${quote(vm)}, which has one at ${where}: ${why}` }];
  }
  const first = (draft.migrations ?? []).findIndex((entry) => entry?.vm === vm);
  if (first === index) return [];
  const where = subjectOf(["migrations", first, "vm"]);
  return [{ path, reason: `expected a VM that moves once, got ${quote(vm)}, which is at ${where} already` }];
}

function checkPolicy({ policy, ...values }: MigrationDraft, index: number): readonly Complaint[] {
  if (policy === undefined || TIMED.includes(policy)) return [];
  return (["downtime", "timeout", "onTimeout"] as const).flatMap((key) => {
    if (values[key] === undefined) return [];
    const reason = `expected nothing, because only the policies ${listed(TIMED.map(quote))} have it, and the policy is ${quote(policy)}`;
    return [{ path: ["migrations", index, key], reason }];
  });
}

/** A delta is against what was sent before, and connections overtake each other. */
function checkStreams({ streams = 1, compression }: MigrationDraft, index: number): readonly Complaint[] {
  if (compression !== "delta" || streams === 1) return [];
  const reason = `expected 1, because with compression: delta each page must arrive behind what it was compared with, got ${streams}; use compression: none for more`;
  return [{ path: ["migrations", index, "streams"], reason }];
}

/** Either way has what belongs to it. */
function checkWay(
  draft: Draft,
  { via = "link", link, vm: name, to }: MigrationDraft,
  index: number,
): readonly Complaint[] {
  const path = ["migrations", index];
  if (via === "link") {
    if (link !== undefined) return [];
    return [
      {
        path,
        reason: "expected link with the rate and latency of the migration's own link, or via: ports, got neither",
      },
    ];
  }
  if (link !== undefined) {
    return [
      { path: [...path, "link"], reason: "expected nothing, because with via: ports it goes over the hosts' NICs" },
    ];
  }
  const ends = [findVm(draft, name)?.host, to];
  return (draft.hosts ?? []).flatMap((host, number) => {
    if (host?.name === undefined || !ends.includes(host.name) || host.nics === undefined || host.nics.length > 0)
      return [];
    const reason = `expected a NIC for the migration of ${quote(name ?? "")}, which goes via: ports; add one`;
    return [{ path: ["hosts", number, "nics"], reason }];
  });
}

function checkTimes({ duration }: Draft, entry: MigrationDraft, index: number): readonly Complaint[] {
  const { at } = entry;
  if (at === undefined || duration === undefined) return [];
  if (at > duration) {
    const reason = `expected a time within the run of ${formatDuration(duration)}, got ${formatDuration(at)}`;
    return [{ path: ["migrations", index, "at"], reason }];
  }
  return (["cancel", "force"] as const).flatMap((key) => {
    const value = entry[key];
    if (value === undefined || value === null || value >= at) return [];
    const reason = `expected no time before it begins at ${formatDuration(at)}, got ${formatDuration(value)}`;
    return [{ path: ["migrations", index, key], reason }];
  });
}
