/**
 * The outbound buffer as records of a migration's image: what waits moves with the machine. A checkpoint's image has
 * none of it, because what waits belongs to an epoch that dies with the primary.
 *
 * One record holds as many frames as a record may; the first is always there, and says which epoch is open.
 */
import {
  OUTBOUND_BYTES_MIN,
  OUTBOUND_COUNT,
  OUTBOUND_ENTRY_BYTES,
  OUTBOUND_ENTRY_DESCRIPTORS,
  OUTBOUND_ENTRY_EPOCH,
  OUTBOUND_ENTRY_LENGTH,
  OUTBOUND_ENTRY_QUEUE,
  OUTBOUND_EPOCH,
  OUTBOUND_FLAGS,
  OUTBOUND_HOLDS,
  OUTBOUND_PROTECTS,
  OUTBOUND_RELEASED,
  RECORD_HEADER_BYTES,
  RECORD_LENGTH_MAX,
  TYPE_END,
  TYPE_OUTBOUND,
} from "../layout/state-image";
import { QUEUE_COUNT } from "../layout/virtual-function";
import { txQueue, Vf, vf } from "../nic/virtual-function";
import { firstRecord, nextRecord, payloadOf, sealRecord, typeOf } from "./image-record";
import { clearOutbound, Entry, entryBytes, entryRoom, nextEntry, oldestEntry, outbound, putEntry } from "./outbound";

/** Returns the bytes that OUTBOUND records take at most. */
export function migrationBytes(index: u32): u32 {
  const o = outbound(vf(index));
  const recordCount = o.usedBytes / (RECORD_LENGTH_MAX / 2) + 1;
  return o.usedBytes + recordCount * (RECORD_HEADER_BYTES + OUTBOUND_BYTES_MIN);
}

/** Writes the buffer's frames as records; returns where they end. */
export function writeOutbound(v: Vf, at: u32): u32 {
  const o = outbound(v);
  let left = o.frameCount;
  let entry = oldestEntry(o);
  let instance: u32 = 0;
  do {
    const payload = payloadOf(at);
    let to = payload + OUTBOUND_BYTES_MIN;
    let count: u32 = 0;
    for (; left; left--, count++) {
      const bytes = entryBytes(entry);
      const room = OUTBOUND_ENTRY_BYTES + ((bytes + 7) & ~7);
      if (to + room - payload > RECORD_LENGTH_MAX) break;
      store<u32>(to, entry.epoch, OUTBOUND_ENTRY_EPOCH);
      store<u32>(to, entry.bytes, OUTBOUND_ENTRY_LENGTH);
      // What a queue fetched before it was started anew completes nothing there, and will not elsewhere.
      const isCurrent = entry.generation == txQueue(v, entry.queue).generation;
      store<u32>(to, isCurrent ? entry.descriptorCount : 0, OUTBOUND_ENTRY_DESCRIPTORS);
      store<u32>(to, entry.queue, OUTBOUND_ENTRY_QUEUE);
      memory.fill(to + OUTBOUND_ENTRY_BYTES, 0, room - OUTBOUND_ENTRY_BYTES);
      memory.copy(to + OUTBOUND_ENTRY_BYTES, entryRoom(entry), bytes);
      to += room;
      entry = nextEntry(o, entry);
    }
    store<u32>(payload, count, OUTBOUND_COUNT);
    store<u32>(payload, v.epoch, OUTBOUND_EPOCH);
    store<u32>(payload, o.releasedBelow, OUTBOUND_RELEASED);
    store<u32>(payload, (o.isHolding ? OUTBOUND_HOLDS : 0) | (v.isProtected ? OUTBOUND_PROTECTS : 0), OUTBOUND_FLAGS);
    at = sealRecord(at, TYPE_OUTBOUND, instance++, to - payload);
  } while (left);
  return at;
}

/** Tells whether the frames of an image would fit into a buffer: laid one behind the other from its start. */
export function outboundFits(v: Vf, at: u32): bool {
  let room: u32 = 0;
  for (let record = firstRecord(at); typeOf(record) != TYPE_END; record = nextRecord(record)) {
    if (typeOf(record) != TYPE_OUTBOUND) continue;
    let from = payloadOf(record) + OUTBOUND_BYTES_MIN;
    for (let left = load<u32>(payloadOf(record), OUTBOUND_COUNT); left; left--) {
      const bytes = load<u32>(from, OUTBOUND_ENTRY_LENGTH);
      room += <u32>offsetof<Entry>() + ((bytes + 15) & ~15);
      from += OUTBOUND_ENTRY_BYTES + ((bytes + 7) & ~7);
    }
  }
  return room <= outbound(v).bytesMax;
}

/** Replaces what waits in a buffer by the frames of an image that fits. */
export function restoreOutbound(v: Vf, at: u32): void {
  const o = outbound(v);
  clearOutbound(v);
  // What the last frame of a queue was here is not among these.
  for (let number: u32 = 0; number < QUEUE_COUNT; number++) txQueue(v, number).heldLast = 0;
  for (let record = firstRecord(at); typeOf(record) != TYPE_END; record = nextRecord(record)) {
    if (typeOf(record) != TYPE_OUTBOUND) continue;
    const payload = payloadOf(record);
    v.epoch = load<u32>(payload, OUTBOUND_EPOCH);
    v.isProtected = load<u32>(payload, OUTBOUND_FLAGS) & OUTBOUND_PROTECTS ? 1 : 0;
    o.isHolding = load<u32>(payload, OUTBOUND_FLAGS) & OUTBOUND_HOLDS;
    o.releasedBelow = load<u32>(payload, OUTBOUND_RELEASED);
    let from = payload + OUTBOUND_BYTES_MIN;
    for (let left = load<u32>(payload, OUTBOUND_COUNT); left; left--) {
      const bytes = load<u32>(from, OUTBOUND_ENTRY_LENGTH);
      const queue = load<u32>(from, OUTBOUND_ENTRY_QUEUE);
      const descriptorCount = load<u32>(from, OUTBOUND_ENTRY_DESCRIPTORS);
      const e = putEntry(v, o, bytes, load<u32>(from, OUTBOUND_ENTRY_EPOCH), queue, descriptorCount);
      memory.copy(entryRoom(e), from + OUTBOUND_ENTRY_BYTES, bytes);
      o.heldCount++;
      from += OUTBOUND_ENTRY_BYTES + ((bytes + 7) & ~7);
    }
  }
}

/** Without records of it the buffer stays; packets that wait for their release elsewhere are fetched again here. */
export function forgetOutbound(v: Vf): void {
  for (let number: u32 = 0; number < QUEUE_COUNT; number++) {
    const q = txQueue(v, number);
    q.fetched = q.head;
  }
}
