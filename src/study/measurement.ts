/**
 * What is kept of a run: who worked how much on the host under study, what for, and what was full.
 *
 * Frames are counted on the wires of the host's ports, because that is the one place where every I/O model has the same
 * frames. Plain data: it crosses threads, and lies in the files of a study.
 */
import { ETHERNET_GAP_BYTES, ETHERNET_WRAP_BYTES } from "../../assembly/layout/packet";
import { TRACE_SENT } from "../../assembly/layout/trace";
import { quantileOf } from "../core/histogram";
import type { TraceRecord } from "../core/trace";
import type { HostControl } from "../experiment/control";
import { type RunOutcome, runScenario } from "../experiment/run";
import { type Account, accountOf, type DomainAccount } from "../report/account";
import { latencyCountsOf } from "../report/flow-account";
import { numbersTo, sum } from "../sim/numbers";
import { inputOf, portRateOf, type RuntimeRun, workloadOf } from "./runtime-scenario";
import { HOST } from "./runtime-workloads";

/** What is counted as work. */
export type WorkUnit = "byte" | "datagram" | "request";

/** The share of a thing's time, from 0 to 1, in which it was busy. */
export interface Load {
  /** The busiest vCPU of dom0. */
  readonly dom0Vcpu: number;
  /** The busiest vCPU of a VM. */
  readonly vmVcpu: number;
  /** All threads that VMs share. */
  readonly vmThreads: number;
  /** The busiest wire out of the host, and into it. */
  readonly wireOut: number;
  readonly wireIn: number;
}

