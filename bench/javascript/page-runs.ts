/** What differs between two versions of a page, as runs of words (docs/checkpoint-stream.md). */

const GROUP_WORDS = 64;
const SKIP_MAX = 255;

/** Writes the runs between two versions, the first words of which have a number, to `to`; returns their bytes. */
export function writeRuns(
  older: Int32Array,
  newer: Int32Array,
  first: number,
  wordCount: number,
  to: DataView,
): number {
  const last = first + wordCount;
  let at = 0;
  let done = first;
  for (let word = first; word < last; ) {
    if (older[word] === newer[word]) {
      word++;
      continue;
    }
    // A run does not reach over a border of 64 words.
    const end = Math.min(word - ((word - first) % GROUP_WORDS) + GROUP_WORDS, last);
    const start = word;
    while (word < end && older[word] !== newer[word]) word++;
    at = writeHead(to, at, start - done, word - start);
    for (let i = start; i < word; i++, at += 4) to.setInt32(at, (older[i] ?? 0) ^ (newer[i] ?? 0), true);
    done = word;
  }
  return at;
}

function writeHead(to: DataView, from: number, skip: number, count: number): number {
  let at = from;
  for (let left = skip; ; left -= SKIP_MAX, at += 2) {
    const isLast = left < SKIP_MAX;
    to.setUint8(at, isLast ? left : SKIP_MAX);
    to.setUint8(at + 1, isLast ? count : 0);
    if (isLast) return at + 2;
  }
}
