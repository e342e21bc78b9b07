/**
 * From a packet's bytes to frames: segmentation (TSO), checksum insertion, VLAN insertion, padding.
 *
 * A frame is built where it is wanted, one after the other, from the packet's bytes and the context that it names.
 * Offsets count from the frame as the driver wrote it, so the tag is inserted last but one; padding comes last.
 * Invariant: no frame is built unless `measureSegments` or `offloadsFit` has accepted its context.
 *
 * Source: 82576 datasheet section 7.2.4; docs/device.md, Checksums and Segmentation.
 */
import {
  CONTEXT_COMMAND,
  CONTEXT_IPV4,
  CONTEXT_L4LEN_SHIFT,
  CONTEXT_MSS_SHIFT,
  CONTEXT_SIZES,
  L4_SCTP,
  L4_TCP,
  L4_UDP,
  TSO_HEADER_BYTES_MAX,
  TSO_SEGMENT_COUNT_MAX,
  TX_CSO_SHIFT,
  TX_CSS_SHIFT,
  TX_IC,
  TX_IXSM,
  TX_TXSM,
} from "../layout/descriptor";
import { FRAME_BYTES_MIN } from "../layout/limits";
import {
  ETHERNET_BYTES,
  ETHERNET_TYPE,
  ETHERTYPE_VLAN,
  IPV4_BYTES,
  IPV4_CHECKSUM,
  IPV4_ID,
  IPV4_LENGTH,
  IPV4_START,
  IPV6_BYTES,
  IPV6_PAYLOAD_BYTES,
  SCTP_CHECKSUM,
  TCP_BYTES,
  TCP_CWR,
  TCP_FIN,
  TCP_FLAGS,
  TCP_PSH,
  TCP_SEQUENCE,
  UDP_BYTES,
  UDP_LENGTH,
  UDP_START,
  VLAN_TAG_BYTES,
} from "../layout/packet";
import { copy } from "../memory/copy";
import { crc32c } from "../sim/digest";
import { hasContent } from "../sim/world";
import { addToSum, foldSum } from "../wire/checksum";
import { keptFrom, keptOf } from "../wire/content";
import { insertL4Sum, sumFieldOf } from "./l4-sum";
import { ipBytesOf, macBytesOf, protocolOf } from "./offload-context";
import { contextAt, Packet, packetBytesAt, slotOf } from "./packet";

// Fields counted from the start of their header.
const IP_LENGTH: u32 = IPV4_LENGTH - IPV4_START;
const IP_ID: u32 = IPV4_ID - IPV4_START;
const IP_CHECKSUM: u32 = IPV4_CHECKSUM - IPV4_START;
const L4_UDP_LENGTH: u32 = UDP_LENGTH - UDP_START;

/** The context that a packet's first data descriptor names, and its fields. */
function contextOf(p: Packet): u32 {
  return contextAt(p, slotOf(p.status));
}
function macBytes(p: Packet): u32 {
  return macBytesOf(contextOf(p));
}
function ipBytes(p: Packet): u32 {
  return ipBytesOf(contextOf(p));
}
function isIpv4(p: Packet): bool {
  return (load<u32>(contextOf(p), CONTEXT_COMMAND) & CONTEXT_IPV4) != 0;
}
function protocol(p: Packet): u32 {
  return protocolOf(contextOf(p));
}
function l4Bytes(p: Packet): u32 {
  return (load<u32>(contextOf(p), CONTEXT_SIZES) >>> CONTEXT_L4LEN_SHIFT) & 0xff;
}

/** Tells whether a packet can be segmented, into frames of at most `room` bytes, and into how many. */
export function measureSegments(p: Packet, room: u32): bool {
  const header = macBytes(p) + ipBytes(p) + l4Bytes(p);
  const segment = load<u32>(contextOf(p), CONTEXT_SIZES) >>> CONTEXT_MSS_SHIFT;
  if (header > TSO_HEADER_BYTES_MAX || header >= p.bytes || !segment || header + segment > room) return false;
  const l4 = protocol(p);
  if (l4 > L4_TCP || l4Bytes(p) < (l4 == L4_TCP ? TCP_BYTES : UDP_BYTES)) return false;
  if (macBytes(p) < ETHERNET_BYTES || ipBytes(p) < (isIpv4(p) ? IPV4_BYTES : IPV6_BYTES)) return false;
  p.headerBytes = header;
  p.segmentBytes = segment;
  p.frameCount = (p.bytes - header + segment - 1) / segment;
  return p.frameCount <= TSO_SEGMENT_COUNT_MAX;
}

/** Tells whether every offload that a packet of one frame asks for lies inside its bytes. */
export function offloadsFit(p: Packet): bool {
  if (p.isLegacy) {
    return !(p.command & TX_IC) || (legacyStart(p) <= p.bytes && legacyField(p) + 2 <= p.bytes);
  }
  const l4 = macBytes(p) + ipBytes(p);
  if (p.status & TX_IXSM && isIpv4(p) && (ipBytes(p) < IPV4_BYTES || l4 > p.bytes)) return false;
  return !(p.status & TX_TXSM) || (protocol(p) <= L4_SCTP && l4 + fieldEnd(p) <= p.bytes);
}

function legacyStart(p: Packet): u32 {
  return (p.status >>> TX_CSS_SHIFT) & 0xff;
}
function legacyField(p: Packet): u32 {
  return (p.command >>> TX_CSO_SHIFT) & 0xff;
}

