/**
 * The sums of the device: the ones' complement sum of the Internet, CRC-32 of Ethernet, CRC-32C of SCTP.
 * A sum is folded to 16 bits and not complemented. Source: docs/device.md, "Checksums" and "Receive"; RFC 1071, RFC 9260.
 */

import { byteAt } from "./bytes";

/** Folds a sum of 16-bit numbers. */
export function fold(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded % 0x10000) + Math.floor(folded / 0x10000);
  return folded;
}

/** The folded ones' complement sum of bytes from `from` up to `to`; an odd last byte is the high half of a number. */
export function onesSum(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at += 2) {
    sum += byteAt(bytes, at) * 256 + (at + 1 < to ? byteAt(bytes, at + 1) : 0);
  }
  return fold(sum);
}

function reflectedTable(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, index) => {
    let remainder = index;
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ ((remainder & 1) === 1 ? polynomial : 0);
    return remainder >>> 0;
  });
}

const ETHERNET_TABLE = reflectedTable(0xedb88320);
const CASTAGNOLI_TABLE = reflectedTable(0x82f63b78);

function reflectedCrc(table: Uint32Array, bytes: Uint8Array, from: number): number {
  let crc = 0xffffffff;
  for (let at = from; at < bytes.length; at++) crc = (crc >>> 8) ^ (table[(crc ^ byteAt(bytes, at)) & 0xff] ?? 0);
  return ~crc >>> 0;
}

/** The check sequence of a frame; its least significant byte comes first. */
export function crc32(bytes: Uint8Array): number {
  return reflectedCrc(ETHERNET_TABLE, bytes, 0);
}

/** The checksum of an SCTP packet that begins at `from`, its field being zero; stored little-endian. */
export function crc32c(bytes: Uint8Array, from: number): number {
  return reflectedCrc(CASTAGNOLI_TABLE, bytes, from);
}
