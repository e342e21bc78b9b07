/**
 * The outbound buffer: frames wait on the NIC, by epoch, until the checkpoint that explains them is safe.
 *
 * A ring of bytes for each virtual function. The queue's descriptors are completed (DD) when the buffer accepts a
 * frame, so the guest goes on; the wire sees it only after `release`. Invariant of output commit: a frame leaves the
 * ring towards the wire only if its epoch is below `releasedBelow`.
 *
 *      0     entry          entry                      used bytes from head to tail, in order of acceptance
 *     +-----+--------------+--------------+-----------+
 *     |     | 16 B + frame | 16 B + frame |           |    entry:  bytes | epoch | frame number | room
 *     +-----+--------------+--------------+-----------+
 *           ^ head                        ^ tail           an entry of bytes 0 sends the reader back to the start
 *
 * Full: the device stops fetching until something is released, so the guest's ring fills and the guest waits; nothing
 * is dropped. Source of the semantics: sch_plug of Linux (buffer, release one, release indefinitely); the paper puts
 * them into the NIC.
 */
import { FRAME_BYTES_MAX } from "../layout/limits";
import {
  DROP_DISCARDED,
  DROP_DMA_FAULT,
  DROP_MALFORMED,
  DROP_OVERSIZE,
  TRACE_DROPPED,
  TRACE_FETCHED,
  TRACE_HELD,
  TRACE_RELEASED,
} from "../layout/trace";
import { VF_CONTROL, VF_OUTBOUND } from "../layout/virtual-function";
import { copy } from "../memory/copy";
import { requestTransmit } from "../nic/port";
import { Gathered, gather, measure } from "../nic/tx-ring";
import { Vf, vf } from "../nic/virtual-function";
import { nextFrame, trace } from "../sim/trace";
import { reserve, world } from "../sim/world";
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
}

if (VF_OUTBOUND + offsetof<Outbound>() > VF_CONTROL) ERROR("layout: Outbound has grown into the registers");

@unmanaged
class Entry {
  /** 0 for the entry that ends the ring before its end. */
  bytes: u32;
  epoch: u32;
  id: u32;
  room: u32;
}

const ENTRY_BYTES: u32 = 16;

export function outbound(v: Vf): Outbound {
  return changetype<Outbound>(changetype<u32>(v) + VF_OUTBOUND);
}

function entry(o: Outbound, offset: u32): Entry {
  return changetype<Entry>(o.at + offset);
}

/** Gives a virtual function a buffer; set-up only. */
export function createOutbound(index: u32, bytes: u32): void {
  const o = outbound(vf(index));
  o.bytesMax = bytes & ~15;
  o.at = reserve(o.bytesMax);
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
  const o = outbound(vf(index));
  assert(epoch < vf(index).epoch, "an open epoch is never released");
  if (epoch + 1 > o.releasedBelow) o.releasedBelow = epoch + 1;
  if (o.usedBytes) requestTransmit(index);
}

/** Ends holding: what waits leaves in its order, what comes after it passes through. */
export function stopHolding(index: u32): void {
  const v = vf(index);
  const o = outbound(v);
  v.isProtected = 0;
  o.isHolding = 0;
  o.releasedBelow = u32.MAX_VALUE;
  requestTransmit(index);
}

/** Ends up to `countMax` frames that wait, because the epoch that made them dies; returns how many are left. */
export function discard(index: u32, countMax: u32): u32 {
  const o = outbound(vf(index));
  for (let left = countMax; left && o.usedBytes; left--) {
    const e = first(o);
    trace(TRACE_DROPPED, world().now, index, e.id, e.bytes, DROP_DISCARDED, e.epoch);
    removeEntry(o, e);
    o.discardedCount++;
  }
  return o.frameCount;
}

/** Tells whether frames must go through the buffer: it holds, or has not emptied since. */
export function isBuffering(v: Vf): bool {
  const o = outbound(v);
  return o.isHolding != 0 || o.usedBytes != 0;
}

/** A descriptor was reported; the queue has more to offer and the buffer room for it. */
export const FETCH_REPORTED: u32 = 1;
export const FETCH_MORE: u32 = 2;

