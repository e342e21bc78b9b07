/**
 * A TCP stack: its record, and the tables by which connections are found. All of it lies in pages of a machine's memory
 * (layout/tcp.ts), a guest's or an external machine's, and is written through `touch`: log-dirty mode sees it, and a
 * checkpoint carries the whole stack. A `Stack` or `Connection` at hand has been touched, and is good for one call from
 * outside.
 *
 * Connections are found by a hash of the four numbers that name them. One that has something to send stands in the list
 * of the ready, one that its application is to look at in the list of the woken, each once; both are first-in-first-out,
 * which makes the order of sending round robin. Free control blocks are used again as late as possible, so that what
 * became of a connection can still be read.
 */

import { PAGE_BYTES, PAGE_SHIFT } from "../layout/limits";
import {
  CONNECTION_BYTES,
  LISTENER_BYTES,
  LISTENER_COUNT_MAX,
  RESET_BYTES,
  RESET_COUNT_MAX,
  STACK_BAD_SEGMENTS,
  STACK_COPIED_BYTES,
  STACK_ENDS,
  STACK_LISTENERS,
  STACK_OPENED,
  STACK_RECEIVED_ACKS,
  STACK_RECEIVED_DATA,
  STACK_RECYCLED,
  STACK_REFUSED,
  STACK_RESETS,
  STACK_RESETS_SENT,
  STACK_SENT_ACKS,
  STACK_SENT_DATA,
} from "../layout/tcp";
import { GuestMemory, look, touch } from "../memory/guest-memory";
import { mix } from "../sim/digest";
import { Connection, IS_READY, IS_WOKEN } from "./tcp-connection";

@unmanaged
export class Stack {
  /** Segments with data and without, sent and received; bytes that applications moved: what a processor is charged for. */
  sentDataCount: u64;
  sentAckCount: u64;
  receivedDataCount: u64;
  receivedAckCount: u64;
  copiedBytes: u64;
  /** Frames that were no whole segment for this machine, by checksum, form or address. */
  badSegmentCount: u64;
  resetsSentCount: u64;
  refusedCount: u64;
  recycledCount: u64;
  openedCount: u64;
  /** How many connections have ended for each END_. */
  endNone: u32;
  endClosed: u32;
  endReset: u32;
  endRefused: u32;
  endTimedOut: u32;
  endAborted: u32;

  selfMac: u64;
  selfIp: u32;
  /** USES_ options. */
  options: u32;
  /** Mixed into first sequence numbers and ports, so that nobody else can tell them. */
  secret: u64;
  timeWaitPs: u64;
  synRetryCountMax: u32;
  retryCountMax: u32;
  mss: u32;
  packetId: u32;
  portNext: u32;
  /** Guest addresses of the tables. */
  workAt: u32;
  histogramsAt: u32;
  bucketsAt: u32;
  bucketMask: u32;
  heapAt: u32;
  heapCount: u32;
  connectionsAt: u32;
  connectionCountMax: u32;
  ringsAt: u32;
  sendRingBytes: u32;
  receiveRingBytes: u32;
  pageCount: u32;
  /** Lists, as numbers + 1. */
  readyFirst: u32;
  readyLast: u32;
  wokenFirst: u32;
  wokenLast: u32;
  freeFirst: u32;
  freeLast: u32;
  timeWaitFirst: u32;
  timeWaitLast: u32;
  listenerCount: u32;
  /** Resets that wait: where the next is taken from, how many. */
  resetFirst: u32;
  resetCount: u32;
  workCount: u32;
  /** When the next connection of a recorded conversation is to be opened, NEVER without one. */
  openingAt: u64;
  /**
   * Of the frame that was pulled last: payload that is not in it, because it is several segments that a device is to cut,
   * and 0 else; bytes of one segment; the send ring and the offset in it where the payload begins.
   */
  pulledPayloadBytes: u32;
  pulledSegmentBytes: u32;
  pulledRing: u32;
  pulledOffset: u32;
}

/** A reset for a segment that belongs to no connection, or to one that is gone. */
@unmanaged
export class Reset {
  peerMac: u64;
  peerIp: u32;
  peerPort: u32;
  selfPort: u32;
  sequence: u32;
  acknowledgment: u32;
  flags: u32;
  unused: u64;
}

@unmanaged
class Listener {
  port: u32;
  work: u32;
}

export const NO_CONNECTION: u32 = 0xffffffff;
const EPHEMERAL_FIRST: u32 = 32768;
/** Linux's range of ephemeral ports. */
const EPHEMERAL_COUNT: u32 = 28232;

