/**
 * A guest's TCP: what the network task does with segments, connections and applications in a burst, and what it costs.
 *
 *     timers that are due -> segments from the front of the socket queue -> applications that are woken -> segments
 *                            into the ring, acknowledgments already between two merged groups that came
 *
 * The stack is the one of transport/tcp-stack.ts, in pages of the guest's memory. A burst looks at so many woken
 * connections and sends so many segments at most; a ring without room leaves the rest to a later burst. Segments of one
 * connection that come one behind the other are charged as one, up to a limit, as merging on receive has it: a merge ends
 * with a segment that is not full, or of another connection. What was done is taken from the stack's own tallies.
 */
import { cost } from "../cpu/cost";
import { NO_WORK } from "../cpu/task";
import { charge, Vcpu } from "../cpu/vcpu";
import {
  ACTIVITY_APPLICATION,
  ACTIVITY_COPY,
  ACTIVITY_STACK,
  COST_COPY_USER,
  COST_REQUEST_TURN,
  COST_TCP_ACK,
  COST_TCP_RECEIVE,
  COST_TCP_TRANSMIT,
  LIMIT_MERGED_SEGMENTS,
} from "../layout/cost";
import { EVENT_GUEST_TIMER } from "../layout/event";
import { BUFFER_BYTES } from "../layout/guest-software";
import { IPV4_FROM, PROTOCOL_TCP } from "../layout/packet";
import { TCP_START, WORK_REPLAY_SERVER, WORK_RESPONDER } from "../layout/tcp";
import { GuestMemory } from "../memory/guest-memory";
import { NEVER, schedule } from "../sim/event-queue";
import { world } from "../sim/world";
import { onSegment } from "../transport/tcp-input";
import { pullSegment } from "../transport/tcp-output";
import { Stack, stackAt } from "../transport/tcp-stack";
import { nextDeadline, onTimer } from "../transport/tcp-timer";
import { runWork } from "../transport/tcp-work";
import { workOf } from "../transport/tcp-work-record";
import { carries } from "../wire/ipv4";
import { Driver, firstInSocket, leaveSocket, receivedBytes } from "./driver";
import { Guest, guest } from "./guest";
import { canPost, packetPlace, postPacket } from "./net-device";

/** Woken connections that a burst looks at. assumed: as many as datagrams that a service answers (SERVE_BUDGET). */
const WORK_BUDGET: u32 = 8;
/** Segments that are sent at once at most. */
const SEND_BUDGET: u32 = 64;
/** Has the stack go on; returns the cycles, charged, or NO_WORK. */
export function workTcp(g: Guest, d: Driver, v: Vcpu): u32 {
  const m = g.memory;
  const s = stackAt(m, g.stackPage);
  const sentData = s.sentDataCount;
  const sentAcks = s.sentAckCount;
  const receivedAcks = s.receivedAckCount;
  const copied = s.copiedBytes;
  const answered = answeredCount(m, s);
  let isBusy = false;
  if (nextDeadline(m, s) <= world().now) {
    onTimer(m, s);
    isBusy = true;
  }
  const before = d.socketCount;
  const groups = takeSegments(m, d, s);
  const woken = runWork(m, s, WORK_BUDGET);
  const sent = sendSegments(m, d, s);
  armDeadline(g, m, s);
  if (d.socketCount == before && !woken && !sent && !isBusy) return NO_WORK;
  const turns = <u32>(answeredCount(m, s) - answered);
  const acks = <u32>(s.sentAckCount - sentAcks + s.receivedAckCount - receivedAcks);
  const stack =
    groups * cost(COST_TCP_RECEIVE) +
    <u32>(s.sentDataCount - sentData) * cost(COST_TCP_TRANSMIT) +
    acks * cost(COST_TCP_ACK) +
    turns * cost(COST_REQUEST_TURN);
  const copying = <u32>(((s.copiedBytes - copied) * cost(COST_COPY_USER)) / 1000);
  charge(v, ACTIVITY_STACK, stack);
  charge(v, ACTIVITY_COPY, copying);
  const answering = turns * g.requestCycles;
  charge(v, ACTIVITY_APPLICATION, answering);
  return stack + copying + answering;
}

/** Tells whether a segment is the frame that has waited longest. */
export function isSegmentNext(m: GuestMemory, d: Driver): bool {
  return d.socketCount != 0 && carries(receivedBytes(m, firstInSocket(m, d).buffer), PROTOCOL_TCP);
}

/**
 * Takes segments from the front of the socket queue; returns how many there are when merged ones count as one. What a
 * merged group makes the stack send, an acknowledgment above all, leaves before the next group is looked at.
 */
function takeSegments(m: GuestMemory, d: Driver, s: Stack): u32 {
  const limit = cost(LIMIT_MERGED_SEGMENTS);
  let groups: u32 = 0;
  let last: u64 = 0;
  let room: u32 = 0;
  while (isSegmentNext(m, d)) {
    const e = firstInSocket(m, d);
    const at = receivedBytes(m, e.buffer);
    const name = ((<u64>load<u32>(at, IPV4_FROM)) << 32) | load<u32>(at, TCP_START);
    if (name != last || !room) sendSegments(m, d, s);
    const data = s.receivedDataCount;
    onSegment(m, s, at, min<u32>(e.bytes, BUFFER_BYTES));
    const isData = s.receivedDataCount != data;
    if (isData && name == last && room) {
      room--;
    } else if (isData) {
      groups++;
      room = limit ? limit - 1 : 0;
    }
    last = isData && e.bytes > s.mss ? name : 0;
    leaveSocket(m, d);
  }
  return groups;
}

/** Sends what wants to leave, as far as the ring and a budget go; returns how many segments. */
function sendSegments(m: GuestMemory, d: Driver, s: Stack): u32 {
  let count: u32 = 0;
  while (count < SEND_BUDGET && s.readyFirst | s.resetCount && canPost(m, d)) {
    const bytes = pullSegment(m, s, packetPlace(m, d), s.mss);
    if (!bytes) break;
    postPacket(m, d, bytes);
    count++;
  }
  return count;
}

/** Returns how many requests the guest's servers have answered. */
function answeredCount(m: GuestMemory, s: Stack): u64 {
  let sum: u64 = 0;
  for (let number: u32 = 0; number < s.workCount; number++) {
    const w = workOf(m, s, number);
    if (w.kind == WORK_RESPONDER || w.kind == WORK_REPLAY_SERVER) sum += w.transactionCount;
  }
  return sum;
}

function armDeadline(g: Guest, m: GuestMemory, s: Stack): void {
  const deadline = nextDeadline(m, s);
  if (deadline >= g.deadlineAt) return;
  g.deadlineAt = max<u64>(deadline, world().now);
  schedule(EVENT_GUEST_TIMER, g.index, g.deadlineAt);
}

/** A timer of the guest's: returns whether it is the stack's; false for a stale event. */
export function onDeadline(g: Guest): bool {
  if (g.deadlineAt != world().now) return false;
  g.deadlineAt = NEVER;
  return true;
}

/** Has the stack's timers run when its guest runs on, for the first time or elsewhere. */
export function resumeTcp(index: u32): void {
  const g = guest(index);
  if (g.stackPage) armDeadline(g, g.memory, stackAt(g.memory, g.stackPage));
}
