/**
 * What a receive descriptor says about a frame: packet type, hash or fragment checksum, what was checked and found
 * wrong. Looked at in the frame as it arrived, whether its tag is stripped or not.
 *
 * Source: 82576 datasheet sections 7.1.5.2 and 7.1.10; docs/device.md, Receive.
 */
import {
  RX_IPCS,
  RX_IPE,
  RX_L4CS,
  RX_L4E,
  RX_TYPE_IPV4,
  RX_TYPE_IPV4_OPTIONS,
  RX_TYPE_TCP,
  RX_TYPE_UDP,
  RX_UDPCS,
  RX_UDPV,
} from "../layout/descriptor";
import {
  ETHERNET_BYTES,
  ETHERNET_TYPE,
  IPV4_BYTES,
  IPV4_FRAGMENT,
  IPV4_FRAGMENT_OFFSET,
  IPV4_FROM,
  IPV4_LENGTH,
  IPV4_PROTOCOL,
  IPV4_START,
  IPV4_TO,
  IPV4_VERSION_WORDS,
  IPV6_FROM,
  LOADED_IPV4,
  LOADED_IS_FRAGMENT,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  TCP_BYTES,
  TCP_OFFSET,
  UDP_BYTES,
  UDP_CHECKSUM,
  UDP_LENGTH,
  UDP_START,
} from "../layout/packet";
import { QUEUE_CHECKS_IP, QUEUE_CHECKS_L4 } from "../layout/virtual-function";
import { addToSum, addWords, foldSum } from "../wire/checksum";
import { keptFrom } from "../wire/content";
import { Frame } from "../wire/frame";
import { headerSum } from "../wire/ipv4";
import { Headers } from "./headers";
import { partOf } from "./l4-sum";

const ANY_IPV4: u32 = RX_TYPE_IPV4 | RX_TYPE_IPV4_OPTIONS;
const L4_UDP_LENGTH: u32 = UDP_LENGTH - UDP_START;
const L4_UDP_CHECKSUM: u32 = UDP_CHECKSUM - UDP_START;
const IP_FROM: u32 = IPV4_FROM - IPV4_START;
const IP_TO: u32 = IPV4_TO - IPV4_START;
const IP_PROTOCOL: u32 = IPV4_PROTOCOL - IPV4_START;

/** Returns the status and error bits that a frame's headers bring, for a queue with these flags. */
export function headerStatus(h: Headers, at: u32, flags: u32): u32 {
  let status: u32 = 0;
  const isIpv4 = (h.types & ANY_IPV4) != 0;
  if (isIpv4 && flags & QUEUE_CHECKS_IP) {
    status = RX_IPCS;
    const options = addWords(0, at + h.l3 + IPV4_BYTES, h.l4 - h.l3 - IPV4_BYTES);
    if (foldSum(options + headerSum(at + h.l3))) status |= RX_IPE;
  }
  if (isIpv4 && h.isFragment && isValidUdpFragment(h, at)) status |= RX_UDPV;
  if (flags & QUEUE_CHECKS_L4 && h.types & (RX_TYPE_TCP | RX_TYPE_UDP)) status |= l4Status(h, at, isIpv4);
  return status;
}

/** Of a frame as most are: IPv4 in Ethernet, without a tag; version 4, five words of header. */
const PLAIN_IPV4: u32 = (IPV4_VERSION_WORDS << 16) | LOADED_IPV4;
const PLAIN_IPV4_MASK: u32 = 0xffffff;

/**
 * Returns the type of a frame that is a whole, untagged IPv4 packet without options and no fragment, and carries UDP or
 * TCP with a whole header; 0 for any other frame. What `readHeaders` finds out about any frame, for nearly all of them.
 */
export function plainType(at: u32, bytes: u32): u32 {
  if ((load<u32>(at, ETHERNET_TYPE) & PLAIN_IPV4_MASK) != PLAIN_IPV4) return 0;
  const total = <u32>bswap<u16>(load<u16>(at, IPV4_LENGTH));
  if (ETHERNET_BYTES + total > bytes || load<u16>(at, IPV4_FRAGMENT) & LOADED_IS_FRAGMENT) return 0;
  const protocol = <u32>load<u8>(at, IPV4_PROTOCOL);
  if (protocol == PROTOCOL_UDP) return total >= IPV4_BYTES + UDP_BYTES ? RX_TYPE_IPV4 | RX_TYPE_UDP : 0;
  if (protocol != PROTOCOL_TCP || total < IPV4_BYTES + TCP_BYTES) return 0;
  const header = (<u32>load<u8>(at + L4_START, TCP_OFFSET) >>> 4) << 2;
  return header >= TCP_BYTES && header <= total - IPV4_BYTES ? RX_TYPE_IPV4 | RX_TYPE_TCP : 0;
}

