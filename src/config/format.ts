/**
 * Writes a scenario as a user would: YAML with units, every default spelled out.
 *
 * The file that lies beside a result must run again to the same result, so this is the exact inverse of `parse.ts`:
 * amounts are printed in the shortest exact form, and no value is left to a default that may change some day. Costs are
 * the exception: a preset and what differs from it, because a hundred numbers more would hide those that were meant.
 */

import { Document, isCollection, isPair, type YAMLMap, type YAMLSeq } from "yaml";
import { overridesOf } from "../host/cost-table";
import { formatBytes, formatClock, formatDuration, formatFraction, formatRate } from "../sim/units";
import { againInput } from "./again-form";
import { checkpointInput } from "./checkpoint-form";
import { diskInput } from "./disk-form";
import { eventInput } from "./event-form";
import type { MigrationScenario } from "./migration-scenario";
import type {
  ClientScenario,
  CpuScenario,
  FlowScenario,
  HostScenario,
  JobScenario,
  ProtectScenario,
  ReplayScenario,
  Scenario,
  VmScenario,
} from "./scenario";
import type { ScenarioInput } from "./schema";

/** Returns YAML that `parseScenario` turns into an equal scenario. */
export function formatScenario(scenario: Scenario): string {
  const document = new Document(inputOf(scenario), { aliasDuplicateObjects: false });
  if (isCollection(document.contents)) layOut(document.contents);
  return document.toString({ lineWidth: 0 });
}

/** Puts maps and lists that hold nothing but words on one line, as in `link: { rate: 10Gbps, latency: 1us }`. */
function layOut(node: YAMLMap | YAMLSeq): void {
  const children = node.items.map((item) => childOf(item)).filter((child) => isCollection(child));
  node.flow = children.length === 0;
  for (const child of children) layOut(child);
}

function childOf(item: unknown): unknown {
  return isPair(item) ? item.value : item;
}

function inputOf(scenario: Scenario): ScenarioInput {
  return {
    version: scenario.version,
    seed: scenario.seed,
    duration: formatDuration(scenario.durationNs),
    content: scenario.hasContent,
    hosts: scenario.hosts.map(hostInput),
    clients: scenario.clients.map(clientInput),
    switch: { delay: formatDuration(scenario.switchDelayNs) },
    vms: scenario.vms.map(vmInput),
    traffic: scenario.traffic.map(trafficInput),
    flows: scenario.flows.map(flowInput),
    protect: scenario.protect.map(protectInput),
    migrations: scenario.migrations.map(migrationInput),
    events: scenario.events.map(eventInput),
    ablate: {
      abilities: [...scenario.ablate.abilities],
      driverReset: durationOrNever(scenario.ablate.driverResetNs),
    },
    interrupts: scenario.interruptDelivery,
    costs: costsInput(scenario),
  };
}

function hostInput({
  name,
  coreCount,
  clockHz,
  memoryBytes,
  dom0,
  nics,
}: HostScenario): ScenarioInput["hosts"][number] {
  return {
    name,
    cores: coreCount,
    clock: formatClock(clockHz),
    ...(memoryBytes !== null && { memory: formatBytes(memoryBytes) }),
    dom0: { ...cpusInput(dom0), moderation: dom0.moderation, merging: dom0.merging },
    nics: nics.map((nic) => ({ ...linkInput(nic), vfs: nic.vfCount })),
  };
}

function cpusInput({ vcpuCount, placement, weight }: CpuScenario) {
  return { vcpus: vcpuCount, cpus: placement, weight };
}

function jobInput({ burstCycles, hotBytes, coldBytes, hotWrites, coldWrites, trace }: JobScenario) {
  return {
    burst: burstCycles,
    hot: formatBytes(hotBytes),
    cold: formatBytes(coldBytes),
    hotWrites,
    coldWrites,
    ...(trace && { trace: trace.path, repeat: trace.isRepeating }),
  };
}

function clientInput({ name, link }: ClientScenario): ScenarioInput["clients"][number] {
  return { name, link: { ...linkInput(link), loss: formatFraction(link.loss) } };
}

function linkInput(link: { readonly rateBitsPerSecond: number; readonly latencyNs: number }) {
  return { rate: formatRate(link.rateBitsPerSecond), latency: formatDuration(link.latencyNs) };
}

