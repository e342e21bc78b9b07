/**
 * Whether hosts have memory for their guests: VMs, backups, and VMs that move there.
 *
 * A host that says what it has must hold its VMs and backups from the start. For a VM that moves there it must have room
 * beside those that never leave it; whether one that is to leave has left by then, only a run knows, which refuses the
 * move if it has not (src/experiment/host-memory.ts).
 */
import { numbersTo } from "../sim/numbers";
import { formatBytes, quote } from "../sim/units";
import { type Complaint, type Draft, findVm } from "./draft";
import { listed } from "./found";
import { lifeCountOf } from "./lives";
import { residentsOf } from "./residents";

/** Returns every host that has too little memory for what is on it, and every move to one without room. */
export function checkHostMemory(draft: Draft): readonly Complaint[] {
  return (draft.hosts ?? []).flatMap((host, index) => {
    if (host?.name === undefined || host.memory === undefined) return [];
    const { name, memory } = host;
    const guests = guestsOf(draft, name, 0);
    const lives = numbersTo(lifeCountOf(draft.events ?? [], name)).map((life) => guestsOf(draft, name, life));
    const crowded = lives.find((each) => sum(each) > memory);
    if (crowded) {
      const needed = sum(crowded);
      const reason = `expected at least ${formatBytes(needed)}, for ${listed(crowded.map(textOf))}, got ${formatBytes(memory)}`;
      return [{ path: ["hosts", index, "memory"], reason }];
    }
    return checkMoves(draft, name, memory, guests);
  });
}

/** A guest of a host. */
interface HostGuest {
  /** As a reader of the scenario would name it. */
  readonly what: string;
  readonly bytes: number;
  readonly isLeaving: boolean;
}

/** Returns those whose size is known and who are there from the start, in one of the host's lives. */
function guestsOf(draft: Draft, host: string, life: number): readonly HostGuest[] {
  return residentsOf(draft, host, life).flatMap(({ what, vm, kind }) => {
    if (vm?.memory === undefined || kind === "arriving") return [];
    const isLeaving = kind === "own" && (draft.migrations ?? []).some((entry) => entry?.vm === vm.name);
    return [{ what, bytes: vm.memory, isLeaving }];
  });
}

function checkMoves(draft: Draft, host: string, memory: number, guests: readonly HostGuest[]): readonly Complaint[] {
  const staying = guests.filter(({ isLeaving }) => !isLeaving);
  const free = memory - sum(staying);
  return (draft.migrations ?? []).flatMap((entry, index) => {
    const vm = findVm(draft, entry?.vm);
    if (entry?.to !== host || vm?.memory === undefined || vm.memory <= free) return [];
    const others = staying.length === 0 ? "" : ` beside ${listed(staying.map(textOf))}`;
    const reason = `expected a host with ${formatBytes(vm.memory)} free for the VM ${quote(vm.name ?? "")}, got ${quote(host)}, which has ${formatBytes(free)} of ${formatBytes(memory)}${others}`;
    return [{ path: ["migrations", index, "to"], reason }];
  });
}

function textOf({ what, bytes }: HostGuest): string {
  return `${what} with ${formatBytes(bytes)}`;
}

function sum(guests: readonly HostGuest[]): number {
  return guests.reduce((total, { bytes }) => total + bytes, 0);
}
