/** The account of flows: throughput, transactions and their latency, read from the stacks' pages at the end of a run. */
import { STACK_OF_GUEST } from "../../assembly/layout/control";
import { HISTOGRAM_BUCKET_COUNT } from "../../assembly/layout/histogram";
import {
  CONNECTION_BYTES,
  CONNECTION_FAST_RETRANSMITS,
  CONNECTION_TIMED_RETRANSMITS,
  WORK_BYTES,
  WORK_DONE_BYTES,
  WORK_FAILED,
  WORK_FINISHED,
  WORK_FIRST_AT,
  WORK_LAST_AT,
  WORK_TRANSACTIONS,
  WORK_WRONG,
} from "../../assembly/layout/tcp";
import type { FlowScenario, ProbeScenario } from "../config/scenario";
import { quantileOf } from "../core/histogram";
import type { World } from "../core/world";
import { currentOwner } from "../experiment/flow-owner";
import { readRequests } from "../experiment/requests";
import type { RunOutcome } from "../experiment/run";
import { numbersTo } from "../sim/numbers";
import { type FlowControl, stackPlanOf } from "../workload/flows";

/** What came of a flow. */
export interface FlowAccount {
  readonly kind: FlowScenario["kind"];
  readonly from: string;
  readonly to: string;
  /** From the first byte, transaction or datagram that arrived to the last one; 0 without two. */
  readonly activeNs: number;
  /** Payload that was received: of a stream, of replies, of datagrams' frames. */
  readonly bytes: number;
  readonly bitsPerSecond: number;
  /** Requests that were answered, of a recording turns that were; or datagrams that were received; null for a stream. */
  readonly count: number | null;
  readonly perSecond: number | null;
  /** Datagrams that were sent; null over TCP. */
  readonly sent: number | null;
  /** Of transactions, from the request's first byte to the reply's last, within a 32nd; null without any. */
  readonly latencyNs: { readonly median: number; readonly p99: number; readonly max: number } | null;
  /** Recorded connections, and those that both sides played to their ends; null for what is no replay. */
  readonly recordedConnections: number | null;
  readonly playedConnections: number | null;
  /** Bytes that differed from what was sent, or recorded, at either end. */
  readonly wrongBytes: number;
  /** Connections that ended without both sides closing. */
  readonly failedConnections: number;
  /** Segments that were sent again by the two stacks, all of their flows together. */
  readonly retransmissions: number;
}

/** Returns the account of each flow, in the order of the scenario. */
export function flowAccounts({ world, control }: RunOutcome): FlowAccount[] {
  return control.flows.flatMap((made, index) => {
    const flow = control.scenario.flows[index];
    if (!flow) return [];
    const current = {
      ...made,
      from: { ...made.from, owner: currentOwner(control, made.from) },
      to: { ...made.to, owner: currentOwner(control, made.to) },
    };
    if (flow.kind === "probe") return probeAccount({ world, control }, flow);
    return flow.kind === "datagrams"
      ? datagramAccount(world, flow, current, control.scenario.durationNs)
      : tcpAccount({ world, control }, flow, current);
  });
}

type Outcome = Pick<RunOutcome, "world" | "control">;

function tcpAccount(outcome: Outcome, flow: FlowScenario, made: FlowControl): FlowAccount {
  const { world } = outcome;
  const source = readWork(world, made.from.owner, made.fromWork);
  const target = readWork(world, made.to.owner, made.toWork);
  const isReplay = flow.kind === "replay";
  const isRequests = flow.kind === "requests" || isReplay;
  const receiver = isRequests ? source : target;
  const activeNs = receiver.lastNs - receiver.firstNs;
  const ends = [made.from, made.to];
  return {
    kind: flow.kind,
    from: flow.from,
    to: flow.to,
    activeNs,
    bytes: receiver.doneBytes,
    bitsPerSecond: perSecond(receiver.doneBytes * 8, activeNs),
    count: isRequests ? source.transactions : null,
    perSecond: isRequests ? perSecond(source.transactions, activeNs) : null,
    sent: null,
    latencyNs: isRequests && source.transactions > 0 ? latencyOf(world, made) : null,
    recordedConnections: isReplay ? made.recordedCount : null,
    playedConnections: isReplay ? Math.min(source.finished, target.finished) : null,
    wrongBytes: source.wrong + target.wrong,
    failedConnections: source.failed + target.failed,
    retransmissions: ends.reduce((sum, end) => sum + retransmissionsOf(outcome, end), 0),
  };
}

