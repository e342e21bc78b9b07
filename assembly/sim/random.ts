/**
 * Random numbers: Philox4x32-10, counter-based, so that a stream is (seed, run, component) and its state one counter.
 *
 * A draw depends on nothing but its own counter: adding a component to a scenario does not shift the numbers of
 * another. Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC'11), with the
 * known-answer vectors of its Random123 distribution.
 */
import { world } from "./world";

const MULTIPLIER_0: u64 = 0xd2511f53;
const MULTIPLIER_1: u64 = 0xcd9e8d57;
const WEYL_0: u32 = 0x9e3779b9;
const WEYL_1: u32 = 0xbb67ae85;
const ROUND_COUNT = 10;

/** Writes the four words of a block to `at`, which holds the counter's four words before. */
export function philox(at: u32, key0: u32, key1: u32): void {
  let c0 = load<u32>(at);
  let c1 = load<u32>(at, 4);
  let c2 = load<u32>(at, 8);
  let c3 = load<u32>(at, 12);
  for (let round = 0; round < ROUND_COUNT; round++) {
    const product0 = MULTIPLIER_0 * c0;
    const product1 = MULTIPLIER_1 * c2;
    c0 = <u32>(product1 >> 32) ^ c1 ^ key0;
    c1 = <u32>product1;
    c2 = <u32>(product0 >> 32) ^ c3 ^ key1;
    c3 = <u32>product0;
    key0 += WEYL_0;
    key1 += WEYL_1;
  }
  store<u32>(at, c0);
  store<u32>(at, c1, 4);
  store<u32>(at, c2, 8);
  store<u32>(at, c3, 12);
}

/** A stream of random words: eight bytes of counter, then the block at hand. */
@unmanaged
export class RandomStream {
  /** How many words have been drawn. */
  drawn: u64;
  component: u32;
  unused: u32;
  word0: u32;
  word1: u32;
  word2: u32;
  word3: u32;
}

/** Draws 32 uniform bits. */
export function draw(stream: RandomStream): u32 {
  const at = changetype<u32>(stream) + offsetof<RandomStream>("word0");
  const index = <u32>stream.drawn & 3;
  if (!index) {
    const w = world();
    const block = stream.drawn >> 2;
    stream.word0 = <u32>block;
    stream.word1 = <u32>(block >> 32);
    stream.word2 = stream.component;
    stream.word3 = <u32>w.run;
    philox(at, <u32>w.seed, <u32>(w.seed >> 32));
  }
  stream.drawn++;
  return load<u32>(at + (index << 2));
}
