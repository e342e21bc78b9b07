/**
 * Arithmetic of sequence numbers, modulo 2^32 (RFC 9293 section 3.4): `a` is before `b` when the way from `a` forward
 * to `b` is shorter than 2^31. Timestamps are compared alike (RFC 7323 section 5.2).
 */

/** Tells whether `a` comes before `b`. */
export function isBefore(a: u32, b: u32): bool {
  return <i32>(a - b) < 0;
}

/** Tells whether `a` comes after `b`. */
export function isAfter(a: u32, b: u32): bool {
  return <i32>(a - b) > 0;
}

/** Returns the earlier of two. */
export function earlierOf(a: u32, b: u32): u32 {
  return isBefore(a, b) ? a : b;
}

/** Returns the later of two. */
export function laterOf(a: u32, b: u32): u32 {
  return isAfter(a, b) ? a : b;
}
