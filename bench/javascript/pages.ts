/** The loops over pages, and the pages. */
import { newerPages, olderPages, PAGE_BYTES, SET_BYTES, SET_PAGES } from "../pages";
import { crc32c } from "./crc32c";
import { pageDigest } from "./page-digest";
import { writeRuns } from "./page-runs";

const PAGE_WORDS = PAGE_BYTES / 4;

export class PageBench {
  readonly #older = olderPages();
  readonly #copied = new Uint8Array(SET_BYTES);
  readonly #runs = new DataView(new ArrayBuffer(PAGE_BYTES));
  #newer: Int32Array = new Int32Array(0);
  #changedWords = 0;

  copy(count: number): void {
    for (let i = 0; i < count; i++) {
      const offset = (i % SET_PAGES) * PAGE_BYTES;
      this.#copied.set(this.#older.subarray(offset, offset + PAGE_BYTES), offset);
    }
  }

  copiedCrc(): number {
    return crc32c(new DataView(this.#copied.buffer), 0, SET_BYTES);
  }

  hash(count: number): number {
    const words = new Int32Array(this.#older.buffer);
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const page = i % SET_PAGES;
      sum = (sum + pageDigest(page, words, page * PAGE_WORDS, PAGE_WORDS)) | 0;
    }
    return sum >>> 0;
  }

  prepareDelta(changedWords: number): void {
    if (changedWords !== this.#changedWords) this.#newer = new Int32Array(newerPages(changedWords).buffer);
    this.#changedWords = changedWords;
    new Uint8Array(this.#runs.buffer).fill(0);
  }

  delta(count: number): number {
    const older = new Int32Array(this.#older.buffer);
    let sum = 0;
    for (let i = 0; i < count; i++)
      sum += writeRuns(older, this.#newer, (i % SET_PAGES) * PAGE_WORDS, PAGE_WORDS, this.#runs);
    return sum;
  }

  runsCrc(): number {
    return crc32c(this.#runs, 0, PAGE_BYTES);
  }
}
