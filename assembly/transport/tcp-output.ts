/**
 * What leaves a stack. A device with room pulls: it is given the next frame, of the connections with something to send
 * one after the other. So a ring without room, or a wire that is booked, holds back what is decided, and segments are
 * made as late as can be.
 *
 *     asked of a connection, in this order            sent
 *     nothing: a reset waits in the stack             RST
 *     SYN is due                                      SYN, or SYN, ACK
 *     recovery has something lost, window allows it   the next hole, at most a segment
 *     bytes written or to be sent again, a FIN        as much as both windows, the segment and `worthSending` allow
 *     probe is due                                    a byte that the peer has no room for
 *     acknowledgment is due                           ACK
 *
 * What has a sequence number starts the retransmission timer. With more room than a segment a frame may carry several,
 * for a device that cuts them: then only its headers are written, and the payload stays in the send ring, where the device
 * reads it (`pulledPayloadBytes` and its neighbours). What is acknowledged before that may be overwritten: the peer has it.
 */
import { TCP_BYTES, TCP_FIN, TCP_PSH } from "../layout/packet";
import {
  STATE_CLOSED,
  STATE_SYN_RECEIVED,
  STATE_SYN_SENT,
  TCP_ACK,
  TCP_RST,
  TCP_START,
  TCP_SYN,
  USES_SACK,
  USES_TIMESTAMPS,
  USES_WINDOW_SCALE,
  WINDOW_FIELD_MAX,
} from "../layout/tcp";
import { GuestMemory } from "../memory/guest-memory";
import { NEVER } from "../sim/event-queue";
import { world } from "../sim/world";
import { keptFrom } from "../wire/content";
import { Segment, Sum, writeOptions, writeTcp, writtenSegment } from "../wire/tcp";
import { bytesUnderWay, restartAfterIdle } from "./tcp-congestion";
import {
  ACK_IS_DUE,
  Connection,
  HAS_CLOSED,
  HAS_NAGLE,
  HAS_SACK,
  HAS_TIMESTAMPS,
  HAS_WINDOW_SCALE,
  has,
  IS_PROBING,
  IS_RECOVERING,
  PROBE_IS_DUE,
  RETRANSMIT_IS_DUE,
  SYN_IS_DUE,
  SYN_WAS_LOST,
  TIMER_NONE,
  TIMER_PERSIST,
  TIMER_RETRANSMIT,
} from "./tcp-connection";
import { arm } from "./tcp-deadline";
import { backedOffPs, startTiming, stopTiming } from "./tcp-estimate";
import { rangesAt } from "./tcp-ranges";
import { copyFromRing } from "./tcp-ring";
import { firstHole, holeEnd, lostUntil } from "./tcp-scoreboard";
import { earlierOf, isAfter, isBefore, laterOf } from "./tcp-sequence";
import { makeReady, Stack, sendRingAt, takeReady, takeReset } from "./tcp-stack";
import { edgeToOffer, timestampNow } from "./tcp-window";

/** Ranges of a selective acknowledgment that fit beside timestamps, and without (RFC 2018 section 3). */
const SACK_COUNT_MAX: u32 = 3;
const SACK_COUNT_MAX_ALONE: u32 = 4;
const SACK_OPTION_BYTES: u32 = 4;
const SACK_BLOCK_BYTES: u32 = 8;

/**
 * Writes the next frame that wants to leave to `to`, with at most so much payload; returns its bytes, 0 for none. Of a
 * frame with several segments only the headers are written.
 */
export function pullSegment(m: GuestMemory, s: Stack, to: u32, payloadBytesMax: u32): u32 {
  s.pulledPayloadBytes = 0;
  if (s.resetCount) return writeWaitingReset(s, to);
  while (s.readyFirst) {
    const c = takeReady(m, s);
    const bytes = c.state == STATE_CLOSED ? 0 : nextSegment(m, s, c, to, payloadBytesMax);
    if (!bytes) continue;
    if (mayHaveMore(c)) makeReady(m, s, c);
    return bytes;
  }
  return 0;
}

/** Tells whether a connection is to have another turn: if so, what it has to send is seen then. */
function mayHaveMore(c: Connection): bool {
  if (c.flags & (IS_RECOVERING | ACK_IS_DUE | PROBE_IS_DUE | SYN_IS_DUE)) return true;
  return c.sendNext != c.sendEnd + (has(c, HAS_CLOSED) ? 1 : 0);
}

