/**
 * What happens when a segment comes (RFC 9293 section 3.10.7), as a table of states and what moves them:
 *
 *     |              | SYN             | ACK of SYN or FIN       | FIN                       | RST, in place     |
 *     |--------------|-----------------|-------------------------|---------------------------|-------------------|
 *     | (listener)   | SYN-RECEIVED    | - (RST)                 | -                         | -                 |
 *     | SYN-SENT     | SYN-RECEIVED    | with SYN: ESTABLISHED   | -                         | CLOSED, refused   |
 *     | SYN-RECEIVED | sent again      | ESTABLISHED             | CLOSE-WAIT, with the ACK  | CLOSED, reset     |
 *     | ESTABLISHED  | ACK             | -                       | CLOSE-WAIT                | CLOSED, reset     |
 *     | FIN-WAIT-1   | ACK             | FIN-WAIT-2              | CLOSING                   | CLOSED, reset     |
 *     | FIN-WAIT-2   | ACK             | -                       | TIME-WAIT                 | CLOSED, reset     |
 *     | CLOSE-WAIT   | ACK             | -                       | -                         | CLOSED, reset     |
 *     | CLOSING      | ACK             | TIME-WAIT               | -                         | CLOSED, reset     |
 *     | LAST-ACK     | ACK             | CLOSED                  | -                         | CLOSED, reset     |
 *     | TIME-WAIT    | a later one     | -                       | time starts again         | -                 |
 *     |              | opens again     |                         |                           |                   |
 *
 * Closing moves ESTABLISHED to FIN-WAIT-1 and CLOSE-WAIT to LAST-ACK (tcp-socket.ts); time-outs are in tcp-timer.ts.
 *
 * A reset or a SYN that is not exactly in place gets an acknowledgment (RFC 5961), now and then, a reset in TIME-WAIT
 * nothing (RFC 1337). An older timestamp than the last is refused (PAWS, RFC 7323 section 5). Nothing that comes can trap. Left out:
 * urgent data, data on a SYN, the security and precedence checks of old.
 */
import { TCP_FIN } from "../layout/packet";
import {
  END_CLOSED,
  END_REFUSED,
  END_RESET,
  STATE_CLOSED,
  STATE_CLOSING,
  STATE_ESTABLISHED,
  STATE_FIN_WAIT_1,
  STATE_FIN_WAIT_2,
  STATE_LAST_ACK,
  STATE_SYN_RECEIVED,
  STATE_SYN_SENT,
  STATE_TIME_WAIT,
  TCP_ACK,
  TCP_RST,
  TCP_SYN,
} from "../layout/tcp";
import { PS_PER_US } from "../layout/time";
import { GuestMemory } from "../memory/guest-memory";
import { world } from "../sim/world";
import { destination } from "../wire/ethernet";
import { isTcp, readSegment, Segment } from "../wire/tcp";
import { takeAcknowledgment } from "./tcp-acknowledgment";
import { Connection, HAS_TIMESTAMPS, has, NO_WORK, SYN_IS_DUE, SYN_WAS_LOST } from "./tcp-connection";
import { finish, free, limitFinWait, waitOut } from "./tcp-end";
import { sample } from "./tcp-estimate";
import { answerSyn, establish, openBlock, takeSyn } from "./tcp-open";
import { restartRetransmitTimer } from "./tcp-output";
import { acknowledgeNow, answerMisplaced, takePayload } from "./tcp-receive";
import { isAfter, isBefore } from "./tcp-sequence";
import { addReset, find, listenerOf, makeReady, Stack, wake } from "./tcp-stack";

/** A timestamp older than this is no measure of age (RFC 7323 section 5.5): 24 days. */
const TIMESTAMP_PS_MAX: u64 = <u64>PS_PER_US * 1000000 * 86400 * 24;

