/**
 * Receive-side scaling: the Toeplitz hash over addresses and ports, and the queue that it picks.
 *
 * Source: 82576 datasheet section 7.1.2.8; the hash is Microsoft's, with its verification suite in the tests.
 */
import { RX_TYPE_IPV4, RX_TYPE_IPV4_OPTIONS, RX_TYPE_IPV6, RX_TYPE_IPV6_EXTENSIONS } from "../layout/descriptor";
import { IPV4_FROM, IPV4_START, IPV6_FROM, PROTOCOL_TCP, PROTOCOL_UDP } from "../layout/packet";
import { MRQC_TYPE_SHIFT, PF_RETA, PF_RSSRK } from "../layout/physical-function";
import { Headers } from "./headers";
import { Pf } from "./physical-function";

/** RSS types, as the descriptor has them; MRQC enables each by a bit. */
const TCP_IPV4: u32 = 1;
const IPV4: u32 = 2;
const TCP_IPV6: u32 = 3;
const IPV6_EXTENDED: u32 = 4;
const IPV6: u32 = 5;
const TCP_IPV6_EXTENDED: u32 = 6;
const UDP_IPV4: u32 = 7;
const UDP_IPV6: u32 = 8;
const UDP_IPV6_EXTENDED: u32 = 9;

const IPV4_ADDRESSES_BYTES: u32 = 8;
const IPV6_ADDRESSES_BYTES: u32 = 32;
const PORTS_BYTES: u32 = 4;
/** Entries of the redirection table. */
const RETA_MASK: u32 = 127;

function isEnabled(p: Pf, type: u32): bool {
  return ((p.mrqc >>> (MRQC_TYPE_SHIFT + type)) & 1) != 0;
}

function pick(p: Pf, h: Headers, tcp: u32, udp: u32, plain: u32): u32 {
  if (h.protocol == PROTOCOL_TCP && isEnabled(p, tcp)) return tcp;
  if (h.protocol == PROTOCOL_UDP && isEnabled(p, udp)) return udp;
  return isEnabled(p, plain) ? plain : 0;
}

/** Returns the RSS type of a frame, 0 when nothing is enabled that it could be hashed by. */
export function rssType(p: Pf, h: Headers): u32 {
  if (h.types & (RX_TYPE_IPV4 | RX_TYPE_IPV4_OPTIONS)) return pick(p, h, TCP_IPV4, UDP_IPV4, IPV4);
  if (h.types & RX_TYPE_IPV6) return pick(p, h, TCP_IPV6, UDP_IPV6, IPV6);
  if (h.types & RX_TYPE_IPV6_EXTENSIONS) return pick(p, h, TCP_IPV6_EXTENDED, UDP_IPV6_EXTENDED, IPV6_EXTENDED);
  return 0;
}

/** Returns the hash of a frame at `at` that has an RSS type. */
export function rssHash(p: Pf, h: Headers, at: u32, type: u32): u32 {
  const isIpv4 = type == TCP_IPV4 || type == UDP_IPV4 || type == IPV4;
  const addresses = at + h.l3 + (isIpv4 ? IPV4_FROM - IPV4_START : IPV6_FROM);
  const addressesBytes = isIpv4 ? IPV4_ADDRESSES_BYTES : IPV6_ADDRESSES_BYTES;
  const key = changetype<u32>(p) + PF_RSSRK;
  const hash = toeplitz(0, key, addresses, addressesBytes);
  const hasPorts = type != IPV4 && type != IPV6 && type != IPV6_EXTENDED;
  return hasPorts ? toeplitz(hash, key + addressesBytes, at + h.l4, PORTS_BYTES) : hash;
}

/** Adds bytes to a hash: every bit that is set adds the 32 bits of the key that begin at its place. */
function toeplitz(hash: u32, key: u32, at: u32, bytes: u32): u32 {
  for (let i: u32 = 0; i < bytes; i++) {
    const window = ((<u64>bswap<u32>(load<u32>(key + i))) << 8) | load<u8>(key + i, 4);
    const byte = <u32>load<u8>(at + i);
    for (let bit: u32 = 0; bit < 8; bit++) {
      if ((byte << bit) & 0x80) hash ^= <u32>(window >> (8 - bit));
    }
  }
  return hash;
}

/** Returns the queue that a hash picks. */
export function queueOf(p: Pf, hash: u32): u32 {
  return <u32>load<u8>(changetype<u32>(p) + PF_RETA + (hash & RETA_MASK)) & 1;
}
