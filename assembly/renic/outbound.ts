/**
 * The outbound buffer: frames wait on the NIC, by epoch, until the checkpoint that explains them is safe.
 *
 * A ring of bytes for each virtual function. The wire sees a frame only after `release`. Invariant of output commit: a
 * frame leaves the ring towards the wire only if its epoch is below `releasedBelow`.
 *
 *      0     entry          entry                      used bytes from head to tail, in order of acceptance
 *     +-----+--------------+--------------+-----------+
 *     |     | 16 B + frame | 16 B + frame |           |    entry:  bytes, descriptors, queue | epoch | number | generation
 *     +-----+--------------+--------------+-----------+
 *           ^ head                        ^ tail           an entry of bytes 0 sends the reader back to the start
 *
 * By default the queue's descriptors are completed (DD) when the buffer accepts a packet, so the guest goes on. With
 * the option DONE_AT_RELEASE they are when its last frame leaves or is discarded: the entry says how many there are; a
 * packet that is dropped meanwhile is complete with the one before it. A packet of several frames enters whole or not at
 * all.
 *
 * Full: the device stops fetching until something is released, so the guest's ring fills and the guest waits; nothing
 * is dropped. With `isDropping` it goes on instead, and ends what it has no room for. Source of the semantics: sch_plug of Linux (buffer, release one, release indefinitely); the paper puts
 * them into the NIC.
 */
import { FRAME_BYTES_MIN } from "../layout/limits";
import {
  DROP_DISCARDED,
  DROP_OUTBOUND_FULL,
  TRACE_DROPPED,
  TRACE_FETCHED,
  TRACE_HELD,
  TRACE_RELEASED,
} from "../layout/trace";
import { VF_CONTROL, VF_OUTBOUND } from "../layout/virtual-function";
import { copy } from "../memory/copy";
import { passRead, requestTransmit } from "../nic/fetching";
import { packet } from "../nic/packet";
import { port } from "../nic/port-record";
import { buildFrame, frameBytes } from "../nic/segmentation";
import { countSent, isSpoofed, recordRefusal } from "../nic/sender";
import { completePacket, Found, findPacket, Read, readPacket, readPlain } from "../nic/tx-ring";
import { DONE_AT_RELEASE, indexOf, txQueue, Vf, vf } from "../nic/virtual-function";
import { complete, raiseSent } from "../nic/write-back";
import { nextFrame, trace } from "../sim/trace";
import { countDrop, reserve, world } from "../sim/world";
import { keptOf } from "../wire/content";
import { FRAME_START, frame, takeSlot } from "../wire/frame";

@unmanaged
export class Outbound {
  /** The ring; 0 while the virtual function has none. */
  at: u32;
  bytesMax: u32;
  head: u32;
  tail: u32;
  usedBytes: u32;
  frameCount: u32;
  /** Frames of epochs below this may leave. */
  releasedBelow: u32;
  isHolding: u32;
  usedBytesPeak: u32;
  frameCountPeak: u32;
  /** How often fetching stopped because the ring was full. */
  fullCount: u32;
  /** Frames ever held, and those of them that were discarded. */
  heldCount: u32;
  discardedCount: u32;
  /** Full, it drops. */
  isDropping: u32;
  /** Frames that it has dropped. */
  overflowCount: u32;
}

if (VF_OUTBOUND + offsetof<Outbound>() > VF_CONTROL) ERROR("layout: Outbound has grown into the registers");

@unmanaged
export class Entry {
  /** Bytes of the frame, 0 for the entry that ends the ring before its end; bit 15 is the queue. */
  word: u16;
  /** Descriptors that are complete when it leaves. */
  descriptorCount: u16;
  epoch: u32;
  id: u32;
  /** Of the queue, when the packet was fetched. */
  generation: u32;
  get bytes(): u32 {
    return this.word & BYTES_MASK;
  }
  get queue(): u32 {
    return <u32>this.word >>> QUEUE_SHIFT;
  }
}

const QUEUE_SHIFT: u32 = 15;
const BYTES_MASK: u32 = 0x7fff;

const ENTRY_BYTES: u32 = 16;
if (offsetof<Entry>() != ENTRY_BYTES) ERROR("layout: Entry has drifted");