/** Takes a whole frame at an address; false when it is no whole segment for this machine. */
export function onSegment(m: GuestMemory, s: Stack, at: u32, bytes: u32): bool {
  const g = readSegment();
  if (destination(at) != s.selfMac || !isTcp(at, bytes, g) || g.selfIp != s.selfIp) {
    s.badSegmentCount++;
    return false;
  }
  if (g.payloadBytes) s.receivedDataCount++;
  else s.receivedAckCount++;
  const c = find(m, s, g.peerIp, g.peerPort, g.selfPort);
  if (c == null) {
    listen(m, s, g);
  } else if (c.state == STATE_SYN_SENT) {
    onAnswer(m, s, c, g);
  } else if (c.state == STATE_TIME_WAIT && isReopening(c, g)) {
    free(m, s, c);
    listen(m, s, g);
  } else {
    onSynchronized(m, s, c, g);
  }
  return true;
}

/** A segment that belongs to no connection. */
function listen(m: GuestMemory, s: Stack, g: Segment): void {
  if (g.flags & TCP_RST) return;
  const work = listenerOf(s, g.selfPort, NO_WORK);
  if (work == NO_WORK || g.flags & TCP_ACK) {
    refuse(s, g);
    return;
  }
  if (!(g.flags & TCP_SYN)) return;
  const c = openBlock(m, s, g.peerMac, g.peerIp, g.peerPort, g.selfPort, work);
  if (c != null) answerSyn(s, c, g);
}

/** Answers a segment with a reset (RFC 9293 section 3.10.7.1). */
function refuse(s: Stack, g: Segment): void {
  const r = addReset(s);
  if (r == null) return;
  r.peerMac = g.peerMac;
  r.peerIp = g.peerIp;
  r.peerPort = g.peerPort;
  r.selfPort = g.selfPort;
  if (g.flags & TCP_ACK) {
    r.sequence = g.acknowledgment;
    r.acknowledgment = 0;
    r.flags = 0;
  } else {
    r.sequence = 0;
    r.acknowledgment = g.sequence + lengthOf(g);
    r.flags = TCP_ACK;
  }
}

/** Returns how many sequence numbers a segment takes. */
function lengthOf(g: Segment): u32 {
  return g.payloadBytes + (g.flags & TCP_SYN ? 1 : 0) + (g.flags & TCP_FIN ? 1 : 0);
}

