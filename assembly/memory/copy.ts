/**
 * Copying of bytes on the hot path: 16 at a time below half a kilobyte, where a call of memory.copy costs more than
 * the copy; memory.copy above.
 */

/** Above this, memory.copy wins; measured by the ring-path benchmark. */
const BULK_BYTES: u32 = 512;

/** Copies `bytes` bytes; the ranges do not overlap. */
export function copy(to: u32, from: u32, bytes: u32): void {
  if (bytes > BULK_BYTES) {
    memory.copy(to, from, bytes);
    return;
  }
  if (bytes >= 16) {
    // The last 16 bytes overlap what the loop copied.
    const last = bytes - 16;
    for (let i: u32 = 0; i < last; i += 16) v128.store(to + i, v128.load(from + i));
    v128.store(to + last, v128.load(from + last));
    return;
  }
  for (let i: u32 = 0; i < bytes; i++) store<u8>(to + i, load<u8>(from + i));
}

/** Copies so many bytes, a multiple of 8 and few: in line, where even the choice above would cost more than the copy. */
export function copyFew(to: u32, from: u32, bytes: u32): void {
  for (let i: u32 = 0; i < bytes; i += 8) store<u64>(to + i, load<u64>(from + i));
}
