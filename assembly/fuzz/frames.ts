/**
 * Frames of every type that the device tells apart, made once for a chunk. Those that come from the wire are copied from
 * here and turned towards a pool; those that guests send lie in their memories and are described in `Template`.
 *
 * Checksums are right, so that a device that checks them says so; mutating is up to whoever uses a frame.
 */
import { FRAME_BYTES_MIN } from "../layout/limits";
import {
  ETHERNET_BYTES,
  ETHERNET_TYPE,
  ETHERTYPE_ARP,
  ETHERTYPE_IPV4,
  ETHERTYPE_IPV6,
  ETHERTYPE_VLAN,
  IPV6_DESTINATION,
  IPV6_FRAGMENT,
  IPV6_HOP_BY_HOP,
  IPV6_ROUTING,
  PROTOCOL_SCTP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  VLAN_TAG_BYTES,
} from "../layout/packet";
import { reserve } from "../sim/world";
import { addToSum, foldSum } from "../wire/checksum";
import { writeEthernet } from "../wire/ethernet";
import { below, between, chance, next, Stream, word } from "./stream";

/** A frame, and how long its headers are. */
@unmanaged
export class Template {
  bytes: u32;
  l3Bytes: u32;
  l4Bytes: u32;
  /** L4T of a context: UDP 0, TCP 1, SCTP 2. */
  l4: u32;
  isIpv4: u32;
  /** It can be segmented. */
  isWhole: u32;
}

const TEMPLATE_BYTES: u32 = 32;
/** Frames that guests send, in slots of half a page. */
export const SENT_COUNT: u32 = 48;
export const SLOT_BYTES: u32 = 2048;
/** Frames from the wire; each has its length before it. */
export const WIRE_FRAME_COUNT: u32 = 96;
const TEMPLATES: u32 = <u32>memory.data(48 * 32);
const WIRE_FRAMES_AT: u32 = <u32>memory.data(4);

export function template(index: u32): Template {
  return changetype<Template>(TEMPLATES + index * TEMPLATE_BYTES);
}

/** Returns where a frame from the wire is; its length stands there, and its bytes 8 behind. */
export function wireFrameAt(index: u32): u32 {
  return load<u32>(WIRE_FRAMES_AT) + index * SLOT_BYTES;
}
export const WIRE_FRAME_START: u32 = 8;

/** Kinds of frame. */
const KIND_COUNT: u32 = 16;

/** Makes the frames that come from the wire in this chunk. */
export function createWireFrames(s: Stream): void {
  store<u32>(WIRE_FRAMES_AT, reserve(WIRE_FRAME_COUNT * SLOT_BYTES));
  for (let i: u32 = 0; i < WIRE_FRAME_COUNT; i++) {
    const at = wireFrameAt(i) + WIRE_FRAME_START;
    let bytes = buildFrame(s, changetype<Template>(TEMPLATES), at, i % KIND_COUNT, payloadBytes(s));
    if (chance(s, 250)) bytes = insertTag(s, at, bytes);
    if (chance(s, 30)) bytes = between(s, 1500, 1700);
    if (chance(s, 100)) breakFrame(s, at, bytes);
    store<u32>(at - WIRE_FRAME_START, bytes);
  }
}

/** Makes the frames that guests send, one behind the other from `at` on. */
export function createSentFrames(s: Stream, at: u32): void {
  for (let i: u32 = 0; i < SENT_COUNT; i++) {
    const t = template(i);
    // Half of them can be segmented.
    const kind = i & 1 ? below(s, KIND_COUNT) : WHOLE_KINDS[below(s, 6)];
    t.bytes = buildFrame(s, t, at + i * SLOT_BYTES, kind, payloadBytes(s));
  }
}

const WHOLE_KINDS: StaticArray<u32> = [0, 1, 3, 4, 5, 0];

function payloadBytes(s: Stream): u32 {
  const r = below(s, 100);
  if (r < 70) return between(s, 18, 200);
  return r < 95 ? between(s, 200, 900) : between(s, 900, 1400);
}

/** Puts a tag of a VLAN from 0 to 5 behind the addresses; returns the bytes that the frame then has. */
export function insertTag(s: Stream, at: u32, bytes: u32): u32 {
  memory.copy(at + ETHERNET_TYPE + VLAN_TAG_BYTES, at + ETHERNET_TYPE, bytes - ETHERNET_TYPE);
  put16(at + ETHERNET_TYPE, ETHERTYPE_VLAN);
  put16(at + ETHERNET_TYPE + 2, (below(s, 8) << 13) | below(s, 6));
  return bytes + VLAN_TAG_BYTES;
}

/** Flips bits in the headers. */
export function breakFrame(s: Stream, at: u32, bytes: u32): void {
  for (let n = between(s, 1, 3); n; n--) {
    const where = at + ETHERNET_TYPE + below(s, min<u32>(64, bytes - ETHERNET_TYPE));
    store<u8>(where, load<u8>(where) ^ <u8>((<u32>1) << below(s, 8)));
  }
}

