/**
 * Bulk transfer over a stack: a source that writes so many bytes, or for ever, and closes; a sink that reads whatever
 * comes, compares it with what the source must have written (tcp-stream.ts), and closes when its peer has.
 */
import { REASON_STREAM } from "../layout/event";
import { WORK_FEED, WORK_SINK, WORK_SOURCE } from "../layout/tcp";
import { GuestMemory } from "../memory/guest-memory";
import { interruptRun } from "../sim/world";
import { Connection } from "./tcp-connection";
import { close, isPeerDone, listen, readableBytes } from "./tcp-socket";
import { Stack } from "./tcp-stack";
import { addWork, readSome, Work, writeSome } from "./tcp-work-record";

/** Adds a source of `amount` bytes, 0 for ever, on each of so many connections. */
export function addSource(
  m: GuestMemory,
  s: Stack,
  peerMac: u64,
  peerIp: u32,
  peerPort: u32,
  connectionCount: u32,
  amount: u64,
): u32 {
  const w = addWork(m, s, WORK_SOURCE);
  w.peerMac = peerMac;
  w.peerIp = peerIp;
  w.peerPort = peerPort;
  w.connectionCount = connectionCount;
  w.amount = amount;
  return w.number;
}

/** Adds a feed of one connection, which writes what it is offered. */
export function addFeed(m: GuestMemory, s: Stack, peerMac: u64, peerIp: u32, peerPort: u32): u32 {
  const w = addWork(m, s, WORK_FEED);
  w.peerMac = peerMac;
  w.peerIp = peerIp;
  w.peerPort = peerPort;
  w.connectionCount = 1;
  return w.number;
}

/** Adds a sink that takes the connections to a port. */
export function addSink(m: GuestMemory, s: Stack, port: u32): u32 {
  const w = addWork(m, s, WORK_SINK);
  listen(s, port, w.number);
  return w.number;
}

/** Has a source write what there is room for. */
export function stepSource(m: GuestMemory, s: Stack, w: Work, c: Connection): void {
  writeSome(m, s, c, w.amount ? w.amount - c.workWritten : u32.MAX_VALUE);
  if (w.amount && c.workWritten == w.amount) close(m, s, c);
}

/** Has a feed write what it was offered, as far as there is room. */
export function stepFeed(m: GuestMemory, s: Stack, w: Work, c: Connection): void {
  writeSome(m, s, c, w.amount - c.workWritten);
}

/** Has a sink read what has come. */
export function stepSink(m: GuestMemory, s: Stack, w: Work, c: Connection): void {
  readSome(m, s, w, c, u32.MAX_VALUE);
  if (w.mark && w.doneBytes >= w.mark) {
    w.mark = 0;
    interruptRun(REASON_STREAM, w.number);
  }
  if (isPeerDone(c) && !readableBytes(c)) close(m, s, c);
}