/** Fetches up to `countMax` packets that the queue offers and the buffer has room for; returns FETCH_ bits. */
export function fetchIntoBuffer(index: u32, countMax: u32): u32 {
  const v = vf(index);
  const o = outbound(v);
  let result: u32 = 0;
  for (let bytes = measure(v); bytes; bytes = measure(v)) {
    if (!countMax--) return result | FETCH_MORE;
    const room = ENTRY_BYTES + ((min<u32>(bytes, FRAME_BYTES_MAX) + 15) & ~15);
    const offset = findRoom(o, room);
    if (offset == NO_ROOM) {
      o.fullCount++;
      break;
    }
    const gathered = gather(v, o.at + offset + ENTRY_BYTES, bytes);
    const id = nextFrame();
    const now = world().now;
    trace(TRACE_FETCHED, now, index, id, bytes, v.guest, 0);
    if (gathered > Gathered.Reported) {
      trace(TRACE_DROPPED, now, index, id, bytes, reasonOf(gathered), 0);
      continue;
    }
    if (gathered == Gathered.Reported) result |= FETCH_REPORTED;
    addEntry(o, offset, room, bytes, v.epoch, id);
    trace(TRACE_HELD, now, index, id, bytes, v.epoch, 0);
  }
  return result;
}

/** Returns why a packet that could not be gathered is dropped. */
export function reasonOf(result: Gathered): u32 {
  if (result == Gathered.Oversize) return DROP_OVERSIZE;
  return result == Gathered.Malformed ? DROP_MALFORMED : DROP_DMA_FAULT;
}

/** Tells whether the first frame that waits may leave. */
export function hasReleased(v: Vf): bool {
  const o = outbound(v);
  return o.usedBytes != 0 && first(o).epoch < o.releasedBelow;
}

/** Takes the first frame, which may leave, into a slot. */
export function takeReleased(index: u32): u32 {
  const v = vf(index);
  const o = outbound(v);
  const e = first(o);
  assert(e.epoch < o.releasedBelow, "no frame of an unreleased epoch leaves");
  const slot = takeSlot(e.bytes);
  const f = frame(slot);
  f.id = e.id;
  f.epoch = e.epoch + 1;
  copy(slot + FRAME_START, changetype<u32>(e) + ENTRY_BYTES, e.bytes);
  trace(TRACE_RELEASED, world().now, index, e.id, e.bytes, e.epoch, 0);
  removeEntry(o, e);
  return slot;
}

const NO_ROOM: u32 = 0xffffffff;

/** Returns where an entry of so many bytes fits, NO_ROOM when it fits nowhere. */
function findRoom(o: Outbound, room: u32): u32 {
  if (o.usedBytes + room > o.bytesMax) return NO_ROOM;
  if (!o.usedBytes) {
    o.head = 0;
    o.tail = 0;
    return 0;
  }
  if (o.tail < o.head) return o.head - o.tail >= room ? o.tail : NO_ROOM;
  const atEnd = o.bytesMax - o.tail;
  if (atEnd >= room) return o.tail;
  return o.head < room ? NO_ROOM : 0;
}

function addEntry(o: Outbound, offset: u32, room: u32, bytes: u32, epoch: u32, id: u32): void {
  // Only now is it sure that a frame goes behind the gap at the end; a packet that failed leaves no trace in the ring.
  if (offset != o.tail && o.tail != o.bytesMax) {
    const skip = entry(o, o.tail);
    skip.bytes = 0;
    skip.room = o.bytesMax - o.tail;
    o.usedBytes += skip.room;
  }
  const e = entry(o, offset);
  e.bytes = bytes;
  e.epoch = epoch;
  e.id = id;
  e.room = room;
  o.tail = offset + room;
  o.usedBytes += room;
  o.frameCount++;
  o.heldCount++;
  if (o.usedBytes > o.usedBytesPeak) o.usedBytesPeak = o.usedBytes;
  if (o.frameCount > o.frameCountPeak) o.frameCountPeak = o.frameCount;
}

/** Returns the oldest frame's entry; the ring is not empty. */
function first(o: Outbound): Entry {
  let e = entry(o, o.head);
  if (o.head == o.bytesMax || !e.bytes) {
    if (o.head != o.bytesMax) o.usedBytes -= e.room;
    o.head = 0;
    e = entry(o, 0);
  }
  return e;
}

function removeEntry(o: Outbound, e: Entry): void {
  o.head += e.room;
  o.usedBytes -= e.room;
  o.frameCount--;
}
