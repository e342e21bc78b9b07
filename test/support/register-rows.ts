/** The register table of a virtual function as rows with named columns. */
import {
  COLUMN_ACCESS,
  COLUMN_COUNT,
  COLUMN_EFFECT,
  COLUMN_OFFSET,
  COLUMN_PLACE,
  COLUMN_RECORD,
  COLUMN_RESET,
  COLUMN_WRITABLE,
  VF_REGISTER_NAMES,
  VF_REGISTERS,
} from "../../assembly/layout/vf-registers";

/** A row of the table; the columns are explained in assembly/layout/vf-registers.ts. */
export interface RegisterRow {
  readonly name: string;
  readonly offset: number;
  readonly place: number;
  /** Bits that a write reaches, as a signed number. */
  readonly writable: number;
  readonly reset: number;
  readonly access: number;
  readonly effect: number;
  readonly record: number;
}

/** Every register, in the order of the table. */
export const REGISTERS: readonly RegisterRow[] = VF_REGISTER_NAMES.split(" ").map((name, row) => {
  const cell = (column: number) => VF_REGISTERS[row * COLUMN_COUNT + column] ?? Number.NaN;
  return {
    name,
    offset: cell(COLUMN_OFFSET),
    place: cell(COLUMN_PLACE),
    writable: cell(COLUMN_WRITABLE),
    reset: cell(COLUMN_RESET),
    access: cell(COLUMN_ACCESS),
    effect: cell(COLUMN_EFFECT),
    record: cell(COLUMN_RECORD),
  };
});
