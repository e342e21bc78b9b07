/**
 * The memories of a world, and how many of their pages have frames at most. With content that may be all; without, the
 * guest's software, its stack's tables and a job's trace have frames, and working sets and connections' rings have none
 * (assembly/memory/payload.ts).
 */
import { BUFFERS_END_PAGE, TABLE_PAGE } from "../../assembly/layout/guest-software";
import { CHUNK_PAGES, PAGE_BYTES } from "../../assembly/layout/limits";
import { copiesOf } from "../config/copies";
import { TRACE_TABLE_BYTES } from "../config/limits";
import type { Scenario, VmScenario } from "../config/scenario";
import { InputError } from "../sim/input-error";
import { diskBlocks } from "../workload/disk";
import { stackPlanOf } from "../workload/flows";
import { type Recordings, recordingPages } from "../workload/recording";
import { stationPlanOf } from "../workload/station";
import { bridgesPorts } from "./site";

/** How large a memory is. */
export interface MemoryPlan {
  readonly pageCount: number;
  /** Pages that have frames at most, whole chunks. */
  readonly framePages: number;
}

/** Addresses in a guest are 32 bits wide; what is reached by page numbers alone may lie above. */
const ADDRESSED_PAGES = 2 ** 32 / PAGE_BYTES;

/**
 * Returns the memories of VMs, backups of protected ones, now and later, targets of those that move, clients with TCP,
 * dom0 for each port that it bridges, and the blocks of disks.
 */
export function memoriesOf(scenario: Scenario, recordings: Recordings): MemoryPlan[] {
  const { vms, clients } = scenario;
  const copies = copiesOf(scenario).flatMap(({ vm: name }) => vms.filter((vm) => vm.name === name));
  return [
    ...[...vms, ...copies].map((vm) => guestMemoryOf(scenario, vm)),
    ...clients.flatMap(({ name }) => clientMemoryOf(scenario, recordings, name)),
    ...Array.from({ length: bridgedPortCount(scenario) }, () => withFrames(BUFFERS_END_PAGE, BUFFERS_END_PAGE)),
    ...[...vms, ...copies].map((vm) => blocksOf(scenario, vm)),
    ...scenario.hosts.flatMap(({ name }) => stationMemoryOf(scenario, name)),
  ];
}

/** Returns the memory of dom0's own stack, where a VM moves over a host's ports. */
function stationMemoryOf(scenario: Scenario, host: string): MemoryPlan[] {
  const plan = stationPlanOf(scenario, host);
  if (!plan) return [];
  return [withFrames(plan.pageCount + 1, scenario.hasContent ? plan.pageCount + 1 : plan.tablePages + 1)];
}

/** Returns the memory of a VM. */
export function guestMemoryOf(scenario: Scenario, vm: VmScenario): MemoryPlan {
  const pageCount = vm.memoryBytes / PAGE_BYTES;
  if (scenario.hasContent) return withFrames(pageCount, pageCount);
  const tablePages = stackPlanOf(scenario, vm.name)?.tablePages ?? 0;
  // A trace stands at the memory's end, wherever a chunk begins.
  const tracePages = vm.job?.trace ? TRACE_TABLE_BYTES / PAGE_BYTES + CHUNK_PAGES : 0;
  return withFrames(pageCount, TABLE_PAGE + chunked(tablePages) + tracePages);
}

/** Without content a block has a version and no frame. */
function blocksOf({ hasContent }: Scenario, vm: VmScenario): MemoryPlan {
  const pageCount = diskBlocks(vm);
  return withFrames(pageCount, hasContent ? pageCount : 0);
}

function clientMemoryOf(scenario: Scenario, recordings: Recordings, name: string): MemoryPlan[] {
  const plan = stackPlanOf(scenario, name);
  if (!plan) return [];
  const pageCount = plan.pageCount + 1 + recordingPages(scenario, recordings, name);
  return [withFrames(pageCount, scenario.hasContent ? pageCount : plan.tablePages + 1)];
}

function withFrames(pageCount: number, framePages: number): MemoryPlan {
  return { pageCount, framePages: chunked(Math.min(pageCount, framePages)) };
}

function chunked(pages: number): number {
  return Math.ceil(pages / CHUNK_PAGES) * CHUNK_PAGES;
}

/** Returns the ports of hosts with guests that dom0 serves: it drives each of them. */
export function bridgedPortCount(scenario: Scenario): number {
  return scenario.hosts.reduce((sum, host) => sum + (bridgesPorts(scenario, host) ? host.nics.length : 0), 0);
}

/** Throws InputError for a stack with connections that lie beyond what can be addressed. */
export function checkAddresses(scenario: Scenario, source: string): void {
  const names = [...scenario.vms, ...scenario.clients].map(({ name }) => name);
  const problems = names.flatMap((name) => {
    const plan = stackPlanOf(scenario, name);
    if (!plan || TABLE_PAGE + plan.pageCount <= ADDRESSED_PAGES) return [];
    const reason = `take ${gib(plan.pageCount * PAGE_BYTES)}, and a machine can address ${gib(ADDRESSED_PAGES * PAGE_BYTES)} of connections; give its flows fewer connections or a smaller window`;
    return [{ place: "", subject: `${name}: buffers of ${plan.connectionCount} connections`, reason }];
  });
  if (problems.length > 0) throw new InputError(source, problems);
}

function gib(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(2)} GiB`;
}
