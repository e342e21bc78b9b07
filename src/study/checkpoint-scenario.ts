/**
 * The scenario of a cell of the checkpoint study: a VM with its work, the host that holds its backup, one client.
 *
 * The invariant: what differs between the I/O models is `io` and nothing else, and without protection there is the same
 * world but for the backup.
 */
import { CHECKPOINT_DEFAULTS } from "../config/checkpoint-form";
import type { HostScenario, JobScenario, ProtectScenario, Scenario, VmScenario } from "../config/scenario";
import type { RunInput } from "../experiment/input";
import { COST_PRESETS, type CostPreset } from "../host/cost-row";
import { type CostOverrides, resolveCosts } from "../host/cost-table";
import { DELIVERY_OF } from "../host/interrupt-delivery";
import {
  CHECKPOINT_WORKLOADS,
  type CheckpointWorkload,
  LINK_RATES,
  PROTECTED_MEMORY_BYTES,
  type ProtectedModel,
  REPLICATION_LATENCY_NS,
  SETTLED_NS,
  THREAD_COUNT,
  WATCHED_INTERVALS,
  WATCHED_LEAST_NS,
} from "./checkpoint-workloads";
import { tcpFlowOf } from "./runtime-scenario";
import { CLIENT_LATENCY_NS } from "./runtime-workloads";
import { startNs } from "./start-phase";

/** A cell of the grid. */
export interface CheckpointCell {
  readonly preset: CostPreset;
  /** Its name. */
  readonly workload: string;
  readonly io: ProtectedModel;
  /** Null without protection. */
  readonly intervalNs: number | null;
}

/** One run of a cell. */
export interface CheckpointRun {
  readonly cell: CheckpointCell;
  readonly seed: number;
  /** Number of the replication. */
  readonly run: number;
  /** How long the work is watched, from its beginning. */
  readonly watchedNs: number;
  /** Of the whole run. */
  readonly durationNs: number;
  /** What costs otherwise than in the preset. */
  readonly overrides: CostOverrides;
  /** When the primary's host dies; the study has none that does. */
  readonly failAtNs?: number;
}

const VM = "vm";
const CLIENT = "client";
const [PRIMARY, BACKUP] = ["primary", "backup"];
const PORT = 5001;
const PORT_LATENCY_NS = 1000;
const SWITCH_DELAY_NS = 1000;
const WEIGHT = 256;
const PAGE_BYTES = 4096;
/** Where nothing is protected: what a flow's beginning is drawn within. */
const PERIOD_WITHOUT_NS = 100_000_000;
/** What a protection has that says nothing. */
const USUAL = {
  ...CHECKPOINT_DEFAULTS,
  heartbeatNs: 100_000_000,
  timeoutNs: 1_000_000_000,
  outboundBytes: 8 * 1024 ** 2,
  compression: "none",
  cacheBytes: 8 * 1024 ** 2,
  compressionRatio: 1,
  diskBufferBytes: 8 * 1024 ** 2,
  driverResetNs: null,
  again: [],
} as const satisfies Partial<ProtectScenario>;

/** Returns a workload by its name. */
export function checkpointWorkloadOf({ workload }: CheckpointCell): CheckpointWorkload {
  const found = CHECKPOINT_WORKLOADS.find(({ name }) => name === workload);
  if (!found) throw new Error(`no workload of the study is named ${workload}`);
  return found;
}

/** Returns a run of a cell that is watched for so many intervals, or for so long where that is longer. */
export function checkpointRun(
  cell: CheckpointCell,
  draw: { readonly seed: number; readonly run: number },
  overrides: CostOverrides = {},
  { intervals, leastNs } = { intervals: WATCHED_INTERVALS, leastNs: WATCHED_LEAST_NS },
): CheckpointRun {
  const periodNs = cell.intervalNs ?? PERIOD_WITHOUT_NS;
  const watchedNs = Math.max(leastNs, cell.intervalNs === null ? 0 : intervals * cell.intervalNs);
  return { cell, ...draw, watchedNs, durationNs: SETTLED_NS + periodNs + watchedNs, overrides };
}

