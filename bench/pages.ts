/** Two versions of the same pages: facts that every engine is told. */

/** Pages of a set, a power of two: 2 MiB, more than the nearest caches hold. */
export const SET_PAGES = 512;
export const PAGE_BYTES = 4096;
export const SET_BYTES = SET_PAGES * PAGE_BYTES;

const PAGE_WORDS = PAGE_BYTES / 4;
const CHANGE = 0x5a5a5a5a;

/** Returns the older versions: words of no pattern. */
export function olderPages(): Uint8Array {
  const words = new Uint32Array(SET_PAGES * PAGE_WORDS);
  for (let i = 0; i < words.length; i++) words[i] = scrambled(i);
  return new Uint8Array(words.buffer);
}

/** Returns the newer versions: at so many places of each page, some of them twice, a word is another one. */
export function newerPages(changedWords: number): Uint8Array {
  const older = new Uint32Array(olderPages().buffer);
  const newer = older.slice();
  for (let i = 0; i < SET_PAGES * changedWords; i++) {
    const page = Math.floor(i / changedWords);
    const at = page * PAGE_WORDS + (scrambled(~i) % PAGE_WORDS);
    newer[at] = (older[at] ?? 0) ^ CHANGE;
  }
  return new Uint8Array(newer.buffer);
}

/** A permutation of 32-bit numbers: odd factors and shifts lose nothing. */
function scrambled(number: number): number {
  let word = Math.imul(number, 0x9e3779b1);
  word ^= word >>> 15;
  word = Math.imul(word, 0x2c1b3c6d);
  return (word ^ (word >>> 12)) >>> 0;
}
