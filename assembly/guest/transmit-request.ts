/**
 * What a guest requests to be sent, when it is more than one page's bytes: the slots of a packet are read, its parts put
 * together, and segments cut, as the device cuts those of a virtual function.
 *
 *     slots of a packet    first | extra information, if it says so | a slot for each further part
 *     bytes                the first slot tells those of all; its own part is what the others leave
 *
 * dom0 really hands the packet on as it is, and the port's device cuts it. Here it is cut where it enters dom0, and what
 * follows the first frame is marked as a follower: bridge, backends and dom0's driver charge for a packet once. On the
 * wire that is the same frames. A queue before a port counts each of them, where Linux counts the packet.
 *
 * The guest may write anything: a packet is refused whole, or taken whole. Source: Linux xenvif_tx_build_gops,
 * xenvif_get_extras, xenvif_set_skb_gso; Xen io/netif.h.
 */
import { TX_IXSM, TX_TSE, TX_TXSM } from "../layout/descriptor";
import { FRAME_BYTES_MAX, FRAME_BYTES_MIN, PAGE_BYTES, PAGE_SHIFT } from "../layout/limits";
import { ETHERNET_BYTES, IPV4_START, PROTOCOL_TCP, TCP_BYTES, TCP_OFFSET } from "../layout/packet";
import {
  BACKEND_FRAME_BYTES_MIN,
  EXTRA_FLAGS,
  EXTRA_GSO_BYTES,
  EXTRA_GSO_KIND,
  EXTRA_GSO_TCP_IPV4,
  EXTRA_KIND,
  EXTRA_KIND_GSO,
  EXTRA_MORE,
  RING_ENTRIES,
  SHARED_MASK,
  TX_ENTRY_BYTES,
  TX_EXTRA_INFO,
  TX_MORE_DATA,
  TX_PART_COUNT_MAX,
  TX_REQUEST_FLAGS,
  TX_REQUEST_GRANT,
  TX_REQUEST_OFFSET,
  TX_REQUEST_SIZE,
} from "../layout/paravirtual";
import { copy } from "../memory/copy";
import { grantedPage, NOT_GRANTED } from "../memory/grants";
import { GuestMemory, look } from "../memory/guest-memory";
import { writeTcpContext } from "../nic/offload-context";
import { contextAt, Packet, packet, packetBytesAt } from "../nic/packet";
import { buildFrame, frameBytes, measureSegments } from "../nic/segmentation";
import { world } from "../sim/world";
import { keptFrom, keptOf } from "../wire/content";
import { FRAME_START, takeSlot } from "../wire/frame";
import { carries } from "../wire/ipv4";

/** The packet at hand: where it begins in the ring, and what its slots say. */
@unmanaged
export class TransmitRequest {
  /** The ring's entries, and the position of the first slot. */
  entries: u32;
  first: u32;
  slotCount: u32;
  extraCount: u32;
  partCount: u32;
  /** Bytes of all, and of the parts behind the first. */
  bytes: u32;
  laterBytes: u32;
  /** Payload of a segment; 0 for one frame. */
  segmentBytes: u32;
  isRefused: u32;
  /** Where its bytes are, put together. */
  at: u32;
}

/** Where it lies in the world's scratch page. */
const REQUEST_AT: u32 = 3072;
/** assumed: frames that a packet may be cut into; 64 KiB in segments of 1,024 bytes, and Linux sends 45 at most. */
const FRAME_COUNT_MAX: u32 = 64;
/** The first byte of IPv4: version, and the header's length in words. */
const IPV4_LENGTH_MASK: u32 = 15;
const IPV4_VERSION: u32 = 4;

/** The packet that was read last. */
export function transmitRequest(): TransmitRequest {
  return changetype<TransmitRequest>(world().scratch + REQUEST_AT);
}

function entryOf(r: TransmitRequest, slot: u32): u32 {
  return r.entries + ((r.first + slot) & SHARED_MASK) * TX_ENTRY_BYTES;
}

/** Reads the slots of the packet at a position of a ring; false if it does not end among those that there are. */
export function readTransmitRequest(ring: u32, first: u32, available: u32): bool {
  const r = transmitRequest();
  memory.fill(changetype<u32>(r), 0, offsetof<TransmitRequest>());
  r.entries = ring + RING_ENTRIES;
  r.first = first;
  const at = entryOf(r, 0);
  let flags = <u32>load<u16>(at, TX_REQUEST_FLAGS);
  r.bytes = <u32>load<u16>(at, TX_REQUEST_SIZE);
  r.slotCount = 1;
  r.partCount = 1;
  if (flags & TX_EXTRA_INFO && !readExtras(r, available)) return false;
  while (flags & TX_MORE_DATA) {
    if (r.slotCount >= available) return false;
    const part = entryOf(r, r.slotCount++);
    flags = <u32>load<u16>(part, TX_REQUEST_FLAGS);
    r.laterBytes += <u32>load<u16>(part, TX_REQUEST_SIZE);
    r.partCount++;
  }
  if (r.partCount > TX_PART_COUNT_MAX || r.laterBytes + BACKEND_FRAME_BYTES_MIN > r.bytes) r.isRefused = 1;
  return true;
}

