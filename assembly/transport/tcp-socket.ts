/**
 * What an application does with a stack: the boundary that work (tcp-work.ts) is built on.
 *
 *     createStack, listen, openActive, openFrom
 *                                              before and at the beginning
 *     nextWoken                                the connections to look at: opened, with bytes to read, with room to
 *                                              write, closed by the peer, ended
 *     readableBytes, readableAt, consumed, read
 *     writableBytes, writableAt, produced, write
 *     close                                    no more will be written; reading goes on
 *     abort                                    the peer gets a reset, what was written and not acknowledged is lost
 *     release (tcp-end.ts)                     for one that has ended: its control block may be used again
 *
 * Bytes may be read and written in place, as far as a page reaches, or copied.
 */
import { PAGE_BYTES, PAGE_MASK, PAGE_SHIFT } from "../layout/limits";
import {
  CONNECTION_BYTES,
  CONNECTION_COUNT_MAX,
  DEADLINE_BYTES,
  END_ABORTED,
  HISTOGRAM_PAGES,
  RING_BYTES_MAX,
  RING_BYTES_MIN,
  STACK_HISTOGRAMS_PAGE,
  STACK_WORK_PAGE,
  STATE_CLOSE_WAIT,
  STATE_CLOSED,
  STATE_ESTABLISHED,
  STATE_FIN_WAIT_1,
  STATE_LAST_ACK,
  STATE_SYN_SENT,
  WORK_COUNT_MAX,
} from "../layout/tcp";
import { PS_PER_US } from "../layout/time";
import { GuestMemory, look, touch } from "../memory/guest-memory";
import { NEVER } from "../sim/event-queue";
import { Connection, HAS_CLOSED, has, PEER_IS_DONE } from "./tcp-connection";
import { finish, sendReset } from "./tcp-end";
import { beginOpening, openBlock } from "./tcp-open";
import { acknowledgeNow } from "./tcp-receive";
import { copyFromRing, copyToRing, partInPage, touchRing } from "./tcp-ring";
import {
  addFree,
  addListener,
  connection,
  freePort,
  makeReady,
  receiveRingAt,
  Stack,
  sendRingAt,
  stackAt,
  takeWoken,
} from "./tcp-stack";
import { isWindowNews } from "./tcp-window";

/** Linux: 60 s of TIME-WAIT, 6 tries of a SYN after the first, 15 of data (tcp_retries2). */
const TIME_WAIT_PS: u64 = <u64>PS_PER_US * 60000000;
const SYN_RETRY_COUNT_MAX: u32 = 6;
const RETRY_COUNT_MAX: u32 = 15;

function pagesOf(bytes: u32): u32 {
  return (bytes + PAGE_BYTES - 1) >>> PAGE_SHIFT;
}

/**
 * Lays a stack out from a page on; returns how many pages it takes. Rings are powers of two from 64 KiB to 16 MiB. Only
 * what is used of it gets frames.
 */
