/**
 * The transmit queues of a pool: packets are found, read, and their descriptors completed.
 *
 *     findPacket -> Plain:  readPlain          -> completePacket      one descriptor that is one frame
 *                   Whole:  readPacket, frames -> completePacket      anything else (segmentation.ts makes the frames)
 *                   Malformed, Oversize        -> completePacket
 *
 * Nearly every plain packet takes none of these steps, but is one of a row (send-row.ts).
 *
 * The steps are apart because the caller must know how much room the frames need before they exist. Invariant: between
 * them nothing else touches the queue. A packet is taken whole or not at all: until `completePacket` nothing has
 * changed but, after a fault, the queue's ENABLE bit.
 *
 * Source: 82576 datasheet sections 7.2.2 and 7.2.4; docs/device.md, Transmit.
 */
import {
  CONTEXT_LENGTHS,
  CONTEXT_VLAN_SHIFT,
  DESCRIPTOR_SHIFT,
  PACKET_DESCRIPTOR_MAX,
  TSO_BYTES_MAX,
  TX_ADDRESS,
  TX_COMMAND,
  TX_DD,
  TX_DEXT,
  TX_EOP,
  TX_IXSM,
  TX_LENGTH_MASK,
  TX_RS,
  TX_STATUS,
  TX_TSE,
  TX_TXSM,
  TX_TYPE_CONTEXT,
  TX_TYPE_DATA,
  TX_TYPE_MASK,
  TX_VLAN_SHIFT,
  TX_VLE,
} from "../layout/descriptor";
import { FRAME_BYTES_MAX } from "../layout/limits";
import { ETHERNET_BYTES, VLAN_TAG_BYTES } from "../layout/packet";
import { VMVIR_ALWAYS, VMVIR_NEVER } from "../layout/physical-function";
import { CONTEXT_BYTES, CONTEXT_COUNT, QUEUE_COUNT, QUEUE_IS_PLAIN } from "../layout/virtual-function";
import { copy } from "../memory/copy";
import { padded } from "../wire/ipv4";
import { askAhead, dmaRead, lookAtDescriptor, openDescriptor } from "./dma";
import { insertPlainSum, plainSumOf, sumFits } from "./l4-sum";
import { contextAt, Packet, packet, packetBytesAt, piece, slotOf } from "./packet";
import { pf, vmvir } from "./physical-function";
import { isWaiting } from "./remote-memory";
import { measureSegments, offloadsFit } from "./segmentation";
import { DONE_AT_RELEASE, Queue, txQueue, Vf } from "./virtual-function";
import { complete, disableAfterFault } from "./write-back";

/** What a pool has to send. */
export enum Found {
  /** No whole packet, or one whose memory has not answered yet. */
  Nothing,
  /** One frame in one descriptor, without offloads but a checksum of UDP or TCP. */
  Plain,
  Whole,
  Malformed,
  Oversize,
  /** The ring could not be read; the queue has stopped. */
  Fault,
  /** It claims to be from somebody else: known when it has been read. */
  Spoofed,
}

/** Command bits that a plain packet's descriptor has and has not. */
const PLAIN_MASK: u32 = TX_DEXT | TX_TYPE_MASK | TX_EOP | TX_TSE | TX_VLE;
const PLAIN: u32 = TX_DEXT | TX_TYPE_DATA | TX_EOP;

/**
 * Returns the bytes of a packet whose one descriptor has these words, if it is plain, perhaps but for its checksum
 * (l4-sum.ts); 0 when it is not.
 */
export function plainBytes(command: u32, status: u32): u32 {
  const bytes = command & TX_LENGTH_MASK;
  // One comparison each for all the bits and for both bounds: this is looked at for every packet.
  const isOther = ((command & PLAIN_MASK) ^ PLAIN) | (status & TX_IXSM);
  return isOther || bytes - ETHERNET_BYTES > FRAME_BYTES_MAX - ETHERNET_BYTES ? 0 : bytes;
}

/** Finds the next packet of a pool and describes it in `packet()`. The pool's queues take turns, if it has two. */
export function findPacket(v: Vf): Found {
  return txQueue(v, 1).isActive ? findInTurn(v) : findIn(v, 0);
}

