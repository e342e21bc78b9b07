/**
 * Dirty logs: one bit a page. The processor's log is kept per guest by guest frame number, the device's per virtual
 * function by device frame number; both have this shape.
 *
 *     word n:  | page 32n + 31 | ... | page 32n + 1 | page 32n |
 *
 * Bitmaps are whole blocks of 64 bytes, which is what a harvest looks at in one step; bits behind the last page are
 * never set. A page may be marked without having changed, never the other way round: that is the invariant migration
 * and Remus stand on.
 */
import { PAGE_BYTES } from "../layout/limits";
import { reserve } from "../sim/world";

const BLOCK_BYTES: u32 = 64;
/** Numbers that `harvest` may write behind those that it returns. */
const LIST_SLACK: u32 = 3;
/** How many pages a list in the world's scratch page holds. */
export const LIST_COUNT_MAX: u32 = (PAGE_BYTES >>> 2) - LIST_SLACK;

/** Returns the bytes of a bitmap for so many pages. */
export function logBytes(pageCount: u32): u32 {
  return ((pageCount + 511) >>> 9) << 6;
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

/** Tells whether a page is marked. */
export function isMarked(log: u32, page: u32): bool {
  return ((load<u32>(log + ((page >>> 5) << 2)) >>> (page & 31)) & 1) != 0;
}

/**
 * Moves up to `countMax` marks out of a log: their pages stand in `list` in ascending order, and are not marked any
 * more. Returns how many; fewer than `countMax` means that none is left. `from` is 0 or the last page of the harvest
 * before this one, so that a long log is harvested in pieces. The list has room for `countMax + LIST_SLACK` numbers.
 *
 * A loop that ends when a word is empty ends where no processor can foresee it, and that costs more than the work. So
 * steps of fixed size are taken, whose surplus numbers the next word's overwrite; a log with every hundredth page
 * marked is read in half the time.
 */
export function harvest(log: u32, from: u32, pageCount: u32, list: u32, countMax: u32): u32 {
  let to = list;
  const full = list + (countMax << 2);
  const end = log + logBytes(pageCount);
  // What the harvest before this one has passed in this block is clean.
  for (let block = log + ((from >>> 9) << 6); block < end; block += BLOCK_BYTES) {
    if (isClean(block)) continue;
    for (let at = block; at < block + BLOCK_BYTES; at += 8) {
      const bits = load<u64>(at);
      const count = <u32>popcnt(bits);
      const next = to + (count << 2);
      if (next > full) {
        store<u64>(at, listSome(bits, (at - log) << 3, to, full));
        return countMax;
      }
      listAll(bits, count, (at - log) << 3, to);
      store<u64>(at, 0);
      to = next;
    }
  }
  return (to - list) >>> 2;
}

/** Tells whether a block has no mark. */
function isClean(block: u32): bool {
  const low = v128.or(v128.load(block), v128.load(block, 16));
  const high = v128.or(v128.load(block, 32), v128.load(block, 48));
  return !v128.any_true(v128.or(low, high));
}

/** Writes the pages of all `count` bits of a word to `to`, and up to LIST_SLACK numbers that mean nothing. */
function listAll(bits: u64, count: u32, page: u32, to: u32): void {
  store<u32>(to, page + <u32>ctz(bits));
  bits &= bits - 1;
  store<u32>(to, page + <u32>ctz(bits), 4);
  if (count <= 2) return;
  bits &= bits - 1;
  store<u32>(to, page + <u32>ctz(bits), 8);
  bits &= bits - 1;
  store<u32>(to, page + <u32>ctz(bits), 12);
  bits &= bits - 1;
  store<u32>(to, page + <u32>ctz(bits), 16);
  bits &= bits - 1;
  store<u32>(to, page + <u32>ctz(bits), 20);
  if (count <= 6) return;
  bits &= bits - 1;
  store<u32>(to, page + <u32>ctz(bits), 24);
  bits &= bits - 1;
  store<u32>(to, page + <u32>ctz(bits), 28);
  bits &= bits - 1;
  store<u32>(to, page + <u32>ctz(bits), 32);
  bits &= bits - 1;
  store<u32>(to, page + <u32>ctz(bits), 36);
  for (bits &= bits - 1; bits; bits &= bits - 1) {
    store<u32>(to, page + <u32>ctz(bits), 40);
    to += 4;
  }
}

/** Writes the pages of a word's lowest bits from `to` to `full`; returns the other bits. */
function listSome(bits: u64, page: u32, to: u32, full: u32): u64 {
  for (; to < full; to += 4) {
    store<u32>(to, page + <u32>ctz(bits));
    bits &= bits - 1;
  }
  return bits;
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
