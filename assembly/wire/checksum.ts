/**
 * The Internet checksum, RFC 1071: the one's complement of the one's complement sum of 16-bit words. Sums are taken
 * over little-endian words and come out right when stored little-endian, because the sum does not care about byte
 * order (RFC 1071 section 2.B).
 */

/**
 * Adds `bytes` bytes at `at`, at most 64 KiB, to a running sum. 64 at a time where there are as many: SIMD multiplies
 * and adds only signed words, so 2^15 is taken off each on the way (its highest bit is flipped), and added at the end.
 */
export function addToSum(sum: u64, at: u32, bytes: u32): u64 {
  const blockBytes = bytes & ~63;
  if (blockBytes) {
    const flip = i16x8.splat(-0x8000);
    const ones = i16x8.splat(1);
    let lanes = i32x4.splat(0);
    for (const last = at + blockBytes; at < last; at += 64) {
      const first = i32x4.dot_i16x8_s(v128.xor(v128.load(at), flip), ones);
      const second = i32x4.dot_i16x8_s(v128.xor(v128.load(at, 16), flip), ones);
      const third = i32x4.dot_i16x8_s(v128.xor(v128.load(at, 32), flip), ones);
      const fourth = i32x4.dot_i16x8_s(v128.xor(v128.load(at, 48), flip), ones);
      lanes = i32x4.add(lanes, i32x4.add(i32x4.add(first, second), i32x4.add(third, fourth)));
    }
    const low = <i64>i32x4.extract_lane(lanes, 0) + i32x4.extract_lane(lanes, 1);
    const high = <i64>i32x4.extract_lane(lanes, 2) + i32x4.extract_lane(lanes, 3);
    sum += <u64>(low + high) + <u64>(blockBytes >>> 1) * 0x8000;
  }
  for (const last = at + (bytes & 56); at < last; at += 8) sum += <u64>load<u32>(at) + load<u32>(at, 4);
  if (bytes & 4) {
    sum += load<u32>(at);
    at += 4;
  }
  if (bytes & 2) {
    sum += load<u16>(at);
    at += 2;
  }
  return bytes & 1 ? sum + load<u8>(at) : sum;
}

/** Adds `bytes` bytes at `at`, a multiple of 4, to a running sum: headers and addresses. */
export function addWords(sum: u64, at: u32, bytes: u32): u64 {
  for (const end = at + bytes; at < end; at += 4) sum += load<u32>(at);
  return sum;
}

/** Folds a sum into the checksum, to be stored little-endian. */
export function foldSum(sum: u64): u16 {
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return <u16>~sum;
}
