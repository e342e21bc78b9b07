/**
 * Pools of a device under other numbers: a program that knows pool a as pool a runs on a device where it is pool b, and b is
 * a. Invariant: reading what was written gives the same in both numberings. Source: docs/registers.md, for the registers
 * of the PF that name pools.
 */
import * as pf from "../reference/pf-registers";
import { type View, viewsByOffset } from "../reference/vf-registers";

const POOL_COUNT = 8;
const PF_POOL = 7;

/** Registers with a bit for each pool: the bits of pool 0. */
const FIELDS: ReadonlyMap<number, readonly number[]> = new Map([
  [pf.VFRE, [0]],
  [pf.VFTE, [0]],
  [pf.DTXSWC, [0, 8, 16]],
  [pf.MBVFICR, [0, 16]],
  [pf.MBVFIMR, [0]],
  [pf.VFLRE, [0]],
  [pf.WVBR, [0, 8]],
  ...Array.from({ length: pf.RECEIVE_ADDRESS_COUNT }, (_, entry): [number, number[]] => [pf.rah(entry), [18]]),
  ...Array.from({ length: pf.VLVF_COUNT }, (_, entry): [number, number[]] => [pf.VLVF + entry * 4, [12]]),
]);

/** Registers with the number of a pool in three bits: the lowest of them. */
const NUMBERS: ReadonlyMap<number, number> = new Map([
  [pf.VT_CTL, 7],
  [pf.LVMMC, 0],
]);

/** Registers that each pool has one of. */
const ARRAYS: readonly number[] = [pf.P2VMAILBOX, pf.VMOLR, pf.VMVIR];

/** Where the pool bits of a register of the PF begin. */
export function poolFieldsOf(offset: number): readonly number[] {
  return FIELDS.get(offset) ?? [];
}

/** The pool whose mailbox the PF controls at an offset. */
export function mailboxOf(offset: number): number | undefined {
  const pool = (offset - pf.P2VMAILBOX) / 4;
  return Number.isInteger(pool) && pool >= 0 && pool < POOL_COUNT ? pool : undefined;
}

/** The pool of a register that each pool has one of. */
export function poolOfArray(offset: number): number | undefined {
  for (const first of ARRAYS) {
    const pool = (offset - first) / 4;
    if (Number.isInteger(pool) && pool >= 0 && pool < POOL_COUNT) return pool;
  }
  return undefined;
}

const ALL_VIEWS = viewsByOffset(PF_POOL);
const OFFSETS: ReadonlyMap<string, number> = new Map(
  [...ALL_VIEWS].map(([offset, { pool, register }]) => [`${pool} ${register}`, offset]),
);

/** What the PF sees of a pool at an offset, with as many VFs as there can be. */
export function viewAt(offset: number): View | undefined {
  return ALL_VIEWS.get(offset);
}

export class Renumbering {
  readonly #one: number;
  readonly #other: number;

  /** Two pools that change places; equal for none. */
  constructor(one: number, other: number) {
    this.#one = one;
    this.#other = other;
  }

  pool(pool: number): number {
    return pool === this.#one ? this.#other : pool === this.#other ? this.#one : pool;
  }

  /** The offset of the same register of the pool's other number. */
  offset(offset: number): number {
    const pool = poolOfArray(offset);
    if (pool !== undefined) return offset + (this.pool(pool) - pool) * 4;
    const view = ALL_VIEWS.get(offset);
    return view === undefined ? offset : (OFFSETS.get(`${this.pool(view.pool)} ${view.register}`) ?? offset);
  }

  /** The value of a register that names pools; the same function leads there and back. */
  value(offset: number, value: number): number {
    let result = value;
    for (const first of poolFieldsOf(offset)) result = this.#swapBits(result, first);
    const lowest = NUMBERS.get(offset);
    // LVMMC names a pool when it has something to tell.
    if (lowest === undefined || (offset === pf.LVMMC && value === 0)) return result >>> 0;
    const pool = this.pool((value >>> lowest) & 7);
    return ((result & ~(7 << lowest)) | (pool << lowest)) >>> 0;
  }

  #swapBits(value: number, first: number): number {
    const one = first + this.#one;
    const other = first + this.#other;
    const isDifferent = ((value >>> one) ^ (value >>> other)) & 1;
    return value ^ (isDifferent << one) ^ (one === other ? 0 : isDifferent << other);
  }
}
