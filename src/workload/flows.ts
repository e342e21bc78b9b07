/**
 * Flows: traffic that machines make themselves. TCP ones are work over stacks, a guest's or an external machine's;
 * datagrams are a guest's stream. Everything is set up before the first event but the beginning, which has a timer.
 */
import { STACK_OF_GUEST } from "../../assembly/layout/control";
import { TABLE_PAGE } from "../../assembly/layout/guest-software";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import {
  CONNECTS_EACH_TIME,
  CUTS_SEGMENTS,
  MERGES_SEGMENTS,
  USES_DELAYED_ACK,
  USES_NAGLE,
  USES_SACK,
  USES_TIMESTAMPS,
  USES_WINDOW_SCALE,
} from "../../assembly/layout/tcp";
import type { FlowScenario, ReplayFlowScenario, Scenario, VmScenario } from "../config/scenario";
import type { World } from "../core/world";
import type { RecordedConnection } from "../format/tcp-conversation";
import { InputError } from "../sim/input-error";
import { jobBytes } from "./job";
import { type Recordings, recordingPages, writeRecording } from "./recording";

/** Payload of a segment: 1,500 bytes less the headers of IPv4 and TCP (RFC 9293 section 3.7.1). */
const MSS = 1460;
/** What Linux and its peers use. */
export const OPTIONS = USES_SACK | USES_TIMESTAMPS | USES_WINDOW_SCALE | USES_DELAYED_ACK;
/** Control blocks beside those of flows: connections that end while the next one opens. */
const SPARE_CONNECTIONS = 8;
/** Pages of a stack beside control blocks and rings: its record, work, histograms, tables; an upper bound. */
export const STACK_PAGES = 64;

/** Who takes part in flows: where its stack is, or will be, and its addresses. */
export interface FlowEnd {
  readonly name: string;
  /** The owner of a stack: a machine's number, or a guest's with STACK_OF_GUEST. */
  readonly owner: number;
  readonly mac: readonly [low: number, high: number];
  readonly ip: number;
}

/** A flow of a run: plain numbers, part of the control state. */
export interface FlowControl {
  readonly from: FlowEnd;
  readonly to: FlowEnd;
  /** Work over the stacks of both; -1 for datagrams. */
  readonly fromWork: number;
  readonly toWork: number;
  /** Connections of the recording that it replays; 0 for another kind. */
  readonly recordedCount: number;
}

/** What a flow replays: where the two sides have it in their memories. */
export interface PlacedRecording {
  readonly connections: readonly RecordedConnection[];
  readonly fromPage: number;
  readonly toPage: number;
}

/** How large a machine's stack is. */
export interface StackPlan {
  readonly connectionCount: number;
  readonly windowBytes: number;
  readonly pageCount: number;
  /** Its first pages: everything but rings. */
  readonly tablePages: number;
  /** USES_ options. */
  readonly options: number;
}

/** Returns the stack that a machine needs for the flows that it takes part in; null without TCP. */
export function stackPlanOf({ flows, vms }: Scenario, name: string): StackPlan | null {
  const own = flows.flatMap((flow) =>
    flow.kind !== "datagrams" && flow.kind !== "probe" && (flow.from === name || flow.to === name) ? flow : [],
  );
  if (own.length === 0) return null;
  const windowBytes = Math.max(...own.map((flow) => flow.windowBytes));
  const connectionCount = own.reduce((sum, flow) => sum + flow.connectionCount, SPARE_CONNECTIONS);
  const ringPages = (2 * windowBytes) / PAGE_BYTES;
  const tablePages = STACK_PAGES + Math.ceil(connectionCount / 4);
  // Whoever serves requests, recorded ones too, switches Nagle's algorithm off (TCP_NODELAY), or a reply's last bytes
  // wait for a delayed ACK.
  const isServing = own.some(({ kind }) => kind !== "bulk");
  return {
    connectionCount,
    windowBytes,
    pageCount: tablePages + connectionCount * ringPages,
    tablePages,
    options: OPTIONS | (isServing ? 0 : USES_NAGLE) | offloadsOf(vms.find((vm) => vm.name === name)),
  };
}

/** An external machine has none: nobody counts its cycles. */
function offloadsOf(vm: VmScenario | undefined): number {
  return (vm?.offloads.segmentation ? CUTS_SEGMENTS : 0) | (vm?.offloads.merging ? MERGES_SEGMENTS : 0);
}

/** Throws InputError for a VM whose memory does not hold its stack and what it plays. */
export function checkStack(scenario: Scenario, vm: VmScenario, recordings: Recordings, source: string): void {
  const plan = stackPlanOf(scenario, vm.name);
  if (!plan) return;
  const playedPages = recordingPages(scenario, recordings, vm.name);
  const needed = (TABLE_PAGE + plan.pageCount + playedPages) * PAGE_BYTES + vm.workload.workingSetBytes + jobBytes(vm);
  if (needed <= vm.memoryBytes) return;
  const mib = (bytes: number) => `${Math.ceil(bytes / 1024 ** 2)} MiB`;
  const reason = `is ${mib(vm.memoryBytes)}, and the VM needs ${mib(needed)} with ${plan.connectionCount} connections of twice ${mib(plan.windowBytes)}${playedPages ? ` and ${mib(playedPages * PAGE_BYTES)} of recordings` : ""}; give it more memory, or its flows fewer connections or a smaller window`;
  throw new InputError(source, [{ place: "", subject: `vm ${vm.name}: memory`, reason }]);
}

