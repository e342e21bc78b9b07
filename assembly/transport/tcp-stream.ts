/**
 * Bulk streams. The bytes are a function of the connection and of their place: whoever reads them knows what must stand
 * there, so that a byte that is lost, doubled or in the wrong place is seen.
 *
 *     word n of a stream = (seed + n * STEP) ^ the same, shifted right by 29         8 bytes, little-endian
 *
 * Words are made and compared two at a time; what does not fill a word at either end of a part is done byte by byte.
 */
import { mix } from "../sim/digest";

/** Odd, with bits everywhere: neighbouring words differ in most bytes. */
const STEP: u64 = 0x9e3779b97f4a7c15;
const FOLD: i32 = 29;

/** Returns the seed of the stream from one port to another. */
export function streamSeed(fromIp: u32, fromPort: u32, toIp: u32, toPort: u32): u64 {
  return mix(((<u64>fromIp) << 32) | toIp, ((<u64>fromPort) << 16) | toPort);
}

function wordAt(seed: u64, number: u64): u64 {
  const linear = seed + number * STEP;
  return linear ^ (linear >> FOLD);
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
  const step = i64x2.splat(2 * STEP);
  const pairsEnd = to + ((end - to) & ~15);
  for (; to < pairsEnd; to += 16, offset += 16) {
    v128.store(to, v128.xor(pair, i64x2.shr_u(pair, FOLD)));
    pair = i64x2.add(pair, step);
  }
  for (; to < end; to++, offset++) store<u8>(to, byteAt(seed, offset));
}

/** Returns how many words, or bytes beside whole pairs of words, are not those of a stream from an offset on. */
export function wrongInStream(seed: u64, offset: u64, at: u32, bytes: u32): u32 {
  const end = at + bytes;
  let wrong: u32 = 0;
  for (; at < end && offset & 7; at++, offset++) if (load<u8>(at) != byteAt(seed, offset)) wrong++;
  const number = offset >> 3;
  let pair = i64x2(seed + number * STEP, seed + (number + 1) * STEP);
  const step = i64x2.splat(2 * STEP);
  const pairsEnd = at + ((end - at) & ~15);
  for (; at < pairsEnd; at += 16, offset += 16) {
    const right = v128.xor(pair, i64x2.shr_u(pair, FOLD));
    if (v128.any_true(v128.xor(right, v128.load(at)))) wrong++;
    pair = i64x2.add(pair, step);
  }
  for (; at < end; at++, offset++) if (load<u8>(at) != byteAt(seed, offset)) wrong++;
  return wrong;
}
