/**
 * The mirror of a protected machine's disk: its writes on their way to the backup, and those that are held there for the
 * commit of their epoch. One ring of entries stands for the bytes on the link and for the backup's memory; the control
 * plane says what has crossed.
 *
 *     entries   | oldest that waits ... | newest |        an entry   0     4        16
 *                 ^ applied               ^ written                 +-----+--------+--------------------------------------+
 *                                                                   | tag | number | page record (layout/checkpoint.ts)   |
 *                                                                   +-----+--------+--------------------------------------+
 *
 *     written  >=  told               >=  applied              >=  freed            blocks, counted since the beginning
 *     by dom0      to whoever sends       to the backup's disk     known to be so by the primary: their places are free
 *
 * A write has the tag of the time at which the backend took it: 0 until the first checkpoint is captured, which is applied
 * as soon as it has arrived; then the number of its epoch + 1, which is applied when the checkpoint of that epoch, or of a
 * later one, has arrived whole. Tags grow, so writes are applied in the order in which they were made. A write that finds
 * no place stays in the guest's ring: the guest waits until a commit frees places, or protection ends.
 *
 * Invariant: no entry is applied whose epoch the backup does not have.
 *
 * Source: tapdisk's Remus driver (Xen, tools/blktap2/drivers/block-remus.c): writes go to the backup as they are made,
 * nobody waits for them, and they are held in its memory until a commit.
 */
import {
  APPLY_OK,
  PAGE_DATA,
  PAGE_RECORD_DIGEST,
  PAGE_RECORD_HEADER_BYTES,
  PAGE_RECORD_KIND,
  PAGE_RECORD_NUMBER,
  PAGE_VERSION,
} from "../layout/checkpoint";
import { DISK_STALLS, MIRROR_HEADER_BYTES, MIRROR_NUMBER, MIRROR_TAG } from "../layout/disk";
import { PAGE_BYTES } from "../layout/limits";
import { TRACE_APPLIED } from "../layout/trace";
import { applyPages } from "../memory/checkpoint";
import { frameOf, versionOf } from "../memory/guest-memory";
import { digestBytes } from "../sim/digest";
import { trace } from "../sim/trace";
import { hasContent, interruptMirror, reserve, world } from "../sim/world";
import { blocksOf, countDisk, disk } from "./disk";

@unmanaged
export class Mirror {
  /** Its entries, how long one is, and how many there are. */
  entriesAt: u32;
  entryBytes: u32;
  entryCount: u32;
  /** The backup's disk. */
  target: u32;
  /** What the next write is marked with. */
  tag: u32;
  writtenCount: u32;
  toldCount: u32;
  appliedCount: u32;
  freedCount: u32;
  /** The backend has left requests in the ring. */
  isFull: u32;
  /** The primary has ended it: nothing is written here any more, and nothing waits for a place. */
  isOver: u32;
}

/** Reserves a mirror with room for so many blocks, which no disk has yet; set-up only. Returns where it is. */
export function createMirror(entryCount: u32): u32 {
  const x = changetype<Mirror>(reserve(offsetof<Mirror>()));
  x.entryBytes = MIRROR_HEADER_BYTES + PAGE_RECORD_HEADER_BYTES + (hasContent() ? PAGE_BYTES : 0);
  x.entriesAt = reserve(entryCount * x.entryBytes);
  x.entryCount = entryCount;
  return changetype<u32>(x);
}

/** Has a disk be mirrored on another from now on, by a mirror that was not in use before. */
export function beginMirror(at: u32, index: u32, target: u32): void {
  const x = changetype<Mirror>(at);
  assert(!x.writtenCount && !x.isOver, "a mirror is used once");
  x.target = target;
  disk(index).mirror = at;
}

/** The primary ends mirroring for good; what the backup holds, it still has. Returns whether the backend had left requests. */
export function endMirror(index: u32): bool {
  const x = mirrorOf(index);
  const wasFull = x.isFull != 0;
  x.isFull = 0;
  x.isOver = 1;
  return wasFull;
}

/** Tells whether what is written to a disk is to be mirrored. */
function isMirrored(index: u32): bool {
  return disk(index).mirror != 0 && !mirrorOf(index).isOver;
}

function mirrorOf(index: u32): Mirror {
  const d = disk(index);
  assert(d.mirror != 0, "the disk is mirrored");
  return changetype<Mirror>(d.mirror);
}

