/**
 * What a received frame is: its layers, and where they begin. The device reports it, checks sums over it, hashes parts
 * of it and splits headers from it.
 *
 * A header that is cut short by what carries it is not recognised: the frame counts as being of the layer below. One
 * record for a world; nothing in it outlives the frame at hand.
 *
 * Source: 82576 datasheet sections 7.1.3 and 7.1.5; RFC 791, RFC 8200, RFC 9293, RFC 768, RFC 9260.
 */
import {
  RX_TYPE_IPV4,
  RX_TYPE_IPV4_OPTIONS,
  RX_TYPE_IPV6,
  RX_TYPE_IPV6_EXTENSIONS,
  RX_TYPE_SCTP,
  RX_TYPE_TCP,
  RX_TYPE_UDP,
} from "../layout/descriptor";
import {
  ETHERNET_BYTES,
  ETHERNET_TYPE,
  ETHERTYPE_IPV4,
  ETHERTYPE_IPV6,
  ETHERTYPE_VLAN,
  IPV4_BYTES,
  IPV4_FRAGMENT,
  IPV4_ID,
  IPV4_IS_FRAGMENT,
  IPV4_LENGTH,
  IPV4_PROTOCOL,
  IPV4_START,
  IPV6_BYTES,
  IPV6_DESTINATION,
  IPV6_FRAGMENT,
  IPV6_HOP_BY_HOP,
  IPV6_NEXT,
  IPV6_PAYLOAD_BYTES,
  IPV6_ROUTING,
  PROTOCOL_SCTP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  SCTP_BYTES,
  TCP_BYTES,
  TCP_OFFSET,
  UDP_BYTES,
  VLAN_TAG_BYTES,
} from "../layout/packet";
import { world } from "../sim/world";

@unmanaged
export class Headers {
  /** RX_TYPE_ bits. */
  types: u32;
  /** Where the IP header begins; meaningless without IP. */
  l3: u32;
  /** Where the IP header, extension headers included, ends, and where its payload does. */
  l4: u32;
  end: u32;
  /** Protocol number of what follows; 0 unless its header is whole and the packet no fragment. */
  protocol: u32;
  isFragment: u32;
  /** IPv4: as they stand in the frame, in host order. */
  identification: u32;
  fragment: u32;
  /** Bytes of the whole header through L4, 0 without a recognised one. */
  l4Bytes: u32;
  isTagged: u32;
}

export function headers(): Headers {
  return changetype<Headers>(world().headers);
}

export const HEADERS_BYTES: u32 = 64;
if (offsetof<Headers>() > HEADERS_BYTES) ERROR("layout: Headers does not fit HEADERS_BYTES");

// Fields counted from the start of the IP header.
const IP_LENGTH: u32 = IPV4_LENGTH - IPV4_START;
const IP_ID: u32 = IPV4_ID - IPV4_START;
const IP_FRAGMENT: u32 = IPV4_FRAGMENT - IPV4_START;
const IP_PROTOCOL: u32 = IPV4_PROTOCOL - IPV4_START;

function field16(at: u32): u32 {
  return <u32>bswap<u16>(load<u16>(at));
}

/** Reads the headers of a frame of so many bytes at `at`; the frame's room has four bytes more. */
export function readHeaders(at: u32, bytes: u32): Headers {
  const h = headers();
  h.types = 0;
  h.protocol = 0;
  h.isFragment = 0;
  h.l4Bytes = 0;
  let type = field16(at + ETHERNET_TYPE);
  let l3 = ETHERNET_BYTES;
  const isTagged = type == ETHERTYPE_VLAN;
  if (isTagged) {
    type = field16(at + ETHERNET_TYPE + VLAN_TAG_BYTES);
    l3 = ETHERNET_BYTES + VLAN_TAG_BYTES;
  }
  h.isTagged = isTagged ? 1 : 0;
  h.l3 = l3;
  if (bytes < l3) return h;
  if (type == ETHERTYPE_IPV4) readIpv4(h, at, l3, bytes - l3);
  else if (type == ETHERTYPE_IPV6) readIpv6(h, at + l3, bytes - l3);
  return h;
}

function readIpv4(h: Headers, at: u32, l3: u32, room: u32): void {
  const ip = at + l3;
  if (room < IPV4_BYTES) return;
  const first = <u32>load<u8>(ip);
  const header = (first & 15) << 2;
  const total = field16(ip + IP_LENGTH);
  if (first >>> 4 != 4 || header < IPV4_BYTES || header > total || total > room) return;
  h.types = header == IPV4_BYTES ? RX_TYPE_IPV4 : RX_TYPE_IPV4_OPTIONS;
  h.l4 = l3 + header;
  h.end = l3 + total;
  h.identification = field16(ip + IP_ID);
  const fragment = field16(ip + IP_FRAGMENT);
  h.fragment = fragment;
  if (fragment & IPV4_IS_FRAGMENT) h.isFragment = 1;
  else readL4(h, at, l3 + header, total - header, load<u8>(ip, IP_PROTOCOL));
}

function readIpv6(h: Headers, ip: u32, room: u32): void {
  if (room < IPV6_BYTES || load<u8>(ip) >>> 4 != 6) return;
  const payload = field16(ip + IPV6_PAYLOAD_BYTES);
  if (payload > room - IPV6_BYTES) return;
  h.types = RX_TYPE_IPV6;
  h.end = h.l3 + IPV6_BYTES + payload;
  h.l4 = h.l3 + IPV6_BYTES;
  const at = ip - h.l3;
  let next = <u32>load<u8>(ip, IPV6_NEXT);
  while (next == IPV6_HOP_BY_HOP || next == IPV6_ROUTING || next == IPV6_DESTINATION || next == IPV6_FRAGMENT) {
    if (h.end - h.l4 < 8) return;
    const extension: u32 = next == IPV6_FRAGMENT ? 8 : (<u32>load<u8>(at + h.l4, 1) + 1) << 3;
    if (h.end - h.l4 < extension) return;
    h.types = RX_TYPE_IPV6_EXTENSIONS;
    const isFragment = next == IPV6_FRAGMENT;
    next = <u32>load<u8>(at + h.l4);
    h.l4 += extension;
    if (isFragment) {
      h.isFragment = 1;
      return;
    }
  }
  readL4(h, at, h.l4, h.end - h.l4, next);
}

function readL4(h: Headers, at: u32, l4: u32, room: u32, protocol: u32): void {
  if (protocol == PROTOCOL_UDP) {
    if (room < UDP_BYTES) return;
    h.types |= RX_TYPE_UDP;
    h.l4Bytes = l4 + UDP_BYTES;
  } else if (protocol == PROTOCOL_TCP) {
    if (room < TCP_BYTES) return;
    const header = (<u32>load<u8>(at + l4, TCP_OFFSET) >>> 4) << 2;
    if (header < TCP_BYTES || header > room) return;
    h.types |= RX_TYPE_TCP;
    h.l4Bytes = l4 + header;
  } else if (protocol == PROTOCOL_SCTP) {
    if (room < SCTP_BYTES) return;
    h.types |= RX_TYPE_SCTP;
  } else {
    return;
  }
  h.protocol = protocol;
}
