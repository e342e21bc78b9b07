/**
 * What is kept of a run of the checkpoint study: how much work was done while it was watched, what its clients waited, and
 * what protection took for it. Plain data: it crosses threads, and lies in the files of a study.
 *
 * Work over the network is watched from its beginning to the end of the run; a job, which computes from the start on, from
 * the first checkpoint after that to the last, so that whole periods are compared.
 */
import { ACTIVITY_NAMES } from "../../assembly/layout/cost";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { quantileOf } from "../core/histogram";
import type { World } from "../core/world";
import { type RunOutcome, runScenario } from "../experiment/run";
import type { PauseParts } from "../host/checkpoint-pause";
import { COST_PRESETS } from "../host/cost-row";
import { type Account, accountOf } from "../report/account";
import { latencyCountsOf } from "../report/flow-account";
import { type CheckpointRun, checkpointInputOf, checkpointWorkloadOf, workStartNs } from "./checkpoint-scenario";

/** What protection took while the run lasted, its first copy left out unless told. */
export interface ProtectionCost {
  readonly checkpoints: number;
  readonly lateCheckpoints: number;
  readonly pauseNsMean: number;
  readonly pauseNsMax: number;
  /** Of all checkpoints together, by part. */
  readonly pauseNsByPart: PauseParts;
  readonly pagesPerCheckpoint: number;
  /** On the replication link, in a second. */
  readonly bytesPerSecond: number;
  readonly heldFramesPeak: number;
  readonly heldBytesPeak: number;
  /** What the hardware moves over PCIe for log and state, in a second; 0 without a virtual function. */
  readonly pcieBytesPerSecond: number;
}

export interface CheckpointMeasurement {
  readonly digest: string;
  readonly unit: "page" | "request" | "byte";
  readonly workPerSecond: number;
  /** From the first byte of a request to the last of its reply; null without requests. */
  readonly latencyNs: { readonly median: number; readonly p99: number; readonly max: number } | null;
  /** Processor time of the primary's dom0, in percent of a hardware thread. */
  readonly dom0Percent: number;
  readonly retransmissions: number;
  readonly wrongBytes: number;
  readonly failedConnections: number;
  /** Null without protection. */
  readonly protection: ProtectionCost | null;
}

const COMPUTE = ACTIVITY_NAMES.split(",").indexOf("compute");
/** What a log has of a page, and what a page of log says: a bit. */
const LOG_BITS_PER_BYTE = 8;

/** How far a job had got at some time. */
interface Progress {
  readonly timeNs: number;
  readonly cycles: number;
}

/** Runs a run of a cell and returns what is kept of it. */
export function measureCheckpoints(module: WebAssembly.Module, wanted: CheckpointRun): CheckpointMeasurement {
  const from = workStartNs(wanted);
  let first: Progress | null = null;
  let last: Progress | null = null;
  const outcome = runScenario(checkpointInputOf(module, wanted), {
    captured({ world, place }) {
      if (world.nowNs() < from) return;
      last = progressOf(world, place.guest);
      first ??= last;
    },
  });
  return measurementOf(outcome, wanted, [first, last]);
}

function progressOf({ plane }: World, guest: number): Progress {
  return { timeNs: plane.nowNs(), cycles: plane.chargedCycles(plane.vcpuOf(guest), COMPUTE) };
}

function measurementOf(
  outcome: RunOutcome,
  wanted: CheckpointRun,
  job: readonly [Progress | null, Progress | null],
): CheckpointMeasurement {
  const account = accountOf(outcome);
  const dom0 = account.hosts[0]?.domains[0];
  const [flow] = account.flows;
  return {
    digest: account.digest,
    ...workOf(outcome, account, wanted, job),
    dom0Percent: (100 * (dom0?.ranNs ?? 0)) / account.simulatedNs,
    retransmissions: flow?.retransmissions ?? 0,
    wrongBytes: flow?.wrongBytes ?? 0,
    failedConnections: flow?.failedConnections ?? 0,
    protection: protectionOf(account, outcome),
  };
}

function workOf(
  { world, control }: RunOutcome,
  account: Account,
  wanted: CheckpointRun,
  [first, last]: readonly [Progress | null, Progress | null],
): Pick<CheckpointMeasurement, "unit" | "workPerSecond" | "latencyNs"> {
  const workload = checkpointWorkloadOf(wanted.cell);
  const perSecond = (count: number, ns: number) => (count * 1e9) / ns;
  if (workload.kind === "compute") {
    const cyclesPerPage = Math.round(COST_PRESETS[wanted.cell.preset].clockHz / workload.pagesPerSecond);
    const begin = first ?? { timeNs: 0, cycles: 0 };
    const end = last ?? progressOf(world, control.vms[0]?.place.guest ?? 0);
    const workPerSecond = perSecond((end.cycles - begin.cycles) / cyclesPerPage, end.timeNs - begin.timeNs);
    return { unit: "page", workPerSecond, latencyNs: null };
  }
  const [flow] = account.flows;
  const [made] = control.flows;
  if (!flow || !made) throw new Error("a workload over the network has a flow");
  if (workload.kind === "bulk") {
    return { unit: "byte", workPerSecond: perSecond(flow.bytes, wanted.watchedNs), latencyNs: null };
  }
  const counts = latencyCountsOf(world, made);
  return {
    unit: "request",
    workPerSecond: perSecond(flow.count ?? 0, wanted.watchedNs),
    latencyNs: flow.latencyNs && {
      median: quantileOf(counts, 0.5),
      p99: quantileOf(counts, 0.99),
      max: quantileOf(counts, 1),
    },
  };
}

function protectionOf({ protections, simulatedNs }: Account, { control }: RunOutcome): ProtectionCost | null {
  const [protection] = protections;
  const [vm] = control.scenario.vms;
  if (!protection || !vm) return null;
  const { checkpoints, lateCheckpoints, pages, bytes } = protection;
  const stateBytes = control.protections[0]?.held?.imageBytes ?? 0;
  const perSecond = (count: number) => (count * 1e9) / simulatedNs;
  const logBytes = vm.memoryBytes / PAGE_BYTES / LOG_BITS_PER_BYTE;
  return {
    checkpoints,
    lateCheckpoints,
    pauseNsMean: protection.pauseNsMean,
    pauseNsMax: protection.pauseNsMax,
    pauseNsByPart: protection.pauseNsByPart,
    pagesPerCheckpoint: checkpoints ? pages / checkpoints : 0,
    bytesPerSecond: perSecond(bytes),
    heldFramesPeak: protection.heldFramesPeak,
    heldBytesPeak: protection.heldBytesPeak,
    pcieBytesPerSecond: vm.io === "renic" ? perSecond(checkpoints * (logBytes + stateBytes)) : 0,
  };
}
