/**
 * A guest's TCP: what the network task does with segments, connections and applications in a burst, and what it costs.
 *
 *     timers that are due -> segments from the front of the socket queue -> applications that are woken -> segments
 *                            into the ring, acknowledgments already between two merged packets that came
 *
 * The stack is the one of transport/tcp-stack.ts, in pages of the guest's memory. A burst looks at so many woken
 * connections and sends so many segments at most; a ring without room leaves the rest to a later burst. Segments of one
 * connection that come one behind the other are charged as one (merging.ts). Segments to be sent may go to the device
 * several at once. What was done is taken from the stack's own tallies.
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
  LIMIT_SENT_SEGMENTS,
} from "../layout/cost";
import { EVENT_GUEST_TIMER } from "../layout/event";
import { IPV4_BYTES, PROTOCOL_TCP } from "../layout/packet";
import { CUTS_SEGMENTS, MERGES_SEGMENTS, WORK_REPLAY_SERVER, WORK_RESPONDER } from "../layout/tcp";
import { GuestMemory } from "../memory/guest-memory";
import { ring, setAlarm } from "../sim/alarm";
import { world } from "../sim/world";
import { onSegment } from "../transport/tcp-input";
import { pullSegment } from "../transport/tcp-output";
import { wakeWriters } from "../transport/tcp-request";
import { Stack, stackAt } from "../transport/tcp-stack";
import { nextDeadline, onTimer } from "../transport/tcp-timer";
import { runWork } from "../transport/tcp-work";
import { workOf } from "../transport/tcp-work-record";
import { carries } from "../wire/ipv4";
import { Driver, firstInSocket, leaveSocket, receivedBytes, receivedLength } from "./driver";
import { Guest, guest } from "./guest";
import { beginMerging, followsMerged } from "./merging";
import { canPost, canPostLong, packetPlace, postLongPacket, postPacket } from "./net-device";

/** Woken connections that a burst looks at. assumed: as many as datagrams that a service answers (SERVE_BUDGET). */
const WORK_BUDGET: u32 = 8;
/** Segments that are sent at once; the last packet may go beyond. */
const SEND_BUDGET: u32 = 64;
/** What IPv4's length leaves behind the longest headers of IPv4 and TCP without IPv4 options. */
const LONG_PAYLOAD_BYTES_MAX: u32 = 65535 - IPV4_BYTES - 60;

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
  const received = takeSegments(m, d, s);
  const woken = runWork(m, s, WORK_BUDGET);
  const sent = sendSegments(m, d, s);
  armDeadline(g, m, s);
  if (d.socketCount == before && !woken && !sent && !isBusy) return NO_WORK;
  const turns = <u32>(answeredCount(m, s) - answered);
  const acks = <u32>(s.sentAckCount - sentAcks + s.receivedAckCount - receivedAcks);
  const stack =
    received * cost(COST_TCP_RECEIVE) +
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

/** Blocks of the guest's disk are durable that were not: whoever waits for them looks again. */
export function onDurable(g: Guest): void {
  wakeWriters(g.memory, stackAt(g.memory, g.stackPage));
}

/** Tells whether a segment is the frame that has waited longest. */
export function isSegmentNext(m: GuestMemory, d: Driver): bool {
  return d.socketCount != 0 && carries(receivedBytes(m, firstInSocket(m, d)), PROTOCOL_TCP);
}

/**
 * Takes segments from the front of the socket queue; returns how many there are when merged ones count as one. What a
 * merged packet makes the stack send, an acknowledgment above all, leaves before the next one is looked at.
 */
function takeSegments(m: GuestMemory, d: Driver, s: Stack): u32 {
  const limit: u32 = s.options & MERGES_SEGMENTS ? cost(LIMIT_MERGED_SEGMENTS) : 1;
  let packetCount: u32 = 0;
  if (limit > 1) beginMerging();
  while (isSegmentNext(m, d)) {
    const e = firstInSocket(m, d);
    const at = receivedBytes(m, e);
    const follows = limit > 1 && followsMerged(at, limit);
    if (!follows) sendSegments(m, d, s);
    const data = s.receivedDataCount;
    onSegment(m, s, at, receivedLength(e));
    if (!follows && s.receivedDataCount != data) packetCount++;
    leaveSocket(m, d);
  }
  return packetCount;
}

/** Sends what wants to leave, as far as the ring and a budget go; returns how many segments. */
function sendSegments(m: GuestMemory, d: Driver, s: Stack): u32 {
  const atOnce: u32 = s.options & CUTS_SEGMENTS ? max<u32>(cost(LIMIT_SENT_SEGMENTS), 1) : 1;
  const before = sentCount(s);
  while (sentCount(s) - before < SEND_BUDGET && s.readyFirst | s.resetCount && canPost(m, d)) {
    const segments = atOnce > 1 && canPostLong(m, d) ? atOnce : 1;
    const bytes = pullSegment(m, s, packetPlace(m, d), min<u32>(segments * s.mss, LONG_PAYLOAD_BYTES_MAX));
    if (!bytes) break;
    if (s.pulledPayloadBytes) postLongPacket(m, d, s, bytes);
    else postPacket(m, d, bytes);
  }
  return <u32>(sentCount(s) - before);
}

function sentCount(s: Stack): u64 {
  return s.sentDataCount + s.sentAckCount;
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
  setAlarm(g.deadline, EVENT_GUEST_TIMER, g.index, max<u64>(nextDeadline(m, s), world().now));
}

/** A timer of the guest's: returns whether it is the stack's, and due. */
export function onDeadline(g: Guest): bool {
  return ring(g.deadline, EVENT_GUEST_TIMER, g.index);
}

/** Has the stack's timers run when its guest runs on, for the first time or elsewhere. */
export function resumeTcp(index: u32): void {
  const g = guest(index);
  if (g.stackPage) armDeadline(g, g.memory, stackAt(g.memory, g.stackPage));
}
