/**
 * Dirty logs: one bit a page, page 32n + i in bit i of word n. A log is a whole number of blocks of 8 words, which a
 * harvest passes over in one step when they are clean.
 */

const BLOCK_PAGES = 256;
const BLOCK_WORDS = BLOCK_PAGES / 32;

/** Returns an empty log for so many pages. */
export function createLog(pageCount: number): Int32Array {
  return new Int32Array(Math.ceil(pageCount / BLOCK_PAGES) * BLOCK_WORDS);
}

/** Marks a page. Most marks find the bit set; a store for each would make the line dirty for nothing. */
export function mark(log: Int32Array, page: number): void {
  const bits = log[page >>> 5] ?? 0;
  const bit = 1 << (page & 31);
  if (!(bits & bit)) log[page >>> 5] = bits | bit;
}

/** Finds and clears every mark of a log, in ascending order; returns the sum of the pages found, modulo 2^32. */
export function harvestLog(log: Int32Array): number {
  let sum = 0;
  for (let block = 0; block < log.length; block += BLOCK_WORDS) {
    if (anyOfBlock(log, block)) sum = (sum + harvestBlock(log, block)) | 0;
  }
  return sum >>> 0;
}

/** Returns 0 for a clean block. Written out, because that is twice as fast as a loop. */
function anyOfBlock(log: Int32Array, block: number): number {
  const first = (log[block] ?? 0) | (log[block + 1] ?? 0) | (log[block + 2] ?? 0) | (log[block + 3] ?? 0);
  return first | (log[block + 4] ?? 0) | (log[block + 5] ?? 0) | (log[block + 6] ?? 0) | (log[block + 7] ?? 0);
}

function harvestBlock(log: Int32Array, block: number): number {
  let sum = 0;
  for (let word = block; word < block + BLOCK_WORDS; word++) {
    for (let bits = log[word] ?? 0; bits; bits &= bits - 1) {
      sum = (sum + (word << 5) + 31 - Math.clz32(bits & -bits)) | 0;
    }
    log[word] = 0;
  }
  return sum;
}