if (offsetof<Stack>() > STACK_LISTENERS) ERROR("layout: Stack has grown into its listeners");
if (STACK_LISTENERS + LISTENER_COUNT_MAX * LISTENER_BYTES > STACK_RESETS) ERROR("layout: too many listeners");
if (STACK_RESETS + RESET_COUNT_MAX * RESET_BYTES > PAGE_BYTES) ERROR("layout: too many resets");
if (offsetof<Listener>() != LISTENER_BYTES) ERROR("layout: Listener has drifted");
if (offsetof<Reset>() != RESET_BYTES) ERROR("layout: Reset has drifted");
if (offsetof<Stack>("sentDataCount") != STACK_SENT_DATA) ERROR("layout: Stack.sentDataCount has drifted");
if (offsetof<Stack>("sentAckCount") != STACK_SENT_ACKS) ERROR("layout: Stack.sentAckCount has drifted");
if (offsetof<Stack>("receivedDataCount") != STACK_RECEIVED_DATA) ERROR("layout: Stack.receivedDataCount has drifted");
if (offsetof<Stack>("receivedAckCount") != STACK_RECEIVED_ACKS) ERROR("layout: Stack.receivedAckCount has drifted");
if (offsetof<Stack>("copiedBytes") != STACK_COPIED_BYTES) ERROR("layout: Stack.copiedBytes has drifted");
if (offsetof<Stack>("badSegmentCount") != STACK_BAD_SEGMENTS) ERROR("layout: Stack.badSegmentCount has drifted");
if (offsetof<Stack>("resetsSentCount") != STACK_RESETS_SENT) ERROR("layout: Stack.resetsSentCount has drifted");
if (offsetof<Stack>("refusedCount") != STACK_REFUSED) ERROR("layout: Stack.refusedCount has drifted");
if (offsetof<Stack>("recycledCount") != STACK_RECYCLED) ERROR("layout: Stack.recycledCount has drifted");
if (offsetof<Stack>("openedCount") != STACK_OPENED) ERROR("layout: Stack.openedCount has drifted");
if (offsetof<Stack>("endNone") != STACK_ENDS) ERROR("layout: Stack.endNone has drifted");

/** Returns the stack at a page of a memory, to be changed. */
export function stackAt(m: GuestMemory, page: u32): Stack {
  return changetype<Stack>(touch(m, page << PAGE_SHIFT));
}

/** Returns a connection by its number, to be changed. */
export function connection(m: GuestMemory, s: Stack, number: u32): Connection {
  assert(number < s.connectionCountMax, "a connection's number is in its table");
  return changetype<Connection>(touch(m, s.connectionsAt + number * CONNECTION_BYTES));
}

/** Returns a connection by its number, to be looked at. */
export function connectionSeen(m: GuestMemory, s: Stack, number: u32): Connection {
  assert(number < s.connectionCountMax, "a connection's number is in its table");
  return changetype<Connection>(look(m, s.connectionsAt + number * CONNECTION_BYTES));
}

/** Returns the guest address of the ring that a connection sends from. */
export function sendRingAt(s: Stack, c: Connection): u32 {
  return s.ringsAt + c.number * (s.sendRingBytes + s.receiveRingBytes);
}

/** Returns the guest address of the ring that a connection receives into. */
export function receiveRingAt(s: Stack, c: Connection): u32 {
  return sendRingAt(s, c) + s.sendRingBytes;
}

function hashOf(peerIp: u32, peerPort: u32, selfPort: u32): u32 {
  return <u32>(mix(peerIp, ((<u64>peerPort) << 16) | selfPort) >> 32);
}

function bucketAt(m: GuestMemory, s: Stack, peerIp: u32, peerPort: u32, selfPort: u32): u32 {
  return touch(m, s.bucketsAt + ((hashOf(peerIp, peerPort, selfPort) & s.bucketMask) << 2));
}

/** Finds the connection of a segment; null when there is none. */
export function find(m: GuestMemory, s: Stack, peerIp: u32, peerPort: u32, selfPort: u32): Connection | null {
  for (let link = load<u32>(bucketAt(m, s, peerIp, peerPort, selfPort)); link; ) {
    const c = connection(m, s, link - 1);
    if (c.peerIp == peerIp && c.peerPort == peerPort && c.selfPort == selfPort) return c;
    link = c.bucketNext;
  }
  return null;
}

/** Has a connection be found by its numbers, which are set. */
export function enter(m: GuestMemory, s: Stack, c: Connection): void {
  const head = bucketAt(m, s, c.peerIp, c.peerPort, c.selfPort);
  c.bucketNext = load<u32>(head);
  store<u32>(head, c.number + 1);
}

/** Has a connection be found no more. */
export function leave(m: GuestMemory, s: Stack, c: Connection): void {
  const head = bucketAt(m, s, c.peerIp, c.peerPort, c.selfPort);
  const first = load<u32>(head);
  if (first == c.number + 1) {
    store<u32>(head, c.bucketNext);
    return;
  }
  let before = connection(m, s, first - 1);
  while (before.bucketNext != c.number + 1) before = connection(m, s, before.bucketNext - 1);
  before.bucketNext = c.bucketNext;
}

/** Returns a port that no connection to this peer has, starting where the last search ended; 0 when all are taken. */
export function freePort(m: GuestMemory, s: Stack, peerIp: u32, peerPort: u32): u32 {
  for (let left = EPHEMERAL_COUNT; left; left--) {
    const port = EPHEMERAL_FIRST + (s.portNext++ % EPHEMERAL_COUNT);
    if (find(m, s, peerIp, peerPort, port) == null) return port;
  }
  return 0;
}