/** Where the checksum field of the context's protocol ends, counted from its header. */
function fieldEnd(p: Packet): u32 {
  const l4 = protocol(p);
  return l4 == L4_SCTP ? SCTP_CHECKSUM + 4 : sumFieldOf(l4) + 2;
}

/** Returns the bytes of frame `index` of a packet, tag and padding included. */
export function frameBytes(p: Packet, index: u32): u32 {
  return max<u32>(bareBytes(p, index) + (p.isTagged ? VLAN_TAG_BYTES : 0), FRAME_BYTES_MIN);
}

/** Bytes of a frame before a tag is inserted. */
function bareBytes(p: Packet, index: u32): u32 {
  return p.headerBytes ? p.headerBytes + payloadBytes(p, index) : p.bytes;
}

function payloadBytes(p: Packet, index: u32): u32 {
  const before = index * p.segmentBytes;
  return min<u32>(p.segmentBytes, p.bytes - p.headerBytes - before);
}

/** Builds frame `index` of a packet at `to`, which has room for `frameBytes` of it. */
export function buildFrame(p: Packet, index: u32, to: u32): void {
  const from = packetBytesAt(p);
  const at = p.isTagged ? to + VLAN_TAG_BYTES : to;
  const bare = bareBytes(p, index);
  if (p.headerBytes) {
    const payload = payloadBytes(p, index);
    copy(at, from, p.headerBytes);
    if (hasContent()) copy(at + p.headerBytes, from + p.headerBytes + index * p.segmentBytes, payload);
    else memory.fill(at + p.headerBytes, 0, keptFrom(p.headerBytes, payload));
    adjustHeaders(p, index, at, payload);
    insertChecksums(p, at, bare, swapped(l4Bytes(p) + payload));
  } else {
    copy(at, from, keptOf(bare));
    if (!p.isLegacy) insertChecksums(p, at, bare, 0);
    else if (p.command & TX_IC) insertLegacyChecksum(p, at, bare);
  }
  if (p.isTagged) insertTag(to, p.tag);
  const bytes = p.isTagged ? bare + VLAN_TAG_BYTES : bare;
  if (bytes < FRAME_BYTES_MIN) memory.fill(to + bytes, 0, FRAME_BYTES_MIN - bytes);
}

/** Moves the addresses down over the gap before the frame and puts the tag behind them. */
function insertTag(to: u32, tag: u32): void {
  memory.copy(to, to + VLAN_TAG_BYTES, ETHERNET_TYPE);
  store<u16>(to, bswap<u16>(<u16>ETHERTYPE_VLAN), ETHERNET_TYPE);
  store<u16>(to, bswap<u16>(<u16>tag), ETHERNET_TYPE + 2);
}

/** Gives a segment its own lengths, identification, sequence number and flags. */
function adjustHeaders(p: Packet, index: u32, at: u32, payload: u32): void {
  const ip = at + macBytes(p);
  const l4 = ip + ipBytes(p);
  const afterIp = l4Bytes(p) + payload;
  if (isIpv4(p)) {
    store<u16>(ip, <u16>swapped(ipBytes(p) + afterIp), IP_LENGTH);
    store<u16>(ip, <u16>swapped(<u32>bswap<u16>(load<u16>(ip, IP_ID)) + index), IP_ID);
  } else {
    store<u16>(ip, <u16>swapped(ipBytes(p) - IPV6_BYTES + afterIp), IPV6_PAYLOAD_BYTES);
  }
  if (protocol(p) == L4_UDP) {
    store<u16>(l4, <u16>swapped(afterIp), L4_UDP_LENGTH);
    return;
  }
  const sequence = bswap<u32>(load<u32>(l4, TCP_SEQUENCE)) + index * p.segmentBytes;
  store<u32>(l4, bswap<u32>(sequence), TCP_SEQUENCE);
  let flags = load<u8>(l4, TCP_FLAGS);
  if (index + 1 < p.frameCount) flags &= <u8>~(TCP_FIN | TCP_PSH);
  if (index) flags &= <u8>~TCP_CWR;
  store<u8>(l4, flags, TCP_FLAGS);
}

/** A 16-bit number as it stands in a frame. */
function swapped(value: u32): u32 {
  return <u32>bswap<u16>(<u16>value);
}

/** Inserts what IXSM and TXSM ask for; `extra` is added to the sum of L4, as it stands in a frame. */
function insertChecksums(p: Packet, at: u32, bytes: u32, extra: u32): void {
  const ip = at + macBytes(p);
  if (p.status & TX_IXSM && isIpv4(p)) {
    store<u16>(ip, 0, IP_CHECKSUM);
    store<u16>(ip, foldSum(addToSum(0, ip, ipBytes(p))), IP_CHECKSUM);
  }
  if (!(p.status & TX_TXSM)) return;
  const start = macBytes(p) + ipBytes(p);
  const kind = protocol(p);
  if (kind != L4_SCTP) {
    insertL4Sum(at, start, bytes - start, kind, extra);
    return;
  }
  const l4 = at + start;
  store<u32>(l4, 0, SCTP_CHECKSUM);
  store<u32>(l4, crc32c(l4, keptFrom(start, bytes - start)), SCTP_CHECKSUM);
}

function insertLegacyChecksum(p: Packet, at: u32, bytes: u32): void {
  const start = legacyStart(p);
  store<u16>(at + legacyField(p), foldSum(addToSum(0, at + start, keptFrom(start, bytes - start))));
}
