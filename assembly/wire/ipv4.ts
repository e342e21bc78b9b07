/**
 * IPv4 without options and fragments (RFC 791): the header around what UDP and TCP carry, and the pseudo header of their
 * checksums.
 */

import { FRAME_BYTES_MIN } from "../layout/limits";
import {
  ETHERNET_BYTES,
  ETHERNET_TYPE,
  ETHERTYPE_IPV4,
  IPV4_BYTES,
  IPV4_DONT_FRAGMENT,
  IPV4_FRAGMENT,
  IPV4_FROM,
  IPV4_ID,
  IPV4_IS_FRAGMENT,
  IPV4_LENGTH,
  IPV4_PROTOCOL,
  IPV4_START,
  IPV4_TO,
  IPV4_TTL,
  IPV4_TTL_DEFAULT,
  IPV4_VERSION_WORDS,
} from "../layout/packet";
import { foldSum } from "./checksum";
import { writeEthernet } from "./ethernet";

/**
 * Writes the Ethernet and the IPv4 header before `payloadBytes` of a protocol. The header is five words, added up as
 * they are made: who reads back a word that was stored in parts waits until the processor has put them together.
 */
export function writeIpv4(
  at: u32,
  toMac: u64,
  fromMac: u64,
  toIp: u32,
  fromIp: u32,
  id: u32,
  protocol: u32,
  payloadBytes: u32,
): void {
  writeEthernet(at, toMac, fromMac, <u16>ETHERTYPE_IPV4);
  const version = IPV4_VERSION_WORDS | ((<u32>bswap<u16>(<u16>(IPV4_BYTES + payloadBytes))) << 16);
  const fragment = <u32>bswap<u16>(<u16>id) | ((<u32>bswap<u16>(<u16>IPV4_DONT_FRAGMENT)) << 16);
  const carried = IPV4_TTL_DEFAULT | (protocol << 8);
  const from = bswap<u32>(fromIp);
  const to = bswap<u32>(toIp);
  const sum = foldSum(<u64>version + fragment + carried + from + to);
  store<u32>(at, version, IPV4_START);
  store<u32>(at, fragment, IPV4_ID);
  store<u32>(at, carried | ((<u32>sum) << 16), IPV4_TTL);
  store<u32>(at, from, IPV4_FROM);
  store<u32>(at, to, IPV4_TO);
}

/** Tells whether a frame, which has room for the header, says that it carries a protocol over IPv4. */
export function carries(at: u32, protocol: u32): bool {
  return load<u16>(at, ETHERNET_TYPE) == bswap<u16>(<u16>ETHERTYPE_IPV4) && load<u8>(at, IPV4_PROTOCOL) == protocol;
}

/** Returns how many bytes of a protocol a frame carries, in a whole packet with a valid header; 0 for anything else. */
export function carriedBytes(at: u32, bytes: u32, protocol: u32): u32 {
  if (bytes < ETHERNET_BYTES + IPV4_BYTES || !carries(at, protocol)) return 0;
  if (load<u8>(at, IPV4_START) != IPV4_VERSION_WORDS) return 0;
  if ((load<u16>(at, IPV4_FRAGMENT) & bswap<u16>(<u16>IPV4_IS_FRAGMENT)) != 0) return 0;
  const ipBytes = <u32>bswap<u16>(load<u16>(at, IPV4_LENGTH));
  if (ipBytes < IPV4_BYTES || ETHERNET_BYTES + ipBytes > bytes) return 0;
  return foldSum(headerSum(at + IPV4_START)) ? 0 : ipBytes - IPV4_BYTES;
}

/** Returns the sum of a header without options, or of what stands before the options. */
export function headerSum(ip: u32): u64 {
  return <u64>load<u32>(ip) + load<u32>(ip, 4) + load<u32>(ip, 8) + load<u32>(ip, 12) + load<u32>(ip, 16);
}

/** Adds the pseudo header of a protocol's checksum (RFC 768, RFC 9293 section 3.1), its length included. */
export function addPseudoHeader(sum: u64, at: u32, protocol: u32, bytes: u32): u64 {
  return sum + load<u32>(at, IPV4_FROM) + load<u32>(at, IPV4_TO) + bswap<u16>(<u16>protocol) + bswap<u16>(<u16>bytes);
}

/** Pads a frame to the shortest that there is; returns its bytes. */
export function padded(at: u32, bytes: u32): u32 {
  if (bytes >= FRAME_BYTES_MIN) return bytes;
  memory.fill(at + bytes, 0, FRAME_BYTES_MIN - bytes);
  return FRAME_BYTES_MIN;
}