export interface Measurement {
  readonly digest: string;
  /** Processor time of all domains of the host, in percent of one hardware thread. */
  readonly cpuPercent: number;
  /** Cycles by activity: of dom0, and of all VMs together. */
  readonly dom0Cycles: Readonly<Record<string, number>>;
  readonly vmCycles: Readonly<Record<string, number>>;
  readonly cycles: number;
  /** Frames that left over the host's ports, and that came. */
  readonly framesOut: number;
  readonly framesIn: number;
  readonly unit: WorkUnit;
  readonly workCount: number;
  /** Payload over TCP; whole frames of datagrams. */
  readonly bitsPerSecond: number;
  /** Datagrams that did not arrive by the end; 0 of other workloads. */
  readonly lostCount: number;
  /** Of requests, from the first byte of one to the last of its reply; null without any. */
  readonly latencyNs: { readonly median: number; readonly p99: number } | null;
  readonly load: Load;
  /** Frames that ended otherwise than received, by reason, on all hosts and in the switch. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly retransmissions: number;
  readonly wrongBytes: number;
  readonly failedConnections: number;
}

/** Runs a run of a cell and returns what is kept of it. */
export function measure(module: WebAssembly.Module, wanted: RuntimeRun): Measurement {
  const sent = new Map<number, WireCount>();
  const outcome = runScenario(inputOf(module, wanted), { records: (records) => countSent(sent, records) });
  return measurementOf(outcome, wanted, sent);
}

/** What a wire carried, on the wire's own account: gaps and preambles included. */
interface WireCount {
  frames: number;
  bytes: number;
}

function countSent(sent: Map<number, WireCount>, records: readonly TraceRecord[]): void {
  for (const { kind, subject, a } of records) {
    if (kind !== TRACE_SENT) continue;
    const count = sent.get(subject) ?? { frames: 0, bytes: 0 };
    count.frames++;
    count.bytes += a + ETHERNET_WRAP_BYTES + ETHERNET_GAP_BYTES;
    sent.set(subject, count);
  }
}

function measurementOf(outcome: RunOutcome, wanted: RuntimeRun, sent: ReadonlyMap<number, WireCount>): Measurement {
  const account = accountOf(outcome);
  const [host] = account.hosts;
  const [control] = outcome.control.hosts;
  if (!host || !control) throw new Error("a scenario of the study has a host");
  const [dom0, ...vms] = host.domains;
  const dom0Cycles = dom0?.cycles ?? {};
  const vmCycles = sumByActivity(vms);
  const wires = wiresOf(outcome, sent);
  return {
    digest: account.digest,
    cpuPercent: (100 * sum(host.domains.map(({ ranNs }) => ranNs))) / wanted.durationNs,
    dom0Cycles,
    vmCycles,
    cycles: sum(Object.values(dom0Cycles)) + sum(Object.values(vmCycles)),
    framesOut: sum(wires.out.map(({ frames }) => frames)),
    framesIn: sum(wires.in.map(({ frames }) => frames)),
    ...workOf(outcome, account, wanted),
    load: loadOf(outcome, control, vms, wires, portRateOf(wanted)),
    dropped: account.frames.dropped,
  };
}

/** A VM's flow that is the workload; a scenario may have others behind them. */
function workOf(outcome: RunOutcome, account: Account, { cell, durationNs }: RuntimeRun) {
  const flows = account.flows.slice(0, cell.vmCount);
  const unit = UNIT_OF[workloadOf(cell).kind];
  const total = (pick: (flow: (typeof flows)[number]) => number) => sum(flows.map(pick));
  const bytes = total((flow) => flow.bytes);
  const count = total((flow) => flow.count ?? 0);
  return {
    unit,
    workCount: unit === "byte" ? bytes : count,
    bitsPerSecond: (bytes * 8 * 1e9) / durationNs,
    lostCount: total((flow) => (flow.sent ?? 0) - (flow.sent === null ? 0 : (flow.count ?? 0))),
    latencyNs: unit === "request" && count > 0 ? latencyOf(outcome, cell.vmCount) : null,
    retransmissions: total((flow) => flow.retransmissions),
    wrongBytes: total((flow) => flow.wrongBytes),
    failedConnections: total((flow) => flow.failedConnections),
  };
}

const UNIT_OF = { bulk: "byte", datagrams: "datagram", requests: "request" } as const;

/** Of all requests of all VMs together. */
function latencyOf({ world, control }: RunOutcome, flowCount: number): NonNullable<Measurement["latencyNs"]> {
  const counts: number[] = [];
  for (const flow of control.flows.slice(0, flowCount)) {
    for (const [bucket, count] of latencyCountsOf(world, flow).entries())
      counts[bucket] = (counts[bucket] ?? 0) + count;
  }
  return { median: quantileOf(counts, 0.5), p99: quantileOf(counts, 0.99) };
}

/** The host under study is the first, and so are its ports. */
function wiresOf({ world, control }: RunOutcome, sent: ReadonlyMap<number, WireCount>) {
  const ports = numbersTo(control.scenario.hosts[0]?.nics.length ?? 0);
  const countOf = (wire: number) => sent.get(wire) ?? { frames: 0, bytes: 0 };
  return {
    out: ports.map((port) => countOf(world.plane.wireOutOfPort(port))),
    in: ports.map((port) => countOf(world.plane.wireIntoPort(port))),
  };
}

function loadOf(
  { world, control }: RunOutcome,
  host: HostControl,
  vms: readonly DomainAccount[],
  wires: ReturnType<typeof wiresOf>,
  portRate: number,
): Load {
  const { durationNs } = control.scenario;
  const wireLoad = (counts: readonly WireCount[]) =>
    Math.max(...counts.map(({ bytes }) => (bytes * 8 * 1e9) / (portRate * durationNs)));
  const ranOf = (vcpu: number) => world.plane.vcpuRanPs(vcpu) / (durationNs * 1000);
  return {
    dom0Vcpu: Math.max(...host.dom0Vcpus.map(ranOf)),
    vmVcpu: Math.max(...vms.map(({ ranNs }) => ranNs / durationNs)),
    vmThreads: sum(vms.map(({ ranNs }) => ranNs)) / (durationNs * (HOST.threadCount - HOST.dom0VcpuCount)),
    wireOut: wireLoad(wires.out),
    wireIn: wireLoad(wires.in),
  };
}

function sumByActivity(domains: readonly DomainAccount[]): Record<string, number> {
  const cycles: Record<string, number> = {};
  for (const domain of domains) {
    for (const [activity, count] of Object.entries(domain.cycles)) cycles[activity] = (cycles[activity] ?? 0) + count;
  }
  return cycles;
}