export function outbound(v: Vf): Outbound {
  return changetype<Outbound>(changetype<u32>(v) + VF_OUTBOUND);
}

function entry(o: Outbound, offset: u32): Entry {
  return changetype<Entry>(o.at + offset);
}

/** Returns the room that a frame takes in the ring. */
function roomOf(bytes: u32): u32 {
  return ENTRY_BYTES + ((bytes + 15) & ~15);
}

/** Gives a virtual function a buffer; set-up only. */
export function createOutbound(index: u32, bytes: u32): void {
  const o = outbound(vf(index));
  o.bytesMax = bytes & ~15;
  o.at = reserve(o.bytesMax);
}

/** Says what a full buffer does: the device stops fetching, or drops what it fetches; set-up only. */
export function setDropping(index: u32, isDropping: bool): void {
  outbound(vf(index)).isDropping = isDropping ? 1 : 0;
}

/** Opens an epoch: what is fetched from now on belongs to it; with `isHolding` it waits. */
export function openEpoch(index: u32, epoch: u32, isHolding: bool): void {
  const v = vf(index);
  const o = outbound(v);
  v.epoch = epoch;
  v.isProtected = 1;
  o.isHolding = isHolding ? 1 : 0;
  // Holding begins anew after it had ended: what comes now waits again.
  if (o.releasedBelow > epoch) o.releasedBelow = epoch;
}

/** Lets every frame of epochs up to and including this one go. */
export function release(index: u32, epoch: u32): void {
  const v = vf(index);
  const o = outbound(v);
  assert(epoch < v.epoch, "an open epoch is never released");
  if (epoch + 1 > o.releasedBelow) o.releasedBelow = epoch + 1;
  requestTransmit(v);
}

/** Ends holding: what waits leaves in its order, what comes after it passes through. */
export function stopHolding(index: u32): void {
  const v = vf(index);
  const o = outbound(v);
  v.isProtected = 0;
  o.isHolding = 0;
  o.releasedBelow = u32.MAX_VALUE;
  requestTransmit(v);
}

/** Ends up to `countMax` frames that wait, because the epoch that made them dies; returns how many are left. */
export function discard(index: u32, countMax: u32): u32 {
  const v = vf(index);
  const o = outbound(v);
  for (let left = countMax; left && o.usedBytes; left--) {
    const e = first(o);
    trace(TRACE_DROPPED, world().now, index, e.id, e.bytes, DROP_DISCARDED, e.epoch);
    countDrop(DROP_DISCARDED);
    leave(v, o, e);
    o.discardedCount++;
  }
  // Room has come free, and descriptors may have been completed.
  raiseSent(v, 0);
  raiseSent(v, 1);
  requestTransmit(v);
  return o.frameCount;
}

/** Tells whether frames must go through the buffer: it holds, or has not emptied since. */
export function isBuffering(v: Vf): bool {
  const o = outbound(v);
  return o.isHolding != 0 || o.usedBytes != 0;
}

/** Fetches packets that the pool offers and the buffer has room for, up to so many frames; returns how many are left of these. */
export function fetchIntoBuffer(v: Vf, frameCountMax: u32): u32 {
  const o = outbound(v);
  const p = packet();
  while (frameCountMax) {
    const turn = v.turn;
    const found = findPacket(v);
    if (found == Found.Nothing) break;
    if (found == Found.Plain || found == Found.Whole) {
      const frames: u32 = found == Found.Plain ? 1 : p.frameCount;
      if (!fits(o, found == Found.Plain)) {
        o.fullCount++;
        if (!o.isDropping) {
          v.turn = turn;
          break;
        }
        overflow(v, o, found == Found.Plain);
      } else if (!accept(v, o, found == Found.Plain)) break;
      frameCountMax -= min<u32>(frames, frameCountMax);
    } else {
      refuseBehindHeld(v, found);
      frameCountMax--;
    }
  }
  return frameCountMax;
}

