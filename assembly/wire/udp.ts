import {
  IPV4_FROM,
  IPV4_TO,
  PROTOCOL_UDP,
  UDP_BYTES,
  UDP_CHECKSUM,
  UDP_FROM,
  UDP_LENGTH,
  UDP_PAYLOAD,
  UDP_START,
  UDP_TO,
} from "../layout/packet";
import { addToSum, foldSum } from "./checksum";
import { keptFrom } from "./content";
import { addPseudoHeader, carriedBytes, padded, writeIpv4 } from "./ipv4";

/** One end of a UDP conversation: who speaks. */
@unmanaged
export class UdpEnd {
  mac: u64;
  ip: u32;
  port: u32;
}

/** Writes headers and checksums around a payload that stands at `at + UDP_PAYLOAD`; returns the frame's bytes. */
export function writeUdp(at: u32, from: UdpEnd, to: UdpEnd, id: u32, payloadBytes: u32): u32 {
  const udpBytes = UDP_BYTES + payloadBytes;
  writeIpv4(at, to.mac, from.mac, to.ip, from.ip, id, PROTOCOL_UDP, udpBytes);
  const ports = <u32>bswap<u16>(<u16>from.port) | ((<u32>bswap<u16>(<u16>to.port)) << 16);
  const length = <u32>bswap<u16>(<u16>udpBytes);
  const payload = addToSum(<u64>ports + length, at + UDP_PAYLOAD, keptFrom(UDP_PAYLOAD, payloadBytes));
  const sum = foldSum(addPseudoHeader(payload, at, PROTOCOL_UDP, udpBytes));
  store<u32>(at, ports, UDP_FROM);
  // A sum of zero is sent as all ones, because zero says that there is none (RFC 768).
  store<u32>(at, length | ((sum ? <u32>sum : 0xffff) << 16), UDP_LENGTH);
  return padded(at, UDP_PAYLOAD + payloadBytes);
}

/** Tells whether a frame is a whole, unfragmented UDP datagram with valid checksums. */
export function isUdp(at: u32, bytes: u32): bool {
  const ipPayloadBytes = carriedBytes(at, bytes, PROTOCOL_UDP);
  if (ipPayloadBytes < UDP_BYTES) return false;
  const udpBytes = <u32>bswap<u16>(load<u16>(at, UDP_LENGTH));
  if (udpBytes < UDP_BYTES || udpBytes > ipPayloadBytes) return false;
  return !load<u16>(at, UDP_CHECKSUM) || !udpChecksum(at, udpBytes);
}

/** The checksum over pseudo header, header and payload (RFC 768); 0 when the datagram carries its own and is whole. */
function udpChecksum(at: u32, udpBytes: u32): u16 {
  const sum = addToSum(0, at + UDP_START, keptFrom(UDP_START, udpBytes));
  return foldSum(addPseudoHeader(sum, at, PROTOCOL_UDP, udpBytes));
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
