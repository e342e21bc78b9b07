/**
 * How much memory a scenario needs, before anything is made: every reservation that the composition root will ask for,
 * as an upper bound. A scenario that does not fit is refused with the sum.
 */

import { CAPTURE_BYTES_MAX } from "../../assembly/layout/capture";
import {
  CHUNK_PAGES,
  CLIENT_COUNT_MAX,
  DISK_COUNT_MAX,
  GUEST_COUNT_MAX,
  HOST_COUNT_MAX,
  MACHINE_COUNT_MAX,
  PAGE_BYTES,
  PORT_COUNT_MAX,
  PROCESSOR_COUNT_MAX,
  SLOT_LARGE_BYTES,
  SLOT_SMALL_BYTES,
  SWITCH_ADDRESS_COUNT,
  SWITCH_PORT_COUNT_MAX,
  TASK_COUNT_MAX,
  VCPU_COUNT_MAX,
  WIRE_COUNT_MAX,
} from "../../assembly/layout/limits";
import { REQUEST_BYTES } from "../../assembly/layout/request";
import { WORK_COUNT_MAX } from "../../assembly/layout/tcp";
import { TRACE_BYTES, TRACE_COUNT_MAX } from "../../assembly/layout/trace";
import { stagingBytes } from "../checkpoint/replica";
import { streamEndsBytes } from "../checkpoint/stream";
import { copiesOf } from "../config/copies";
import { BRIDGED_IO_MODELS, type ProbeScenario, type Scenario } from "../config/scenario";
import type { WorldPlan } from "../core/world";
import type { Exchange } from "../format/conversation";
import { simulatedCount } from "../host/host-processors";
import { InputError } from "../sim/input-error";
import { stationStreams } from "../workload/station";
import type { RunInput } from "./input";
import { bridgedPortCount, checkAddresses, guestMemoryOf, type MemoryPlan, memoriesOf } from "./memories";
import { migrationBytes } from "./migrations";
import { disksOn, domainsOn, processorPlanOf } from "./site";

/** Events that wait at once: a few for each object, and stale ones until their time. */
const EVENT_COUNT = 65_536;
/** Frames under way at once, of either size. */
const SLOT_COUNT = 16_384;
/** Small tables, alignment of each reservation, and the exchange buffer. */
const SLACK_BYTES = 4 * 1024 ** 2;
/** Bytes of tables for each page of a guest: page table, IOMMU map, two logs. */
const TABLE_BYTES_PER_PAGE = 4 + 4 + 1;
/** Memory for each byte of frames that may wait: a hold queue's entries are padded, and the others need no more. */
const HELD_ROOM = 1.5;
/** What a page of a guest has besides without content. */
const VERSION_BYTES = 8;
/** A table of ports of a client. */
const CLIENT_TABLE_BYTES = 65_536 * 4;
/** wasm32 addresses 4 GiB; the last pages are left to the engine. */
const ARENA_BYTES_MAX = 4 * 1024 ** 3 - 16 * 1024 ** 2;

/** Returns the plan of a scenario's world; throws InputError when 4 GiB do not hold it. */
export function planWorld({
  scenario,
  run,
  replays,
  recordings = new Map(),
  source = "scenario",
}: RunInput): WorldPlan {
  const memories = memoriesOf(scenario, recordings);
  const chunkCount = memories.reduce((sum, { framePages }) => sum + framePages / CHUNK_PAGES, 0);
  const tableBytes = TABLE_BYTES_PER_PAGE + (scenario.hasContent ? 0 : VERSION_BYTES);
  let bytes = SLACK_BYTES + EVENT_COUNT * 16 + (SLOT_COUNT + 1) * (SLOT_SMALL_BYTES + SLOT_LARGE_BYTES);
  bytes += TRACE_COUNT_MAX * TRACE_BYTES + CAPTURE_BYTES_MAX + SWITCH_ADDRESS_COUNT * 8;
  bytes += chunkCount * CHUNK_PAGES * PAGE_BYTES;
  for (const { pageCount } of memories) bytes += pageCount * tableBytes;
  for (const protection of scenario.protect) {
    const { pageCount, framePages } = memoryOfNamed(scenario, protection.vm);
    const count = 1 + protection.again.length;
    bytes += count * HELD_ROOM * protection.outboundBytes;
    bytes += count * protection.epochCount * stagingBytes(pageCount, framePages, protection.compression);
    if (protection.compression === "delta") bytes += count * streamEndsBytes(pageCount, protection.cacheBytes);
    if (hasDisk(scenario, protection.vm)) bytes += count * protection.diskBufferBytes;
  }
  for (const entry of scenario.migrations) bytes += migrationBytes(entry, memoryOfNamed(scenario, entry.vm).pageCount);
  for (const traffic of scenario.traffic) bytes += CLIENT_TABLE_BYTES + replayBytes(replays.get(traffic.capture) ?? []);
  for (const flow of scenario.flows)
    if (flow.kind === "probe") bytes += CLIENT_TABLE_BYTES + probeBytes(scenario, flow);
  if (bytes > ARENA_BYTES_MAX) refuse(source, bytes);
  checkCounts(scenario, source);
  checkAddresses(scenario, source);
  return {
    seed: scenario.seed,
    run,
    eventCount: EVENT_COUNT,
    chunkCount,
    slotCount: SLOT_COUNT,
    arenaBytes: Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES,
    isObserved: true,
    hasContent: scenario.hasContent,
  };
}