/** Returns when the work of a run begins: an instant within an interval, drawn from seed and run. */
export function workStartNs({ cell, seed, run }: CheckpointRun): number {
  return SETTLED_NS + startNs({ seed, run, vm: 0 }, cell.intervalNs ?? PERIOD_WITHOUT_NS);
}

/** Returns the scenario of a run. */
export function checkpointScenarioOf(wanted: CheckpointRun): Scenario {
  const { cell, seed, overrides } = wanted;
  const { preset } = cell;
  const workload = checkpointWorkloadOf(cell);
  const start = workStartNs(wanted);
  const rateBitsPerSecond = LINK_RATES[preset];
  return {
    version: 1,
    seed,
    durationNs: start + wanted.watchedNs,
    hasContent: true,
    hosts: [hostOf(preset, PRIMARY), hostOf(preset, BACKUP)],
    clients: [{ name: CLIENT, link: { rateBitsPerSecond, latencyNs: CLIENT_LATENCY_NS, loss: 0 } }],
    switchDelayNs: SWITCH_DELAY_NS,
    vms: [vmOf(cell, workload)],
    traffic: [],
    flows:
      workload.kind === "compute" ? [] : [tcpFlowOf(workload, { vm: VM, client: CLIENT, port: PORT, startNs: start })],
    protect: cell.intervalNs === null ? [] : [protectOf(cell.intervalNs, rateBitsPerSecond)],
    migrations: [],
    events: wanted.failAtNs === undefined ? [] : [{ atNs: wanted.failAtNs, fail: PRIMARY }],
    ablate: { abilities: [], driverResetNs: null },
    interruptDelivery: DELIVERY_OF[preset],
    costPreset: preset,
    costs: resolveCosts(preset, overrides),
  };
}

/** Returns what a run is a function of. */
export function checkpointInputOf(module: WebAssembly.Module, run: CheckpointRun): RunInput {
  return { module, scenario: checkpointScenarioOf(run), run: run.run, replays: new Map() };
}

function hostOf(preset: CostPreset, name: string): HostScenario {
  return {
    name,
    coreCount: THREAD_COUNT,
    clockHz: COST_PRESETS[preset].clockHz,
    memoryBytes: null,
    dom0: { vcpuCount: 1, placement: "own", weight: WEIGHT, moderation: "conservative", merging: true },
    nics: [{ rateBitsPerSecond: LINK_RATES[preset], latencyNs: PORT_LATENCY_NS, vfCount: 1 }],
  };
}

function vmOf({ preset, io }: CheckpointCell, workload: CheckpointWorkload): VmScenario {
  const isServing = workload.kind === "requests";
  return {
    name: VM,
    host: PRIMARY,
    memoryBytes: PROTECTED_MEMORY_BYTES,
    vcpuCount: 1,
    placement: "own",
    weight: WEIGHT,
    moderation: "conservative",
    job: jobOf(preset, workload),
    disk: null,
    io,
    offloads: { segmentation: true, merging: true },
    abilities: { stateWrite: true, dmaLog: true, hold: true },
    workload: {
      kind: "server",
      cyclesPerRequest: isServing ? workload.cyclesPerRequest[preset] : 0,
      dirtyPerRequestBytes: isServing ? workload.dirtyPerRequestBytes : 0,
      workingSetBytes: isServing ? workload.workingSetBytes : 0,
      diskPerRequestBytes: 0,
    },
  };
}

/** A burst of the job writes one page. */
export function jobOf(preset: CostPreset, workload: CheckpointWorkload): JobScenario | null {
  if (workload.kind !== "compute") return null;
  const burstCycles = Math.round(COST_PRESETS[preset].clockHz / workload.pagesPerSecond);
  const coldBytes = workload.pageCount * PAGE_BYTES;
  return { burstCycles, hotBytes: 0, coldBytes, hotWrites: 0, coldWrites: 1, trace: null };
}

function protectOf(intervalNs: number, rateBitsPerSecond: number): ProtectScenario {
  const link = { rateBitsPerSecond, latencyNs: REPLICATION_LATENCY_NS };
  return { vm: VM, to: BACKUP, intervalNs, link, ...USUAL };
}