/** Tells whether a SYN begins a connection anew that is in TIME-WAIT (RFC 9293 section 3.6.1, RFC 6191). */
function isReopening(c: Connection, g: Segment): bool {
  if ((g.flags & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN) return false;
  if (has(c, HAS_TIMESTAMPS) && g.hasTimestamps && isAfter(g.timestamp, c.timestampRecent)) return true;
  return isAfter(g.sequence, c.receiveNext);
}

/** SYN-SENT: the peer's SYN is what is waited for. */
function onAnswer(m: GuestMemory, s: Stack, c: Connection, g: Segment): void {
  const hasAck = (g.flags & TCP_ACK) != 0;
  if (hasAck && (g.acknowledgment != c.sendStart + 1 || c.sendMax != g.acknowledgment)) {
    if (!(g.flags & TCP_RST)) refuse(s, g);
    return;
  }
  if (g.flags & TCP_RST) {
    if (hasAck) finish(m, s, c, END_REFUSED);
    return;
  }
  if (!(g.flags & TCP_SYN)) return;
  takeSyn(s, c, g);
  if (!hasAck) {
    c.state = STATE_SYN_RECEIVED;
    c.flags |= SYN_IS_DUE;
    makeReady(m, s, c);
    return;
  }
  takeHandshake(m, s, c, g);
  acknowledgeNow(m, s, c);
}

/** The peer has acknowledged the SYN. */
function takeHandshake(m: GuestMemory, s: Stack, c: Connection, g: Segment): void {
  sample(c, g.acknowledgment, world().now);
  c.flags &= ~SYN_IS_DUE;
  establish(m, s, c);
  takeAcknowledgment(m, s, c, g);
}

/** Every state in which both sequence numbers are known. */
function onSynchronized(m: GuestMemory, s: Stack, c: Connection, g: Segment): void {
  if (!isFresh(c, g)) {
    c.staleCount++;
    if (!(g.flags & TCP_RST)) answerMisplaced(m, s, c, g);
    return;
  }
  if (!isInWindow(c, g)) {
    if (g.flags & TCP_RST) return;
    if (c.state == STATE_TIME_WAIT && g.flags & TCP_FIN) waitOut(m, s, c);
    // A SYN with an acknowledgment is one of two that crossed, and wants an acknowledgment only.
    if (c.state == STATE_SYN_RECEIVED && (g.flags & (TCP_SYN | TCP_ACK)) == TCP_SYN) sendSynAgain(m, s, c);
    else if (g.flags & TCP_FIN) acknowledgeNow(m, s, c);
    else answerMisplaced(m, s, c, g);
    return;
  }
  if (g.flags & TCP_RST) {
    if (c.state == STATE_TIME_WAIT) return;
    if (g.sequence == c.receiveNext) finish(m, s, c, END_RESET);
    else answerMisplaced(m, s, c, g);
    return;
  }
  if (g.flags & TCP_SYN) {
    answerMisplaced(m, s, c, g);
    return;
  }
  if (!(g.flags & TCP_ACK)) return;
  noteTimestamp(c, g);
  if (c.state == STATE_SYN_RECEIVED) {
    if (g.acknowledgment != c.sendStart + 1) {
      refuse(s, g);
      return;
    }
    takeHandshake(m, s, c, g);
  } else if (!takeAcknowledgment(m, s, c, g)) {
    return;
  }
  if (!followAck(m, s, c)) return;
  if (c.state == STATE_TIME_WAIT) {
    if (lengthOf(g)) acknowledgeNow(m, s, c);
    return;
  }
  if (!lengthOf(g)) return;
  if (c.state == STATE_FIN_WAIT_2) limitFinWait(m, s, c);
  takePayload(m, s, c, g);
}

/** A SYN came again before it was answered: so the answer was lost, or is late. */
function sendSynAgain(m: GuestMemory, s: Stack, c: Connection): void {
  c.flags |= SYN_IS_DUE | SYN_WAS_LOST;
  restartRetransmitTimer(m, s, c);
  makeReady(m, s, c);
}

/** PAWS: tells whether a segment is not older than the last one whose timestamp was kept. */
function isFresh(c: Connection, g: Segment): bool {
  if (!has(c, HAS_TIMESTAMPS) || g.flags & TCP_RST) return true;
  // Where timestamps were agreed on, a segment without them is not the peer's (RFC 7323 section 3.2).
  if (!g.hasTimestamps) return false;
  return !isBefore(g.timestamp, c.timestampRecent) || world().now - c.timestampRecentAt > TIMESTAMP_PS_MAX;
}

function noteTimestamp(c: Connection, g: Segment): void {
  if (!has(c, HAS_TIMESTAMPS) || isAfter(g.sequence, c.lastAcked)) return;
  c.timestampRecent = g.timestamp;
  c.timestampRecentAt = world().now;
}

/** Tells whether a segment has anything of the window, or stands at its edge (RFC 9293 section 3.10.7.4). */
function isInWindow(c: Connection, g: Segment): bool {
  const length = lengthOf(g);
  const window = c.receiveEdge - c.receiveNext;
  if (!length) return g.sequence - c.receiveNext < max<u32>(window, 1);
  // Into a window that is shut comes nothing, but what a probe acknowledges is taken (RFC 9293 section 3.10.7.4).
  if (!window) return g.sequence == c.receiveNext;
  const last = g.sequence + length - 1;
  return g.sequence - c.receiveNext < window || last - c.receiveNext < window;
}

/** Moves a connection whose FIN has been acknowledged; false when it is over. */
function followAck(m: GuestMemory, s: Stack, c: Connection): bool {
  if (c.state <= STATE_ESTABLISHED || c.sendUnacked != c.sendEnd + 1) return c.state != STATE_CLOSED;
  if (c.state == STATE_FIN_WAIT_1) {
    c.state = STATE_FIN_WAIT_2;
    limitFinWait(m, s, c);
    wake(m, s, c);
  } else if (c.state == STATE_CLOSING) {
    waitOut(m, s, c);
  } else if (c.state == STATE_LAST_ACK) {
    finish(m, s, c, END_CLOSED);
    return false;
  }
  return c.state != STATE_CLOSED;
}