/** Tells whether all frames of the packet at hand fit. */
function fits(o: Outbound, isPlain: bool): bool {
  const p = packet();
  if (isPlain) return findRoom(o, roomOf(plainBytes())) != NO_ROOM;
  // Tried on a copy of the positions: entries are placed one behind the other.
  const head = o.head;
  const tail = o.tail;
  const used = o.usedBytes;
  let isPossible = true;
  for (let i: u32 = 0; i < p.frameCount && isPossible; i++) isPossible = place(o, roomOf(frameBytes(p, i))) != NO_ROOM;
  o.head = head;
  o.tail = tail;
  o.usedBytes = used;
  return isPossible;
}

/** Ends the frames of the packet at hand, for which there is no room; its payload is not read. */
function overflow(v: Vf, o: Outbound, isPlain: bool): void {
  const p = packet();
  const count: u32 = isPlain ? 1 : p.frameCount;
  const now = world().now;
  for (let i: u32 = 0; i < count; i++) {
    const bytes = isPlain ? plainBytes() : frameBytes(p, i);
    const id = nextFrame();
    trace(TRACE_FETCHED, now, indexOf(v), id, bytes, v.guest, 0);
    trace(TRACE_DROPPED, now, indexOf(v), id, bytes, DROP_OUTBOUND_FULL, v.epoch);
    countDrop(DROP_OUTBOUND_FULL);
  }
  o.overflowCount += count;
  completeBehindHeld(v);
}

function plainBytes(): u32 {
  return max<u32>(packet().bytes, FRAME_BYTES_MIN);
}

/** Reads the packet at hand into the ring; false when its memory has not answered yet. */
function accept(v: Vf, o: Outbound, isPlain: bool): bool {
  const p = packet();
  // A plain frame is read where it will lie; it takes its place only when that has succeeded.
  const offset = isPlain ? findRoom(o, roomOf(plainBytes())) : 0;
  const read = isPlain ? readPlain(v, o.at + offset + ENTRY_BYTES) : readPacket(v);
  if (read == Read.Waiting) return false;
  if (read == Read.Fault) {
    recordRefusal(v, Found.Fault);
    return true;
  }
  passRead(port(v.port), p.bytes);
  if (!isPlain && isSpoofed(v)) {
    refuseBehindHeld(v, Found.Spoofed);
    return true;
  }
  const count: u32 = isPlain ? 1 : p.frameCount;
  for (let i: u32 = 0; i < count; i++) {
    const bytes = isPlain ? plainBytes() : frameBytes(p, i);
    const isLast = i + 1 == count && v.options & DONE_AT_RELEASE;
    const e = putEntry(v, o, bytes, v.epoch, p.queue, isLast ? p.descriptorCount : 0);
    if (!isPlain) buildFrame(p, i, entryRoom(e));
    o.heldCount++;
    countSent(v, bytes);
    trace(TRACE_FETCHED, world().now, indexOf(v), e.id, bytes, v.guest, 0);
    trace(TRACE_HELD, world().now, indexOf(v), e.id, bytes, v.epoch, 0);
  }
  if (o.usedBytes > o.usedBytesPeak) o.usedBytesPeak = o.usedBytes;
  if (o.frameCount > o.frameCountPeak) o.frameCountPeak = o.frameCount;
  completePacket(v, true);
  return true;
}

/** Adds an entry, for which there is room; its frame is still to be written. */
export function putEntry(v: Vf, o: Outbound, bytes: u32, epoch: u32, queue: u32, descriptorCount: u32): Entry {
  const e = entry(o, place(o, roomOf(bytes)));
  const q = txQueue(v, queue);
  e.word = <u16>(bytes | (queue << QUEUE_SHIFT));
  e.epoch = epoch;
  e.id = nextFrame();
  e.generation = q.generation;
  e.descriptorCount = <u16>descriptorCount;
  if (descriptorCount) {
    q.heldLast = changetype<u32>(e);
    q.heldCount++;
  }
  o.frameCount++;
  return e;
}

/** Returns where an entry's frame is, and how long it is. */
export function entryRoom(e: Entry): u32 {
  return changetype<u32>(e) + ENTRY_BYTES;
}
export function entryBytes(e: Entry): u32 {
  return e.bytes;
}

/** Returns the oldest entry; meaningless when nothing waits. */
export function oldestEntry(o: Outbound): Entry {
  return o.usedBytes ? first(o) : entry(o, 0);
}

