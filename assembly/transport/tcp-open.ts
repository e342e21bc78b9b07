/**
 * The opening of connections: control blocks for SYNs that are sent and that come, and what a SYN's options settle.
 *
 * First sequence numbers follow a clock of 4 us, moved by a hash of the addresses and a secret (RFC 9293 section 3.4.1).
 * Simultaneous opening leads through SYN-RECEIVED as the RFC has it.
 */
import {
  MSS_DEFAULT,
  STATE_ESTABLISHED,
  STATE_SYN_RECEIVED,
  STATE_SYN_SENT,
  TIMESTAMPS_ROOM_BYTES,
  USES_NAGLE,
  USES_SACK,
  USES_TIMESTAMPS,
  USES_WINDOW_SCALE,
  WINDOW_FIELD_MAX,
  WINDOW_SHIFT_MAX,
} from "../layout/tcp";
import { PS_PER_US } from "../layout/time";
import { GuestMemory } from "../memory/guest-memory";
import { mix } from "../sim/digest";
import { world } from "../sim/world";
import { Segment } from "../wire/tcp";
import { openWindow } from "./tcp-congestion";
import {
  Connection,
  HAS_NAGLE,
  HAS_SACK,
  HAS_TIMESTAMPS,
  HAS_WINDOW_SCALE,
  has,
  IS_OWNED,
  SYN_IS_DUE,
} from "./tcp-connection";
import { takeBlock } from "./tcp-end";
import { settleEstimate, startEstimate } from "./tcp-estimate";
import { enter, makeReady, Stack, wake } from "./tcp-stack";
import { capacityOf, shiftFor } from "./tcp-window";

const CLOCK_PS: u64 = <u64>PS_PER_US * 4;
/** Least segment payload that is taken seriously (Linux: TCP_MIN_MSS). */
const MSS_MIN: u32 = 88;

function firstSequence(s: Stack, c: Connection): u32 {
  const hash = mix(mix(s.secret, ((<u64>c.peerIp) << 32) | s.selfIp), ((<u64>c.peerPort) << 16) | c.selfPort);
  return <u32>(world().now / CLOCK_PS) + <u32>hash;
}

/** Takes a control block for a connection between two ports, owned by a work; null without a free one. */
export function openBlock(
  m: GuestMemory,
  s: Stack,
  peerMac: u64,
  peerIp: u32,
  peerPort: u32,
  selfPort: u32,
  work: u32,
): Connection | null {
  const c = takeBlock(m, s);
  if (c == null) return null;
  c.peerMac = peerMac;
  c.peerIp = peerIp;
  c.peerPort = peerPort;
  c.selfPort = selfPort;
  c.work = work;
  c.sendStart = firstSequence(s, c);
  c.sendUnacked = c.sendStart;
  c.sendNext = c.sendStart;
  c.sendMax = c.sendStart;
  c.sendEnd = c.sendStart + 1;
  c.recoveryPoint = c.sendStart;
  c.timestampBase = <u32>mix(s.secret, c.sendStart);
  c.receiveShift = s.options & USES_WINDOW_SCALE ? shiftFor(s.receiveRingBytes) : 0;
  c.segmentBytes = MSS_DEFAULT;
  if (s.options & USES_NAGLE) c.flags |= HAS_NAGLE;
  c.flags |= SYN_IS_DUE;
  startEstimate(c);
  enter(m, s, c);
  makeReady(m, s, c);
  return c;
}

/** Begins an active opening. */
export function beginOpening(s: Stack, c: Connection): void {
  c.state = STATE_SYN_SENT;
  c.flags |= IS_OWNED;
  c.receiveEdge = capacityOf(s, c);
}

/** Takes the peer's SYN: its sequence number, and the options that both sides want. */
export function takeSyn(s: Stack, c: Connection, g: Segment): void {
  c.receiveStart = g.sequence;
  c.receiveNext = g.sequence + 1;
  c.receiveRead = c.receiveNext;
  c.lastAcked = c.receiveNext;
  const options = s.options;
  if (g.isSackPermitted && options & USES_SACK) c.flags |= HAS_SACK;
  if (g.hasTimestamps && options & USES_TIMESTAMPS) {
    c.flags |= HAS_TIMESTAMPS;
    c.timestampRecent = g.timestamp;
    c.timestampRecentAt = world().now;
  }
  if (g.hasWindowShift && options & USES_WINDOW_SCALE) {
    c.flags |= HAS_WINDOW_SCALE;
    c.peerShift = min<u32>(g.windowShift, WINDOW_SHIFT_MAX);
  } else {
    c.receiveShift = 0;
  }
  const mss = min<u32>(max<u32>(g.mss ? g.mss : MSS_DEFAULT, MSS_MIN), s.mss);
  c.segmentBytes = mss - (has(c, HAS_TIMESTAMPS) ? TIMESTAMPS_ROOM_BYTES : 0);
  // The window of a SYN, which is not scaled, is all that the peer knows.
  c.receiveEdge = c.receiveNext + min<u32>(capacityOf(s, c), WINDOW_FIELD_MAX);
  c.sendWindow = g.window;
  c.sendWindowMax = g.window;
  c.windowSequence = g.sequence;
  c.windowAcknowledgment = g.acknowledgment;
}

/** Begins a passive opening, for a SYN that a listener takes. */
export function answerSyn(s: Stack, c: Connection, g: Segment): void {
  c.state = STATE_SYN_RECEIVED;
  takeSyn(s, c, g);
}

/** The handshake is over. */
export function establish(m: GuestMemory, s: Stack, c: Connection): void {
  c.state = STATE_ESTABLISHED;
  c.flags |= IS_OWNED;
  settleEstimate(c);
  openWindow(c);
  c.limitedUntil = c.sendStart;
  wake(m, s, c);
}
