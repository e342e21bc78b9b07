/**
 * UDP over IPv4 (RFC 768, RFC 791): writing and checking of whole frames, with real checksums, so that a capture of
 * any simulated wire opens in a protocol analyser without a complaint.
 *
 * Left out: IPv4 options and fragments, UDP over IPv6.
 */

import { FRAME_BYTES_MIN } from "../layout/limits";
import {
  ETHERNET_BYTES,
  ETHERNET_TYPE,
  ETHERTYPE_IPV4,
  IPV4_BYTES,
  IPV4_CHECKSUM,
  IPV4_DONT_FRAGMENT,
  IPV4_FRAGMENT,
  IPV4_FROM,
  IPV4_ID,
  IPV4_LENGTH,
  IPV4_PROTOCOL,
  IPV4_START,
  IPV4_TO,
  IPV4_TTL,
  IPV4_TTL_DEFAULT,
  IPV4_VERSION_WORDS,
  PROTOCOL_UDP,
  UDP_BYTES,
  UDP_CHECKSUM,
  UDP_FROM,
  UDP_LENGTH,
  UDP_PAYLOAD,
  UDP_START,
  UDP_TO,
} from "../layout/packet";
import { addToSum, addWords, foldSum } from "./checksum";
import { writeEthernet } from "./ethernet";

/** One end of a UDP conversation: who speaks. */
@unmanaged
export class UdpEnd {
  mac: u64;
  ip: u32;
  port: u32;
}

/** Writes headers and checksums around a payload that stands at `at + UDP_PAYLOAD`; returns the frame's bytes. */
export function writeUdp(at: u32, from: UdpEnd, to: UdpEnd, id: u32, payloadBytes: u32): u32 {
  writeEthernet(at, to.mac, from.mac, <u16>ETHERTYPE_IPV4);
  const udpBytes = UDP_BYTES + payloadBytes;
  store<u16>(at, <u16>IPV4_VERSION_WORDS, IPV4_START);
  store<u16>(at, bswap<u16>(<u16>(IPV4_BYTES + udpBytes)), IPV4_LENGTH);
  store<u16>(at, bswap<u16>(<u16>id), IPV4_ID);
  store<u16>(at, bswap<u16>(<u16>IPV4_DONT_FRAGMENT), IPV4_FRAGMENT);
  store<u8>(at, IPV4_TTL_DEFAULT, IPV4_TTL);
  store<u8>(at, PROTOCOL_UDP, IPV4_PROTOCOL);
  store<u16>(at, 0, IPV4_CHECKSUM);
  store<u32>(at, bswap<u32>(from.ip), IPV4_FROM);
  store<u32>(at, bswap<u32>(to.ip), IPV4_TO);
  store<u16>(at, foldSum(addWords(0, at + IPV4_START, IPV4_BYTES)), IPV4_CHECKSUM);
  store<u16>(at, bswap<u16>(<u16>from.port), UDP_FROM);
  store<u16>(at, bswap<u16>(<u16>to.port), UDP_TO);
  store<u16>(at, bswap<u16>(<u16>udpBytes), UDP_LENGTH);
  store<u16>(at, 0, UDP_CHECKSUM);
  const sum = udpChecksum(at, udpBytes);
  // A sum of zero is sent as all ones, because zero says that there is none (RFC 768).
  store<u16>(at, sum ? sum : 0xffff, UDP_CHECKSUM);
  const bytes = UDP_PAYLOAD + payloadBytes;
  if (bytes >= FRAME_BYTES_MIN) return bytes;
  memory.fill(at + bytes, 0, FRAME_BYTES_MIN - bytes);
  return FRAME_BYTES_MIN;
}

/** Tells whether a frame is a whole, unfragmented UDP datagram with valid checksums. */
export function isUdp(at: u32, bytes: u32): bool {
  if (bytes < UDP_PAYLOAD) return false;
  if (load<u16>(at, ETHERNET_TYPE) != bswap<u16>(<u16>ETHERTYPE_IPV4)) return false;
  if (load<u8>(at, IPV4_START) != IPV4_VERSION_WORDS || load<u8>(at, IPV4_PROTOCOL) != PROTOCOL_UDP) return false;
  if ((load<u16>(at, IPV4_FRAGMENT) & bswap<u16>(0x3fff)) != 0) return false;
  const ipBytes = <u32>bswap<u16>(load<u16>(at, IPV4_LENGTH));
  const udpBytes = <u32>bswap<u16>(load<u16>(at, UDP_LENGTH));
  if (ipBytes < IPV4_BYTES + udpBytes || ETHERNET_BYTES + ipBytes > bytes || udpBytes < UDP_BYTES) return false;
  if (foldSum(addWords(0, at + IPV4_START, IPV4_BYTES))) return false;
  return !load<u16>(at, UDP_CHECKSUM) || !udpChecksum(at, udpBytes);
}

/** The checksum over pseudo header, header and payload (RFC 768); 0 when the datagram carries its own and is whole. */
function udpChecksum(at: u32, udpBytes: u32): u16 {
  let sum = addToSum(0, at + UDP_START, udpBytes);
  sum = addWords(sum, at + IPV4_FROM, 8);
  return foldSum(sum + bswap<u16>(<u16>PROTOCOL_UDP) + bswap<u16>(<u16>udpBytes));
}

/** Returns how many bytes of payload a datagram carries that `isUdp` accepted. */
export function payloadBytesOf(at: u32): u32 {
  return <u32>bswap<u16>(load<u16>(at, UDP_LENGTH)) - UDP_BYTES;
}

/** Reads who sent a datagram. */
export function readSender(at: u32, end: UdpEnd, mac: u64): void {
  end.mac = mac;
  end.ip = bswap<u32>(load<u32>(at, IPV4_FROM));
  end.port = <u32>bswap<u16>(load<u16>(at, UDP_FROM));
}

export function destinationIp(at: u32): u32 {
  return bswap<u32>(load<u32>(at, IPV4_TO));
}

export function destinationPort(at: u32): u32 {
  return <u32>bswap<u16>(load<u16>(at, UDP_TO));
}
