/**
 * A 64-bit digest of memory, eight bytes at a time over four independent lanes. It tells runs apart and compares
 * pages; it is not meant to withstand an opponent. CRC-32C guards the state image, whose format others decode.
 *
 * Constants and the shape (multiply, rotate, avalanche) are those of the xxHash family (Collet, XXH64, 2014); the
 * values are this project's own, not XXH64's.
 */
import { CRC_TABLE, CRC_TABLE_BYTES } from "../layout/memory-map";

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

/** Fills the tables that `crc32c` reads; once for a world. Table n is for a byte that n others follow. */
export function createCrcTable(): void {
  for (let byte: u32 = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ CRC32C_POLYNOMIAL : crc >>> 1;
    store<u32>(CRC_TABLE + (byte << 2), crc);
  }
  for (let at = CRC_TABLE; at < CRC_TABLE + 7 * CRC_STRIDE; at += 4) {
    const before = load<u32>(at);
    store<u32>(at, load<u32>(CRC_TABLE + ((before & 0xff) << 2)) ^ (before >>> 8), CRC_STRIDE);
  }
}

const CRC_STRIDE: u32 = 1024;
const T0: u32 = CRC_TABLE;
const T1: u32 = T0 + CRC_STRIDE;
const T2: u32 = T1 + CRC_STRIDE;
const T3: u32 = T2 + CRC_STRIDE;
const T4: u32 = T3 + CRC_STRIDE;
const T5: u32 = T4 + CRC_STRIDE;
const T6: u32 = T5 + CRC_STRIDE;
const T7: u32 = T6 + CRC_STRIDE;
if (T7 + CRC_STRIDE != CRC_TABLE + CRC_TABLE_BYTES) ERROR("layout: the tables of CRC-32C do not fit their place");

/** Returns the CRC-32C (Castagnoli, RFC 3720 section 12.1) of `bytes` bytes at `at`. */
export function crc32c(at: u32, bytes: u32): u32 {
  return ~addToCrc(~0, at, bytes);
}

/**
 * Adds bytes to a running CRC-32C, which begins with all ones and ends inverted. Eight at a time (Kounavis and Berry,
 * "Novel Table Lookup-Based Algorithms for High-Performance CRC Generation", 2008): what the next step waits for is
 * looked up last.
 */
export function addToCrc(crc: u32, at: u32, bytes: u32): u32 {
  for (const end = at + (bytes & ~7); at < end; at += 8) {
    const second = lookUp(load<u32>(at, 4));
    crc = second ^ lookUpAhead(crc ^ load<u32>(at));
  }
  if (bytes & 4) {
    crc = lookUp(crc ^ load<u32>(at));
    at += 4;
  }
  for (const end = at + (bytes & 3); at < end; at++) {
    crc = load<u32>(CRC_TABLE + (((crc ^ load<u8>(at)) & 0xff) << 2)) ^ (crc >>> 8);
  }
  return crc;
}

/** Looks four bytes up that no others follow; offsets are constants, so that a look-up is one instruction. */
function lookUp(word: u32): u32 {
  const upper = load<u32>((word >>> 14) & 0x3fc, T1) ^ load<u32>((word >>> 22) & 0x3fc, T0);
  return upper ^ (load<u32>((word << 2) & 0x3fc, T3) ^ load<u32>((word >>> 6) & 0x3fc, T2));
}

/** Looks four bytes up that four others follow. */
function lookUpAhead(word: u32): u32 {
  const upper = load<u32>((word >>> 14) & 0x3fc, T5) ^ load<u32>((word >>> 22) & 0x3fc, T4);
  return upper ^ (load<u32>((word << 2) & 0x3fc, T7) ^ load<u32>((word >>> 6) & 0x3fc, T6));
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