const L4_START: u32 = IPV4_START + IPV4_BYTES;

/** Returns the status and error bits of a frame that has a plain type, for a queue with these flags; it is in a slot. */
export function plainStatus(at: u32, type: u32, flags: u32, f: Frame): u32 {
  let status: u32 = 0;
  if (flags & QUEUE_CHECKS_IP) status = foldSum(headerSum(at + IPV4_START)) ? RX_IPCS | RX_IPE : RX_IPCS;
  if (!(flags & QUEUE_CHECKS_L4)) return status;
  const room = <u32>bswap<u16>(load<u16>(at, IPV4_LENGTH)) - IPV4_BYTES;
  const protocol: u32 = type & RX_TYPE_UDP ? PROTOCOL_UDP : PROTOCOL_TCP;
  const addresses = <u64>load<u32>(at, IPV4_FROM) + load<u32>(at, IPV4_TO);
  return status | l4StatusOf(at, L4_START, room, protocol, addresses, f);
}

/** A first fragment of a UDP datagram that has a checksum: software adds up the fragments' sums. */
function isValidUdpFragment(h: Headers, at: u32): bool {
  if (h.fragment & IPV4_FRAGMENT_OFFSET || load<u8>(at + h.l3, IP_PROTOCOL) != PROTOCOL_UDP) return false;
  return h.end - h.l4 >= UDP_BYTES && load<u16>(at + h.l4, L4_UDP_CHECKSUM) != 0;
}

function l4Status(h: Headers, at: u32, isIpv4: bool): u32 {
  const ip = at + h.l3;
  const addresses = isIpv4 ? <u64>load<u32>(ip, IP_FROM) + load<u32>(ip, IP_TO) : addWords(0, ip + IPV6_FROM, 32);
  return l4StatusOf(at, h.l4, h.end - h.l4, h.protocol, addresses, changetype<Frame>(0));
}

/**
 * The status of UDP or TCP that begins at an offset, with so much room for it and a sum of the addresses before it. What it
 * adds up to may be known of the frame that it is in, if that is given.
 */
function l4StatusOf(at: u32, offset: u32, room: u32, protocol: u32, addresses: u64, f: Frame): u32 {
  const l4 = at + offset;
  let bytes = room;
  let status: u32 = RX_L4CS;
  if (protocol == PROTOCOL_UDP) {
    if (!load<u16>(l4, L4_UDP_CHECKSUM)) return 0;
    status |= RX_UDPCS;
    bytes = <u32>bswap<u16>(load<u16>(l4, L4_UDP_LENGTH));
    if (bytes < UDP_BYTES || bytes > room) return status | RX_L4E;
  }
  const pseudo: u64 = <u64>bswap<u16>(<u16>protocol) + bswap<u16>(<u16>bytes);
  const isKnown = changetype<u32>(f) && f.summed == partOf(offset, bytes);
  const sum = isKnown ? pseudo + addresses + f.sum : addToSum(pseudo + addresses, l4, keptFrom(offset, bytes));
  return foldSum(sum) ? status | RX_L4E : status;
}

/** Returns the second word of a descriptor without a hash: IPv4 identification, and the sum of a fragment's payload. */
export function fragmentWord(h: Headers, at: u32): u32 {
  if (!(h.types & ANY_IPV4)) return 0;
  if (!h.isFragment) return h.identification;
  return h.identification | (sumOf(at, h.l4, h.end - h.l4) << 16);
}

/** Returns the ones' complement sum of a frame's bytes from an offset on, not complemented, as a number in network order. */
export function sumOf(at: u32, offset: u32, bytes: u32): u32 {
  return <u32>bswap<u16>(~foldSum(addToSum(0, at + offset, keptFrom(offset, bytes))) as u16);
}