/** Returns the entry behind one that is not the newest; meaningless behind that. */
export function nextEntry(o: Outbound, e: Entry): Entry {
  const offset = changetype<u32>(e) - o.at + roomOf(e.bytes);
  return offset == o.bytesMax || !entry(o, offset).bytes ? entry(o, 0) : entry(o, offset);
}

/** Empties the buffer without a trace: what replaces it has the frames. */
export function clearOutbound(v: Vf): void {
  const o = outbound(v);
  o.head = 0;
  o.tail = 0;
  o.usedBytes = 0;
  o.frameCount = 0;
}

/** Tells whether the first frame that waits may leave. */
export function hasReleased(v: Vf): bool {
  const o = outbound(v);
  return o.usedBytes != 0 && first(o).epoch < o.releasedBelow;
}

/** Takes the first frame, which may leave, into a slot. */
export function takeReleased(v: Vf): u32 {
  const o = outbound(v);
  const e = first(o);
  assert(e.epoch < o.releasedBelow, "no frame of an unreleased epoch leaves");
  const slot = takeSlot(e.bytes);
  const f = frame(slot);
  f.id = e.id;
  f.epoch = e.epoch + 1;
  copy(slot + FRAME_START, changetype<u32>(e) + ENTRY_BYTES, keptOf(e.bytes));
  trace(TRACE_RELEASED, world().now, indexOf(v), e.id, e.bytes, e.epoch, 0);
  leave(v, o, e);
  return slot;
}

const NO_ROOM: u32 = 0xffffffff;

/** Returns where an entry of so many bytes fits, NO_ROOM when it fits nowhere. */
function findRoom(o: Outbound, room: u32): u32 {
  if (!o.usedBytes) {
    o.head = 0;
    o.tail = 0;
  }
  if (o.usedBytes + room > o.bytesMax) return NO_ROOM;
  if (o.usedBytes && o.tail <= o.head) return o.head - o.tail >= room ? o.tail : NO_ROOM;
  const atEnd = o.bytesMax - o.tail;
  if (atEnd >= room) return o.tail;
  return o.head < room ? NO_ROOM : 0;
}

/** Gives an entry its place, and returns it; a gap at the ring's end is skipped. */
function place(o: Outbound, room: u32): u32 {
  const offset = findRoom(o, room);
  if (offset == NO_ROOM) return NO_ROOM;
  if (offset != o.tail) {
    if (o.tail != o.bytesMax) entry(o, o.tail).word = 0;
    o.usedBytes += o.bytesMax - o.tail;
  }
  o.tail = offset + room;
  o.usedBytes += room;
  return offset;
}

/** Returns the oldest frame's entry; the ring is not empty. */
function first(o: Outbound): Entry {
  if (o.head != o.bytesMax && entry(o, o.head).bytes) return entry(o, o.head);
  o.usedBytes -= o.bytesMax - o.head;
  o.head = 0;
  return entry(o, 0);
}

/** Ends a packet that is dropped; while packets before it wait, it is complete with the last one of these. */
function refuseBehindHeld(v: Vf, found: Found): void {
  recordRefusal(v, found);
  if (found != Found.Fault) completeBehindHeld(v);
}

/** Completes the packet at hand, which is not held, no earlier than those that are. */
function completeBehindHeld(v: Vf): void {
  const p = packet();
  const q = txQueue(v, p.queue);
  const isBehind = q.heldCount != 0;
  if (isBehind) {
    const e = changetype<Entry>(q.heldLast);
    e.descriptorCount += <u16>p.descriptorCount;
  }
  completePacket(v, isBehind);
}

/** Takes the oldest frame's entry out; its packet is complete if it was the last frame of one that waited for that. */
function leave(v: Vf, o: Outbound, e: Entry): void {
  const room = roomOf(e.bytes);
  o.head += room;
  o.usedBytes -= room;
  o.frameCount--;
  // The reader passes what is skipped at the ring's end at once.
  if (o.usedBytes) first(o);
  const q = txQueue(v, e.queue);
  if (!e.descriptorCount || e.generation != q.generation) return;
  q.heldCount--;
  complete(v, e.queue, e.descriptorCount);
}
