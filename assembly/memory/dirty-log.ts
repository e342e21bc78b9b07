/**
 * Dirty logs: one bit a page. The processor's log is kept per guest by guest frame number, the device's per virtual
 * function by device frame number; both have this shape.
 *
 *     word n:  | page 32n + 31 | ... | page 32n + 1 | page 32n |
 *
 * Bitmaps are whole multiples of 16 bytes, so that scanning may look at 128 bits at a time. A page may be marked
 * without having changed, never the other way round: that is the invariant migration and Remus stand on.
 */
import { reserve } from "../sim/world";

/** Returns the bytes of a bitmap for so many pages. */
export function logBytes(pageCount: u32): u32 {
  return ((pageCount + 127) >>> 7) << 4;
}

/** Reserves an empty bitmap for so many pages and returns its address. */
export function createLog(pageCount: u32): u32 {
  return reserve(logBytes(pageCount));
}

/** Marks a page. */
export function mark(log: u32, page: u32): void {
  const word = log + ((page >>> 5) << 2);
  const bits = load<u32>(word);
  const bit = (<u32>1) << (page & 31);
  // Most marks find the bit set; a store for each would make the line dirty for nothing.
  if (!(bits & bit)) store<u32>(word, bits | bit);
}

/** Takes a page's mark away. */
export function unmark(log: u32, page: u32): void {
  const word = log + ((page >>> 5) << 2);
  store<u32>(word, load<u32>(word) & ~((<u32>1) << (page & 31)));
}

/** Tells whether a page is marked. */
export function isMarked(log: u32, page: u32): bool {
  return ((load<u32>(log + ((page >>> 5) << 2)) >>> (page & 31)) & 1) != 0;
}

/** Returns the first marked page at or after `from`, or `pageCount` when there is none. */
export function nextMarked(log: u32, from: u32, pageCount: u32): u32 {
  let word = from >>> 5;
  const wordCount = (pageCount + 31) >>> 5;
  if (word >= wordCount) return pageCount;
  let bits = load<u32>(log + (word << 2)) & (~(<u32>0) << (from & 31));
  while (!bits) {
    word++;
    if (!(word & 3)) word = skipClean(log, word, wordCount);
    if (word >= wordCount) return pageCount;
    bits = load<u32>(log + (word << 2));
  }
  const page = (word << 5) + <u32>ctz(bits);
  return page < pageCount ? page : pageCount;
}

/** Returns the first word at or after `word` in a stretch of 16 bytes that has a mark; clean stretches go by fast. */
function skipClean(log: u32, word: u32, wordCount: u32): u32 {
  for (; word + 16 <= wordCount; word += 16) {
    const at = log + (word << 2);
    const low = v128.or(v128.load(at), v128.load(at, 16));
    const high = v128.or(v128.load(at, 32), v128.load(at, 48));
    if (v128.any_true(v128.or(low, high))) break;
  }
  while (word < wordCount && !v128.any_true(v128.load(log + (word << 2)))) word += 4;
  return word;
}

/** Counts the marked pages. */
export function countMarked(log: u32, pageCount: u32): u32 {
  let count: u32 = 0;
  for (let at = log, end = log + logBytes(pageCount); at < end; at += 8) count += <u32>popcnt(load<u64>(at));
  return count;
}

/** Clears every mark. */
export function clearLog(log: u32, pageCount: u32): void {
  memory.fill(log, 0, logBytes(pageCount));
}
