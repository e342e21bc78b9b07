/**
 * The bytes that everything lies in: frames of both guests, slots of frames under way. An address is an offset into the
 * pool; 0 means none, because page 0 is never handed out. The views share one buffer, so that a copy from a guest's
 * frame to a slot is a copy within it.
 */

export const PAGE_BYTES = 4096;
export const PAGE_SHIFT = 12;
export const PAGE_MASK = 4095;
/** A page that is never written: what an absent page reads as. */
export const ZERO_PAGE = PAGE_BYTES;

/** Below this a loop over words wins over a call of `copyWithin`; measured with this benchmark. */
const BULK_BYTES = 256;

export class Pool {
  readonly bytes: Uint8Array;
  readonly halves: Uint16Array;
  readonly words: Uint32Array;
  /** Behind page 0 and the zero page. */
  #next = 2 * PAGE_BYTES;

  constructor(byteCount: number) {
    const buffer = new ArrayBuffer(byteCount);
    this.bytes = new Uint8Array(buffer);
    this.halves = new Uint16Array(buffer);
    this.words = new Uint32Array(buffer);
  }

  /** Reserves bytes at a multiple of `alignment`, a power of two; returns where. */
  reserve(byteCount: number, alignment: number): number {
    const at = (this.#next + alignment - 1) & -alignment;
    if (at + byteCount > this.bytes.length) throw new RangeError("the pool covers every reservation");
    this.#next = at + byteCount;
    return at;
  }
}

/** Returns the word at an address, a multiple of 4. */
export function load32(pool: Pool, at: number): number {
  return pool.words[at >>> 2] ?? 0;
}

export function store32(pool: Pool, at: number, value: number): void {
  pool.words[at >>> 2] = value;
}

/** Returns the half-word at an address, a multiple of 2. */
export function load16(pool: Pool, at: number): number {
  return pool.halves[at >>> 1] ?? 0;
}

export function store16(pool: Pool, at: number, value: number): void {
  pool.halves[at >>> 1] = value;
}

export function load8(pool: Pool, at: number): number {
  return pool.bytes[at] ?? 0;
}

/** Copies bytes between ranges that do not overlap. */
export function copy(pool: Pool, to: number, from: number, byteCount: number): void {
  if (byteCount > BULK_BYTES || (to | from) & 3) {
    pool.bytes.copyWithin(to, from, from + byteCount);
    return;
  }
  const { words, bytes } = pool;
  const wordCount = byteCount >>> 2;
  const toWord = to >>> 2;
  const fromWord = from >>> 2;
  let i = 0;
  for (; i + 4 <= wordCount; i += 4) {
    const a = words[fromWord + i] ?? 0;
    const b = words[fromWord + i + 1] ?? 0;
    const c = words[fromWord + i + 2] ?? 0;
    const d = words[fromWord + i + 3] ?? 0;
    words[toWord + i] = a;
    words[toWord + i + 1] = b;
    words[toWord + i + 2] = c;
    words[toWord + i + 3] = d;
  }
  for (; i < wordCount; i++) words[toWord + i] = words[fromWord + i] ?? 0;
  for (let i = wordCount << 2; i < byteCount; i++) bytes[to + i] = bytes[from + i] ?? 0;
}
