/**
 * The window that a receiver offers, and its clock for timestamps.
 *
 *      receiveRead                 receiveEdge      receiveRead + capacity
 *     -----+----- to be read, offered ---+--------- room -----+-----
 *
 * The edge moves when it can move by a segment or half of the ring (silly window avoidance, RFC 9293 section
 * 3.8.6.2.2), and never back. The window that is sent counts in steps of 2^shift: capacity is a step less than the ring,
 * so that a window can be rounded up. The clock of timestamps has milliseconds and starts anywhere (RFC 7323 section
 * 5.4).
 */
import { WINDOW_FIELD_MAX, WINDOW_SHIFT_MAX } from "../layout/tcp";
import { PS_PER_US } from "../layout/time";
import { world } from "../sim/world";
import { Connection } from "./tcp-connection";
import { isAfter } from "./tcp-sequence";
import { Stack } from "./tcp-stack";

const PS_PER_MS: u64 = <u64>PS_PER_US * 1000;

/** Returns the shift with which a ring's whole room can be offered. */
export function shiftFor(ringBytes: u32): u32 {
  let shift: u32 = 0;
  while ((ringBytes - 1) >>> shift > WINDOW_FIELD_MAX && shift < WINDOW_SHIFT_MAX) shift++;
  return shift;
}

/** Returns how many bytes a connection's receive ring takes, what is out of order included. */
export function capacityOf(s: Stack, c: Connection): u32 {
  return s.receiveRingBytes - (1 << c.receiveShift);
}

/** Returns up to where a segment that leaves now may offer. */
export function edgeToOffer(s: Stack, c: Connection): u32 {
  const capacity = capacityOf(s, c);
  const wholeEdge = c.receiveRead + capacity;
  let edge = c.receiveEdge;
  if (isAfter(wholeEdge, edge) && wholeEdge - edge >= min<u32>(capacity / 2, s.mss)) edge = wholeEdge;
  // Rounded up to a step, and never beyond what the field can tell.
  const step = ((<u32>1) << c.receiveShift) - 1;
  const window = min<u32>((edge - c.receiveNext + step) & ~step, WINDOW_FIELD_MAX << c.receiveShift);
  return c.receiveNext + window;
}

/** Tells whether the peer is to be told of room that reading has made: when the window at least doubles by it. */
export function isWindowNews(s: Stack, c: Connection): bool {
  const left = c.receiveEdge - c.receiveNext;
  if (left > capacityOf(s, c) / 2) return false;
  const edge = edgeToOffer(s, c);
  return edge - c.receiveNext >= max<u32>(2 * left, 1);
}

/** Returns what the clock of a connection's timestamps shows. */
export function timestampNow(c: Connection): u32 {
  return <u32>(world().now / PS_PER_MS) + c.timestampBase;
}