function nextSegment(m: GuestMemory, s: Stack, c: Connection, to: u32, payloadBytesMax: u32): u32 {
  if (has(c, SYN_IS_DUE)) return sendSyn(m, s, c, to);
  if (c.state == STATE_SYN_SENT || c.state == STATE_SYN_RECEIVED) return has(c, ACK_IS_DUE) ? sendAck(m, s, c, to) : 0;
  if (has(c, IS_RECOVERING)) {
    const bytes = sendLost(m, s, c, to);
    if (bytes) return bytes;
  }
  const bytes = sendNew(m, s, c, to, payloadBytesMax);
  if (bytes) return bytes;
  if (has(c, PROBE_IS_DUE)) return sendProbe(m, s, c, to);
  return has(c, ACK_IS_DUE) ? sendAck(m, s, c, to) : 0;
}

/** Fills in what every segment of a connection carries: addresses, acknowledgment, window, timestamps, reports. */
function begin(s: Stack, c: Connection, sequence: u32, flags: u32): Segment {
  const g = writtenSegment();
  address(s, g, c.peerMac, c.peerIp, c.peerPort, c.selfPort);
  g.sequence = sequence;
  g.flags = flags;
  g.acknowledgment = flags & TCP_ACK ? c.receiveNext : 0;
  const edge = edgeToOffer(s, c);
  g.window = (edge - c.receiveNext) >>> c.receiveShift;
  g.hasTimestamps = c.flags & HAS_TIMESTAMPS;
  g.timestamp = timestampNow(c);
  g.timestampEcho = flags & TCP_ACK ? c.timestampRecent : 0;
  if (c.rangeCount && c.flags & HAS_SACK) {
    g.sackAt = rangesAt(c);
    g.sackCount = min<u32>(c.rangeCount, g.hasTimestamps ? SACK_COUNT_MAX : SACK_COUNT_MAX_ALONE);
  }
  if (flags & TCP_ACK) {
    c.receiveEdge = edge;
    c.lastAcked = c.receiveNext;
    c.flags &= ~ACK_IS_DUE;
    c.delayedAckAt = NEVER;
  }
  return g;
}

function address(s: Stack, g: Segment, peerMac: u64, peerIp: u32, peerPort: u32, selfPort: u32): void {
  g.peerMac = peerMac;
  g.selfMac = s.selfMac;
  g.peerIp = peerIp;
  g.selfIp = s.selfIp;
  g.peerPort = peerPort;
  g.selfPort = selfPort;
  g.packetId = s.packetId++;
  g.mss = 0;
  g.hasWindowShift = 0;
  g.isSackPermitted = 0;
  g.hasTimestamps = 0;
  g.sackCount = 0;
  g.payloadBytes = 0;
}

/** Writes a segment whose payload, `payloadBytes` from its sequence number on, lies in the send ring. */
function put(m: GuestMemory, s: Stack, c: Connection, g: Segment, to: u32, payloadBytes: u32): u32 {
  g.headerBytes = TCP_BYTES + writeOptions(to + TCP_START + TCP_BYTES, g);
  g.payloadBytes = payloadBytes;
  const room = segmentRoom(c);
  if (payloadBytes > room) return putLong(s, c, g, to, room);
  if (payloadBytes) {
    const payloadStart = TCP_START + g.headerBytes;
    const kept = keptFrom(payloadStart, payloadBytes);
    copyFromRing(m, sendRingAt(s, c), s.sendRingBytes, g.sequence, to + payloadStart, kept);
    s.sentDataCount++;
  } else {
    s.sentAckCount++;
  }
  return writeTcp(to, g, Sum.Whole);
}

/** Writes the headers of several segments; the device counts their numbers on from those of the first. */
function putLong(s: Stack, c: Connection, g: Segment, to: u32, segmentBytes: u32): u32 {
  const count = (g.payloadBytes + segmentBytes - 1) / segmentBytes;
  s.sentDataCount += count;
  s.packetId += count - 1;
  s.pulledPayloadBytes = g.payloadBytes;
  s.pulledSegmentBytes = segmentBytes;
  s.pulledRing = sendRingAt(s, c);
  s.pulledOffset = g.sequence & (s.sendRingBytes - 1);
  return writeTcp(to, g, Sum.LeftToDevice);
}

function sendAck(m: GuestMemory, s: Stack, c: Connection, to: u32): u32 {
  return put(m, s, c, begin(s, c, c.sendMax, TCP_ACK), to, 0);
}

