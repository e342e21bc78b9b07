/**
 * What an application over a stack has to do and has done: a record of 256 B in the stack's pages (layout/tcp.ts), with
 * the steps that all kinds of it are made of. What a connection is about for its work stands in the control block.
 */

import { PAGE_SHIFT } from "../layout/limits";
import {
  HISTOGRAM_PAGES,
  WORK_BYTES,
  WORK_COUNT_MAX,
  WORK_DONE_BYTES,
  WORK_FAILED,
  WORK_FINISHED,
  WORK_FIRST_AT,
  WORK_KIND,
  WORK_LAST_AT,
  WORK_OFF,
  WORK_TRANSACTIONS,
  WORK_WRONG,
} from "../layout/tcp";
import { PS_PER_NS } from "../layout/time";
import { GuestMemory, touch } from "../memory/guest-memory";
import { bucketOf } from "../sim/histogram";
import { world } from "../sim/world";
import { Connection } from "./tcp-connection";
import {
  consumed,
  openActive,
  produced,
  readableAt,
  readablePart,
  touchWritable,
  writableAt,
  writablePart,
} from "./tcp-socket";
import { Stack } from "./tcp-stack";
import { streamSeed, writeStream, wrongInStream } from "./tcp-stream";

@unmanaged
export class Work {
  /** Bytes read, places in them that were wrong (tcp-stream.ts), transactions, connections that came to their end and that did not. */
  doneBytes: u64;
  wrongCount: u64;
  transactionCount: u64;
  finishedCount: u64;
  failedCount: u64;
  firstAt: u64;
  lastAt: u64;
  kind: u32;
  /** CONNECTS_EACH_TIME. */
  options: u32;
  number: u32;
  isPaused: u32;
  peerMac: u64;
  peerIp: u32;
  peerPort: u32;
  /** Bytes of each stream, or transactions of all connections; 0 for ever. */
  amount: u64;
  startedCount: u64;
  requestBytes: u32;
  replyBytes: u32;
  thinkPs: u64;
  /** Connections that it is to have, and those that found no control block yet. */
  connectionCount: u32;
  missingCount: u32;
  /** A responder's working set: first page, pages, pages that a request dirties, the next of them. */
  setFirst: u32;
  setPages: u32;
  dirtyPages: u32;
  setNext: u32;
  /** When a replay began, NEVER before; where its recording lies. */
  beganAt: u64;
  recordingAt: u32;
  /** Blocks of its machine's disk that a request of a responder writes. */
  diskBlocks: u32;
  /** Of a sink: after so many bytes the control plane is told; 0 for never. */
  mark: u64;
}

/** What a connection is about, for a work that opened it or got it. */
export const PHASE_NEW: u32 = 0;
export const PHASE_BUSY: u32 = 1;
export const PHASE_THINKING: u32 = 2;
export const PHASE_DONE: u32 = 3;
/** What a request writes to the disk is under way. */
export const PHASE_WRITING: u32 = 4;

if (offsetof<Work>() > WORK_BYTES) ERROR("layout: Work does not fit WORK_BYTES");
if (offsetof<Work>("doneBytes") != WORK_DONE_BYTES) ERROR("layout: Work.doneBytes has drifted");
if (offsetof<Work>("wrongCount") != WORK_WRONG) ERROR("layout: Work.wrongCount has drifted");
if (offsetof<Work>("transactionCount") != WORK_TRANSACTIONS) ERROR("layout: Work.transactionCount has drifted");
if (offsetof<Work>("finishedCount") != WORK_FINISHED) ERROR("layout: Work.finishedCount has drifted");
if (offsetof<Work>("failedCount") != WORK_FAILED) ERROR("layout: Work.failedCount has drifted");
if (offsetof<Work>("firstAt") != WORK_FIRST_AT) ERROR("layout: Work.firstAt has drifted");
if (offsetof<Work>("lastAt") != WORK_LAST_AT) ERROR("layout: Work.lastAt has drifted");
if (offsetof<Work>("kind") != WORK_KIND) ERROR("layout: Work.kind has drifted");

/** Returns a work by its number, to be changed. */
export function workOf(m: GuestMemory, s: Stack, number: u32): Work {
  assert(number < s.workCount, "a work's number is in its table");
  return changetype<Work>(touch(m, s.workAt + number * WORK_BYTES));
}

/** Adds a work of a kind. */
export function addWork(m: GuestMemory, s: Stack, kind: u32): Work {
  assert(s.workCount < WORK_COUNT_MAX && kind != WORK_OFF, "a stack has a work left, and it is one");
  const number = s.workCount++;
  const w = workOf(m, s, number);
  w.number = number;
  w.kind = kind;
  return w;
}

/** Writes bytes of a connection's stream, as many as there is room for; returns how many. */
export function writeSome(m: GuestMemory, s: Stack, c: Connection, bytesMax: u64): u32 {
  let written: u32 = 0;
  const seed = streamSeed(s.selfIp, c.selfPort, c.peerIp, c.peerPort);
  while (bytesMax) {
    const part = writablePart(s, c, <u32>min<u64>(bytesMax, u32.MAX_VALUE));
    if (!part) break;
    if (m.versions) touchWritable(m, s, c, part);
    else writeStream(seed, c.workWritten, writableAt(m, s, c), part);
    produced(m, s, c, part);
    c.workWritten += part;
    bytesMax -= part;
    written += part;
  }
  return written;
}

/** Reads bytes of a peer's stream and compares them, if they have content; returns how many. */
export function readSome(m: GuestMemory, s: Stack, w: Work, c: Connection, bytesMax: u32): u32 {
  let bytes: u32 = 0;
  const seed = streamSeed(c.peerIp, c.peerPort, s.selfIp, c.selfPort);
  while (bytesMax) {
    const part = min<u32>(readablePart(c), bytesMax);
    if (!part) break;
    if (!m.versions) w.wrongCount += wrongInStream(seed, c.workRead, readableAt(m, s, c), part);
    consumed(m, s, c, part);
    c.workRead += part;
    bytesMax -= part;
    bytes += part;
  }
  if (bytes) noteDone(w, bytes);
  return bytes;
}

/** Notes that so many bytes were read now. */
export function noteDone(w: Work, bytes: u32): void {
  const now = world().now;
  w.doneBytes += bytes;
  if (!w.firstAt) w.firstAt = now;
  w.lastAt = now;
}

/** Opens a connection more; it is owed when there is no control block for it. */
export function openOne(m: GuestMemory, s: Stack, w: Work): void {
  const c = openActive(m, s, w.peerMac, w.peerIp, w.peerPort, w.number);
  if (c == null) {
    w.missingCount++;
    return;
  }
  c.workSince = world().now;
}

/** Counts a time in a work's histogram, in nanoseconds. */
export function countTime(m: GuestMemory, s: Stack, w: Work, ps: u64): void {
  const at = s.histogramsAt + w.number * (HISTOGRAM_PAGES << PAGE_SHIFT) + (bucketOf(ps / PS_PER_NS) << 2);
  const place = touch(m, at);
  store<u32>(place, load<u32>(place) + 1);
}
