/**
 * The receive queues of a pool: a frame goes into the buffers of the next descriptors, and these are written back.
 *
 *     receive -> plain:   one advanced descriptor of one buffer, found and written at once
 *                general: describe, find descriptors, write buffers and write back, one after the other
 *
 * Both give the same bytes, and so do rows (receive-row.ts), in which nearly every frame is. Everything of a frame is written
 * in order, and the word with DD last, because the driver polls it. Invariant: a frame for which hardware owns too few
 * descriptors changes nothing but RQDPC.
 *
 * Source: 82576 datasheet sections 7.1.4, 7.1.5 and 7.1.9; docs/device.md, Receive.
 */
import {
  RX_ADDRESS,
  RX_DD,
  RX_EOP,
  RX_HASH,
  RX_HBO,
  RX_HEADER_ADDRESS,
  RX_HEADER_MASK,
  RX_HEADER_SHIFT,
  RX_IPE,
  RX_L4E,
  RX_LB,
  RX_LEGACY_CHECKSUM_START,
  RX_LEGACY_IPE,
  RX_LEGACY_L4E,
  RX_LEGACY_LENGTH,
  RX_LEGACY_RXE,
  RX_LEGACY_STATUS_MASK,
  RX_LENGTH,
  RX_PIF,
  RX_RXE,
  RX_SPLIT,
  RX_STATUS,
  RX_TYPE,
  RX_TYPE_IPV4,
  RX_TYPE_IPV4_OPTIONS,
  RX_TYPE_IPV6,
  RX_TYPE_IPV6_EXTENSIONS,
  RX_TYPE_TCP,
  RX_TYPE_UDP,
  RX_VLAN_SHIFT,
  RX_VP,
} from "../layout/descriptor";
import {
  ETHERNET_CHECK_BYTES,
  ETHERNET_TYPE,
  LOADED_IPV4,
  LOADED_IPV6,
  LOADED_VLAN,
  VLAN_TAG_BYTES,
} from "../layout/packet";
import { VMOLR_STRIP_CRC, VMOLR_STRIP_VLAN } from "../layout/physical-function";
import {
  DESCRIPTOR_LEGACY,
  DESCRIPTOR_SPLIT,
  DESCRIPTOR_SPLIT_ALWAYS,
  QUEUE_GIVES_HASH,
  SPLIT_IPV4,
  SPLIT_IPV4_TCP,
  SPLIT_IPV4_UDP,
  SPLIT_IPV6,
  SPLIT_IPV6_TCP,
  SPLIT_IPV6_UDP,
} from "../layout/virtual-function";
import { crc32 } from "../sim/digest";
import { world } from "../sim/world";
import { keptFrom, keptOf } from "../wire/content";
import { destination, isGroup } from "../wire/ethernet";
import { descriptorType } from "./configure";
import { askAhead, dmaStore, dmaWrite, lookAtDescriptor, openDescriptor } from "./dma";
import { Headers, readHeaders } from "./headers";
import { Pf, pf, vmolr } from "./physical-function";
import { fragmentWord, headerStatus, sumOf } from "./receive-status";
import { isWaiting } from "./remote-memory";
import { queueOf, rssHash, rssType } from "./rss";
import { positionAddress } from "./tx-ring";
import { Queue, rxQueue, SPREADS, Vf } from "./virtual-function";
import { completeReceived, disableAfterFault } from "./write-back";

/** What became of a frame. */
export enum Received {
  Ok,
  /** The queue is off. */
  Disabled,
  /** Hardware owns too few descriptors: counted in RQDPC. */
  NoDescriptor,
  /** The ring or a buffer is not mapped. */
  Fault,
  /** The guest's memory has not answered yet; nothing has changed. */
  Waiting,
  /** Of the plain way only: the frame or its descriptor is not plain, and nothing has changed. */
  NotPlain,
}

/** How a frame came: what its descriptor is to say of that. */
export const CAME_BACK: u32 = RX_LB;
export const CAME_INEXACTLY: u32 = RX_PIF;

/** A frame on its way into descriptors. */
@unmanaged
class Arrival {
  /** Bytes as they go into memory: without a stripped tag, with an appended check sequence. */
  at: u32;
  bytes: u32;
  /** Words of the last descriptor: type without split, hash or fragment, status, tag. */
  type: u32;
  hash: u32;
  status: u32;
  tag: u32;
  /** Legacy: the packet checksum. */
  sum: u32;
  /** Bytes that are split off into the header buffer; the split fields of the first descriptor. */
  headBytes: u32;
  split: u32;
  queue: u32;
  /** Descriptors that the frame takes, empty ones that it passes included. */
  count: u32;
  /** Those of them with buffers, which are read before anything is written: a frame may be written over its own ring. */
  pieceCount: u32;
}

