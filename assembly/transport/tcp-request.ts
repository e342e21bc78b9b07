/**
 * Requests over a stack, as netperf's TCP_RR and TCP_CRR make them: a requester has one transaction outstanding on each
 * of its connections, and begins the next when the answer is complete, at once or after a time to think; or on a
 * connection of its own, whose opening then counts into the transaction's time: whoever thinks closes the old one when
 * done, and opens the next. A responder answers so many bytes with so many, dirties pages of a working set in turn, and
 * writes to its machine's disk, if it is to, before it answers.
 *
 *     requester     new -> busy (request written, answer awaited) -> thinking -> busy ... -> done (closed)
 *     each time     new -> busy -> thinking -> done (closed), and another one opens
 *     responder     busy: request awaited, then answer written, over and over, until its peer closes
 *                   with a disk: request awaited -> writing (blocks under way) -> answer written
 *
 * Requests and answers are parts of the connection's two streams (tcp-stream.ts), so that each byte is compared.
 */

import { isDurable, wantBlocks } from "../disk/block-front";
import { CONNECTS_EACH_TIME, WORK_REQUESTER, WORK_RESPONDER } from "../layout/tcp";
import { GuestMemory } from "../memory/guest-memory";
import { writeRound } from "../memory/round";
import { NEVER } from "../sim/event-queue";
import { world } from "../sim/world";
import { Connection, IS_OWNED } from "./tcp-connection";
import { arm } from "./tcp-deadline";
import { close, isPeerDone, isWritable, listen, readableBytes } from "./tcp-socket";
import { connection, connectionSeen, Stack, wake } from "./tcp-stack";
import {
  addWork,
  countTime,
  openOne,
  PHASE_BUSY,
  PHASE_DONE,
  PHASE_NEW,
  PHASE_THINKING,
  PHASE_WRITING,
  readSome,
  Work,
  workOf,
  writeSome,
} from "./tcp-work-record";

/** Adds a requester of `amount` transactions on so many connections, 0 for ever. */
export function addRequester(
  m: GuestMemory,
  s: Stack,
  peerMac: u64,
  peerIp: u32,
  peerPort: u32,
  connectionCount: u32,
  amount: u64,
  requestBytes: u32,
  replyBytes: u32,
  thinkPs: u64,
  options: u32,
): u32 {
  assert(requestBytes > 0 && replyBytes > 0, "a transaction has bytes both ways");
  const w = addWork(m, s, WORK_REQUESTER);
  w.peerMac = peerMac;
  w.peerIp = peerIp;
  w.peerPort = peerPort;
  w.connectionCount = connectionCount;
  w.amount = amount;
  w.requestBytes = requestBytes;
  w.replyBytes = replyBytes;
  w.thinkPs = thinkPs;
  w.options = options;
  return w.number;
}

/** Adds a responder on a port, with a working set of pages from a page on. */
export function addResponder(
  m: GuestMemory,
  s: Stack,
  port: u32,
  requestBytes: u32,
  replyBytes: u32,
  setPage: u32,
  setPages: u32,
  dirtyPages: u32,
): u32 {
  assert(requestBytes > 0 && replyBytes > 0, "a transaction has bytes both ways");
  assert(setPage + setPages <= m.pageCount && (!dirtyPages || setPages > 0), "the working set lies in the memory");
  const w = addWork(m, s, WORK_RESPONDER);
  w.requestBytes = requestBytes;
  w.replyBytes = replyBytes;
  w.setFirst = setPage;
  w.setPages = setPages;
  w.dirtyPages = dirtyPages;
  listen(s, port, w.number);
  return w.number;
}

