/**
 * Gives the values of a checked form the names and units of `Scenario`.
 *
 * Pure renaming, so that a value has one meaning in the form and in the run; only costs, of which a scenario writes
 * those that differ, are filled up.
 */

import type { CostOverrides } from "../host/cost-table";
import { DELIVERY_OF } from "../host/interrupt-delivery";
import { resolveAgain } from "./again-form";
import { resolveCheckpoint } from "./checkpoint-form";
import { costsOf, dom0Cpus } from "./cost-defaults";
import { resolveDisk } from "./disk-form";
import { resolveEvent } from "./event-form";
import { DOM0_OUTBOUND_BYTES, FLOW_PORT_FIRST, NIC_OUTBOUND_BYTES } from "./limits";
import { policyOf } from "./migration-form";
import type { MigrationScenario } from "./migration-scenario";
import {
  BRIDGED_IO_MODELS,
  type CpuScenario,
  type FlowScenario,
  type JobScenario,
  type ReplayScenario,
  type Scenario,
  type VmScenario,
} from "./scenario";
import type { ScenarioForm } from "./schema";

/** Returns the scenario that a form stands for, and the file of costs that it names. */
export function resolveScenario(form: ScenarioForm, costFile: CostOverrides): Scenario {
  const costs = costsOf(form.costs, costFile);
  return {
    version: form.version,
    seed: form.seed,
    durationNs: form.duration,
    hasContent: form.content,
    hosts: form.hosts.map(({ name, cores, clock, memory, dom0, nics }) => ({
      name,
      coreCount: cores,
      clockHz: clock,
      memoryBytes: memory ?? null,
      dom0: {
        ...resolveCpus({ ...dom0, ...dom0Cpus(dom0, costs) }),
        moderation: dom0.moderation,
        merging: dom0.merging,
      },
      nics: nics.map(({ rate, latency, vfs }) => ({ rateBitsPerSecond: rate, latencyNs: latency, vfCount: vfs })),
    })),
    clients: form.clients.map(({ name, link }) => ({ name, link: { ...resolveLink(link), loss: link.loss } })),
    switchDelayNs: form.switch.delay,
    vms: form.vms.map(resolveVm),
    traffic: form.traffic.map(resolveTraffic),
    flows: form.flows.map(resolveFlow),
    protect: form.protect.map(
      ({
        vm,
        to,
        interval,
        link,
        heartbeat,
        timeout,
        outbound,
        compression,
        cache,
        diskBuffer,
        driverReset,
        again,
        ...entry
      }) => ({
        vm,
        to,
        intervalNs: interval,
        link: resolveLink(link),
        heartbeatNs: heartbeat,
        timeoutNs: timeout,
        outboundBytes: outbound ?? outboundBytesOf(form, vm),
        compression,
        cacheBytes: cache,
        compressionRatio: entry.compressionRatio,
        diskBufferBytes: diskBuffer,
        driverResetNs: driverReset,
        ...resolveCheckpoint(entry),
        again: resolveAgain(again),
      }),
    ),
    migrations: form.migrations.map(resolveMigration),
    events: form.events.map(resolveEvent),
    ablate: { abilities: form.ablate.abilities, driverResetNs: form.ablate.driverReset },
    interruptDelivery: form.interrupts ?? DELIVERY_OF[form.costs.preset],
    costPreset: form.costs.preset,
    costs,
  };
}

/** Returns how much output of a VM may wait, by where it does. */
function outboundBytesOf({ vms }: ScenarioForm, name: string): number {
  const isBridged = vms.some((vm) => vm.name === name && BRIDGED_IO_MODELS.includes(vm.io));
  return isBridged ? DOM0_OUTBOUND_BYTES : NIC_OUTBOUND_BYTES;
}

type CpusForm = Pick<ScenarioForm["vms"][number], "vcpus" | "cpus" | "weight">;

function resolveLink({ rate, latency }: { readonly rate: number; readonly latency: number }) {
  return { rateBitsPerSecond: rate, latencyNs: latency };
}