function findInTurn(v: Vf): Found {
  for (let i: u32 = 0; i < QUEUE_COUNT; i++) {
    const found = findIn(v, (v.turn + i) % QUEUE_COUNT);
    if (found != Found.Nothing) return found;
  }
  return Found.Nothing;
}

/** The same in one queue, after which it is the next one's turn. */
function findIn(v: Vf, number: u32): Found {
  const q = txQueue(v, number);
  if (!q.isActive) return Found.Nothing;
  const owned = q.ownedFrom(q.fetched);
  if (!owned) return Found.Nothing;
  const found = findInQueue(v, q, number, owned);
  if (found != Found.Nothing) v.turn = (number + 1) % QUEUE_COUNT;
  return found;
}

function findInQueue(v: Vf, q: Queue, number: u32, owned: u32): Found {
  const p = packet();
  p.queue = number;
  if (v.remote) askAhead(v, q, q.fetched, owned);
  if (q.flags & QUEUE_IS_PLAIN) {
    const opened = openDescriptor(v, positionAddress(q, q.fetched));
    const at = opened ? opened : lookAtDescriptor(v, positionAddress(q, q.fetched));
    if (!at) return stopped(v, q);
    const status = load<u32>(at, TX_STATUS);
    const bytes = plainBytes(load<u32>(at, TX_COMMAND), status);
    const sum = status & TX_TXSM ? plainSumOf(q, status) : 0;
    if (bytes && (!(status & TX_TXSM) || sumFits(sum, bytes))) {
      p.end = q.after(q.fetched);
      p.descriptorCount = 1;
      p.isPlain = 1;
      p.openedAt = opened;
      p.bytes = bytes;
      p.plainSum = sum;
      p.frameCount = 1;
      piece(p, 0).address = load<u64>(at, TX_ADDRESS);
      return Found.Plain;
    }
  }
  return gatherDescriptors(v, q, p, owned);
}

/** The ring could not be read: a fault, or its memory has not answered yet. */
function stopped(v: Vf, q: Queue): Found {
  if (isWaiting(v)) return Found.Nothing;
  disableAfterFault(v, q, false);
  return Found.Fault;
}

export function positionAddress(q: Queue, position: u32): u64 {
  return q.base + ((<u64>position) << DESCRIPTOR_SHIFT);
}

/** Reads the descriptors of the next packet, up to the one with EOP. */
function gatherDescriptors(v: Vf, q: Queue, p: Packet, owned: u32): Found {
  memory.copy(contextAt(p, 0), q.hidden, CONTEXT_COUNT * CONTEXT_BYTES);
  p.isPlain = 0;
  p.pieceCount = 0;
  p.bytes = 0;
  let isMalformed = false;
  let position = q.fetched;
  const limit = min<u32>(owned, PACKET_DESCRIPTOR_MAX);
  for (let count: u32 = 1; count <= limit; count++) {
    const at = lookAtDescriptor(v, positionAddress(q, position));
    if (!at) return stopped(v, q);
    position = q.after(position);
    p.end = position;
    p.descriptorCount = count;
    const command = load<u32>(at, TX_COMMAND);
    const type = command & TX_DEXT ? command & TX_TYPE_MASK : LEGACY;
    if (type == TX_TYPE_CONTEXT && !p.pieceCount) {
      memory.copy(contextAt(p, slotOf(load<u32>(at, TX_STATUS))), at, CONTEXT_BYTES);
      continue;
    }
    if (!p.pieceCount) {
      p.command = command;
      p.status = load<u32>(at, TX_STATUS);
      p.isLegacy = type == LEGACY ? 1 : 0;
    }
    const isOther = type != TX_TYPE_DATA && type != LEGACY;
    if (isOther || (type == LEGACY) != (p.isLegacy != 0)) isMalformed = true;
    const part = piece(p, p.pieceCount++);
    part.address = load<u64>(at, TX_ADDRESS);
    part.bytes = command & TX_LENGTH_MASK;
    p.bytes += part.bytes;
    if (command & TX_EOP) return isMalformed ? Found.Malformed : judge(v, p);
  }
  return p.descriptorCount == PACKET_DESCRIPTOR_MAX ? Found.Malformed : Found.Nothing;
}

