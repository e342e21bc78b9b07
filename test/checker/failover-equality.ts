/**
 * Judge of failover equality: the backup that is activated equals the primary as it stood at its last committed epoch,
 * byte for byte: memory and virtual function.
 *
 * It keeps its own copies. Each time the primary stands still it is handed the primary's whole memory and registers;
 * when the backup is activated it compares with the copy of the newest epoch that the backup had received by then,
 * as the trace tells. It never asks the simulator which pages are dirty.
 *
 * Does not judge: whether that epoch's memory made sense, and processor registers, of which this model has none.
 */
import { Faults, KIND, type TraceRecord, type Verdict } from "./record";

/** Memory and device of a machine that stands still. */
export interface MachineCopy {
  /** Present pages by number; an absent page is zero. */
  readonly pages: ReadonlyMap<number, Uint8Array>;
  /** Registers by name, read without side effects. */
  readonly registers: ReadonlyMap<string, number>;
}

/** Says what a page is for, so that a reader sees what was lost. */
export type PageNames = (page: number) => string;

const PAGE_BYTES = 4096;

export class FailoverEqualityJudge {
  readonly #protection: number;
  readonly #nameOf: PageNames;
  readonly #firstEpoch: number;
  readonly #copies: MachineCopy[] = [];
  #receivedCount = 0;
  #capturedCount = 0;
  readonly #faults = new Faults();
  #looked = "no failover";

  /** `firstEpoch` is the number of the first one, for what is said: this one counts from 0. */
  constructor(protection: number, nameOf: PageNames, firstEpoch = 0) {
    this.#protection = protection;
    this.#firstEpoch = firstEpoch;
    this.#nameOf = nameOf;
  }

  take(records: readonly TraceRecord[]): void {
    for (const { kind, subject } of records) {
      if (subject !== this.#protection || kind !== KIND.received) continue;
      // What is older than the checkpoint that the backup holds is no longer needed.
      delete this.#copies[this.#receivedCount++ - 1];
    }
  }

  /** The primary stands still. */
  captured(copy: MachineCopy): void {
    this.#copies[this.#capturedCount++] = copy;
  }

  /** The backup is about to run. */
  activating(copy: MachineCopy): void {
    const committed = this.#copies[this.#receivedCount - 1];
    if (!committed) {
      this.#faults.add(`the backup runs, and no copy of epoch ${this.#heldEpoch} was kept`);
      return;
    }
    const pageNumbers = new Set([...committed.pages.keys(), ...copy.pages.keys()]);
    this.#looked = `${pageNumbers.size} pages, ${copy.registers.size} registers of epoch ${this.#heldEpoch}`;
    this.#comparePages(committed, copy, pageNumbers);
    for (const [name, value] of committed.registers) {
      const found = copy.registers.get(name);
      if (found !== value) this.#faults.add(`register ${name} is ${found} on the backup, was ${value} on the primary`);
    }
  }

  get #heldEpoch(): number {
    return this.#firstEpoch + this.#receivedCount - 1;
  }

  #comparePages(committed: MachineCopy, copy: MachineCopy, pageNumbers: ReadonlySet<number>): void {
    const differing = [...pageNumbers]
      .filter((page) => !isEqual(committed.pages.get(page), copy.pages.get(page)))
      .sort((one, other) => one - other);
    const byName = new Map<string, number>();
    for (const page of differing) byName.set(this.#nameOf(page), (byName.get(this.#nameOf(page)) ?? 0) + 1);
    for (const [name, count] of byName)
      this.#faults.add(`${count} ${count === 1 ? "page differs" : "pages differ"}: ${name}`);
  }

  verdict(): Verdict {
    return this.#faults.verdict("failover equality", this.#looked);
  }
}

const ZEROS = new Uint8Array(PAGE_BYTES);

function isEqual(one: Uint8Array = ZEROS, other: Uint8Array = ZEROS): boolean {
  return one.every((byte, index) => byte === other[index]);
}