export function createStack(
  m: GuestMemory,
  page: u32,
  mac: u64,
  ip: u32,
  connectionCountMax: u32,
  sendRingBytes: u32,
  receiveRingBytes: u32,
  mss: u32,
  options: u32,
  secret: u64,
): u32 {
  assert(connectionCountMax > 0 && connectionCountMax <= CONNECTION_COUNT_MAX, "a stack has connections, not too many");
  assert(isRingSize(sendRingBytes) && isRingSize(receiveRingBytes), "rings have sizes that are allowed");
  const s = stackAt(m, page);
  s.selfMac = mac;
  s.selfIp = ip;
  s.options = options;
  s.secret = secret;
  s.mss = mss;
  s.timeWaitPs = TIME_WAIT_PS;
  s.synRetryCountMax = SYN_RETRY_COUNT_MAX;
  s.retryCountMax = RETRY_COUNT_MAX;
  s.openingAt = NEVER;
  s.connectionCountMax = connectionCountMax;
  s.sendRingBytes = sendRingBytes;
  s.receiveRingBytes = receiveRingBytes;
  let bucketCount: u32 = 64;
  while (bucketCount < connectionCountMax) bucketCount <<= 1;
  s.bucketMask = bucketCount - 1;
  s.workAt = (page + STACK_WORK_PAGE) << PAGE_SHIFT;
  s.histogramsAt = (page + STACK_HISTOGRAMS_PAGE) << PAGE_SHIFT;
  let next = page + STACK_HISTOGRAMS_PAGE + WORK_COUNT_MAX * HISTOGRAM_PAGES;
  s.bucketsAt = next << PAGE_SHIFT;
  next += pagesOf(bucketCount << 2);
  s.heapAt = next << PAGE_SHIFT;
  next += pagesOf(connectionCountMax * DEADLINE_BYTES);
  s.connectionsAt = next << PAGE_SHIFT;
  next += pagesOf(connectionCountMax * CONNECTION_BYTES);
  s.ringsAt = next << PAGE_SHIFT;
  next += connectionCountMax * ((sendRingBytes + receiveRingBytes) >>> PAGE_SHIFT);
  assert(next <= m.pageCount, "a stack fits its machine's memory");
  s.pageCount = next - page;
  // Tables have their frames before the pool can run out: links out of a scrap frame would lead anywhere.
  for (let at = s.bucketsAt; at < s.ringsAt; at += PAGE_BYTES) touch(m, at);
  for (let number: u32 = 0; number < connectionCountMax; number++) {
    const c = connection(m, s, number);
    c.number = number;
    c.armedAt = NEVER;
    addFree(m, s, c);
  }
  return s.pageCount;
}

function isRingSize(bytes: u32): bool {
  return bytes >= RING_BYTES_MIN && bytes <= RING_BYTES_MAX && !(bytes & (bytes - 1));
}

/** Has a work get the connections that come to a port. */
export function listen(s: Stack, port: u32, work: u32): void {
  addListener(s, port, work);
}

/** Begins to open a connection to a port of a peer; null without a control block or a port that is free. */
export function openActive(
  m: GuestMemory,
  s: Stack,
  peerMac: u64,
  peerIp: u32,
  peerPort: u32,
  work: u32,
): Connection | null {
  const port = freePort(m, s, peerIp, peerPort);
  return port ? openFrom(m, s, peerMac, peerIp, peerPort, port, work) : null;
}

/** Begins to open a connection from a port that none to this peer has; null without a control block. */
export function openFrom(
  m: GuestMemory,
  s: Stack,
  peerMac: u64,
  peerIp: u32,
  peerPort: u32,
  port: u32,
  work: u32,
): Connection | null {
  const c = openBlock(m, s, peerMac, peerIp, peerPort, port, work);
  if (c != null) beginOpening(s, c);
  return c;
}

/** Takes the next connection that its work is to look at; null when there is none. */
export function nextWoken(m: GuestMemory, s: Stack): Connection | null {
  return takeWoken(m, s);
}

/** Tells whether a connection takes bytes to be sent. */
export function isWritable(c: Connection): bool {
  return (c.state == STATE_ESTABLISHED || c.state == STATE_CLOSE_WAIT) && !has(c, HAS_CLOSED);
}

/** Returns for how many bytes the send ring has room. */
export function writableBytes(s: Stack, c: Connection): u32 {
  return isWritable(c) ? s.sendRingBytes - (c.sendEnd - c.sendUnacked) : 0;
}

/** Returns how many bytes can be written in place, at most so many. */
export function writablePart(s: Stack, c: Connection, bytesMax: u32): u32 {
  return partInPage(c.sendEnd, min<u32>(bytesMax, writableBytes(s, c)));
}

/** Returns where the next bytes are to be written, within a page. */
export function writableAt(m: GuestMemory, s: Stack, c: Connection): u32 {
  return touch(m, sendRingAt(s, c) + (c.sendEnd & (s.sendRingBytes - 1)));
}

