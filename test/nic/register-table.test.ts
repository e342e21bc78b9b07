/** The register tables themselves: that their rows can all be meant. */
import { describe, expect, it } from "vitest";
import { PF_REGISTER_NAMES } from "../../assembly/layout/pf-register-names";
import { PF_BAR0_BYTES, PF_REGISTERS, PF_ROW_COUNT } from "../../assembly/layout/pf-registers";
import { PF_FILTERS, PF_POOL } from "../../assembly/layout/physical-function";
import {
  CLEARS_LOW,
  COLUMN_ACCESS,
  COLUMN_CLEARS,
  COLUMN_COUNT,
  COLUMN_EFFECT,
  COLUMN_OFFSET,
  COLUMN_PLACE,
  COLUMN_PLACE_STRIDE,
  COLUMN_POOL_STRIDE,
  COLUMN_RECORD,
  COLUMN_RESET,
  COLUMN_STRIDE,
  COLUMN_VIEW,
  COLUMN_VIEW_STRIDE,
  COLUMN_WRITABLE,
  COMPUTED,
  NOTHING,
  NOWHERE,
  PLACES,
  READ_CLEARS,
  READ_ONLY,
  READ_WRITE,
  READ_WRITE_1_CLEARS,
  RESETS_PORT,
  ROW_CELLS,
  TELLS_TIME,
  WRITE_1_CLEARS,
  WRITE_1_SETS,
  WRITE_ONLY,
} from "../../assembly/layout/register-table";
import { VF_REGISTER_NAMES } from "../../assembly/layout/vf-register-names";
import { BAR0_BYTES, RDBAL, VF_REGISTERS, VF_ROW_COUNT } from "../../assembly/layout/vf-registers";
import { VF_BYTES, VF_CONTROL } from "../../assembly/layout/virtual-function";
import { PF_REGISTER_LIST, VF_REGISTER_LIST } from "../../src/core/registers";
import { PF_REGISTER_ROWS, REGISTERS } from "../support/register-rows";

const READABLE: readonly number[] = [READ_WRITE, READ_ONLY, READ_CLEARS, WRITE_1_SETS, READ_WRITE_1_CLEARS, COMPUTED];

const TABLES = [
  {
    what: "a virtual function",
    table: VF_REGISTERS,
    names: VF_REGISTER_NAMES.split(" "),
    rowCount: VF_ROW_COUNT,
    rows: REGISTERS,
    barBytes: BAR0_BYTES,
    places: [VF_CONTROL, VF_BYTES],
    effects: [NOTHING, TELLS_TIME],
  },
  {
    what: "the physical function",
    table: PF_REGISTERS,
    names: PF_REGISTER_NAMES.split(" "),
    rowCount: PF_ROW_COUNT,
    rows: PF_REGISTER_ROWS,
    barBytes: PF_BAR0_BYTES,
    places: [0, PF_FILTERS],
    effects: [RESETS_PORT, CLEARS_LOW],
  },
];

it("a row has its columns one after the other", () => {
  const columns = [COLUMN_OFFSET, COLUMN_COUNT, COLUMN_STRIDE, COLUMN_PLACE, COLUMN_PLACE_STRIDE, COLUMN_WRITABLE];
  columns.push(COLUMN_RESET, COLUMN_ACCESS, COLUMN_CLEARS, COLUMN_EFFECT, COLUMN_RECORD);
  columns.push(COLUMN_VIEW, COLUMN_POOL_STRIDE, COLUMN_VIEW_STRIDE);
  expect(columns).toEqual(Array.from({ length: ROW_CELLS }, (_, index) => index));
});

