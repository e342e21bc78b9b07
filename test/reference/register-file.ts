/**
 * A bank of registers with the accesses that a table gives them. What else an access does is said by its owner.
 * Invariant: what is stored is what an ordinary read returns. Source: docs/registers.md, introduction.
 */

export type Access =
  | "readWrite"
  | "readOnly"
  | "writeOnly"
  | "oneSets"
  | "oneClears"
  | "oneClearsReadsZero"
  | "readClears"
  | "special";

/** A register, or an array of them. */
export interface RegisterRow {
  readonly name: string;
  readonly offset: number;
  readonly count: number;
  readonly stride: number;
  readonly access: Access;
  readonly writable: number;
  readonly reset: number;
  /** Statistics keep their value in a reset of their function. */
  readonly isStatistic: boolean;
}

/** A table line; `count` registers are `stride` apart. */
export function row(
  name: string,
  offset: number,
  access: Access,
  writable: number,
  reset: number,
  count = 1,
  stride = 4,
): RegisterRow {
  return { name, offset, count, stride, access, writable, reset, isStatistic: false };
}

/** A statistic: `access` says whether a read clears it. */
export function statistic(name: string, offset: number, access: Access): RegisterRow {
  return { name, offset, count: 1, stride: 4, access, writable: 0, reset: 0, isStatistic: true };
}

/** Every offset that a table lists, with its line. */
export function rowsByOffset(rows: readonly RegisterRow[]): ReadonlyMap<number, RegisterRow> {
  const byOffset = new Map<number, RegisterRow>();
  for (const line of rows) {
    for (let index = 0; index < line.count; index++) byOffset.set(line.offset + index * line.stride, line);
  }
  return byOffset;
}

/** The registers of one function. */
export class RegisterFile {
  readonly #rows: ReadonlyMap<number, RegisterRow>;
  readonly #values = new Map<number, number>();

  constructor(rows: ReadonlyMap<number, RegisterRow>) {
    this.#rows = rows;
    for (const [offset, line] of rows) this.#values.set(offset, line.reset);
  }

  /** The stored value, without any effect. */
  get(offset: number): number {
    return this.#values.get(offset) ?? 0;
  }

  set(offset: number, value: number): void {
    this.#values.set(offset, value >>> 0);
  }

  add(offset: number, increment: number): void {
    this.set(offset, (this.get(offset) + increment) % 2 ** 32);
  }

  /** An ordinary read. */
  read(offset: number): number {
    const access = this.#rows.get(offset)?.access;
    if (access === undefined || access === "writeOnly" || access === "oneClearsReadsZero") return 0;
    const value = this.get(offset);
    if (access === "readClears") this.set(offset, 0);
    return value;
  }

  /** An ordinary write: what the table says, no more. */
  write(offset: number, value: number): void {
    const line = this.#rows.get(offset);
    if (line === undefined) return;
    const old = this.get(offset);
    const reached = value & line.writable;
    if (line.access === "readWrite") this.set(offset, (old & ~line.writable) | reached);
    if (line.access === "oneSets") this.set(offset, old | reached);
    if (line.access === "oneClears" || line.access === "readClears") this.set(offset, old & ~reached);
  }

  /** Everything but statistics, and but the offsets that are kept, to its reset. */
  reset(isKept: (offset: number) => boolean): void {
    for (const [offset, line] of this.#rows) {
      if (!line.isStatistic && !isKept(offset)) this.#values.set(offset, line.reset);
    }
  }

  /** All stored values. */
  snapshot(): ReadonlyMap<number, number> {
    return new Map(this.#values);
  }

  load(values: ReadonlyMap<number, number>): void {
    for (const [offset, value] of values) this.#values.set(offset, value);
  }
}