/** Has a requester go on with a connection as far as it can. */
export function stepRequester(m: GuestMemory, s: Stack, w: Work, c: Connection): void {
  while (true) {
    if (c.workPhase == PHASE_THINKING && c.workAt == NEVER) goOn(m, s, w, c);
    if (c.workPhase == PHASE_NEW && !begin(m, s, w, c)) return;
    if (c.workPhase != PHASE_BUSY) return;
    if (c.workLeft) c.workLeft -= writeSome(m, s, c, c.workLeft);
    c.workAwaited -= readSome(m, s, w, c, c.workAwaited);
    if (c.workAwaited || c.workLeft) {
      // The peer has closed in the middle.
      if (isPeerDone(c) && !readableBytes(c)) close(m, s, c);
      return;
    }
    end(m, s, w, c);
  }
}

/** Begins a transaction; false when none is left, or the connection takes none. */
function begin(m: GuestMemory, s: Stack, w: Work, c: Connection): bool {
  if (!isWritable(c)) return false;
  if (isPeerDone(c) || (w.amount && w.startedCount == w.amount)) {
    c.workPhase = PHASE_DONE;
    close(m, s, c);
    return false;
  }
  // On a connection of its own it began with the connection.
  if (!(w.options & CONNECTS_EACH_TIME)) c.workSince = world().now;
  w.startedCount++;
  c.workLeft = w.requestBytes;
  c.workAwaited = w.replyBytes;
  c.workPhase = PHASE_BUSY;
  return true;
}

/** A transaction is complete. */
function end(m: GuestMemory, s: Stack, w: Work, c: Connection): void {
  const now = world().now;
  w.transactionCount++;
  countTime(m, s, w, now - c.workSince);
  if (!w.thinkPs) {
    goOn(m, s, w, c);
    return;
  }
  c.workPhase = PHASE_THINKING;
  c.workAt = now + w.thinkPs;
  arm(m, s, c);
}

/** The next transaction may begin: on this connection, or on another. */
function goOn(m: GuestMemory, s: Stack, w: Work, c: Connection): void {
  if (!(w.options & CONNECTS_EACH_TIME)) {
    c.workPhase = PHASE_NEW;
    return;
  }
  c.workPhase = PHASE_DONE;
  close(m, s, c);
  if (!w.amount || w.startedCount < w.amount) openOne(m, s, w);
}

/** Has each request of a responder write so many blocks to its machine's disk. */
export function setResponderDisk(m: GuestMemory, s: Stack, number: u32, blockCount: u32): void {
  workOf(m, s, number).diskBlocks = blockCount;
}

/** Blocks of the machine's disk are durable that were not: wakes the connections whose answers waited for them. */
export function wakeWriters(m: GuestMemory, s: Stack): void {
  for (let i: u32 = 0; i < s.connectionCountMax; i++) {
    const seen = connectionSeen(m, s, i);
    const isWaiting = seen.flags & IS_OWNED && seen.workPhase == PHASE_WRITING;
    if (isWaiting && isDurable(m, seen.workMark)) wake(m, s, connection(m, s, i));
  }
}

/** Has a responder go on with a connection as far as it can. */
export function stepResponder(m: GuestMemory, s: Stack, w: Work, c: Connection): void {
  while (true) {
    if (c.workPhase == PHASE_WRITING) {
      if (!isDurable(m, c.workMark)) return;
      c.workPhase = PHASE_BUSY;
      c.workLeft = w.replyBytes;
      if (!isWritable(c)) return;
    }
    if (c.workLeft) {
      c.workLeft -= writeSome(m, s, c, c.workLeft);
      if (c.workLeft) return;
    }
    if (!c.workAwaited) c.workAwaited = w.requestBytes;
    const bytes = readSome(m, s, w, c, c.workAwaited);
    c.workAwaited -= bytes;
    if (c.workAwaited) {
      if (isPeerDone(c) && !readableBytes(c)) close(m, s, c);
      return;
    }
    w.transactionCount++;
    w.setNext = writeRound(m, w.setFirst, w.setPages, w.setNext, w.dirtyPages, <u32>w.transactionCount);
    if (w.diskBlocks) {
      c.workMark = wantBlocks(m, w.diskBlocks);
      c.workPhase = PHASE_WRITING;
      return;
    }
    c.workLeft = w.replyBytes;
    if (!isWritable(c)) return;
  }
}
