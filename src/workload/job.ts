/** The job that a VM computes in the background: how much of its memory that takes, and how it gets there. */
import { PAGE_BYTES } from "../../assembly/layout/limits";
import type { VmScenario } from "../config/scenario";
import type { World } from "../core/world";

/** Returns the bytes of a VM's job, which lie at the end of its memory; 0 without one. */
export function jobBytes({ job }: VmScenario): number {
  return job ? job.hotBytes + job.coldBytes : 0;
}

/** Writes a VM's job, if it has one, into its guest's memory. */
export function placeJob({ plane }: World, guest: number, vm: VmScenario): void {
  if (!vm.job) return;
  const { burstCycles, hotBytes, coldBytes, hotWrites, coldWrites } = vm.job;
  const firstPage = (vm.memoryBytes - jobBytes(vm)) / PAGE_BYTES;
  plane.createComputation(
    guest,
    burstCycles,
    firstPage,
    hotBytes / PAGE_BYTES,
    coldBytes / PAGE_BYTES,
    hotWrites,
    coldWrites,
  );
}
