/**
 * The scenario of a cell: the host under study with its VMs, and who is at the other end.
 *
 * The invariant: what differs between the I/O models is `io` and nothing else, and every model has as many VMs on a port.
 */
import type { ClientScenario, FlowScenario, HostScenario, Scenario, VmScenario } from "../config/scenario";
import type { RunInput } from "../experiment/input";
import { COST_PRESETS } from "../host/cost-row";
import { type CostOverrides, resolveCosts } from "../host/cost-table";
import { DELIVERY_OF, type InterruptDelivery } from "../host/interrupt-delivery";
import { numbersTo } from "../sim/numbers";
import type { RuntimeCell } from "./runtime-cell";
import {
  CLIENT_LATENCY_NS,
  DATAGRAM_BURSTS,
  HOST,
  PORT_RATE,
  STUDY_WORKLOADS,
  type StudyWorkload,
  VM_MEMORY_BYTES,
} from "./runtime-workloads";
import { startNs } from "./start-phase";

/** What a comparison has otherwise than the study; what is left out is as in the study. */
export interface RunSetting {
  /** Of every port, and of every client's link. */
  readonly portRateBitsPerSecond?: number;
  readonly delivery?: InterruptDelivery;
  /** Payload is bytes, each compared where it is read; without, the same happens at the same times, in half the memory. */
  readonly hasContent?: boolean;
  /** Datagrams go from each VM to the one at the other end. */
  readonly isSendingDatagrams?: boolean;
}

/** One run of a cell. */
export interface RuntimeRun {
  readonly cell: RuntimeCell;
  readonly seed: number;
  /** Number of the replication. */
  readonly run: number;
  readonly durationNs: number;
  /** What costs otherwise than in the preset. */
  readonly overrides: CostOverrides;
  readonly setting?: RunSetting;
}

/** The host whose processors are measured; the first of a scenario. */
export const STUDIED_HOST = "studied";
const SENDING_HOST = "senders";

/** Default latency of a port and delay of the switch (docs/model.md). */
const PORT_LATENCY_NS = 1000;
const SWITCH_DELAY_NS = 1000;
/** A sender has no application: its kernel, rings and tables; twice as much where it has a stack. With sixty all guests still fit 2 GiB. */
const SENDER_MEMORY_BYTES = 2 * 1024 ** 2;
const WEIGHT = 256;
const PORT_FIRST = 5001;
/** Work without a period of its own begins within the longest tick but one of the datagrams. */
const START_WITHIN_NS = 5_000_000;

/** Returns a workload by its name. */
export function workloadOf({ workload }: RuntimeCell): StudyWorkload {
  const found = STUDY_WORKLOADS.find(({ name }) => name === workload);
  if (!found) throw new Error(`no workload of the study is named ${workload}`);
  return found;
}

/** Returns the scenario of a run. */
export function scenarioOf(wanted: RuntimeRun): Scenario {
  const { cell, seed, durationNs, overrides, setting } = wanted;
  const workload = workloadOf(cell);
  const numbers = numbersTo(cell.vmCount);
  const hasSenders = workload.kind === "datagrams";
  const portRate = portRateOf(wanted);
  const senders = hasSenders ? numbers.map((number) => senderOf(wanted, number)) : [];
  return {
    version: 1,
    seed,
    durationNs,
    hasContent: setting?.hasContent ?? false,
    hosts: [
      hostOf(cell, STUDIED_HOST, HOST.threadCount, portRate),
      ...(hasSenders
        ? [hostOf(cell, SENDING_HOST, HOST.dom0VcpuCount + Math.max(cell.vmCount, HOST.threadCount), portRate)]
        : []),
    ],
    clients: numbers.map((number) => clientOf(number, portRate)),
    switchDelayNs: SWITCH_DELAY_NS,
    vms: [...numbers.map((number) => vmOf(cell, workload, number)), ...senders],
    traffic: [],
    flows: [
      ...numbers.map((number) => flowOf(wanted, workload, number)),
      ...(hasSenders ? numbers.map((number) => greetingOf(wanted, number)) : []),
    ],
    protect: [],
    migrations: [],
    events: [],
    ablate: { abilities: [], driverResetNs: null },
    interruptDelivery: setting?.delivery ?? DELIVERY_OF[cell.preset],
    costPreset: cell.preset,
    costs: resolveCosts(cell.preset, overrides),
  };
}

/** Returns what a run is a function of. */
export function inputOf(module: WebAssembly.Module, run: RuntimeRun): RunInput {
  return { module, scenario: scenarioOf(run), run: run.run, replays: new Map() };
}

/** Returns how many ports a cell's VMs lie on. */
export function portCountOf({ vmCount }: RuntimeCell): number {
  return vmCount <= HOST.vmCountOfOwnPorts ? vmCount : HOST.portCountMax;
}

/** Returns what each port of the host under study carries at most, in bits a second. */
export function portRateOf({ setting }: RuntimeRun): number {
  return setting?.portRateBitsPerSecond ?? PORT_RATE;
}

function hostOf(cell: RuntimeCell, name: string, coreCount: number, portRate: number): HostScenario {
  const portCount = portCountOf(cell);
  const vfCount = Math.ceil(cell.vmCount / portCount);
  return {
    name,
    coreCount,
    clockHz: COST_PRESETS[cell.preset].clockHz,
    memoryBytes: null,
    dom0: { vcpuCount: HOST.dom0VcpuCount, placement: "own", weight: WEIGHT, ...DOM0_NETWORK },
    nics: numbersTo(portCount).map(() => ({ rateBitsPerSecond: portRate, latencyNs: PORT_LATENCY_NS, vfCount })),
  };
}