function vmInput(vm: VmScenario): ScenarioInput["vms"][number] {
  const { kind, cyclesPerRequest, dirtyPerRequestBytes, workingSetBytes, diskPerRequestBytes } = vm.workload;
  return {
    name: vm.name,
    host: vm.host,
    memory: formatBytes(vm.memoryBytes),
    ...cpusInput(vm),
    io: vm.io,
    abilities: { ...vm.abilities },
    workload: {
      kind,
      cyclesPerRequest,
      dirtyPerRequest: formatBytes(dirtyPerRequestBytes),
      workingSet: formatBytes(workingSetBytes),
      diskPerRequest: formatBytes(diskPerRequestBytes),
    },
    moderation: vm.moderation,
    offloads: { ...vm.offloads },
    ...(vm.job && { job: jobInput(vm.job) }),
    ...(vm.disk && { disk: diskInput(vm.disk) }),
  };
}

function trafficInput(entry: ReplayScenario): NonNullable<ScenarioInput["traffic"]>[number] {
  const { from, to, kind, capture, port, scale, startNs, timeoutNs, tryCount } = entry;
  return {
    from,
    to,
    kind,
    capture,
    port,
    scale,
    start: formatDuration(startNs),
    timeout: formatDuration(timeoutNs),
    tries: tryCount,
  };
}

function flowInput(flow: FlowScenario): NonNullable<ScenarioInput["flows"]>[number] {
  const { kind, from, to, port, startNs } = flow;
  const ends = { kind, from, to, port, start: formatDuration(startNs) };
  if (flow.kind === "probe") return { ...ends, every: formatDuration(flow.periodNs) };
  if (flow.kind === "datagrams") {
    const { frameBytes, tickNs, countPerTick } = flow;
    return { ...ends, frame: formatBytes(frameBytes), every: formatDuration(tickNs), burst: countPerTick };
  }
  const tcp = { ...ends, connections: flow.connectionCount, window: formatBytes(flow.windowBytes) };
  if (flow.kind === "bulk") return { ...tcp, ...(flow.byteCount !== null && { bytes: formatBytes(flow.byteCount) }) };
  if (flow.kind === "replay") {
    const { capture, recordedPort, scale } = flow;
    return { ...tcp, capture, recordedPort, scale };
  }
  return {
    ...tcp,
    request: formatBytes(flow.requestBytes),
    reply: formatBytes(flow.replyBytes),
    think: formatDuration(flow.thinkNs),
    reconnect: flow.isReconnecting,
  };
}

function protectInput(entry: ProtectScenario): NonNullable<ScenarioInput["protect"]>[number] {
  return {
    vm: entry.vm,
    to: entry.to,
    interval: formatDuration(entry.intervalNs),
    link: linkInput(entry.link),
    heartbeat: formatDuration(entry.heartbeatNs),
    timeout: formatDuration(entry.timeoutNs),
    outbound: formatBytes(entry.outboundBytes),
    compression: entry.compression,
    cache: formatBytes(entry.cacheBytes),
    compressionRatio: entry.compressionRatio,
    diskBuffer: formatBytes(entry.diskBufferBytes),
    driverReset: durationOrNever(entry.driverResetNs),
    ...checkpointInput(entry),
    again: againInput(entry.again),
  };
}

function migrationInput(entry: MigrationScenario): NonNullable<ScenarioInput["migrations"]>[number] {
  const { policy } = entry;
  const isTimed = policy.kind === "downtime" || policy.kind === "auto-converge";
  return {
    vm: entry.vm,
    to: entry.to,
    at: formatDuration(entry.atNs),
    policy: policy.kind,
    ...(isTimed && {
      downtime: formatDuration(policy.downtimeNs),
      timeout: formatDuration(policy.timeoutNs),
      onTimeout: policy.onTimeout,
    }),
    via: entry.link ? "link" : "ports",
    ...(entry.link && { link: linkInput(entry.link) }),
    streams: entry.streamCount,
    compression: entry.compression,
    cache: formatBytes(entry.cacheBytes),
    zeroPages: entry.zeroPages,
    backend: entry.backend,
    hotPlug: entry.hotPlug,
    deviceModel: entry.hasDeviceModel,
    cancel: durationOrNever(entry.cancelNs),
    force: durationOrNever(entry.forceNs),
  };
}

/** Every cost that differs, wherever it came from, so that the file of costs is not needed again. */
function costsInput({ costPreset, costs }: Scenario): ScenarioInput["costs"] {
  const set = { ...overridesOf(costPreset, costs) };
  return Object.keys(set).length === 0 ? { preset: costPreset } : { preset: costPreset, set };
}

function durationOrNever(ns: number | null): string {
  return ns === null ? "never" : formatDuration(ns);
}
