/**
 * Taking the payload of a segment: what lies in the window goes to its place in the ring, in order or behind a gap, and
 * an acknowledgment becomes due.
 *
 *     came                                        acknowledgment
 *     in order                                    for every second full-sized segment at once, else within 40 ms
 *     behind a gap, or into one                   at once (RFC 5681 section 4.2)
 *     nothing new, or with a FIN                  at once
 *
 * 40 ms is Linux's least delay (TCP_DELACK_MIN; RFC 1122 section 4.2.3.2 allows 500).
 */
import { TCP_FIN } from "../layout/packet";
import {
  STATE_CLOSE_WAIT,
  STATE_CLOSING,
  STATE_ESTABLISHED,
  STATE_FIN_WAIT_1,
  STATE_FIN_WAIT_2,
  USES_DELAYED_ACK,
} from "../layout/tcp";
import { PS_PER_US } from "../layout/time";
import { GuestMemory } from "../memory/guest-memory";
import { NEVER } from "../sim/event-queue";
import { world } from "../sim/world";
import { Segment } from "../wire/tcp";
import { ACK_IS_DUE, Connection, has, PEER_HAS_CLOSED, PEER_IS_DONE } from "./tcp-connection";
import { arm } from "./tcp-deadline";
import { waitOut } from "./tcp-end";
import { absorb, addRange } from "./tcp-ranges";
import { copyToRing } from "./tcp-ring";
import { earlierOf, isAfter, isBefore, laterOf } from "./tcp-sequence";
import { makeReady, receiveRingAt, Stack, wake } from "./tcp-stack";

const DELAYED_ACK_PS: u64 = <u64>PS_PER_US * 40000;
const MISPLACED_PS: u64 = <u64>PS_PER_US * 500000;

/** Has an acknowledgment leave as soon as the device has room. */
export function acknowledgeNow(m: GuestMemory, s: Stack, c: Connection): void {
  c.flags |= ACK_IS_DUE;
  makeReady(m, s, c);
}

/**
 * Answers a segment that is out of place with an acknowledgment; those without data at most every 500 ms, or two ends
 * that disagree, as after a failover to a state that is too old, would answer each other for ever. Linux has the same
 * limit (tcp_invalid_ratelimit).
 */
export function answerMisplaced(m: GuestMemory, s: Stack, c: Connection, g: Segment): void {
  const now = world().now;
  if (!g.payloadBytes) {
    if (c.answeredAt && now - c.answeredAt < MISPLACED_PS) return;
    c.answeredAt = now;
  }
  acknowledgeNow(m, s, c);
}

/** Takes payload and FIN of a segment that passed every check. */
export function takePayload(m: GuestMemory, s: Stack, c: Connection, g: Segment): void {
  if (has(c, PEER_IS_DONE)) {
    acknowledgeNow(m, s, c);
    return;
  }
  const end = g.sequence + g.payloadBytes;
  if (g.flags & TCP_FIN && !has(c, PEER_HAS_CLOSED) && !isAfter(end, c.receiveEdge)) {
    c.flags |= PEER_HAS_CLOSED;
    c.finAt = end;
  }
  const start = laterOf(g.sequence, c.receiveNext);
  let last = earlierOf(end, c.receiveEdge);
  if (has(c, PEER_HAS_CLOSED)) last = earlierOf(last, c.finAt);
  const hasNews = isBefore(start, last);
  if (hasNews) takeBytes(m, s, c, g, start, last);
  if (has(c, PEER_HAS_CLOSED) && c.receiveNext == c.finAt) takeFin(m, s, c);
  else if (!hasNews || g.flags & TCP_FIN) acknowledgeNow(m, s, c);
}

function takeBytes(m: GuestMemory, s: Stack, c: Connection, g: Segment, start: u32, last: u32): void {
  c.receiveSegmentBytes = max<u32>(c.receiveSegmentBytes, g.payloadBytes);
  const from = g.payloadAt + (start - g.sequence);
  if (start != c.receiveNext) {
    c.outOfOrderCount++;
    if (addRange(c, start, last)) {
      copyToRing(m, receiveRingAt(s, c), s.receiveRingBytes, start, from, last - start);
    }
    acknowledgeNow(m, s, c);
    return;
  }
  copyToRing(m, receiveRingAt(s, c), s.receiveRingBytes, start, from, last - start);
  const hadGap = c.rangeCount != 0;
  const next = hadGap ? absorb(c, last) : last;
  c.receivedBytes += next - c.receiveNext;
  c.receiveNext = next;
  wake(m, s, c);
  if (hadGap || last - c.lastAcked >= 2 * c.receiveSegmentBytes || !(s.options & USES_DELAYED_ACK)) {
    acknowledgeNow(m, s, c);
  } else if (c.delayedAckAt == NEVER && !has(c, ACK_IS_DUE)) {
    c.delayedAckAt = world().now + DELAYED_ACK_PS;
    arm(m, s, c);
  }
}

/** The peer's FIN is in order: nothing more comes from it. */
function takeFin(m: GuestMemory, s: Stack, c: Connection): void {
  c.receiveNext = c.finAt + 1;
  c.flags |= PEER_IS_DONE;
  acknowledgeNow(m, s, c);
  wake(m, s, c);
  if (c.state == STATE_ESTABLISHED) c.state = STATE_CLOSE_WAIT;
  else if (c.state == STATE_FIN_WAIT_1) c.state = STATE_CLOSING;
  else if (c.state == STATE_FIN_WAIT_2) waitOut(m, s, c);
}