function clientOf(number: number, rateBitsPerSecond: number): ClientScenario {
  return {
    name: `client${number + 1}`,
    link: { rateBitsPerSecond, latencyNs: CLIENT_LATENCY_NS, loss: 0 },
  };
}

function vmOf({ io, preset }: RuntimeCell, workload: StudyWorkload, number: number): VmScenario {
  const isServing = workload.kind === "requests";
  return {
    name: `vm${number + 1}`,
    host: STUDIED_HOST,
    memoryBytes: VM_MEMORY_BYTES,
    ...ONE_VCPU,
    placement: "shared",
    moderation: "conservative",
    job: null,
    disk: null,
    io,
    offloads: ALL_OFFLOADS,
    abilities: ALL_ABILITIES,
    workload: {
      kind: "server",
      cyclesPerRequest: isServing ? workload.cyclesPerRequest[preset] : 0,
      dirtyPerRequestBytes: isServing ? workload.dirtyPerRequestBytes : 0,
      workingSetBytes: isServing ? workload.workingSetBytes : 0,
      diskPerRequestBytes: 0,
    },
  };
}

function senderOf({ setting }: RuntimeRun, number: number): VmScenario {
  return {
    name: `sender${number + 1}`,
    host: SENDING_HOST,
    memoryBytes: setting?.isSendingDatagrams ? 2 * SENDER_MEMORY_BYTES : SENDER_MEMORY_BYTES,
    ...ONE_VCPU,
    moderation: "fixed",
    job: null,
    disk: null,
    io: "vf",
    offloads: ALL_OFFLOADS,
    abilities: ALL_ABILITIES,
    workload: {
      kind: "server",
      cyclesPerRequest: 0,
      dirtyPerRequestBytes: 0,
      workingSetBytes: 0,
      diskPerRequestBytes: 0,
    },
  };
}

const ONE_VCPU = { vcpuCount: 1, placement: "own", weight: WEIGHT } as const;
const ALL_OFFLOADS = { segmentation: true, merging: true } as const;
const DOM0_NETWORK = { moderation: "conservative", merging: true } as const;
const ALL_ABILITIES = { stateWrite: true, dmaLog: true, hold: true } as const;

function flowOf({ cell, seed, run, setting }: RuntimeRun, workload: StudyWorkload, number: number): FlowScenario {
  const [vm, client, sender] = [`vm${number + 1}`, `client${number + 1}`, `sender${number + 1}`];
  const start = (periodNs: number) => startNs({ seed, run, vm: number }, periodNs);
  const port = PORT_FIRST + number;
  if (workload.kind === "datagrams") {
    const burst = DATAGRAM_BURSTS[cell.vmCount];
    if (!burst) throw new Error(`the study has no bursts of datagrams for ${cell.vmCount} VMs`);
    const { frameBytes } = workload;
    const startsAt = GREETED_NS + start(burst.tickNs);
    const ends = setting?.isSendingDatagrams ? { from: vm, to: sender } : { from: sender, to: vm };
    return { kind: "datagrams", ...ends, port, startNs: startsAt, frameBytes, ...burst };
  }
  const periodNs = workload.kind === "requests" ? workload.thinkNs || START_WITHIN_NS : START_WITHIN_NS;
  return tcpFlowOf(workload, { vm, client, port, startNs: start(periodNs) });
}

/** Between whom a flow goes, and from when on. */
export interface FlowEnds {
  readonly vm: string;
  readonly client: string;
  readonly port: number;
  readonly startNs: number;
}

/** Returns the flow of a workload over TCP between a VM and its client. */
export function tcpFlowOf(
  workload: Exclude<StudyWorkload, { readonly kind: "datagrams" }>,
  { vm, client, port, startNs }: FlowEnds,
): FlowScenario {
  if (workload.kind === "bulk") {
    const { isSending, windowBytes } = workload;
    const [from, to] = isSending ? [vm, client] : [client, vm];
    return { kind: "bulk", from, to, port, startNs, connectionCount: 1, windowBytes, byteCount: null };
  }
  const { connectionCount, requestBytes, replyBytes, thinkNs, isReconnecting } = workload;
  return {
    kind: "requests",
    from: client,
    to: vm,
    port,
    startNs,
    connectionCount,
    windowBytes: WINDOW_DEFAULT_BYTES,
    requestBytes,
    replyBytes,
    thinkNs,
    isReconnecting,
  };
}

/**
 * A VM that takes datagrams is first sent one byte by a client, and so answers. Nobody asks for addresses (docs/model.md),
 * and without a frame of its own the switch would not know where it is, and flood every datagram to every port.
 */
function greetingOf({ cell, setting }: RuntimeRun, number: number): FlowScenario {
  const receiver = setting?.isSendingDatagrams ? "sender" : "vm";
  const port = PORT_FIRST + cell.vmCount + number;
  const ends = { from: `client${number + 1}`, to: `${receiver}${number + 1}`, port };
  const stream = { connectionCount: 1, windowBytes: WINDOW_LEAST_BYTES, byteCount: 1 };
  return { kind: "bulk", ...ends, startNs: 0, ...stream };
}

/** By then the answer to a greeting has left, whoever is in its way. */
const GREETED_NS = 2_000_000;
const WINDOW_LEAST_BYTES = 64 * 1024;
/** What a flow's `window` is when the file says nothing. */
const WINDOW_DEFAULT_BYTES = 256 * 1024;