/** Writes so many bytes in place, within a page, in a world without content. */
export function touchWritable(m: GuestMemory, s: Stack, c: Connection, bytes: u32): void {
  touchRing(m, sendRingAt(s, c), s.sendRingBytes, c.sendEnd, bytes);
}

/** So many bytes more have been written in place. */
export function produced(m: GuestMemory, s: Stack, c: Connection, bytes: u32): void {
  assert(bytes <= writableBytes(s, c), "no more is written than there is room for");
  c.sendEnd += bytes;
  s.copiedBytes += bytes;
  makeReady(m, s, c);
}

/** Writes bytes from an address, as many as there is room for; returns how many. */
export function write(m: GuestMemory, s: Stack, c: Connection, from: u32, bytes: u32): u32 {
  const part = min<u32>(bytes, writableBytes(s, c));
  if (!part) return 0;
  copyToRing(m, sendRingAt(s, c), s.sendRingBytes, c.sendEnd, from, part);
  produced(m, s, c, part);
  return part;
}

/** Returns how many bytes have come and not been read. */
export function readableBytes(c: Connection): u32 {
  return bytesEnd(c) - c.receiveRead;
}

/** The peer's FIN has a number and is no byte. */
function bytesEnd(c: Connection): u32 {
  return isPeerDone(c) ? c.receiveNext - 1 : c.receiveNext;
}

/** Tells whether the peer has closed, and everything before that has come. */
export function isPeerDone(c: Connection): bool {
  return has(c, PEER_IS_DONE);
}

/** Returns how many bytes can be read in place. */
export function readablePart(c: Connection): u32 {
  return partInPage(c.receiveRead, readableBytes(c));
}

/** Returns where the next bytes are to be read, within a page. */
export function readableAt(m: GuestMemory, s: Stack, c: Connection): u32 {
  return look(m, receiveRingAt(s, c) + (c.receiveRead & (s.receiveRingBytes - 1)));
}

/** So many bytes have been read in place; the peer hears of the room when that is worth a segment. */
export function consumed(m: GuestMemory, s: Stack, c: Connection, bytes: u32): void {
  assert(bytes <= readableBytes(c), "no more is read than has come");
  c.receiveRead += bytes;
  s.copiedBytes += bytes;
  if (c.state != STATE_CLOSED && !isPeerDone(c) && isWindowNews(s, c)) acknowledgeNow(m, s, c);
}

/** Reads bytes to an address, at most so many; returns how many. */
export function read(m: GuestMemory, s: Stack, c: Connection, to: u32, bytesMax: u32): u32 {
  const part = min<u32>(bytesMax, readableBytes(c));
  copyFromRing(m, receiveRingAt(s, c), s.receiveRingBytes, c.receiveRead, to, part);
  consumed(m, s, c, part);
  return part;
}

/** Closes the way out: a FIN follows what has been written. One that is still opening ends at once. */
export function close(m: GuestMemory, s: Stack, c: Connection): void {
  if (c.state == STATE_SYN_SENT) {
    finish(m, s, c, END_ABORTED);
    return;
  }
  if (!isWritable(c)) return;
  c.flags |= HAS_CLOSED;
  c.state = c.state == STATE_ESTABLISHED ? STATE_FIN_WAIT_1 : STATE_LAST_ACK;
  makeReady(m, s, c);
}

/** Ends a connection now; the peer gets a reset. */
export function abort(m: GuestMemory, s: Stack, c: Connection): void {
  if (c.state != STATE_SYN_SENT) sendReset(s, c);
  finish(m, s, c, END_ABORTED);
}

if (CONNECTION_BYTES & (CONNECTION_BYTES - 1) || CONNECTION_BYTES > PAGE_MASK) {
  ERROR("layout: a control block crosses pages");
}
