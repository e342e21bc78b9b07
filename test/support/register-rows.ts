/** The register tables as rows with named columns; an array of registers is a row for each of them. */
import { PF_REGISTER_NAMES } from "../../assembly/layout/pf-register-names";
import { PF_REGISTERS } from "../../assembly/layout/pf-registers";
import {
  COLUMN_ACCESS,
  COLUMN_CLEARS,
  COLUMN_COUNT,
  COLUMN_EFFECT,
  COLUMN_OFFSET,
  COLUMN_PLACE,
  COLUMN_PLACE_STRIDE,
  COLUMN_RECORD,
  COLUMN_RESET,
  COLUMN_STRIDE,
  COLUMN_WRITABLE,
  NOWHERE,
  ROW_CELLS,
} from "../../assembly/layout/register-table";
import { VF_REGISTER_NAMES } from "../../assembly/layout/vf-register-names";
import { VF_REGISTERS } from "../../assembly/layout/vf-registers";

/** A register; the columns are explained in assembly/layout/register-table.ts. */
export interface RegisterRow {
  /** An array's registers have their number behind the name. */
  readonly name: string;
  readonly offset: number;
  readonly place: number;
  /** Bits that a write reaches, as a signed number. */
  readonly writable: number;
  readonly reset: number;
  readonly access: number;
  /** Bits that a read clears, as a signed number. */
  readonly clears: number;
  readonly effect: number;
  readonly record: number;
}

/** Every register of a virtual function, in the order of the table. */
export const REGISTERS: readonly RegisterRow[] = rowsOf(VF_REGISTERS, VF_REGISTER_NAMES);
/** Every register of the physical function but its views of the virtual functions'. */
export const PF_REGISTER_ROWS: readonly RegisterRow[] = rowsOf(PF_REGISTERS, PF_REGISTER_NAMES);

function rowsOf(table: readonly number[], names: string): RegisterRow[] {
  return names.split(" ").flatMap((name, row) => {
    const cell = (column: number) => table[row * ROW_CELLS + column] ?? Number.NaN;
    const count = cell(COLUMN_COUNT);
    return Array.from({ length: count }, (_, i) => ({
      name: count > 1 ? `${name}${i}` : name,
      offset: cell(COLUMN_OFFSET) + i * cell(COLUMN_STRIDE),
      place: cell(COLUMN_PLACE) === NOWHERE ? NOWHERE : cell(COLUMN_PLACE) + i * cell(COLUMN_PLACE_STRIDE),
      writable: cell(COLUMN_WRITABLE),
      reset: cell(COLUMN_RESET) >>> 0,
      access: cell(COLUMN_ACCESS),
      clears: cell(COLUMN_CLEARS),
      effect: cell(COLUMN_EFFECT),
      record: cell(COLUMN_RECORD),
    }));
  });
}