function memoryOfNamed(scenario: Scenario, name: string): MemoryPlan {
  const vm = scenario.vms.find((candidate) => candidate.name === name);
  return vm ? guestMemoryOf(scenario, vm) : { pageCount: 0, framePages: 0 };
}

function hasDisk({ vms }: Scenario, name: string): boolean {
  return vms.some((vm) => vm.name === name && vm.disk);
}

/** A request each; what they say lies once. */
function probeBytes({ durationNs }: Scenario, { startNs, periodNs }: ProbeScenario): number {
  return Math.ceil((durationNs - startNs) / periodNs + 1) * REQUEST_BYTES + PAGE_BYTES * 16;
}

function replayBytes(exchanges: readonly Exchange[]): number {
  let bytes = 0;
  for (const { request, reply } of exchanges) bytes += REQUEST_BYTES + request.length + reply.length + 256;
  return bytes;
}

/** Refuses a scenario with more of something than the data plane's tables hold. */
function checkCounts(scenario: Scenario, source: string): void {
  const { hosts, clients, vms } = scenario;
  const copyCount = copiesOf(scenario).length;
  const guests = vms.length + copyCount + bridgedPortCount(scenario);
  const { processors, vcpus, tasks } = cpuCounts(scenario);
  const ports = hosts.reduce((sum, { nics }) => sum + nics.length, 0);
  const stations = hosts.flatMap(({ name }) => stationStreams(scenario, name) || []);
  const counts: readonly (readonly [string, number, number])[] = [
    ["hosts", hosts.length, HOST_COUNT_MAX],
    ["clients", clients.length, CLIENT_COUNT_MAX],
    ["vms, backups, moves and bridged ports included,", guests, GUEST_COUNT_MAX],
    ["disks, those of backups and moves included,", diskCountOf(scenario), DISK_COUNT_MAX],
    ["processors", processors, PROCESSOR_COUNT_MAX],
    ["vcpus, those of backups and dom0s included,", vcpus, VCPU_COUNT_MAX],
    ["tasks of vcpus", tasks, TASK_COUNT_MAX],
    ["nics", ports, PORT_COUNT_MAX],
    ["switch ports", ports + clients.length, SWITCH_PORT_COUNT_MAX],
    ["wires", 2 * (ports + clients.length + copyCount + stations.length) + ports, WIRE_COUNT_MAX],
    ["clients, and hosts that move VMs over their ports,", clients.length + stations.length, MACHINE_COUNT_MAX],
    ["streams of migrations over the ports of a host", Math.max(0, ...stations), WORK_COUNT_MAX],
  ];
  const problems = counts
    .filter(([, count, most]) => count > most)
    .map(([subject, count, most]) => ({ place: "", subject, reason: `are ${count}; one world holds at most ${most}` }));
  if (problems.length > 0) throw new InputError(source, problems);
}

/** Returns how many processors are simulated, and what runs on them. */
function cpuCounts(scenario: Scenario): { processors: number; vcpus: number; tasks: number } {
  const processors = scenario.hosts.reduce((sum, host) => {
    return sum + simulatedCount(processorPlanOf(scenario, host));
  }, 0);
  const vcpus = scenario.hosts.reduce((sum, host) => {
    return sum + domainsOn(scenario, host).reduce((total, { vcpuCount }) => total + vcpuCount, 0);
  }, 0);
  const { hosts, vms, protect, migrations } = scenario;
  const copyCount = copiesOf(scenario).length;
  const bridgedVms = vms.filter(({ io }) => BRIDGED_IO_MODELS.includes(io));
  const movedCount = bridgedVms.filter(({ name }) => migrations.some(({ vm }) => vm === name)).length;
  const isBridged = (vm: string) => bridgedVms.some(({ name }) => name === vm);
  const heldCount = protect.reduce((sum, { vm, again }) => sum + (isBridged(vm) ? 1 + again.length : 0), 0);
  // A task for each bridged port and each backend or device model, and of protected ones for the backup's and the hold queue.
  const bridged = bridgedPortCount(scenario) + bridgedVms.length + movedCount + 2 * heldCount;
  // A control task a host and a stream of a migration, a network task a guest, a job on each vCPU, a backend a disk.
  const streams = migrations.reduce((sum, { streamCount }) => sum + streamCount, 0);
  const guests = vms.length + copyCount;
  const tasks = hosts.length + guests + streams + vcpus + bridged + diskCountOf(scenario);
  return { processors, vcpus, tasks };
}

/** Returns how many disks there are, those of backups and of moves included. */
function diskCountOf(scenario: Scenario): number {
  return scenario.hosts.reduce((sum, host) => sum + disksOn(scenario, host), 0);
}

function refuse(source: string, bytes: number): never {
  const gib = (value: number) => (value / 1024 ** 3).toFixed(2);
  throw new InputError(source, [
    {
      place: "",
      subject: "memory",
      reason: `the simulated world needs ${gib(bytes)} GiB, and ${gib(ARENA_BYTES_MAX)} GiB can be addressed; use smaller or fewer VMs, smaller disks, outbound buffers or caches`,
    },
  ]);
}
