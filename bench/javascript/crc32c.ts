/**
 * CRC-32C (Castagnoli, RFC 3720 section 12.1), eight bytes at a time from eight tables (slicing-by-8, Kounavis and
 * Berry, 2005), as the simulator has it.
 */

const POLYNOMIAL = 0x82f63b78;
const TABLE_COUNT = 8;
const TABLE_WORDS = 256;

/** One table behind the other: table i moves a byte on by i more bytes. */
const TABLES = new Int32Array(TABLE_COUNT * TABLE_WORDS);
for (let byte = 0; byte < TABLE_WORDS; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  TABLES[byte] = crc;
}
for (let i = TABLE_WORDS; i < TABLES.length; i++) {
  const before = TABLES[i - TABLE_WORDS] ?? 0;
  TABLES[i] = entry(0, before) ^ (before >>> 8);
}

function entry(table: number, byte: number): number {
  return TABLES[table * TABLE_WORDS + (byte & 0xff)] ?? 0;
}

/** Starts with -1 and ends with an inversion, so that a run of bytes may come in parts. */
export function crc32cContinued(crc: number, view: DataView, from: number, byteCount: number): number {
  const end = from + byteCount;
  const wholeEnd = from + (byteCount & ~7);
  let running = crc;
  let at = from;
  for (; at < wholeEnd; at += 8) {
    const low = running ^ view.getInt32(at, true);
    const high = view.getInt32(at + 4, true);
    running =
      entry(7, low) ^
      entry(6, low >>> 8) ^
      entry(5, low >>> 16) ^
      entry(4, low >>> 24) ^
      entry(3, high) ^
      entry(2, high >>> 8) ^
      entry(1, high >>> 16) ^
      entry(0, high >>> 24);
  }
  for (; at < end; at++) running = entry(0, running ^ view.getUint8(at)) ^ (running >>> 8);
  return running;
}

/** Returns the CRC of bytes, unsigned. */
export function crc32c(view: DataView, at: number, byteCount: number): number {
  return ~crc32cContinued(-1, view, at, byteCount) >>> 0;
}