@unmanaged
class Piece {
  buffer: u64;
  header: u64;
  /** Its place among the descriptors that the frame takes. */
  index: u32;
  unused: u32;
}

const PIECES: u32 = 64;
const PIECE_BYTES: u32 = 24;
/** A frame of a slot's size, in buffers of a kilobyte. */
const PIECE_COUNT_MAX: u32 = 4;
if (offsetof<Piece>() != PIECE_BYTES) ERROR("layout: Piece has drifted");

function piece(a: Arrival, index: u32): Piece {
  return changetype<Piece>(changetype<u32>(a) + PIECES + index * PIECE_BYTES);
}

/** Room for the record and, behind it, a frame that had to be put together anew. */
const FRAME_AT: u32 = 192;
export const ARRIVAL_BYTES: u32 = FRAME_AT + 2048;
if (offsetof<Arrival>() > PIECES) ERROR("layout: Arrival has grown into its pieces");
if (PIECES + PIECE_COUNT_MAX * PIECE_BYTES > FRAME_AT) ERROR("layout: pieces have grown into the frame");

/** Writes a frame of so many bytes at `at` into the pool's next buffers; returns what became of it. */
export function receive(v: Vf, at: u32, bytes: u32, how: u32): Received {
  const q = rxQueue(v, 0);
  if (q.isPlain && !(v.options & SPREADS)) {
    const result = receivePlain(v, q, at, bytes, how);
    if (result != Received.NotPlain) return result;
  }
  return receiveAny(v, at, bytes, how);
}

function receivePlain(v: Vf, q: Queue, at: u32, bytes: u32, how: u32): Received {
  if (!q.ownedFrom(q.head)) {
    q.dropped++;
    return Received.NoDescriptor;
  }
  const kind = <u32>load<u16>(at, ETHERNET_TYPE);
  if (bytes > q.bufferBytes || kind == LOADED_VLAN || v.remote) return Received.NotPlain;
  const to = openDescriptor(v, positionAddress(q, q.head));
  if (!to) return Received.NotPlain;
  const address = load<u64>(to, RX_ADDRESS);
  if (!address) return Received.NotPlain;
  let types: u32 = 0;
  let hash: u32 = 0;
  let status = how | RX_DD | RX_EOP;
  if (kind == LOADED_IPV4 || kind == LOADED_IPV6) {
    const h = readHeaders(at, bytes);
    types = h.types;
    status |= headerStatus(h, at, q.flags);
    if (!(q.flags & QUEUE_GIVES_HASH)) hash = fragmentWord(h, at);
  }
  const isWritten = dmaWrite(v, address, at, 0, bytes);
  if (isWritten) writeDescriptor(to, types, hash, bytes, status);
  else writeDescriptor(to, types, hash, 0, status | RX_RXE);
  q.head = q.after(q.head);
  q.hasNews = true;
  return isWritten ? Received.Ok : Received.Fault;
}

/** Writes the words of an advanced descriptor back, the one with DD last. */
export function writeDescriptor(to: u32, types: u32, hash: u32, bytes: u32, status: u32): void {
  store<u32>(to, types, RX_TYPE);
  store<u32>(to, hash, RX_HASH);
  store<u32>(to, bytes, RX_LENGTH);
  store<u32>(to, status, RX_STATUS);
}

function receiveAny(v: Vf, at: u32, bytes: u32, how: u32): Received {
  const a = changetype<Arrival>(world().arrival);
  const p = pf(v.port);
  const h = readHeaders(at, bytes);
  const rss = v.options & SPREADS ? rssType(p, h) : 0;
  const hash = rss ? rssHash(p, h, at, rss) : 0;
  a.queue = rss ? queueOf(p, hash) : 0;
  const q = rxQueue(v, a.queue);
  if (!q.isActive) return Received.Disabled;
  a.type = rss | h.types;
  a.hash = q.flags & QUEUE_GIVES_HASH ? hash : fragmentWord(h, at);
  a.status = headerStatus(h, at, q.flags) | how;
  putTogether(a, v, p, h, at, bytes);
  split(a, v, q, h);
  const found = findDescriptors(a, v, q);
  if (found == Received.NoDescriptor) q.dropped++;
  return found == Received.Ok ? fill(a, v, q) : found;
}

