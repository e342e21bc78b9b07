/**
 * The Internet checksum, RFC 1071: the one's complement of the one's complement sum of 16-bit words. Sums are taken
 * over little-endian words and come out right when stored little-endian, because the sum does not care about byte
 * order (RFC 1071 section 2.B).
 */

/** Adds `bytes` bytes at `at` to a running sum; 16 at a time, in four lanes, which 64 KiB cannot overflow. */
export function addToSum(sum: u64, at: u32, bytes: u32): u64 {
  const end = at + bytes;
  if (bytes >= 64) {
    let lanes = i32x4.splat(0);
    for (const last = at + (bytes & ~31); at < last; at += 32) {
      const low = i32x4.extadd_pairwise_i16x8_u(v128.load(at));
      const high = i32x4.extadd_pairwise_i16x8_u(v128.load(at, 16));
      lanes = i32x4.add(lanes, i32x4.add(low, high));
    }
    sum += <u64>(<u32>i32x4.extract_lane(lanes, 0)) + <u32>i32x4.extract_lane(lanes, 1);
    sum += <u64>(<u32>i32x4.extract_lane(lanes, 2)) + <u32>i32x4.extract_lane(lanes, 3);
  }
  for (const last = at + ((end - at) & ~7); at < last; at += 8) sum += <u64>load<u32>(at) + load<u32>(at, 4);
  for (; at + 2 <= end; at += 2) sum += load<u16>(at);
  if (at < end) sum += load<u8>(at);
  return sum;
}

/** Folds a sum into the checksum, to be stored little-endian. */
export function foldSum(sum: u64): u16 {
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return <u16>~sum;
}
