/** The job that a VM computes in the background: how much of its memory that takes, and how it gets there. */
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { TRACE_TABLE_BYTES } from "../config/limits";
import type { VmScenario } from "../config/scenario";
import type { World } from "../core/world";
import type { DirtyRow } from "../format/dirty-trace";

/** Returns the bytes of a VM's job, which lie at the end of its memory; 0 without one. */
export function jobBytes({ job }: VmScenario): number {
  return job ? job.hotBytes + job.coldBytes + (job.trace ? TRACE_TABLE_BYTES : 0) : 0;
}

/** Writes a VM's job, if it has one, into its guest's memory, and the rows of its trace behind its regions. */
export function placeJob(
  { plane }: World,
  guest: number,
  vm: VmScenario,
  clockHz: number,
  rows: readonly DirtyRow[],
): void {
  if (!vm.job) return;
  const { burstCycles, hotBytes, coldBytes, hotWrites, coldWrites, trace } = vm.job;
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
  if (!trace) return;
  // All vCPUs work at one job: the trace's clock is what one processor would show.
  const burstNs = Math.max(1, Math.floor((burstCycles * 1e9) / clockHz / vm.vcpuCount));
  const rowsPage = (vm.memoryBytes - TRACE_TABLE_BYTES) / PAGE_BYTES;
  plane.createDirtyTrace(guest, rowsPage, rows.length, Number(trace.isRepeating), burstNs);
  rows.forEach(({ durationNs, hotPages, coldPages }, number) => {
    plane.writeDirtyRow(guest, rowsPage, number, durationNs, hotPages, coldPages);
  });
}