describe.each(TABLES)("the registers of $what", ({ table, names, rowCount, rows, barBytes, places, effects }) => {
  const stored = rows.filter(({ place }) => place !== NOWHERE);
  const ofAccess = (wanted: number) => rows.filter(({ access }) => access === wanted);

  it("as a list, divided by its columns, have as many rows as are said, and as many names", () => {
    expect(table).toHaveLength(rowCount * ROW_CELLS);
    expect(names).toHaveLength(rowCount);
  });

  it("have no name and no offset twice", () => {
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
    expect(new Set(rows.map(({ offset }) => offset)).size).toBe(rows.length);
  });

  it("lie in BAR0, on words", () => {
    expect(rows.filter(({ offset }) => offset % 4 !== 0 || offset < 0 || offset >= barBytes)).toEqual([]);
  });

  it("are, by their access and effect, of kinds that exist", () => {
    const [first = 0, last = 0] = effects;
    const isKnown = (effect: number) => effect === NOTHING || (effect >= first && effect <= last);
    const accesses = [...READABLE, WRITE_ONLY, WRITE_1_CLEARS];
    expect(rows.filter(({ access, effect }) => !accesses.includes(access) || !isKnown(effect))).toEqual([]);
  });

  it("are stored among the registers of the record", () => {
    const [from = 0, to = 0] = places;
    expect(stored.filter(({ place }) => place % 4 !== 0 || place < from || place > to - 4)).toEqual([]);
  });

  it("that are stored nowhere, are computed, or only start something", () => {
    const others = rows.filter(({ place }) => place === NOWHERE).map(({ access }) => access);
    expect(others.filter((access) => access !== COMPUTED && access !== WRITE_ONLY)).toEqual([]);
  });

  it("carried by a record, can be read", () => {
    expect(rows.filter(({ record, access }) => record !== 0 && !READABLE.includes(access))).toEqual([]);
  });

  it("read-only, have no bits that a write reaches, but for heads", () => {
    expect(ofAccess(READ_ONLY).filter(({ writable, effect }) => writable !== 0 && effect !== PLACES)).toEqual([]);
  });

  it("written whole, after a reset have only bits that a write reaches", () => {
    expect(ofAccess(READ_WRITE).filter(({ reset, writable }) => (reset & ~writable) !== 0)).toEqual([]);
  });

  it("cleared by reading, say which bits are; others that have storage keep all", () => {
    const cleared = rows.filter(({ clears }) => clears !== 0);
    expect(ofAccess(READ_CLEARS).filter(({ clears }) => clears === 0)).toEqual([]);
    expect(cleared.filter(({ access }) => access !== READ_CLEARS).map(({ name }) => name)).toEqual(
      rows === REGISTERS ? ["VFMAILBOX"] : [],
    );
  });

  it("that share a place, have one among them that can be read", () => {
    for (const place of new Set(stored.map(({ place }) => place))) {
      const sharing = rows.filter((row) => row.place === place);
      const readers = sharing.filter(({ access }) => READABLE.includes(access));
      // Pending bits of MSI-X are read through their own BAR.
      if (!sharing.every(({ name }) => name === "VTPBACL")) expect(readers).toHaveLength(1);
    }
  });
});

describe("what the physical function sees of a virtual function", () => {
  /** The offset of every view, with its register and pool. */
  const views = VF_REGISTER_LIST.flatMap(({ name, offset, view }) => {
    if (!view) return [];
    const poolCount = offset >= RDBAL ? PF_POOL + 1 : PF_POOL;
    return Array.from({ length: poolCount }, (_, pool) => ({ name, at: view.offset + pool * view.poolStride }));
  });

  it("has no offset twice, and lies in BAR0, on words", () => {
    expect(new Set(views.map(({ at }) => at)).size).toBe(views.length);
    expect(views.filter(({ at }) => at % 4 !== 0 || at < 0 || at >= PF_BAR0_BYTES)).toEqual([]);
  });

  it("hides none of its own registers, but for throttles", () => {
    const own = new Map(PF_REGISTER_LIST.map(({ name, offset }) => [offset, name]));
    const hidden = views.filter(({ at }) => own.has(at));
    expect(hidden.filter(({ name, at }) => !/^VTEITR/.test(name) || !/^EITR/.test(own.get(at) ?? ""))).toEqual([]);
    expect(hidden).toHaveLength(3 * PF_POOL);
  });
});
