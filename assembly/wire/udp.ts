import {
  IPV4_CHECKSUM,
  IPV4_FROM,
  IPV4_ID,
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
import { world } from "../sim/world";
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

/**
 * What datagrams from one end to another, of one length, have in common: the headers, without identification and UDP's
 * checksum, and the sums of both checksums without what is missing.
 */
@unmanaged
export class UdpTemplate {
  header0: u64;
  header8: u64;
  header16: u64;
  header24: u64;
  header32: u64;
  ipSum: u64;
  udpSum: u64;
  /** That of the pseudo header, as a device that computes the checksum wants it. */
  seed: u16;
  payloadBytes: u32;
  /** Those of them that are there (wire/content.ts). */
  keptBytes: u32;
}

if (offsetof<UdpTemplate>("ipSum") < UDP_CHECKSUM) ERROR("layout: a template has room for the headers");

/** Where the template at hand lies in the world's scratch page: behind two ends. */
const TEMPLATE_AT: u32 = 64;

/** The template that was prepared last. */
export function udpTemplate(): UdpTemplate {
  return changetype<UdpTemplate>(world().scratch + TEMPLATE_AT);
}

/** Works out what datagrams with so many bytes of payload have in common. */
export function prepareUdp(t: UdpTemplate, from: UdpEnd, to: UdpEnd, payloadBytes: u32): void {
  const at = changetype<u32>(t);
  const udpBytes = UDP_BYTES + payloadBytes;
  writeIpv4(at, to.mac, from.mac, to.ip, from.ip, 0, PROTOCOL_UDP, udpBytes);
  t.ipSum = <u64>(<u16>~load<u16>(at, IPV4_CHECKSUM));
  const ports = <u32>bswap<u16>(<u16>from.port) | ((<u32>bswap<u16>(<u16>to.port)) << 16);
  const length = bswap<u16>(<u16>udpBytes);
  store<u32>(at, ports, UDP_FROM);
  store<u16>(at, length, UDP_LENGTH);
  const pseudoSum = addPseudoHeader(0, at, PROTOCOL_UDP, udpBytes);
  t.udpSum = pseudoSum + ports + length;
  t.seed = ~foldSum(pseudoSum);
  t.payloadBytes = payloadBytes;
  t.keptBytes = keptFrom(UDP_PAYLOAD, payloadBytes);
}

/**
 * Writes a datagram's headers and checksums around a payload that stands at `at + UDP_PAYLOAD`, or leaves the datagram's own
 * to a device; returns the frame's bytes.
 */
export function writePrepared(t: UdpTemplate, at: u32, id: u32, isOffloaded: bool): u32 {
  const idWord = <u32>bswap<u16>(<u16>id);
  store<u64>(at, t.header0);
  store<u64>(at, t.header8, 8);
  store<u64>(at, t.header16, 16);
  store<u64>(at, t.header24, 24);
  store<u64>(at, t.header32, 32);
  store<u16>(at, <u16>idWord, IPV4_ID);
  store<u16>(at, foldSum(t.ipSum + idWord), IPV4_CHECKSUM);
  store<u16>(at, isOffloaded ? t.seed : udpSumOf(t, at), UDP_CHECKSUM);
  return padded(at, UDP_PAYLOAD + t.payloadBytes);
}

function udpSumOf(t: UdpTemplate, at: u32): u16 {
  const sum = foldSum(addToSum(t.udpSum, at + UDP_PAYLOAD, t.keptBytes));
  // A sum of zero is sent as all ones, because zero says that there is none (RFC 768).
  return sum ? sum : <u16>0xffff;
}

/** Writes a datagram of its own. */
export function writeUdp(at: u32, from: UdpEnd, to: UdpEnd, id: u32, payloadBytes: u32): u32 {
  const t = udpTemplate();
  prepareUdp(t, from, to, payloadBytes);
  return writePrepared(t, at, id, false);
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
