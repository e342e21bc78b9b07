/**
 * What a frame is: tag, IP, TCP, UDP or SCTP, as the receiver recognises it. Invariant: a layer whose header is cut
 * short, or whose length reaches beyond what carries it, is not recognised, and the frame is of the layer below.
 * Source: docs/device.md, "Receive".
 */

import { bigEndian16, byteAt, hasBit } from "./bytes";
import { fold, onesSum } from "./checksums";

export type Layer3 = "none" | "ipv4" | "ipv6";
export type Layer4 = "none" | "tcp" | "udp" | "sctp";

const TYPE_VLAN = 0x8100;
const TYPE_IPV4 = 0x0800;
const TYPE_IPV6 = 0x86dd;
const HOP_BY_HOP = 0;
const TCP = 6;
const UDP = 17;
const ROUTING = 43;
const FRAGMENT = 44;
const DESTINATION = 60;
const SCTP = 132;

/** A frame's recognised layers; offsets count in the frame as it arrived. */
export interface Packet {
  readonly bytes: Uint8Array;
  readonly l3: Layer3;
  readonly l3At: number;
  /** The IP header with its options or extension headers. */
  readonly l3Bytes: number;
  /** Options of IPv4 or extension headers of IPv6. */
  readonly hasExtras: boolean;
  readonly isFragment: boolean;
  readonly fragmentOffset: number;
  readonly protocol: number;
  readonly l4: Layer4;
  readonly l4At: number;
  readonly l4Bytes: number;
  /** Where the payload of IP ends. */
  readonly ipEnd: number;
}

export function isGroupAddress(frame: Uint8Array): boolean {
  return hasBit(byteAt(frame, 0), 0);
}

export function isBroadcast(frame: Uint8Array): boolean {
  return [0, 1, 2, 3, 4, 5].every((at) => byteAt(frame, at) === 0xff);
}

export function hasTag(frame: Uint8Array): boolean {
  return bigEndian16(frame, 12) === TYPE_VLAN;
}

/** The two bytes of the tag after its type. */
export function tagOf(frame: Uint8Array): number {
  return bigEndian16(frame, 14);
}

export function vlanOf(frame: Uint8Array): number {
  return tagOf(frame) & 0xfff;
}

export function parsePacket(bytes: Uint8Array): Packet {
  const l3At = hasTag(bytes) ? 18 : 14;
  const type = bigEndian16(bytes, l3At - 2);
  const l3 = type === TYPE_IPV4 ? parseIpv4(bytes, l3At) : type === TYPE_IPV6 ? parseIpv6(bytes, l3At) : undefined;
  return l3 === undefined ? unknownPacket(bytes, l3At) : withLayer4(l3);
}

function unknownPacket(bytes: Uint8Array, l3At: number): Packet {
  const noL4 = { protocol: 0, l4: "none", l4At: l3At, l4Bytes: 0, ipEnd: l3At } as const;
  return { bytes, l3: "none", l3At, l3Bytes: 0, hasExtras: false, isFragment: false, fragmentOffset: 0, ...noL4 };
}

function parseIpv4(bytes: Uint8Array, l3At: number): Packet | undefined {
  const l3Bytes = (byteAt(bytes, l3At) & 15) * 4;
  const totalBytes = bigEndian16(bytes, l3At + 2);
  if (byteAt(bytes, l3At) >> 4 !== 4 || l3Bytes < 20 || l3At + l3Bytes > bytes.length) return undefined;
  if (totalBytes < l3Bytes || l3At + totalBytes > bytes.length) return undefined;
  const flags = bigEndian16(bytes, l3At + 6);
  return {
    ...unknownPacket(bytes, l3At),
    l3: "ipv4",
    l3Bytes,
    hasExtras: l3Bytes > 20,
    isFragment: (flags & 0x3fff) !== 0,
    fragmentOffset: flags & 0x1fff,
    protocol: byteAt(bytes, l3At + 9),
    l4At: l3At + l3Bytes,
    ipEnd: l3At + totalBytes,
  };
}

function parseIpv6(bytes: Uint8Array, l3At: number): Packet | undefined {
  const ipEnd = l3At + 40 + bigEndian16(bytes, l3At + 4);
  if (byteAt(bytes, l3At) >> 4 !== 6 || ipEnd > bytes.length) return undefined;
  let protocol = byteAt(bytes, l3At + 6);
  let at = l3At + 40;
  let isFragment = false;
  while (!isFragment && [HOP_BY_HOP, ROUTING, DESTINATION, FRAGMENT].includes(protocol)) {
    const length = protocol === FRAGMENT ? 8 : (byteAt(bytes, at + 1) + 1) * 8;
    if (at + length > ipEnd) break;
    isFragment = protocol === FRAGMENT;
    protocol = byteAt(bytes, at);
    at += length;
  }
  const l3Bytes = at - l3At;
  const hasExtras = l3Bytes > 40;
  return { ...unknownPacket(bytes, l3At), l3: "ipv6", l3Bytes, hasExtras, isFragment, protocol, l4At: at, ipEnd };
}

function withLayer4(packet: Packet): Packet {
  if (packet.isFragment) return packet;
  const { bytes, l4At, ipEnd } = packet;
  const room = ipEnd - l4At;
  if (packet.protocol === TCP && room >= 20) {
    const l4Bytes = (byteAt(bytes, l4At + 12) >> 4) * 4;
    return l4Bytes < 20 || l4Bytes > room ? packet : { ...packet, l4: "tcp", l4Bytes };
  }
  if (packet.protocol === UDP && room >= 8) return { ...packet, l4: "udp", l4Bytes: 8 };
  if (packet.protocol === SCTP && room >= 12) return { ...packet, l4: "sctp", l4Bytes: 12 };
  return packet;
}

/** Source and destination of IP, one after the other. */
export function addressesOf(packet: Packet): Uint8Array {
  if (packet.l3 === "ipv4") return packet.bytes.subarray(packet.l3At + 12, packet.l3At + 20);
  return packet.bytes.subarray(packet.l3At + 8, packet.l3At + 40);
}

/** Whether the header checksum of IPv4 is right. */
export function isIpv4SumRight(packet: Packet): boolean {
  return onesSum(packet.bytes, packet.l3At, packet.l3At + packet.l3Bytes) === 0xffff;
}

/** Whether a UDP header says that there is no checksum. */
export function isWithoutUdpSum(packet: Packet): boolean {
  return packet.l4 === "udp" && bigEndian16(packet.bytes, packet.l4At + 6) === 0;
}

/** Whether the checksum of TCP or UDP, and the length of UDP, are right. */
export function isL4SumRight(packet: Packet): boolean {
  const room = packet.ipEnd - packet.l4At;
  const length = packet.l4 === "udp" ? bigEndian16(packet.bytes, packet.l4At + 4) : room;
  if (packet.l4 === "udp" && (length < 8 || length > room)) return false;
  const addresses = addressesOf(packet);
  const pseudo = onesSum(addresses, 0, addresses.length) + (packet.l4 === "udp" ? UDP : TCP) + length;
  return fold(pseudo + onesSum(packet.bytes, packet.l4At, packet.l4At + length)) === 0xffff;
}

/** An IPv4 fragment that begins a UDP datagram with a checksum. */
export function isUdpFragmentWithSum(packet: Packet): boolean {
  if (packet.l3 !== "ipv4" || !packet.isFragment || packet.fragmentOffset !== 0 || packet.protocol !== UDP)
    return false;
  return packet.ipEnd - packet.l4At >= 8 && bigEndian16(packet.bytes, packet.l4At + 6) !== 0;
}
