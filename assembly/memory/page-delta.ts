/**
 * What differs between two versions of a page, as runs of words, old XOR new; docs/checkpoint-stream.md draws them.
 *
 * The search goes over all 4 KiB and is what costs: 64 bytes give 16 bits, one a word, without a branch. What is found is
 * then walked bit by bit, a branch a run. A run does not reach over a border of 64 words, which costs two bytes there
 * and lets a run be read from one number.
 */
import { RUN_COUNT, RUN_HEAD_BYTES, RUN_SKIP, RUN_WORDS_MAX } from "../layout/checkpoint-stream";
import { PAGE_BYTES } from "../layout/limits";

/** `writeRuns` came to more bytes than it was allowed. */
export const RUNS_TOO_LONG: u32 = 0xffffffff;

const PAGE_WORDS: u32 = PAGE_BYTES >>> 2;
/** Words that one number has bits for. */
const GROUP_BYTES: u32 = 256;
const GROUP_WORDS: u32 = GROUP_BYTES >>> 2;

/**
 * Writes the runs between two versions to `to`; returns their bytes, 0 for equal ones, or RUNS_TOO_LONG. The way to a run,
 * at most 8 bytes, is written before it is known whether the run has room.
 */
export function writeRuns(older: u32, newer: u32, to: u32, bytesMax: u32): u32 {
  const end = to + bytesMax;
  let at = to;
  let done: u32 = 0;
  for (let group: u32 = 0; group < PAGE_BYTES; group += GROUP_BYTES) {
    let word = group >>> 2;
    for (let bits = changedWords(older + group, newer + group); bits; ) {
      const same = <u32>ctz(bits);
      bits >>= same;
      word += same;
      const count = <u32>ctz(~bits);
      at = writeSkips(at, word - done);
      if (at + RUN_HEAD_BYTES + (count << 2) > end) return RUNS_TOO_LONG;
      at = writeRun(at, (word - done) % RUN_WORDS_MAX, older + (word << 2), newer + (word << 2), count);
      word += count;
      done = word;
      bits = count == GROUP_WORDS ? 0 : bits >> count;
    }
  }
  return at - to;
}

/** Returns a bit for each of 64 words that differs. */
function changedWords(older: u32, newer: u32): u64 {
  const low = changedInBlock(older, newer) | (changedInBlock(older + 64, newer + 64) << 16);
  const high = changedInBlock(older + 128, newer + 128) | (changedInBlock(older + 192, newer + 192) << 16);
  return ((<u64>high) << 32) | low;
}

/** Returns a bit for each of 16 words that differs: comparisons give all ones, and narrowing keeps them. */
function changedInBlock(older: u32, newer: u32): u32 {
  const first = i32x4.ne(v128.load(older), v128.load(newer));
  const second = i32x4.ne(v128.load(older, 16), v128.load(newer, 16));
  const third = i32x4.ne(v128.load(older, 32), v128.load(newer, 32));
  const fourth = i32x4.ne(v128.load(older, 48), v128.load(newer, 48));
  const low = i16x8.narrow_i32x4_s(first, second);
  const high = i16x8.narrow_i32x4_s(third, fourth);
  return i8x16.bitmask(i8x16.narrow_i16x8_s(low, high));
}

/** Writes what of a way no single run can skip. */
function writeSkips(to: u32, words: u32): u32 {
  for (; words >= RUN_WORDS_MAX; words -= RUN_WORDS_MAX, to += RUN_HEAD_BYTES) {
    store<u8>(to, <u8>RUN_WORDS_MAX, RUN_SKIP);
    store<u8>(to, 0, RUN_COUNT);
  }
  return to;
}

function writeRun(to: u32, skip: u32, older: u32, newer: u32, count: u32): u32 {
  store<u8>(to, <u8>skip, RUN_SKIP);
  store<u8>(to, <u8>count, RUN_COUNT);
  to += RUN_HEAD_BYTES;
  const end = older + (count << 2);
  for (; older + 16 <= end; older += 16, newer += 16, to += 16)
    v128.store(to, v128.xor(v128.load(older), v128.load(newer)));
  for (; older < end; older += 4, newer += 4, to += 4) store<u32>(to, load<u32>(older) ^ load<u32>(newer));
  return to;
}

/** Tells whether these bytes are runs that a page can have. */
export function areRuns(from: u32, bytes: u32): bool {
  const end = from + bytes;
  let word: u32 = 0;
  let count: u32 = 0;
  while (end - from >= RUN_HEAD_BYTES) {
    const skip = <u32>load<u8>(from, RUN_SKIP);
    count = <u32>load<u8>(from, RUN_COUNT);
    from += RUN_HEAD_BYTES;
    word += skip + count;
    if (word > PAGE_WORDS || end - from < count << 2) return false;
    if (count == 0 && skip != RUN_WORDS_MAX) return false;
    from += count << 2;
  }
  return from == end && count != 0;
}

/** Makes the newer version of the older one in place; the runs have been checked. */
export function applyRuns(from: u32, bytes: u32, page: u32): void {
  for (const end = from + bytes; from < end; ) {
    page += (<u32>load<u8>(from, RUN_SKIP)) << 2;
    const last = page + ((<u32>load<u8>(from, RUN_COUNT)) << 2);
    from += RUN_HEAD_BYTES;
    for (; page + 16 <= last; page += 16, from += 16) v128.store(page, v128.xor(v128.load(page), v128.load(from)));
    for (; page < last; page += 4, from += 4) store<u32>(page, load<u32>(page) ^ load<u32>(from));
  }
}
