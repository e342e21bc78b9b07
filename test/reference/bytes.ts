/**
 * Numbers in bytes: little-endian in registers and descriptors, big-endian in frames. Reading beyond the end gives zeros.
 * Source: docs/device.md, introduction.
 */

export function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

export function bigEndian16(bytes: Uint8Array, at: number): number {
  return (byteAt(bytes, at) << 8) | byteAt(bytes, at + 1);
}

export function bigEndian32(bytes: Uint8Array, at: number): number {
  return bigEndian16(bytes, at) * 0x10000 + bigEndian16(bytes, at + 2);
}

export function setBigEndian16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = (value >>> 8) & 0xff;
  bytes[at + 1] = value & 0xff;
}

export function setBigEndian32(bytes: Uint8Array, at: number, value: number): void {
  setBigEndian16(bytes, at, value >>> 16);
  setBigEndian16(bytes, at + 2, value & 0xffff);
}

export function littleEndian32(bytes: Uint8Array, at: number): number {
  const low = byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8);
  const high = byteAt(bytes, at + 2) | (byteAt(bytes, at + 3) << 8);
  return low + high * 0x10000;
}

/** Words as the bytes that DMA carries. */
export function wordBytes(...words: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(words.length * 4);
  words.forEach((word, index) => {
    for (let byte = 0; byte < 4; byte++) bytes[index * 4 + byte] = (word >>> (byte * 8)) & 0xff;
  });
  return bytes;
}

/** A 64-bit address from its two words. */
export function addressOf(low: number, high: number): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

/** Bits `high` to `low` of a word. */
export function bits(word: number, high: number, low: number): number {
  return Math.floor((word >>> 0) / 2 ** low) % 2 ** (high - low + 1);
}

export function hasBit(word: number, bit: number): boolean {
  return ((word >>> bit) & 1) === 1;
}

/** The word with a bit set or cleared. */
export function withBit(word: number, bit: number, isSet: boolean): number {
  return (isSet ? word | (1 << bit) : word & ~(1 << bit)) >>> 0;
}

/** An item of a list that has it. */
export function itemAt<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new Error(`no item ${index} in a list of ${items.length}`);
  return item;
}
