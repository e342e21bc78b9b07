/**
 * Bulk streams. The bytes are a function of the connection and of their place: whoever reads them knows what must stand
 * there, so that a byte that is lost, doubled or in the wrong place is seen.
 *
 *     word n of a stream = (seed + n * STEP) ^ the same, shifted right by 29, | ODD         8 bytes, little-endian
 *
 * Bytes are odd, none is 0: a page that holds any is no page of zeros, which a checkpoint sends as less.
 * Words are made and compared eight at a time; what does not fill a word at either end of a part is done byte by byte.
 */
import { mix } from "../sim/digest";

/** Odd, with bits everywhere: neighbouring words differ in most bytes. */
const STEP: u64 = 0x9e3779b97f4a7c15;
const FOLD: i32 = 29;
/** The lowest bit of each byte. */
const ODD: u64 = 0x0101010101010101;
/** Bytes that are made or compared in one step. */
const BLOCK_BYTES: u32 = 64;

/** Returns the seed of the stream from one port to another. */
export function streamSeed(fromIp: u32, fromPort: u32, toIp: u32, toPort: u32): u64 {
  return mix(((<u64>fromIp) << 32) | toIp, ((<u64>fromPort) << 16) | toPort);
}

function wordAt(seed: u64, number: u64): u64 {
  const linear = seed + number * STEP;
  return (linear ^ (linear >> FOLD)) | ODD;
}

function byteAt(seed: u64, offset: u64): u8 {
  return <u8>(wordAt(seed, offset >> 3) >> ((offset & 7) << 3));
}

/** Writes a stream's bytes from an offset on. */
export function writeStream(seed: u64, offset: u64, to: u32, bytes: u32): void {
  const end = to + bytes;
  for (; to < end && offset & 7; to++, offset++) store<u8>(to, byteAt(seed, offset));
  const number = offset >> 3;
  let pair = i64x2(seed + number * STEP, seed + (number + 1) * STEP);
  const blocksEnd = to + ((end - to) & ~(BLOCK_BYTES - 1));
  for (; to < blocksEnd; to += BLOCK_BYTES, offset += BLOCK_BYTES) {
    v128.store(to, folded(pair));
    v128.store(to, folded(i64x2.add(pair, i64x2.splat(2 * STEP))), 16);
    v128.store(to, folded(i64x2.add(pair, i64x2.splat(4 * STEP))), 32);
    v128.store(to, folded(i64x2.add(pair, i64x2.splat(6 * STEP))), 48);
    pair = i64x2.add(pair, i64x2.splat(8 * STEP));
  }
  for (; to + 8 <= end; to += 8, offset += 8) store<u64>(to, wordAt(seed, offset >> 3));
  for (; to < end; to++, offset++) store<u8>(to, byteAt(seed, offset));
}

/** Returns in how many places, blocks of 64 bytes or less, something else stands than a stream has from an offset on. */
export function wrongInStream(seed: u64, offset: u64, at: u32, bytes: u32): u32 {
  const end = at + bytes;
  let wrong: u32 = 0;
  for (; at < end && offset & 7; at++, offset++) if (load<u8>(at) != byteAt(seed, offset)) wrong++;
  const number = offset >> 3;
  let pair = i64x2(seed + number * STEP, seed + (number + 1) * STEP);
  const blocksEnd = at + ((end - at) & ~(BLOCK_BYTES - 1));
  for (; at < blocksEnd; at += BLOCK_BYTES, offset += BLOCK_BYTES) {
    const first = v128.xor(v128.load(at), folded(pair));
    const second = v128.xor(v128.load(at, 16), folded(i64x2.add(pair, i64x2.splat(2 * STEP))));
    const third = v128.xor(v128.load(at, 32), folded(i64x2.add(pair, i64x2.splat(4 * STEP))));
    const fourth = v128.xor(v128.load(at, 48), folded(i64x2.add(pair, i64x2.splat(6 * STEP))));
    if (v128.any_true(v128.or(v128.or(first, second), v128.or(third, fourth)))) wrong++;
    pair = i64x2.add(pair, i64x2.splat(8 * STEP));
  }
  for (; at + 8 <= end; at += 8, offset += 8) if (load<u64>(at) != wordAt(seed, offset >> 3)) wrong++;
  for (; at < end; at++, offset++) if (load<u8>(at) != byteAt(seed, offset)) wrong++;
  return wrong;
}

function folded(pair: v128): v128 {
  return v128.or(v128.xor(pair, i64x2.shr_u(pair, FOLD)), i64x2.splat(ODD));
}