/** Strips the tag, appends the check sequence, as the pool wants it. */
function putTogether(a: Arrival, v: Vf, p: Pf, h: Headers, at: u32, bytes: u32): void {
  const rules = isGroup(destination(at)) ? p.rplolr : vmolr(p, v.pool);
  a.at = at;
  a.bytes = bytes;
  a.tag = 0;
  a.sum = 0;
  const strips = h.isTagged && rules & VMOLR_STRIP_VLAN;
  const appends = !(rules & VMOLR_STRIP_CRC);
  if (strips || appends) {
    a.at = changetype<u32>(a) + FRAME_AT;
    memory.copy(a.at, at, keptOf(bytes));
  }
  if (strips) {
    a.tag = <u32>bswap<u16>(load<u16>(at, ETHERNET_TYPE + 2));
    a.status |= RX_VP;
    a.bytes -= VLAN_TAG_BYTES;
    const behindTag = ETHERNET_TYPE + VLAN_TAG_BYTES;
    memory.copy(a.at + ETHERNET_TYPE, at + behindTag, keptFrom(behindTag, bytes - behindTag));
  }
  if (appends) {
    store<u32>(a.at + a.bytes, crc32(at, keptOf(bytes)));
    a.bytes += ETHERNET_CHECK_BYTES;
  }
  if (descriptorType(rxQueue(v, a.queue)) == DESCRIPTOR_LEGACY && bytes > RX_LEGACY_CHECKSUM_START) {
    a.sum = sumOf(at, RX_LEGACY_CHECKSUM_START, bytes - RX_LEGACY_CHECKSUM_START);
  }
}

/** Decides how much of the frame goes into a header buffer. */
function split(a: Arrival, v: Vf, q: Queue, h: Headers): void {
  const type = descriptorType(q);
  a.headBytes = 0;
  a.split = 0;
  if (type != DESCRIPTOR_SPLIT && type != DESCRIPTOR_SPLIT_ALWAYS) return;
  let bytes = splitBytes(v.control.psrtype, h);
  if (bytes && a.status & RX_VP) bytes -= VLAN_TAG_BYTES;
  if (bytes > q.headerBytes) {
    a.status |= RX_HBO;
    a.split = (bytes & RX_HEADER_MASK) << RX_HEADER_SHIFT;
    return;
  }
  if (!bytes) {
    if (type == DESCRIPTOR_SPLIT) return;
    bytes = min<u32>(q.headerBytes, a.bytes);
  }
  a.headBytes = bytes;
  a.split = RX_SPLIT | ((bytes & RX_HEADER_MASK) << RX_HEADER_SHIFT);
}

/** Returns how long the header is that PSRTYPE has split off, 0 for none. */
function splitBytes(psrtype: u32, h: Headers): u32 {
  const isIpv4 = (h.types & (RX_TYPE_IPV4 | RX_TYPE_IPV4_OPTIONS)) != 0;
  if (!isIpv4 && !(h.types & (RX_TYPE_IPV6 | RX_TYPE_IPV6_EXTENSIONS))) return 0;
  if (h.types & RX_TYPE_TCP && (psrtype >>> (isIpv4 ? SPLIT_IPV4_TCP : SPLIT_IPV6_TCP)) & 1) return h.l4Bytes;
  if (h.types & RX_TYPE_UDP && (psrtype >>> (isIpv4 ? SPLIT_IPV4_UDP : SPLIT_IPV6_UDP)) & 1) return h.l4Bytes;
  return (psrtype >>> (isIpv4 ? SPLIT_IPV4 : SPLIT_IPV6)) & 1 ? h.l4 : 0;
}

/** Counts the descriptors that the frame takes, before anything is written. */
function findDescriptors(a: Arrival, v: Vf, q: Queue): Received {
  const passesEmpty = passesEmptyBuffers(q);
  let position = q.head;
  let left = a.bytes - a.headBytes;
  a.count = 0;
  a.pieceCount = 0;
  // Hardware that owns too few does not look at them.
  if (q.ownedFrom(position) < max<u32>((left + q.bufferBytes - 1) / q.bufferBytes, 1)) return Received.NoDescriptor;
  if (v.remote) askAhead(v, q, position, q.ownedFrom(position));
  for (let owned = q.ownedFrom(position); owned; owned--) {
    const at = lookAtDescriptor(v, positionAddress(q, position));
    if (!at) return unreachable(v, q);
    position = q.after(position);
    a.count++;
    if (passesEmpty && !load<u64>(at, RX_ADDRESS)) continue;
    assert(a.pieceCount < PIECE_COUNT_MAX, "a frame fits so many buffers");
    const taken = piece(a, a.pieceCount++);
    taken.buffer = load<u64>(at, RX_ADDRESS);
    taken.header = load<u64>(at, RX_HEADER_ADDRESS) & ~(<u64>1);
    taken.index = a.count - 1;
    left -= min<u32>(left, q.bufferBytes);
    if (!left) return Received.Ok;
  }
  return Received.NoDescriptor;
}

