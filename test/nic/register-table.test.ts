/** The register table itself: that its rows can all be meant. */
import { describe, expect, it } from "vitest";
import {
  BAR0_BYTES,
  COLUMN_ACCESS,
  COLUMN_COUNT,
  COLUMN_EFFECT,
  COLUMN_OFFSET,
  COLUMN_PLACE,
  COLUMN_RECORD,
  COLUMN_RESET,
  COLUMN_WRITABLE,
  NOTHING,
  NOWHERE,
  READ_CLEARS,
  READ_ONLY,
  READ_WRITE,
  ROW_COUNT,
  SWITCHES_TX,
  VF_REGISTER_NAMES,
  VF_REGISTERS,
  WRITE_1_CLEARS,
  WRITE_1_SETS,
  WRITE_ONLY,
} from "../../assembly/layout/vf-registers";
import { VF_BYTES, VF_CONTROL } from "../../assembly/layout/virtual-function";
import { REGISTERS } from "../support/register-rows";

const READABLE: readonly number[] = [READ_WRITE, READ_ONLY, READ_CLEARS, WRITE_1_SETS];

const stored = REGISTERS.filter(({ place }) => place !== NOWHERE);

function ofAccess(wanted: number) {
  return REGISTERS.filter(({ access }) => access === wanted);
}

describe("the register table", () => {
  it("as a list, divided by its columns, has ROW_COUNT rows and as many names", () => {
    expect(VF_REGISTERS).toHaveLength(ROW_COUNT * COLUMN_COUNT);
    expect(VF_REGISTER_NAMES.split(" ")).toHaveLength(ROW_COUNT);
  });

  it("has the columns one after the other", () => {
    const columns = [COLUMN_OFFSET, COLUMN_PLACE, COLUMN_WRITABLE, COLUMN_RESET];
    columns.push(COLUMN_ACCESS, COLUMN_EFFECT, COLUMN_RECORD);
    expect(columns).toEqual(Array.from({ length: COLUMN_COUNT }, (_, index) => index));
  });

  it("has no name and no offset twice", () => {
    expect(new Set(REGISTERS.map(({ name }) => name)).size).toBe(ROW_COUNT);
    expect(new Set(REGISTERS.map(({ offset }) => offset)).size).toBe(ROW_COUNT);
  });
});

describe("a register", () => {
  it.each(REGISTERS)("$name, by its offset, lies in BAR0, on a word", ({ offset }) => {
    expect(offset % 4).toBe(0);
    expect(offset).toBeGreaterThanOrEqual(0);
    expect(offset).toBeLessThan(BAR0_BYTES);
  });

  it.each(REGISTERS)("$name, by its access and effect, is of a kind that exists", ({ access, effect }) => {
    expect([...READABLE, WRITE_ONLY, WRITE_1_CLEARS]).toContain(access);
    expect(effect).toBeGreaterThanOrEqual(NOTHING);
    expect(effect).toBeLessThanOrEqual(SWITCHES_TX);
  });

  it.each(stored)("$name, by its place, is stored among the registers of the record", ({ place }) => {
    expect(place % 4).toBe(0);
    expect(place).toBeGreaterThanOrEqual(VF_CONTROL);
    expect(place).toBeLessThanOrEqual(VF_BYTES - 4);
  });

  it.each(REGISTERS.filter(({ record }) => record !== 0))("$name, carried by a record, can be read", ({ access }) => {
    expect(READABLE).toContain(access);
  });

  it.each(ofAccess(READ_ONLY))("$name, read-only, has no bits that a write reaches", ({ writable }) => {
    expect(writable).toBe(0);
  });

  it.each(ofAccess(READ_WRITE))("$name, reset, has only bits that a write reaches", ({ reset, writable }) => {
    expect(reset & ~writable).toBe(0);
  });
});

describe("the places of the registers", () => {
  it("shared by several, belong to one that can be read", () => {
    for (const place of new Set(stored.map(({ place }) => place))) {
      const readers = REGISTERS.filter((row) => row.place === place && READABLE.includes(row.access));
      expect(readers).toHaveLength(1);
    }
  });
});
