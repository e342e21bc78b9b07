/**
 * A 64-bit digest of memory, eight bytes at a time over four independent lanes. It tells runs apart and compares
 * pages; it is not meant to withstand an opponent. CRC-32C guards the state image, whose format others decode.
 *
 * Constants and the shape (multiply, rotate, avalanche) are those of the xxHash family (Collet, XXH64, 2014); the
 * values are this project's own, not XXH64's.
 */
import { CRC_TABLE } from "../layout/memory-map";

const PRIME_1: u64 = 0x9e3779b185ebca87;
const PRIME_2: u64 = 0xc2b2ae3d27d4eb4f;
const PRIME_3: u64 = 0x165667b19e3779f9;

/** Mixes one word into a digest. */
export function mix(digest: u64, word: u64): u64 {
  return rotl<u64>(digest ^ (rotl<u64>(word * PRIME_2, 31) * PRIME_1), 27) * PRIME_1 + PRIME_3;
}

/** Mixes `bytes` bytes at `at` into a digest; `bytes` is a multiple of 8. */
export function digestBytes(digest: u64, at: u32, bytes: u32): u64 {
  assert(!(bytes & 7), "digests go over whole words");
  const end = at + bytes;
  if (bytes >= 32) {
    let lane0 = digest + PRIME_1 + PRIME_2;
    let lane1 = digest + PRIME_2;
    let lane2 = digest;
    let lane3 = digest - PRIME_1;
    const lanesEnd = at + (bytes & ~31);
    for (; at < lanesEnd; at += 32) {
      lane0 = rotl<u64>(lane0 + load<u64>(at) * PRIME_2, 31) * PRIME_1;
      lane1 = rotl<u64>(lane1 + load<u64>(at, 8) * PRIME_2, 31) * PRIME_1;
      lane2 = rotl<u64>(lane2 + load<u64>(at, 16) * PRIME_2, 31) * PRIME_1;
      lane3 = rotl<u64>(lane3 + load<u64>(at, 24) * PRIME_2, 31) * PRIME_1;
    }
    digest = rotl<u64>(lane0, 1) + rotl<u64>(lane1, 7) + rotl<u64>(lane2, 12) + rotl<u64>(lane3, 18);
  }
  for (; at < end; at += 8) digest = mix(digest, load<u64>(at));
  digest ^= digest >> 33;
  digest *= PRIME_2;
  return digest ^ (digest >> 29);
}

const CRC32C_POLYNOMIAL: u32 = 0x82f63b78;

/** Fills the table that `crc32c` reads; once for a world. */
export function createCrcTable(): void {
  for (let byte: u32 = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ CRC32C_POLYNOMIAL : crc >>> 1;
    store<u32>(CRC_TABLE + (byte << 2), crc);
  }
}

/** Returns the CRC-32C (Castagnoli, RFC 3720 section 12.1) of `bytes` bytes at `at`. */
export function crc32c(at: u32, bytes: u32): u32 {
  let crc: u32 = ~0;
  for (const end = at + bytes; at < end; at++) {
    crc = load<u32>(CRC_TABLE + (((crc ^ load<u8>(at)) & 0xff) << 2)) ^ (crc >>> 8);
  }
  return ~crc;
}

const CRC32_POLYNOMIAL: u32 = 0xedb88320;

/** Returns the CRC-32 of IEEE 802.3 section 3.2.9 of `bytes` bytes at `at`: the frame check sequence. Bit by bit: rare. */
export function crc32(at: u32, bytes: u32): u32 {
  let crc: u32 = ~0;
  for (const end = at + bytes; at < end; at++) {
    crc ^= load<u8>(at);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ CRC32_POLYNOMIAL : crc >>> 1;
  }
  return ~crc;
}
