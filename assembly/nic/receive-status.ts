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
  IPV4_BYTES,
  IPV4_FRAGMENT_OFFSET,
  IPV4_FROM,
  IPV4_PROTOCOL,
  IPV4_START,
  IPV4_TO,
  IPV6_FROM,
  PROTOCOL_UDP,
  UDP_BYTES,
  UDP_CHECKSUM,
  UDP_LENGTH,
  UDP_START,
} from "../layout/packet";
import { QUEUE_CHECKS_IP, QUEUE_CHECKS_L4 } from "../layout/virtual-function";
import { addToSum, addWords, foldSum } from "../wire/checksum";
import { keptFrom } from "../wire/content";
import { headerSum } from "../wire/ipv4";
import { Headers } from "./headers";

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

/** A first fragment of a UDP datagram that has a checksum: software adds up the fragments' sums. */
function isValidUdpFragment(h: Headers, at: u32): bool {
  if (h.fragment & IPV4_FRAGMENT_OFFSET || load<u8>(at + h.l3, IP_PROTOCOL) != PROTOCOL_UDP) return false;
  return h.end - h.l4 >= UDP_BYTES && load<u16>(at + h.l4, L4_UDP_CHECKSUM) != 0;
}

function l4Status(h: Headers, at: u32, isIpv4: bool): u32 {
  const l4 = at + h.l4;
  const room = h.end - h.l4;
  let bytes = room;
  let status: u32 = RX_L4CS;
  if (h.protocol == PROTOCOL_UDP) {
    if (!load<u16>(l4, L4_UDP_CHECKSUM)) return 0;
    status |= RX_UDPCS;
    bytes = <u32>bswap<u16>(load<u16>(l4, L4_UDP_LENGTH));
    if (bytes < UDP_BYTES || bytes > room) return status | RX_L4E;
  }
  const pseudo: u64 = <u64>bswap<u16>(<u16>h.protocol) + bswap<u16>(<u16>bytes);
  const ip = at + h.l3;
  const addresses = isIpv4 ? <u64>load<u32>(ip, IP_FROM) + load<u32>(ip, IP_TO) : addWords(0, ip + IPV6_FROM, 32);
  const sum = addToSum(pseudo + addresses, l4, keptFrom(h.l4, bytes));
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
