/**
 * The memory of hosts while a run goes on: who is on a host by now, and whether one more has room.
 *
 * A VM that moves has its memory at both ends from the beginning of the move until it runs at the target, or is known not to
 * move. Invariant: what is taken is at most what the host has.
 */
import { isHandedOver, type MigrationState } from "../migration/engine";
import type { MemoryShortage, Migration } from "../migration/migration";
import { isOpen } from "../remus/succession";
import type { Control } from "./control";

/** States in which the target has, or is given, the machine's memory. */
const AT_TARGET: readonly MigrationState[] = [
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
];

/** Returns what the target of a migration lacks for its VM to be built there; null where there is room. */
export function shortageFor(control: Control, m: Migration): MemoryShortage | null {
  const target = control.hosts.find(({ index }) => index === m.target.host);
  const hostBytes = control.scenario.hosts.find(({ name }) => name === target?.name)?.memoryBytes ?? null;
  if (hostBytes === null) return null;
  const neededBytes = memoryOf(control, m.vm);
  const freeBytes = hostBytes - takenOn(control, m.target.host);
  return neededBytes <= freeBytes ? null : { neededBytes, freeBytes, hostBytes };
}

function takenOn(control: Control, host: number): number {
  const { vms, migrations, protections } = control;
  const machines = vms.flatMap(({ name, place }) => {
    const m = migrations.find(({ vm }) => vm === name);
    const isHere = m ? isOn(m, host) : place.host === host;
    return isHere ? memoryOf(control, name) : [];
  });
  const backups = protections.flatMap(({ vm, replica, isBackupAlive }) => {
    return replica.backup.host === host && isBackupAlive ? memoryOf(control, vm) : [];
  });
  // A protection that may follow has its memory from the start.
  const next = control.successions.flatMap((succession) => {
    const { vm, replica } = succession;
    return replica.backup.host === host && isOpen(succession) ? memoryOf(control, vm) : [];
  });
  return [...machines, ...backups, ...next].reduce((total, bytes) => total + bytes, 0);
}

function isOn({ state, source, target }: Migration, host: number): boolean {
  if (target.host === host && AT_TARGET.includes(state)) return true;
  return source.host === host && (state === "handing-over" || !isHandedOver(state));
}

function memoryOf({ scenario }: Control, vm: string): number {
  return scenario.vms.find(({ name }) => name === vm)?.memoryBytes ?? 0;
}