function put16(at: u32, value: u32): void {
  store<u16>(at, bswap<u16>(<u16>value));
}

/** Builds a frame of a kind, with so many bytes of payload; returns its bytes. */
function buildFrame(s: Stream, t: Template, at: u32, kind: u32, payload: u32): u32 {
  for (let i: u32 = 0; i < SLOT_BYTES - 64; i += 8) store<u64>(at + i, next(s));
  const isIpv6 = kind == 3 || kind == 4 || (kind >= 8 && kind <= 10) || kind == 13;
  writeEthernet(at, 0, 0, <u16>(isIpv6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4));
  t.isIpv4 = isIpv6 ? 0 : 1;
  t.isWhole = kind == 0 || kind == 1 || (kind >= 3 && kind <= 5) ? 1 : 0;
  t.l4 = 0;
  t.l4Bytes = 8;
  t.l3Bytes = 20;
  if (kind == 11 || kind == 15) {
    writeEthernet(at, 0, 0, <u16>(kind == 11 ? ETHERTYPE_ARP : word(s)));
    return max<u32>(ETHERNET_BYTES + payload, FRAME_BYTES_MIN);
  }
  let protocol = PROTOCOL_UDP;
  if (kind == 1 || kind == 4 || kind == 8) {
    protocol = PROTOCOL_TCP;
    t.l4 = 1;
    t.l4Bytes = 20;
  } else if (kind == 2 || kind == 13) {
    protocol = PROTOCOL_SCTP;
    t.l4 = 2;
    t.l4Bytes = 12;
  }
  const ip = at + ETHERNET_BYTES;
  if (isIpv6) writeIpv6(s, t, ip, kind, protocol, payload);
  else writeIpv4(s, t, ip, kind, protocol, payload);
  const l4 = ip + t.l3Bytes;
  const isFragment = kind == 6 || kind == 7 || kind == 9;
  writeL4(t, ip, l4, protocol, payload, isIpv6, kind == 14);
  if (kind == 12) store<u8>(ip + below(s, 6), <u8>word(s));
  if (isFragment && kind == 7) store<u64>(l4, next(s));
  return max<u32>(ETHERNET_BYTES + t.l3Bytes + t.l4Bytes + payload, FRAME_BYTES_MIN);
}

function writeIpv4(s: Stream, t: Template, ip: u32, kind: u32, protocol: u32, payload: u32): void {
  if (kind == 5) t.l3Bytes = between(s, 6, 15) << 2;
  store<u8>(ip, <u8>(0x40 | (t.l3Bytes >>> 2)));
  put16(ip + 2, t.l3Bytes + t.l4Bytes + payload);
  put16(ip + 6, kind == 6 ? 0x2000 : kind == 7 ? between(s, 1, 0x1fff) : 0x4000);
  store<u8>(ip, <u8>protocol, 9);
  store<u16>(ip, 0, 10);
  store<u16>(ip, foldSum(addToSum(0, ip, t.l3Bytes)), 10);
}

function writeIpv6(s: Stream, t: Template, ip: u32, kind: u32, protocol: u32, payload: u32): void {
  store<u8>(ip, 0x60);
  t.l3Bytes = 40;
  let before = ip + 6;
  if (kind == 8 || kind == 10) before = addExtension(s, t, ip, before, kind == 8 ? IPV6_HOP_BY_HOP : IPV6_DESTINATION);
  if (kind == 10) before = addExtension(s, t, ip, before, IPV6_ROUTING);
  if (kind == 9) before = addExtension(s, t, ip, before, IPV6_FRAGMENT);
  store<u8>(before, <u8>protocol);
  put16(ip + 4, t.l3Bytes - 40 + t.l4Bytes + payload);
}

/** Adds an extension header; returns where the number of what follows it belongs. */
function addExtension(s: Stream, t: Template, ip: u32, before: u32, number: u32): u32 {
  store<u8>(before, <u8>number);
  const at = ip + t.l3Bytes;
  const units = number == IPV6_FRAGMENT ? 0 : below(s, 3);
  store<u8>(at, <u8>units, 1);
  t.l3Bytes += (units + 1) << 3;
  return at;
}

function writeL4(t: Template, ip: u32, l4: u32, protocol: u32, payload: u32, isIpv6: bool, isUnchecked: bool): void {
  const bytes = t.l4Bytes + payload;
  if (protocol == PROTOCOL_SCTP) return;
  const isTcp = protocol == PROTOCOL_TCP;
  if (isTcp) store<u8>(l4, 0x50, 12);
  else put16(l4 + 4, bytes);
  const field = l4 + (isTcp ? 16 : 6);
  store<u16>(field, 0);
  if (isUnchecked) return;
  const pseudo = <u64>bswap<u16>(<u16>protocol) + bswap<u16>(<u16>bytes);
  const sum = foldSum(addToSum(addToSum(pseudo, ip + (isIpv6 ? 8 : 12), isIpv6 ? 32 : 8), l4, bytes));
  store<u16>(field, sum ? sum : <u16>0xffff);
}
