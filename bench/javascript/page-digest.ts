/**
 * The digest of a page (docs/checkpoint-stream.md): 64-bit multiplication, addition and rotation in two words of 32 bits
 * each, because a BigInt for every word would be slower still.
 */

const P1_LOW = 0x85ebca87 | 0;
const P1_HIGH = 0x9e3779b1 | 0;
const P2_LOW = 0x27d4eb4f | 0;
const P2_HIGH = 0xc2b2ae3d | 0;

/** The high word of what the last function returned the low word of. */
let high = 0;

/** Returns the low word of a page's digest; `at` is the number of its first word. */
export function pageDigest(page: number, words: Int32Array, at: number, wordCount: number): number {
  let aLow = add(add(page, 0, P1_LOW, P1_HIGH), high, P2_LOW, P2_HIGH);
  let aHigh = high;
  let bLow = add(page, 0, P2_LOW, P2_HIGH);
  let bHigh = high;
  let cLow = page;
  let cHigh = 0;
  let dLow = add(page, 0, -P1_LOW | 0, ~P1_HIGH);
  let dHigh = high;
  for (let i = at; i < at + wordCount; i += 8) {
    aLow = mixed(aLow, aHigh, words[i] ?? 0, words[i + 1] ?? 0);
    aHigh = high;
    bLow = mixed(bLow, bHigh, words[i + 2] ?? 0, words[i + 3] ?? 0);
    bHigh = high;
    cLow = mixed(cLow, cHigh, words[i + 4] ?? 0, words[i + 5] ?? 0);
    cHigh = high;
    dLow = mixed(dLow, dHigh, words[i + 6] ?? 0, words[i + 7] ?? 0);
    dHigh = high;
  }
  let low = rotated(aLow, aHigh, 1);
  let sumHigh = high;
  for (const [laneLow, laneHigh, by] of [
    [bLow, bHigh, 7],
    [cLow, cHigh, 12],
    [dLow, dHigh, 18],
  ] as const) {
    const turned = rotated(laneLow, laneHigh, by);
    low = add(low, sumHigh, turned, high);
    sumHigh = high;
  }
  // A shift by 33 moves the high word into the low one, and leaves nothing of it.
  low = multiply(low ^ (sumHigh >>> 1), sumHigh, P2_LOW, P2_HIGH);
  return (low ^ ((low >>> 29) | (high << 3))) >>> 0;
}

/** A lane takes a word. */
function mixed(low: number, laneHigh: number, wordLow: number, wordHigh: number): number {
  const product = multiply(wordLow, wordHigh, P2_LOW, P2_HIGH);
  const sum = add(low, laneHigh, product, high);
  const turned = rotated(sum, high, 31);
  return multiply(turned, high, P1_LOW, P1_HIGH);
}

function add(aLow: number, aHigh: number, bLow: number, bHigh: number): number {
  const low = (aLow + bLow) | 0;
  high = (aHigh + bHigh + (low >>> 0 < aLow >>> 0 ? 1 : 0)) | 0;
  return low;
}

function rotated(low: number, laneHigh: number, by: number): number {
  high = (laneHigh << by) | (low >>> (32 - by));
  return (low << by) | (laneHigh >>> (32 - by));
}

/** The product modulo 2^64; halves of 16 bits for the upper part of the low words' product. */
function multiply(aLow: number, aHigh: number, bLow: number, bHigh: number): number {
  const a0 = aLow & 0xffff;
  const a1 = aLow >>> 16;
  const b0 = bLow & 0xffff;
  const b1 = bLow >>> 16;
  const first = a1 * b0 + ((a0 * b0) >>> 16);
  const second = a0 * b1 + (first & 0xffff);
  const carried = a1 * b1 + (first >>> 16) + (second >>> 16);
  high = (carried + Math.imul(aLow, bHigh) + Math.imul(aHigh, bLow)) | 0;
  return Math.imul(aLow, bLow);
}
