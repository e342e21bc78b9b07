/**
 * Judge of migrations: the machine that runs at the target is the one that stood still at the source, byte for byte:
 * memory and virtual function.
 *
 * It is handed the source's whole memory when that stands still and is quiet, and the target's before it runs. It never asks
 * which pages were dirty or sent: a page that was missed is one that differs, unless nobody wrote it, and then it is none.
 *
 * Does not judge: processor registers, of which this model has none, and what was lost on the way to a machine that stood
 * still.
 */
import type { MachineCopy, PageNames } from "./failover-equality";
import { Faults, type Verdict } from "./record";

const PAGE_BYTES = 4096;
const ZEROS = new Uint8Array(PAGE_BYTES);

export class MoveEqualityJudge {
  readonly #vm: string;
  readonly #nameOf: PageNames;
  readonly #faults = new Faults();
  #left: MachineCopy | null = null;
  #looked: string;

  constructor(vm: string, nameOf: PageNames) {
    this.#vm = vm;
    this.#nameOf = nameOf;
    this.#looked = `${vm} was not moved`;
  }

  /** The source stands still. */
  leaving(copy: MachineCopy): void {
    this.#left = copy;
  }

  /** The target is about to run. */
  arriving(copy: MachineCopy): void {
    const left = this.#left;
    if (!left) {
      this.#faults.add(`${this.#vm} runs at the target and never stood still at the source`);
      return;
    }
    const pageNumbers = new Set([...left.pages.keys(), ...copy.pages.keys()]);
    this.#looked = `${pageNumbers.size} pages, ${left.registers.size} registers of ${this.#vm}`;
    const byName = new Map<string, number>();
    for (const page of pageNumbers) {
      if (isEqual(left.pages.get(page), copy.pages.get(page))) continue;
      byName.set(this.#nameOf(page), (byName.get(this.#nameOf(page)) ?? 0) + 1);
    }
    for (const [name, count] of byName) {
      this.#faults.add(`${count} ${count === 1 ? "page differs" : "pages differ"}: ${name}`);
    }
    for (const [name, value] of left.registers) {
      const found = copy.registers.get(name);
      if (found !== value) this.#faults.add(`register ${name} is ${found} at the target, was ${value} at the source`);
    }
  }

  verdict(): Verdict {
    return this.#faults.verdict("move equality", this.#looked);
  }
}

function isEqual(one: Uint8Array = ZEROS, other: Uint8Array = ZEROS): boolean {
  return one.every((byte, index) => byte === other[index]);
}