/** Has a guest's memory be where its stack is, or will be. */
export function placeStack(world: World, guest: number): void {
  world.plane.setGuestStack(guest, TABLE_PAGE);
}

/** Makes the stack of a flow's end; returns the first page behind it. */
export function makeStack(world: World, owner: number, { connectionCount, windowBytes, options }: StackPlan): number {
  return world.plane.createTcpStack(owner, connectionCount, windowBytes, windowBytes, MSS, options);
}

/** A guest as the owner of a stack. */
export function stackOfGuest(guest: number): number {
  return guest + STACK_OF_GUEST;
}

/** Sets a flow up at both ends; it has not begun. */
export function makeFlow(
  world: World,
  flow: FlowScenario,
  from: FlowEnd,
  to: FlowEnd,
  set: WorkingSet,
  recording: PlacedRecording,
): FlowControl {
  const { plane } = world;
  const recordedCount = recording.connections.length;
  if (flow.kind === "probe") {
    plane.setEcho(to.owner - STACK_OF_GUEST, flow.port);
    return { from, to, fromWork: -1, toWork: -1, recordedCount };
  }
  if (flow.kind === "datagrams") {
    plane.createSink(to.owner - STACK_OF_GUEST);
    return { from, to, fromWork: -1, toWork: -1, recordedCount };
  }
  const { port, connectionCount } = flow;
  if (flow.kind === "bulk") {
    const toWork = plane.addTcpSink(to.owner, port);
    const fromWork = plane.addTcpSource(from.owner, ...to.mac, to.ip, port, connectionCount, flow.byteCount ?? 0);
    return { from, to, fromWork, toWork, recordedCount };
  }
  if (flow.kind === "replay") return makeReplay(world, flow, from, to, set, recording);
  const { requestBytes, replyBytes, thinkNs, isReconnecting } = flow;
  const { firstPage, pageCount, dirtyPages } = set;
  const toWork = plane.addTcpResponder(to.owner, port, requestBytes, replyBytes, firstPage, pageCount, dirtyPages);
  const options = isReconnecting ? CONNECTS_EACH_TIME : 0;
  const fromWork = plane.addTcpRequester(
    from.owner,
    ...to.mac,
    to.ip,
    port,
    connectionCount,
    0,
    requestBytes,
    replyBytes,
    thinkNs,
    options,
  );
  return { from, to, fromWork, toWork, recordedCount };
}

function makeReplay(
  world: World,
  { port, scale }: ReplayFlowScenario,
  from: FlowEnd,
  to: FlowEnd,
  { firstPage, pageCount, dirtyPages }: WorkingSet,
  { connections, fromPage, toPage }: PlacedRecording,
): FlowControl {
  const { plane } = world;
  writeRecording(world, from.owner, fromPage, connections, "client", scale);
  writeRecording(world, to.owner, toPage, connections, "server", scale);
  const [fromAt, toAt] = [fromPage * PAGE_BYTES, toPage * PAGE_BYTES];
  const recordedCount = connections.length;
  const toWork = plane.addTcpReplayServer(to.owner, port, toAt, recordedCount, firstPage, pageCount, dirtyPages);
  const fromWork = plane.addTcpReplayClient(from.owner, ...to.mac, to.ip, port, fromAt, recordedCount);
  return { from, to, fromWork, toWork, recordedCount };
}

/** What requests dirty: pages of a region, in turn. */
export interface WorkingSet {
  readonly firstPage: number;
  readonly pageCount: number;
  readonly dirtyPages: number;
}

/** An external machine's: it has no application. */
export const NO_WORKING_SET: WorkingSet = { firstPage: 0, pageCount: 0, dirtyPages: 0 };

/** That of a flow which replays nothing. */
export const NO_RECORDING: PlacedRecording = { connections: [], fromPage: 0, toPage: 0 };

/** Has a flow begin, from wherever its source runs now. */
export function startFlow({ plane }: World, flow: FlowScenario, { to, fromWork }: FlowControl, owner: number): void {
  // Whoever probes has planned every datagram.
  if (flow.kind === "probe") return;
  if (flow.kind !== "datagrams") {
    plane.startTcpWork(owner, fromWork);
    return;
  }
  const guest = owner - STACK_OF_GUEST;
  const { port, frameBytes, countPerTick, tickNs } = flow;
  plane.createSource(guest, ...to.mac, to.ip, port, frameBytes, countPerTick, tickNs);
  plane.startStream(guest);
}