function datagramAccount(
  world: World,
  flow: FlowScenario & { kind: "datagrams" },
  made: FlowControl,
  durationNs: number,
): FlowAccount {
  const { plane } = world;
  const sent = plane.streamCount(made.from.owner - STACK_OF_GUEST);
  const received = plane.streamCount(made.to.owner - STACK_OF_GUEST);
  const activeNs = Math.max(0, durationNs - flow.startNs);
  return {
    kind: flow.kind,
    from: flow.from,
    to: flow.to,
    activeNs,
    bytes: received * flow.frameBytes,
    bitsPerSecond: perSecond(received * flow.frameBytes * 8, activeNs),
    count: received,
    perSecond: perSecond(received, activeNs),
    sent,
    latencyNs: null,
    recordedConnections: null,
    playedConnections: null,
    wrongBytes: 0,
    failedConnections: 0,
    retransmissions: 0,
  };
}

/** The longest time without an answer is the client's gap (report/account.ts): what it was away for. */
function probeAccount({ world, control }: Outcome, flow: ProbeScenario): FlowAccount {
  const client = control.clients.find(({ name }) => name === flow.from);
  const requests = client ? readRequests(world, client) : [];
  const answered = requests.filter(({ state }) => state === "answered");
  const waits = answered.map(({ firstSentAtPs, answeredAtPs }) => Math.floor((answeredAtPs - firstSentAtPs) / 1000));
  waits.sort((one, other) => one - other);
  const waitAt = (part: number) => waits[Math.min(waits.length - 1, Math.floor(waits.length * part))] ?? 0;
  const activeNs = Math.max(0, control.scenario.durationNs - flow.startNs);
  return {
    kind: flow.kind,
    from: flow.from,
    to: flow.to,
    activeNs,
    bytes: 0,
    bitsPerSecond: 0,
    count: answered.length,
    perSecond: perSecond(answered.length, activeNs),
    sent: requests.filter(({ state }) => state !== "pending").length,
    latencyNs: waits.length > 0 ? { median: waitAt(0.5), p99: waitAt(0.99), max: waitAt(1) } : null,
    recordedConnections: null,
    playedConnections: null,
    wrongBytes: requests.reduce((sum, { wrongCount }) => sum + wrongCount, 0),
    failedConnections: 0,
    retransmissions: 0,
  };
}

function perSecond(amount: number, activeNs: number): number {
  return activeNs > 0 ? (amount * 1e9) / activeNs : 0;
}

function readWork(world: World, owner: number, work: number) {
  const words = world.words(world.plane.tcpWorkAt(owner, work) >>> 0, WORK_BYTES);
  const long = (offset: number) => Number(words.getBigUint64(offset, true));
  return {
    doneBytes: long(WORK_DONE_BYTES),
    wrong: long(WORK_WRONG),
    transactions: long(WORK_TRANSACTIONS),
    finished: long(WORK_FINISHED),
    failed: long(WORK_FAILED),
    firstNs: Math.floor(long(WORK_FIRST_AT) / 1000),
    lastNs: Math.floor(long(WORK_LAST_AT) / 1000),
  };
}

function latencyOf(world: World, flow: FlowControl): FlowAccount["latencyNs"] {
  const counts = latencyCountsOf(world, flow);
  return { median: quantileOf(counts, 0.5), p99: quantileOf(counts, 0.99), max: quantileOf(counts, 1) };
}

/** Returns the histogram of the times that a flow's requests took: counts, in the order of the buckets. */
export function latencyCountsOf(world: World, { from, fromWork }: FlowControl): number[] {
  const { plane } = world;
  const byteCount = HISTOGRAM_BUCKET_COUNT * 4;
  plane.readMachine(from.owner, plane.tcpHistogram(from.owner, fromWork), plane.exchange(), byteCount);
  const words = world.words(plane.exchange(), byteCount);
  return numbersTo(HISTOGRAM_BUCKET_COUNT).map((bucket) => words.getUint32(bucket * 4, true));
}

function retransmissionsOf({ world, control }: Outcome, { name, owner }: FlowControl["from"]): number {
  const count = stackPlanOf(control.scenario, name)?.connectionCount ?? 0;
  return numbersTo(count).reduce((sum, number) => {
    const words = world.words(world.plane.tcpConnectionAt(owner, number) >>> 0, CONNECTION_BYTES);
    const fast = words.getUint32(CONNECTION_FAST_RETRANSMITS, true);
    return sum + fast + words.getUint32(CONNECTION_TIMED_RETRANSMITS, true);
  }, 0);
}