/** Stands for DEXT = 0 among the types. */
const LEGACY: u32 = 0xffffffff;

/** Decides what becomes of a packet whose descriptors are known. */
function judge(v: Vf, p: Packet): Found {
  findTag(v, p);
  const room = FRAME_BYTES_MAX - (p.isTagged ? VLAN_TAG_BYTES : 0);
  if (p.bytes < ETHERNET_BYTES) return Found.Malformed;
  if (!p.isLegacy && p.command & TX_TSE) {
    if (!measureSegments(p, room)) return Found.Malformed;
    return p.bytes > TSO_BYTES_MAX ? Found.Oversize : Found.Whole;
  }
  p.frameCount = 1;
  p.headerBytes = 0;
  if (!offloadsFit(p)) return Found.Malformed;
  return p.bytes > room ? Found.Oversize : Found.Whole;
}

function findTag(v: Vf, p: Packet): void {
  const policy = vmvir(pf(v.port), v.pool);
  p.isTagged = 1;
  if (policy & VMVIR_ALWAYS) {
    p.tag = policy & 0xffff;
  } else if (p.command & TX_VLE && !(policy & VMVIR_NEVER)) {
    p.tag = p.isLegacy
      ? p.status >>> TX_VLAN_SHIFT
      : load<u32>(contextAt(p, slotOf(p.status)), CONTEXT_LENGTHS) >>> CONTEXT_VLAN_SHIFT;
  } else {
    p.isTagged = 0;
  }
}

/** What became of a packet's bytes. */
export enum Read {
  Done,
  /** Their memory has not answered yet; nothing has changed. */
  Waiting,
  /** A buffer could not be read; the queue has stopped. */
  Fault,
}

/** Reads a plain packet to `to`, its checksum inserted, padded to the shortest frame. */
export function readPlain(v: Vf, to: u32): Read {
  const p = packet();
  if (!dmaRead(v, piece(p, 0).address, to, 0, p.bytes)) return unread(v, p);
  if (p.plainSum) insertPlainSum(p.plainSum, to, p.bytes);
  padded(to, p.bytes);
  return Read.Done;
}

/** Reads a whole packet into the packet's own room. */
export function readPacket(v: Vf): Read {
  const p = packet();
  let to = packetBytesAt(p);
  let offset: u32 = 0;
  let result = Read.Done;
  for (let i: u32 = 0; i < p.pieceCount; i++) {
    const part = piece(p, i);
    if (part.bytes && !dmaRead(v, part.address, to, offset, part.bytes)) {
      result = unread(v, p);
      // A memory elsewhere is asked for all pieces together.
      if (result == Read.Fault) return result;
    }
    to += part.bytes;
    offset += part.bytes;
  }
  // A packet shorter than a frame is looked at, too, as the frame that it becomes.
  padded(packetBytesAt(p), p.bytes);
  return result;
}

function unread(v: Vf, p: Packet): Read {
  if (isWaiting(v)) return Read.Waiting;
  disableAfterFault(v, txQueue(v, p.queue), false);
  return Read.Fault;
}

/** Completes a plain packet's descriptor: the queue reports at once, in the descriptor. */
export function completePlain(v: Vf): void {
  const p = packet();
  const q = txQueue(v, p.queue);
  const at = q.pending ? 0 : p.openedAt;
  if (!at) {
    completePacket(v, false);
    return;
  }
  if (load<u32>(at, TX_COMMAND) & TX_RS) {
    store<u32>(at, load<u32>(at, TX_STATUS) | TX_DD, TX_STATUS);
    q.hasNews = true;
  }
  q.head = p.end;
  q.fetched = p.end;
}

/** Completes the packet's descriptors, unless that is to wait until its frames are released. */
export function completePacket(v: Vf, isHeld: bool): void {
  const p = packet();
  const q = txQueue(v, p.queue);
  if (!p.isPlain) copy(q.hidden, contextAt(p, 0), CONTEXT_COUNT * CONTEXT_BYTES);
  q.fetched = p.end;
  if (!isHeld || !(v.options & DONE_AT_RELEASE)) complete(v, p.queue, p.descriptorCount);
}