/** Tells whether a descriptor without a packet buffer is passed: where there is a header buffer as well it is not. */
function passesEmptyBuffers(q: Queue): bool {
  const type = descriptorType(q);
  return type != DESCRIPTOR_SPLIT && type != DESCRIPTOR_SPLIT_ALWAYS;
}

function unreachable(v: Vf, q: Queue): Received {
  if (isWaiting(v)) return Received.Waiting;
  disableAfterFault(v, q, true);
  return Received.Fault;
}

/** Writes the frame into the descriptors that were found, each before its write-back. */
function fill(a: Arrival, v: Vf, q: Queue): Received {
  if (v.remote && !hasAnswered(a, v, q)) return Received.Waiting;
  const isLegacy = descriptorType(q) == DESCRIPTOR_LEGACY;
  let from = a.at + a.headBytes;
  let left = a.bytes - a.headBytes;
  let headBytes = a.headBytes;
  let words = a.split;
  let taken: u32 = 0;
  for (let index: u32 = 0; index < a.count; index++) {
    const address = positionAddress(q, q.head);
    const next = piece(a, taken);
    if (next.index != index) {
      if (!writeBack(a, v, q, address, isLegacy, 0, 0, RX_DD, 0)) return Received.Fault;
      continue;
    }
    taken++;
    const part = min<u32>(left, q.bufferBytes);
    const isWritten =
      (!headBytes || dmaWrite(v, next.header, a.at, 0, headBytes)) &&
      (!part || dmaWrite(v, next.buffer, from, from - a.at, part));
    if (!isWritten) {
      writeBack(a, v, q, address, isLegacy, words | a.type, a.hash, a.status | RX_DD | RX_EOP | RX_RXE, 0);
      return Received.Fault;
    }
    headBytes = 0;
    from += part;
    left -= part;
    const isLast = !left;
    const status = isLast ? a.status | RX_DD | RX_EOP : RX_DD;
    if (!writeBack(a, v, q, address, isLegacy, isLast ? words | a.type : words, isLast ? a.hash : 0, status, part)) {
      return Received.Fault;
    }
    words = 0;
  }
  return Received.Ok;
}

/**
 * Sends what goes into buffers to a memory elsewhere, and tells whether it has answered for all of it. Only then does
 * anything change: `fill` asks once more and gets the same answers at once.
 */
function hasAnswered(a: Arrival, v: Vf, q: Queue): bool {
  let from = a.at + a.headBytes;
  let left = a.bytes - a.headBytes;
  let headBytes = a.headBytes;
  let hasAll = true;
  for (let i: u32 = 0; i < a.pieceCount; i++) {
    const part = min<u32>(left, q.bufferBytes);
    if (headBytes && !dmaWrite(v, piece(a, i).header, a.at, 0, headBytes) && isWaiting(v)) hasAll = false;
    if (part && !dmaWrite(v, piece(a, i).buffer, from, from - a.at, part) && isWaiting(v)) hasAll = false;
    headBytes = 0;
    from += part;
    left -= part;
  }
  return hasAll;
}

/** Writes a completed descriptor back, the word with DD last or later; false when the ring cannot be written. */
function writeBack(
  a: Arrival,
  v: Vf,
  q: Queue,
  address: u64,
  isLegacy: bool,
  type: u32,
  hash: u32,
  status: u32,
  bytes: u32,
): bool {
  const isLast = (status & RX_EOP) != 0;
  const tag = isLast ? a.tag << RX_VLAN_SHIFT : 0;
  if (isLegacy) {
    const sum = isLast ? a.sum << 16 : 0;
    if (!dmaStore(v, address + RX_LEGACY_LENGTH, bytes | sum)) return failed(v, q);
    return completeReceived(v, a.queue, true, legacyStatus(status) | tag);
  }
  const isWritten =
    dmaStore(v, address + RX_TYPE, type) &&
    dmaStore(v, address + RX_HASH, hash) &&
    dmaStore(v, address + RX_LENGTH, bytes | tag);
  return isWritten ? completeReceived(v, a.queue, false, status) : failed(v, q);
}

function failed(v: Vf, q: Queue): bool {
  disableAfterFault(v, q, true);
  return false;
}

/** The status word of a legacy descriptor: eight bits of status, and the errors that it has. */
function legacyStatus(status: u32): u32 {
  let word = status & RX_LEGACY_STATUS_MASK;
  if (status & RX_L4E) word |= RX_LEGACY_L4E;
  if (status & RX_IPE) word |= RX_LEGACY_IPE;
  if (status & RX_RXE) word |= RX_LEGACY_RXE;
  return word;
}