function resolveCpus({ vcpus, cpus, weight }: CpusForm): CpuScenario {
  return { vcpuCount: vcpus, placement: cpus, weight };
}

function resolveJob(job: NonNullable<ScenarioForm["vms"][number]["job"]>): JobScenario {
  const { burst, hot, cold, coldWrites, trace: path, repeat } = job;
  const { hotWrites = path === undefined ? 1 : 0 } = job;
  const trace = path === undefined ? null : { path, isRepeating: repeat };
  return { burstCycles: burst, hotBytes: hot, coldBytes: cold, hotWrites, coldWrites, trace };
}

/** Gives a flow the port that it has when it names none, and the defaults of its kind. */
function resolveFlow(flow: ScenarioForm["flows"][number], index: number): FlowScenario {
  const { from, to, start, port = FLOW_PORT_FIRST + index } = flow;
  const ends = { from, to, port, startNs: start };
  // A millisecond is what a migration's downtime is measured with elsewhere; denser where it is asked for.
  if (flow.kind === "probe") return { kind: "probe", ...ends, periodNs: flow.every ?? 1_000_000 };
  if (flow.kind === "datagrams") {
    const { frame = 60, every = 100_000, burst = 1 } = flow;
    return { kind: "datagrams", ...ends, frameBytes: frame, tickNs: every, countPerTick: burst };
  }
  // A browser opens six to a server; others may be on their way out.
  const { connections = flow.kind === "replay" ? 8 : 1, window = 256 * 1024 } = flow;
  const tcp = { ...ends, connectionCount: connections, windowBytes: window };
  if (flow.kind === "bulk") return { kind: "bulk", ...tcp, byteCount: flow.bytes ?? null };
  if (flow.kind === "replay") {
    const { capture = "", recordedPort = port, scale = 1 } = flow;
    return { kind: "replay", ...tcp, capture, recordedPort, scale };
  }
  const { request = 128, reply = 11 * 1024, think = 0, reconnect = false } = flow;
  return {
    kind: "requests",
    ...tcp,
    requestBytes: request,
    replyBytes: reply,
    thinkNs: think,
    isReconnecting: reconnect,
  };
}

function resolveMigration(entry: ScenarioForm["migrations"][number]): MigrationScenario {
  const { vm, to, at, policy, link, streams, compression, cache, zeroPages, backend, hotPlug, ...rest } = entry;
  const { deviceModel, cancel, force } = rest;
  return {
    vm,
    to,
    atNs: at,
    policy: policyOf(policy, entry),
    link: link ? resolveLink(link) : null,
    streamCount: streams,
    compression,
    cacheBytes: cache,
    zeroPages,
    backend,
    hotPlug,
    hasDeviceModel: deviceModel,
    cancelNs: cancel,
    forceNs: force,
  };
}

function resolveVm(vm: ScenarioForm["vms"][number]): VmScenario {
  const { kind, cyclesPerRequest, dirtyPerRequest, workingSet, diskPerRequest } = vm.workload;
  return {
    name: vm.name,
    host: vm.host,
    memoryBytes: vm.memory,
    ...resolveCpus(vm),
    moderation: vm.moderation,
    job: vm.job ? resolveJob(vm.job) : null,
    disk: resolveDisk(vm.disk),
    io: vm.io,
    offloads: vm.offloads,
    abilities: vm.abilities,
    workload: {
      kind,
      cyclesPerRequest,
      dirtyPerRequestBytes: dirtyPerRequest,
      workingSetBytes: workingSet,
      diskPerRequestBytes: diskPerRequest,
    },
  };
}

function resolveTraffic(entry: ScenarioForm["traffic"][number]): ReplayScenario {
  const { from, to, kind, capture, port, scale, start, timeout, tries } = entry;
  return { kind, from, to, capture, port, scale, startNs: start, timeoutNs: timeout, tryCount: tries };
}