function sendSyn(m: GuestMemory, s: Stack, c: Connection, to: u32): u32 {
  c.flags &= ~SYN_IS_DUE;
  const isAnswer = c.state == STATE_SYN_RECEIVED;
  const g = begin(s, c, c.sendStart, isAnswer ? TCP_SYN | TCP_ACK : TCP_SYN);
  const agreed = isAnswer ? agreedOptions(c) : s.options;
  g.mss = s.mss;
  g.hasWindowShift = agreed & USES_WINDOW_SCALE;
  g.windowShift = c.receiveShift;
  g.isSackPermitted = agreed & USES_SACK;
  g.hasTimestamps = agreed & USES_TIMESTAMPS;
  // The window of a SYN is never scaled (RFC 7323 section 2.2).
  g.window = min<u32>(c.receiveEdge - c.receiveNext, WINDOW_FIELD_MAX);
  c.sendNext = c.sendStart + 1;
  c.sendMax = c.sendNext;
  if (!has(c, SYN_WAS_LOST)) startTiming(c, c.sendNext, world().now);
  startRetransmitTimer(m, s, c);
  return put(m, s, c, g, to, 0);
}

function agreedOptions(c: Connection): u32 {
  const sack = has(c, HAS_SACK) ? USES_SACK : 0;
  const timestamps = has(c, HAS_TIMESTAMPS) ? USES_TIMESTAMPS : 0;
  return sack | timestamps | (has(c, HAS_WINDOW_SCALE) ? USES_WINDOW_SCALE : 0);
}

/** Returns how much payload fits a segment beside the reports that it would carry now. */
function segmentRoom(c: Connection): u32 {
  if (!c.rangeCount || !has(c, HAS_SACK)) return c.segmentBytes;
  const count = min<u32>(c.rangeCount, has(c, HAS_TIMESTAMPS) ? SACK_COUNT_MAX : SACK_COUNT_MAX_ALONE);
  return c.segmentBytes - SACK_OPTION_BYTES - count * SACK_BLOCK_BYTES;
}

/** Sends the next hole that is thought lost (rule 1 of NextSeg, RFC 6675). */
function sendLost(m: GuestMemory, s: Stack, c: Connection, to: u32): u32 {
  const isFirst = has(c, RETRANSMIT_IS_DUE);
  const from = firstHole(c, laterOf(c.retransmittedUntil, c.sendUnacked));
  c.flags &= ~RETRANSMIT_IS_DUE;
  // An acknowledgment that was overtaken may have reported all there is.
  if (!isBefore(from, isFirst ? c.sendMax : lostUntil(c))) return 0;
  if (!isFirst && c.congestionWindow < c.pipeBytes + c.segmentBytes) return 0;
  const end = holeEnd(c, from, earlierOf(c.sendMax, from + segmentRoom(c)));
  c.retransmittedUntil = end;
  c.fastRetransmitCount++;
  c.pipeBytes += end - from;
  if (isFirst) restartRetransmitTimer(m, s, c);
  return sendRange(m, s, c, to, from, end);
}

/** Sends what is between two sequence numbers: bytes, and a FIN if its number is among them. */
function sendRange(m: GuestMemory, s: Stack, c: Connection, to: u32, from: u32, end: u32): u32 {
  assert(isBefore(from, end) && !isAfter(end, c.sendMax), "what is sent has been written, and is something");
  const hasFin = isAfter(end, c.sendEnd);
  const payloadBytes = earlierOf(end, c.sendEnd) - from;
  let flags = TCP_ACK;
  if (hasFin) flags |= TCP_FIN;
  // The last byte that there is asks to be handed on (RFC 9293 section 3.9.1.2).
  if (payloadBytes && !isBefore(end, c.sendEnd)) flags |= TCP_PSH;
  startRetransmitTimer(m, s, c);
  c.sentAt = world().now;
  return put(m, s, c, begin(s, c, from, flags), to, payloadBytes);
}

