/** The big dirty log and what is marked in it: facts that every engine is told. */

/** Pages of the log: a guest of 64 GiB. */
export const LOG_PAGE_COUNT = 16_777_216;
export const LOG_BYTES = LOG_PAGE_COUNT / 8;

const PAGE_MASK = LOG_PAGE_COUNT - 1;

/**
 * Returns a log with so many pages marked at pseudo-random places: what no prefetcher and no branch predictor knows.
 * The places are numbers scrambled one to one, so that exactly so many pages are marked.
 */
export function markedLog(markedCount: number): Uint8Array {
  const log = new Uint8Array(LOG_BYTES);
  for (let i = 0; i < markedCount; i++) {
    const page = scrambled(i);
    log[page >>> 3] = (log[page >>> 3] ?? 0) | (1 << (page & 7));
  }
  return log;
}

/** A permutation of page numbers: odd factors and shifts lose nothing. */
function scrambled(number: number): number {
  let page = Math.imul(number, 0x9e3779b1) & PAGE_MASK;
  page ^= page >>> 12;
  page = Math.imul(page, 0x2c1b3c6d) & PAGE_MASK;
  return page ^ (page >>> 11);
}
