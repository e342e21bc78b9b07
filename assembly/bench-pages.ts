/** The benchmark's loops over the pages of a checkpoint: copied, hashed, compared; see bench.ts. */
import { PAGE_BYTES, PAGE_SHIFT } from "./layout/limits";
import { writeRuns } from "./memory/page-delta";
import { digestBytes } from "./sim/digest";

/** Copies so many pages of a set, a power of two large, round and round to another place. */
export function copyPages(from: u32, to: u32, setPages: u32, count: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const offset = (i & (setPages - 1)) << PAGE_SHIFT;
    memory.copy(to + offset, from + offset, PAGE_BYTES);
  }
}

/** Hashes so many pages of a set; returns the sum of the digests' low words. */
export function hashPages(from: u32, setPages: u32, count: u32): u32 {
  let sum: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const page = i & (setPages - 1);
    sum += <u32>digestBytes(page, from + (page << PAGE_SHIFT), PAGE_BYTES);
  }
  return sum;
}

/** Writes the runs between so many pages of two sets to one place; returns the sum of their bytes. */
export function deltaPages(older: u32, newer: u32, setPages: u32, to: u32, count: u32): u32 {
  let sum: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const offset = (i & (setPages - 1)) << PAGE_SHIFT;
    sum += writeRuns(older + offset, newer + offset, to, PAGE_BYTES - 1);
  }
  return sum;
}