/** Sends from `sendNext` on: what was never sent, or what a time-out has to be sent again. */
function sendNew(m: GuestMemory, s: Stack, c: Connection, to: u32, payloadBytesMax: u32): u32 {
  const isAgain = isBefore(c.sendNext, c.sendMax);
  if (isAgain) c.sendNext = firstHole(c, c.sendNext);
  const from = c.sendNext;
  const unsent = c.sendEnd + (has(c, HAS_CLOSED) ? 1 : 0) - from;
  if (<i32>unsent <= 0) return 0;
  const now = world().now;
  restartAfterIdle(c, now);
  const edge = c.sendUnacked + c.sendWindow;
  const underWay = bytesUnderWay(c);
  const allowed = c.congestionWindow > underWay ? c.congestionWindow - underWay : 0;
  const offered = isAfter(edge, from) ? edge - from : 0;
  const room = min<u32>(segmentRoom(c), payloadBytesMax);
  const wanted = isAgain ? min<u32>(holeEnd(c, from, from + unsent) - from, room) : min<u32>(unsent, room);
  if (allowed < min<u32>(offered, wanted)) c.limitedUntil = c.sendMax;
  let bytes = min<u32>(min<u32>(allowed, offered), wanted);
  if (!bytes || !(isAgain ? bytes == wanted || bytes == offered : isWorthSending(c, bytes, unsent, room))) {
    if (c.sendNext == c.sendUnacked) startPersistTimer(m, s, c);
    return 0;
  }
  // As many whole segments as both windows and the device take, and the rest if it is the last. A device that takes one takes
  // the maximum, of which options leave less: what is then over is no second segment.
  if (!isAgain && bytes == room && payloadBytesMax > s.mss) {
    const most = min<u32>(min<u32>(allowed, offered), min<u32>(unsent, payloadBytesMax));
    bytes = most == unsent ? most : most - (most % room);
  }
  const end = from + bytes;
  if (isAgain) {
    c.timedRetransmitCount++;
    stopTiming(c);
  } else if (has(c, IS_RECOVERING)) {
    c.pipeBytes += bytes;
  } else {
    startTiming(c, end, now);
  }
  c.sendNext = end;
  c.sendMax = laterOf(c.sendMax, end);
  c.flags &= ~(PROBE_IS_DUE | IS_PROBING);
  c.probesInRow = 0;
  return sendRange(m, s, c, to, from, end);
}

/**
 * Tells whether a segment of new bytes is to go now (RFC 9293 section 3.8.6.2.1 and 3.7.4): it is full, or everything
 * is in it and nothing is unacknowledged or Nagle is off, or it fills half of the greatest window that was offered, or
 * it has waited for as long as the persist timer.
 */
function isWorthSending(c: Connection, bytes: u32, unsent: u32, room: u32): bool {
  if (bytes == room) return true;
  if (bytes == unsent && (!has(c, HAS_NAGLE) || has(c, HAS_CLOSED) || c.sendUnacked == c.sendMax)) return true;
  if (bytes >= max<u32>(c.sendWindowMax / 2, 1) && bytes < unsent) return true;
  return has(c, PROBE_IS_DUE);
}

/**
 * Sends a byte that the peer has no room for, which it has to answer (RFC 9293 section 3.8.6.1). The byte does not count
 * as sent, unless the peer takes it.
 */
function sendProbe(m: GuestMemory, s: Stack, c: Connection, to: u32): u32 {
  c.flags &= ~PROBE_IS_DUE;
  c.flags |= IS_PROBING;
  c.probeCount++;
  const hasByte = isBefore(c.sendNext, c.sendEnd);
  const flags = hasByte ? TCP_ACK : TCP_ACK | TCP_FIN;
  return put(m, s, c, begin(s, c, c.sendNext, flags), to, hasByte ? 1 : 0);
}

/** Starts the retransmission timer, unless it runs. */
function startRetransmitTimer(m: GuestMemory, s: Stack, c: Connection): void {
  if (c.timer == TIMER_RETRANSMIT) return;
  restartRetransmitTimer(m, s, c);
}

/** Starts the retransmission timer anew. */
export function restartRetransmitTimer(m: GuestMemory, s: Stack, c: Connection): void {
  c.timer = TIMER_RETRANSMIT;
  c.timerAt = world().now + backedOffPs(c, c.retryCount);
  arm(m, s, c);
}

/** Starts the persist timer, unless a timer runs: bytes wait for the peer's window, and nothing is under way. */
function startPersistTimer(m: GuestMemory, s: Stack, c: Connection): void {
  if (c.timer != TIMER_NONE) return;
  c.timer = TIMER_PERSIST;
  c.timerAt = world().now + backedOffPs(c, c.probesInRow);
  arm(m, s, c);
}

/** Writes the first of the resets that wait. */
function writeWaitingReset(s: Stack, to: u32): u32 {
  const r = takeReset(s);
  const g = writtenSegment();
  address(s, g, r.peerMac, r.peerIp, r.peerPort, r.selfPort);
  g.sequence = r.sequence;
  g.acknowledgment = r.acknowledgment;
  g.flags = r.flags | TCP_RST;
  g.window = 0;
  g.headerBytes = TCP_BYTES;
  s.resetsSentCount++;
  s.sentAckCount++;
  return writeTcp(to, g, Sum.Whole);
}