function entryAt(x: Mirror, count: u32): u32 {
  return x.entriesAt + (count % x.entryCount) * x.entryBytes;
}

/** Tells whether so many blocks more find places, as they always do where nothing is mirrored. */
export function hasPlaces(index: u32, blockCount: u32): bool {
  if (!isMirrored(index)) return true;
  const x = mirrorOf(index);
  if (x.writtenCount - x.freedCount + blockCount <= x.entryCount) return true;
  countDisk(index, DISK_STALLS, 1);
  x.isFull = 1;
  return false;
}

/** Tells whether the backend waits for places. */
export function isMirrorFull(index: u32): bool {
  return disk(index).mirror != 0 && mirrorOf(index).isFull != 0;
}

/** Mirrors a block as it has just been written, the latest of its disk. */
export function mirrorBlock(index: u32, block: u32): void {
  if (!isMirrored(index)) return;
  const x = mirrorOf(index);
  const at = entryAt(x, x.writtenCount++);
  store<u32>(at, x.tag, MIRROR_TAG);
  store<u32>(at, <u32>(disk(index).writtenCount - 1), MIRROR_NUMBER);
  writeRecord(index, block, at + MIRROR_HEADER_BYTES);
  interruptMirror();
}

function writeRecord(index: u32, block: u32, to: u32): void {
  const blocks = blocksOf(index);
  store<u32>(to, block, PAGE_RECORD_NUMBER);
  if (blocks.versions) {
    store<u32>(to, PAGE_VERSION, PAGE_RECORD_KIND);
    store<u64>(to, versionOf(blocks, block), PAGE_RECORD_DIGEST);
    return;
  }
  const body = to + PAGE_RECORD_HEADER_BYTES;
  memory.copy(body, frameOf(blocks, block), PAGE_BYTES);
  store<u32>(to, PAGE_DATA, PAGE_RECORD_KIND);
  store<u64>(to, digestBytes(block, body, PAGE_BYTES), PAGE_RECORD_DIGEST);
}

/** Returns how many blocks have been written that whoever sends them has not been told of; they are told now. */
export function takeWritten(index: u32): u32 {
  const x = mirrorOf(index);
  const count = x.writtenCount - x.toldCount;
  x.toldCount = x.writtenCount;
  return count;
}

/** An epoch is captured: marks what is written from now on. */
export function setMirrorTag(index: u32, tag: u32): void {
  const x = mirrorOf(index);
  assert(tag > x.tag, "tags grow");
  x.tag = tag;
}

/** Applies what has arrived, so many blocks in all, up to a tag, to the backup's disk; returns how many blocks that was. */
export function applyWritten(index: u32, arrivedCount: u32, tagMax: u32): u32 {
  const x = mirrorOf(index);
  const before = x.appliedCount;
  while (x.appliedCount != arrivedCount) {
    const at = entryAt(x, x.appliedCount);
    if (load<u32>(at, MIRROR_TAG) > tagMax) break;
    const record = at + MIRROR_HEADER_BYTES;
    const code = applyPages(blocksOf(x.target), record, x.entryBytes - MIRROR_HEADER_BYTES);
    assert(code == APPLY_OK, "a mirrored block is what was written");
    const block = load<u32>(record, PAGE_RECORD_NUMBER);
    trace(TRACE_APPLIED, world().now, x.target, 0, block, 0, load<u32>(at, MIRROR_NUMBER));
    x.appliedCount++;
  }
  return x.appliedCount - before;
}

/** The backup will run: what it holds of epochs that it does not have is let go. Returns how many blocks that was. */
export function dropWritten(index: u32, arrivedCount: u32): u32 {
  const x = mirrorOf(index);
  const count = arrivedCount - x.appliedCount;
  x.appliedCount = arrivedCount;
  return count;
}

/** The primary knows that the backup has no more of so many blocks; returns whether the backend had left requests. */
export function freePlaces(index: u32, count: u32): bool {
  const x = mirrorOf(index);
  assert(<i32>(count - x.freedCount) >= 0 && <i32>(x.appliedCount - count) >= 0, "what is freed was applied");
  x.freedCount = count;
  const wasFull = x.isFull != 0;
  x.isFull = 0;
  return wasFull;
}
