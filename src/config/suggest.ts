/**
 * Finds the word that somebody meant: "did you mean ...?" for keys and names.
 *
 * Counts the slips of a typist (a letter too many, missing, wrong, or swapped with its neighbour: optimal string
 * alignment distance) and stays silent when too little of the word is left to be sure.
 */

/** One slip for every three letters: `rtae` is still `rate`, `x` is nothing. */
const LETTERS_PER_SLIP = 3;
/** Bounds on what a hostile file can make us compare. */
const LETTER_COUNT_MAX = 24;
const WORD_COUNT_MAX = 128;

/** Returns the closest of the known words, the first of equals, or nothing if none is close. */
export function suggest(word: string, known: readonly string[]): string | undefined {
  let closest: string | undefined;
  let slipCountLeast = Number.POSITIVE_INFINITY;
  if (word.length > LETTER_COUNT_MAX) return undefined;
  for (const candidate of known.slice(0, WORD_COUNT_MAX)) {
    const slipCountMax = Math.ceil(candidate.length / LETTERS_PER_SLIP);
    // The difference in length is a lower bound, and cheap.
    if (Math.abs(candidate.length - word.length) > slipCountMax) continue;
    const slipCount = distance(word.toLowerCase(), candidate.toLowerCase());
    if (slipCount > slipCountMax || slipCount >= Math.max(word.length, candidate.length)) continue;
    if (slipCount >= slipCountLeast) continue;
    closest = candidate;
    slipCountLeast = slipCount;
  }
  return closest;
}

/** Returns the number of slips that turn one word into the other; time and memory are the product of the lengths. */
export function distance(left: string, right: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const isSame = left[row - 1] === right[column - 1];
      const isSwapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      current.push(
        Math.min(
          at(last, column) + 1,
          at(current, column - 1) + 1,
          at(last, column - 1) + (isSame ? 0 : 1),
          isSwapped ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    beforeLast = last;
    last = current;
  }
  return at(last, right.length);
}

/** Cells outside the table cost too much to be chosen. */
function at(cells: readonly number[], column: number): number {
  return cells[column] ?? Number.POSITIVE_INFINITY;
}
