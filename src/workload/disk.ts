/** The disk of a VM: how many blocks it has, and which requests write to it. */
import { PAGE_RECORD_HEADER_BYTES } from "../../assembly/layout/checkpoint";
import { MIRROR_HEADER_BYTES } from "../../assembly/layout/disk";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import type { ProtectScenario, VmScenario } from "../config/scenario";
import { InternalError } from "../core/load";
import type { World } from "../core/world";
import type { Place } from "../host/place";
import type { FlowControl } from "./flows";

/** Returns the blocks of a VM's disk; 0 without one. */
export function diskBlocks({ disk }: VmScenario): number {
  return disk ? disk.byteCount / PAGE_BYTES : 0;
}

/** What a block takes in a mirror. */
const MIRRORED_BYTES = MIRROR_HEADER_BYTES + PAGE_RECORD_HEADER_BYTES + PAGE_BYTES;

/** Returns how many blocks may wait in the mirror of a protection. */
export function mirrorBlocks({ diskBufferBytes }: ProtectScenario): number {
  return Math.floor(diskBufferBytes / MIRRORED_BYTES);
}

/** Returns the blocks that a request to a VM writes. */
function blocksPerRequest({ workload }: VmScenario): number {
  return Math.ceil(workload.diskPerRequestBytes / PAGE_BYTES);
}

/** Gives a guest the disk that its VM has, not connected; returns its number, -1 for none. `vcpu` is one of dom0's. */
export function addDisk({ plane }: World, vm: VmScenario, guest: number, vcpu: number): number {
  return vm.disk ? plane.addDisk(guest, vcpu, diskBlocks(vm)) : -1;
}

/** Has a guest know its disk, and its service write there; once, before it runs: a backup gets it with the first copy. */
export function prepareDisk({ plane }: World, vm: VmScenario, guest: number, disk: number): void {
  if (disk < 0) return;
  plane.prepareDisk(disk);
  if (vm.workload.kind === "replay-server") plane.setServiceDisk(guest, blocksPerRequest(vm));
  plane.connectDisk(disk);
}

/** Connects the disk of a guest that runs elsewhere now: what was not answered is asked for again. */
export function reconnectDisk({ plane }: World, { disk }: Place, vm: string): void {
  if (!plane.connectDisk(disk)) throw new InternalError(`the disk of ${vm} finds no ring`);
}

/** Has the requests of a flow write to the disk of the VM that answers them. */
export function setFlowDisk({ plane }: World, vm: VmScenario, { to, toWork }: FlowControl): void {
  if (blocksPerRequest(vm) > 0) plane.setResponderDisk(to.owner, toWork, blocksPerRequest(vm));
}