/** Reads extra information; false if it does not end. Whatever is not segmentation of TCP over IPv4 is refused. */
function readExtras(r: TransmitRequest, available: u32): bool {
  let flags = EXTRA_MORE;
  while (flags & EXTRA_MORE) {
    if (r.slotCount >= available) return false;
    const at = entryOf(r, r.slotCount++);
    r.extraCount++;
    flags = <u32>load<u8>(at, EXTRA_FLAGS);
    r.segmentBytes = <u32>load<u16>(at, EXTRA_GSO_BYTES);
    const isGso = load<u8>(at, EXTRA_KIND) == EXTRA_KIND_GSO && load<u8>(at, EXTRA_GSO_KIND) == EXTRA_GSO_TCP_IPV4;
    if (!isGso || !r.segmentBytes) r.isRefused = 1;
  }
  return true;
}

/** Tells whether a slot of the packet is extra information. */
export function isExtra(r: TransmitRequest, slot: u32): bool {
  return slot != 0 && slot <= r.extraCount;
}

/** Puts the packet together and returns how many frames it makes; 0 for one that is refused. */
export function gatherRequest(m: GuestMemory): u32 {
  const r = transmitRequest();
  if (r.isRefused) return 0;
  if (r.slotCount == 1) {
    r.at = partOf(m, r, 0, r.bytes);
    packet().headerBytes = 0;
    return r.at && r.bytes <= FRAME_BYTES_MAX ? 1 : 0;
  }
  r.at = packetBytesAt(packet());
  let at = r.at;
  for (let slot: u32 = 0; slot < r.slotCount; slot++) {
    if (isExtra(r, slot)) continue;
    const bytes = slot ? <u32>load<u16>(entryOf(r, slot), TX_REQUEST_SIZE) : r.bytes - r.laterBytes;
    const part = partOf(m, r, slot, bytes);
    if (!part) return 0;
    copy(at, part, keptFrom(at - r.at, bytes));
    at += bytes;
  }
  if (!r.segmentBytes) {
    packet().headerBytes = 0;
    return r.bytes > FRAME_BYTES_MAX ? 0 : 1;
  }
  return describe(packet(), r) && packet().frameCount <= FRAME_COUNT_MAX ? packet().frameCount : 0;
}

/** Returns where the bytes of a slot are; 0 if they are not granted, or leave their page. */
function partOf(m: GuestMemory, r: TransmitRequest, slot: u32, bytes: u32): u32 {
  const entry = entryOf(r, slot);
  const offset = <u32>load<u16>(entry, TX_REQUEST_OFFSET);
  const page = grantedPage(m, load<u32>(entry, TX_REQUEST_GRANT), false);
  return page == NOT_GRANTED || offset + bytes > PAGE_BYTES ? 0 : look(m, page << PAGE_SHIFT) + offset;
}

/** Describes the packet to whoever cuts it; false if it is no TCP over IPv4, or its headers are not inside it. */
function describe(p: Packet, r: TransmitRequest): bool {
  const at = packetBytesAt(p);
  const first = <u32>load<u8>(at, IPV4_START);
  const ipBytes = (first & IPV4_LENGTH_MASK) << 2;
  const l4 = ETHERNET_BYTES + ipBytes;
  if (!carries(at, PROTOCOL_TCP) || first >>> 4 != IPV4_VERSION || l4 + TCP_BYTES > r.bytes) return false;
  const tcpBytes = (<u32>load<u8>(at + l4, TCP_OFFSET) >>> 4) << 2;
  writeTcpContext(contextAt(p, 0), ipBytes, tcpBytes, r.segmentBytes);
  p.bytes = r.bytes;
  p.command = TX_TSE;
  p.status = TX_IXSM | TX_TXSM;
  p.isTagged = 0;
  p.isLegacy = 0;
  return measureSegments(p, FRAME_BYTES_MAX);
}

/** Makes a frame of the packet that was put together, in a slot of its own. */
export function takeFrame(index: u32): u32 {
  const p = packet();
  if (p.headerBytes) {
    const slot = takeSlot(frameBytes(p, index));
    buildFrame(p, index, slot + FRAME_START);
    return slot;
  }
  const bytes = transmitRequest().bytes;
  const slot = takeSlot(max<u32>(bytes, FRAME_BYTES_MIN));
  copy(slot + FRAME_START, transmitRequest().at, keptOf(bytes));
  if (bytes < FRAME_BYTES_MIN) memory.fill(slot + FRAME_START + bytes, 0, FRAME_BYTES_MIN - bytes);
  return slot;
}
