/**
 * Packets that an analyser understands: Ethernet, IPv4 or IPv6, TCP, UDP or SCTP with one chunk of data. What is in
 * their checksum fields is chosen: the sum, a wrong one, or what a driver leaves there for the device to finish.
 */
import { setBigEndian16, setBigEndian32, wordBytes } from "../reference/bytes";
import { crc32c, fold, onesSum } from "../reference/checksums";
import { PROTOCOL_SCTP, PROTOCOL_TCP, PROTOCOL_UDP } from "../reference/program-frames";

/** For the device: the pseudo header's sum, without the length if the packet is to be segmented. */
export type Sum = "right" | "wrong" | "none" | "pseudo" | "pseudoWithoutLength";

export interface PacketShape {
  readonly to: Uint8Array;
  readonly from: Uint8Array;
  readonly isIpv6: boolean;
  readonly protocol: number;
  readonly payload: Uint8Array;
  /** A tag that is in the packet already. */
  readonly tag?: number;
  readonly optionWords?: number;
  /** IPv4: the flags and offset word. */
  readonly fragment?: number;
  readonly identification?: number;
  readonly sequence?: number;
  readonly flags?: number;
  readonly ipSum?: "right" | "wrong";
  readonly l4Sum?: Sum;
}

export interface L4Packet {
  readonly bytes: Uint8Array;
  readonly macBytes: number;
  readonly ipBytes: number;
  readonly l4Bytes: number;
}

const FROM_PORT = 40_000;
const TO_PORT = 40_001;
const NOP = 1;
const SCTP_CHUNK_BYTES = 16;

function ipv4(shape: PacketShape): Uint8Array {
  const bytes = new Uint8Array(20 + (shape.optionWords ?? 0) * 4).fill(NOP, 20);
  bytes.set([0x45 + (shape.optionWords ?? 0), 0]);
  setBigEndian16(bytes, 4, shape.identification ?? 0x1234);
  setBigEndian16(bytes, 6, shape.fragment ?? 0x4000);
  bytes.set([64, shape.protocol, 0, 0, 10, 0, 0, 1, 10, 0, 1, 2], 8);
  return bytes;
}

function ipv6({ protocol }: PacketShape): Uint8Array {
  const bytes = new Uint8Array(40);
  bytes[0] = 0x60;
  bytes.set([protocol, 64, 0xfd], 6);
  bytes.set([1], 23);
  bytes.set([0xfd], 24);
  bytes.set([2], 39);
  return bytes;
}

function l4(shape: PacketShape): Uint8Array {
  const isTcp = shape.protocol === PROTOCOL_TCP;
  const bytes = new Uint8Array(isTcp ? 20 : shape.protocol === PROTOCOL_UDP ? 8 : 12 + SCTP_CHUNK_BYTES);
  setBigEndian16(bytes, 0, FROM_PORT);
  setBigEndian16(bytes, 2, TO_PORT);
  if (isTcp) {
    setBigEndian32(bytes, 4, shape.sequence ?? 1000);
    bytes.set([0x50, shape.flags ?? 0x10, 0x20, 0], 12);
  } else if (shape.protocol === PROTOCOL_SCTP) {
    setBigEndian32(bytes, 4, 0x01020304);
    // A whole datagram: DATA, first and last fragment, its length, number 1.
    bytes.set([0, 3, 0, 0, 0, 0, 0, 1], 12);
    setBigEndian16(bytes, 14, SCTP_CHUNK_BYTES + shape.payload.length);
  }
  return bytes;
}

/** Returns where the checksum stands in the header of a protocol. */
export function sumFieldAt(protocol: number): number {
  if (protocol === PROTOCOL_TCP) return 16;
  return protocol === PROTOCOL_UDP ? 6 : 8;
}

function finishL4(bytes: Uint8Array, shape: PacketShape, l3At: number, l4At: number): void {
  const { protocol, l4Sum = "right" } = shape;
  const l4Length = bytes.length - l4At;
  if (protocol === PROTOCOL_UDP) setBigEndian16(bytes, l4At + 4, l4Length);
  const at = l4At + sumFieldAt(protocol);
  if (l4Sum === "none") return;
  if (protocol === PROTOCOL_SCTP) {
    if (l4Sum !== "pseudo") bytes.set(wordBytes(crc32c(bytes, l4At)), at);
  } else {
    const addresses = onesSum(bytes, l3At + (shape.isIpv6 ? 8 : 12), l3At + (shape.isIpv6 ? 40 : 20));
    const pseudo = addresses + protocol + (l4Sum === "pseudoWithoutLength" ? 0 : l4Length);
    const sum = ~fold(pseudo + onesSum(bytes, l4At, bytes.length)) & 0xffff;
    setBigEndian16(bytes, at, l4Sum.startsWith("pseudo") ? fold(pseudo) : sum);
  }
  if (l4Sum === "wrong") bytes[at] = (bytes[at] ?? 0) ^ 0x55;
}

/** Builds a packet; it is not padded. */
export function buildPacket(shape: PacketShape): L4Packet {
  const tagBytes = shape.tag === undefined ? [] : [0x81, 0, shape.tag >> 8, shape.tag & 0xff];
  const mac = [...shape.to, ...shape.from, ...tagBytes, ...(shape.isIpv6 ? [0x86, 0xdd] : [8, 0])];
  const [l3, header] = [shape.isIpv6 ? ipv6(shape) : ipv4(shape), l4(shape)];
  const bytes = Uint8Array.from([...mac, ...l3, ...header, ...shape.payload]);
  const l4At = mac.length + l3.length;
  if (shape.isIpv6) {
    setBigEndian16(bytes, mac.length + 4, bytes.length - l4At);
  } else {
    setBigEndian16(bytes, mac.length + 2, bytes.length - mac.length);
    setBigEndian16(bytes, mac.length + 10, ~onesSum(bytes, mac.length, l4At) & 0xffff);
    if (shape.ipSum === "wrong") bytes[mac.length + 10] = (bytes[mac.length + 10] ?? 0) ^ 0x55;
  }
  if (!((shape.fragment ?? 0) & 0x3fff)) finishL4(bytes, shape, mac.length, l4At);
  const l4Bytes = shape.protocol === PROTOCOL_TCP ? 20 : shape.protocol === PROTOCOL_UDP ? 8 : 12;
  return { bytes, macBytes: mac.length, ipBytes: l3.length, l4Bytes };
}