/** Adds a connection to those with something to send, if it is not there. */
export function makeReady(m: GuestMemory, s: Stack, c: Connection): void {
  if (c.flags & IS_READY) return;
  c.flags |= IS_READY;
  c.readyNext = 0;
  if (s.readyFirst) connection(m, s, s.readyLast - 1).readyNext = c.number + 1;
  else s.readyFirst = c.number + 1;
  s.readyLast = c.number + 1;
}

/** Takes the first of those with something to send, of which there is one. */
export function takeReady(m: GuestMemory, s: Stack): Connection {
  assert(s.readyFirst != 0, "a ready connection is taken when there is one");
  const c = connection(m, s, s.readyFirst - 1);
  s.readyFirst = c.readyNext;
  c.flags &= ~IS_READY;
  return c;
}

/** Has a connection's application look at it. */
export function wake(m: GuestMemory, s: Stack, c: Connection): void {
  if (c.flags & IS_WOKEN) return;
  c.flags |= IS_WOKEN;
  c.wokenNext = 0;
  if (s.wokenFirst) connection(m, s, s.wokenLast - 1).wokenNext = c.number + 1;
  else s.wokenFirst = c.number + 1;
  s.wokenLast = c.number + 1;
}

/** Takes the first connection that its application is to look at; null when there is none. */
export function takeWoken(m: GuestMemory, s: Stack): Connection | null {
  if (!s.wokenFirst) return null;
  const c = connection(m, s, s.wokenFirst - 1);
  s.wokenFirst = c.wokenNext;
  c.flags &= ~IS_WOKEN;
  return c;
}

/** Adds a connection to those that are free. */
export function addFree(m: GuestMemory, s: Stack, c: Connection): void {
  c.idleNext = 0;
  if (s.freeFirst) connection(m, s, s.freeLast - 1).idleNext = c.number + 1;
  else s.freeFirst = c.number + 1;
  s.freeLast = c.number + 1;
}

/** Takes the connection that has been free for longest; null when there is none. */
export function takeFree(m: GuestMemory, s: Stack): Connection | null {
  // One that is free may still stand in a list that it was left in; it is taken out when its turn comes.
  const first = s.freeFirst;
  if (!first) return null;
  const c = connection(m, s, first - 1);
  if (c.flags & (IS_READY | IS_WOKEN)) return null;
  s.freeFirst = c.idleNext;
  return c;
}

/** Adds a connection to those in TIME-WAIT: all wait equally long, so the list is in the order of their ends. */
export function addTimeWait(m: GuestMemory, s: Stack, c: Connection): void {
  c.idleNext = 0;
  c.idleBefore = s.timeWaitFirst ? s.timeWaitLast : 0;
  if (s.timeWaitFirst) connection(m, s, s.timeWaitLast - 1).idleNext = c.number + 1;
  else s.timeWaitFirst = c.number + 1;
  s.timeWaitLast = c.number + 1;
}

/** Takes a connection out of those in TIME-WAIT. */
export function removeTimeWait(m: GuestMemory, s: Stack, c: Connection): void {
  if (c.idleBefore) connection(m, s, c.idleBefore - 1).idleNext = c.idleNext;
  else s.timeWaitFirst = c.idleNext;
  if (c.idleNext) connection(m, s, c.idleNext - 1).idleBefore = c.idleBefore;
  else s.timeWaitLast = c.idleBefore;
}

/** Has segments to a port open connections that belong to a work. */
export function addListener(s: Stack, port: u32, work: u32): void {
  assert(s.listenerCount < LISTENER_COUNT_MAX, "a stack has a listener left");
  const l = listener(s, s.listenerCount++);
  l.port = port;
  l.work = work;
}

function listener(s: Stack, index: u32): Listener {
  return changetype<Listener>(changetype<u32>(s) + STACK_LISTENERS + index * LISTENER_BYTES);
}

/** Returns the work that listens on a port, `none` when nobody does. */
export function listenerOf(s: Stack, port: u32, none: u32): u32 {
  for (let i: u32 = 0; i < s.listenerCount; i++) if (listener(s, i).port == port) return listener(s, i).work;
  return none;
}

function reset(s: Stack, index: u32): Reset {
  return changetype<Reset>(changetype<u32>(s) + STACK_RESETS + (index % RESET_COUNT_MAX) * RESET_BYTES);
}

/** Returns room for a reset that is to be sent; null when as many wait as there is room for. */
export function addReset(s: Stack): Reset | null {
  if (s.resetCount == RESET_COUNT_MAX) return null;
  return reset(s, s.resetFirst + s.resetCount++);
}

/** Takes the first reset that is to be sent, of which there is one. */
export function takeReset(s: Stack): Reset {
  assert(s.resetCount != 0, "a reset is taken when one waits");
  s.resetCount--;
  return reset(s, s.resetFirst++);
}

/** Counts how a connection ended. */
export function countEnd(s: Stack, end: u32): void {
  const at = changetype<u32>(s) + STACK_ENDS + (end << 2);
  store<u32>(at, load<u32>(at) + 1);
}
