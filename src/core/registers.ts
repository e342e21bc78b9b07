/** The registers of a virtual function and of the physical one by name, from their tables (assembly/layout). */
import { PF_REGISTER_MEANINGS, PF_REGISTER_NAMES } from "../../assembly/layout/pf-register-names";
import { PF_REGISTERS } from "../../assembly/layout/pf-registers";
import {
  COLUMN_ACCESS,
  COLUMN_CLEARS,
  COLUMN_COUNT,
  COLUMN_OFFSET,
  COLUMN_POOL_STRIDE,
  COLUMN_RECORD,
  COLUMN_RESET,
  COLUMN_STRIDE,
  COLUMN_VIEW,
  COLUMN_VIEW_STRIDE,
  COLUMN_WRITABLE,
  COMPUTED,
  READ_CLEARS,
  READ_ONLY,
  READ_WRITE,
  READ_WRITE_1_CLEARS,
  ROW_CELLS,
  UNSEEN,
  WRITE_1_CLEARS,
  WRITE_1_SETS,
  WRITE_ONLY,
} from "../../assembly/layout/register-table";
import {
  TYPE_CONTROL,
  TYPE_INTERRUPT,
  TYPE_RX_QUEUE,
  TYPE_STATISTICS,
  TYPE_TX_QUEUE,
} from "../../assembly/layout/state-image";
import { VF_REGISTER_MEANINGS, VF_REGISTER_NAMES } from "../../assembly/layout/vf-register-names";
import { VF_REGISTERS } from "../../assembly/layout/vf-registers";
import type { World } from "./world";

/** One register, or one of an array of them. */
export interface Register {
  /** An array's registers have their number behind the name. */
  readonly name: string;
  readonly offset: number;
  readonly access: number;
  readonly reset: number;
  readonly writable: number;
  /** Where the physical function sees that of pool 0, and how far the next pool's is; absent where it does not. */
  readonly view?: { readonly offset: number; readonly poolStride: number };
}

const VF_NAMES = VF_REGISTER_NAMES.split(" ");
const PF_NAMES = PF_REGISTER_NAMES.split(" ");

/** Every register of a virtual function's BAR0. */
export const VF_REGISTER_LIST: readonly Register[] = listOf(VF_REGISTERS, VF_NAMES);

/** Every register of the physical function's BAR0 but its views of the virtual functions'. */
export const PF_REGISTER_LIST: readonly Register[] = listOf(PF_REGISTERS, PF_NAMES);

function cellsOf(table: readonly number[], row: number): (column: number) => number {
  return (column) => table[row * ROW_CELLS + column] ?? 0;
}

function listOf(table: readonly number[], names: readonly string[]): Register[] {
  return names.flatMap((name, row) => {
    const cell = cellsOf(table, row);
    const count = cell(COLUMN_COUNT);
    return Array.from({ length: count }, (_, i) => ({
      name: count > 1 ? `${name}${i}` : name,
      offset: cell(COLUMN_OFFSET) + i * cell(COLUMN_STRIDE),
      access: cell(COLUMN_ACCESS),
      reset: cell(COLUMN_RESET) >>> 0,
      writable: cell(COLUMN_WRITABLE) >>> 0,
      ...(cell(COLUMN_VIEW) === UNSEEN
        ? {}
        : {
            view: {
              offset: cell(COLUMN_VIEW) + i * cell(COLUMN_VIEW_STRIDE),
              poolStride: cell(COLUMN_POOL_STRIDE),
            },
          }),
    }));
  });
}

/** Reads every register of a virtual function that can be read, without the side effects of reading. */
export function peekRegisters(world: World, vf: number): Map<string, number> {
  const values = new Map<string, number>();
  for (const { name, access, offset } of VF_REGISTER_LIST) {
    if (access === WRITE_ONLY || access === WRITE_1_CLEARS) continue;
    values.set(name, world.plane.peekRegister(vf, offset) >>> 0);
  }
  return values;
}

const ACCESS_WORDS = new Map<number, string>([
  [READ_WRITE, "read and write"],
  [READ_ONLY, "read only"],
  [WRITE_ONLY, "write only"],
  [READ_CLEARS, "a read clears; a 1 written clears its bit"],
  [WRITE_1_SETS, "a 1 written sets its bit"],
  [WRITE_1_CLEARS, "a 1 written clears its bit; reads 0"],
  [READ_WRITE_1_CLEARS, "a 1 written clears its bit"],
  [COMPUTED, "special"],
]);

const RECORD_WORDS = new Map<number, string>([
  [0, "-"],
  [TYPE_INTERRUPT, "INTERRUPT"],
  [TYPE_RX_QUEUE, "RX_QUEUE"],
  [TYPE_TX_QUEUE, "TX_QUEUE"],
  [TYPE_STATISTICS, "STATISTICS"],
  [TYPE_CONTROL, "CONTROL"],
]);

/** Returns the register table of a virtual function as the rows of a Markdown table. */
export function vfRegisterRows(): string[] {
  return rowsOf(VF_REGISTERS, VF_NAMES, VF_REGISTER_MEANINGS.split("\n"), (cell) => {
    const view = cell(COLUMN_VIEW) === UNSEEN ? "-" : viewOf(cell);
    return `${view} | ${RECORD_WORDS.get(cell(COLUMN_RECORD)) ?? ""} | `;
  });
}

/** Returns the register table of the physical function as the rows of a Markdown table. */
export function pfRegisterRows(): string[] {
  return rowsOf(PF_REGISTERS, PF_NAMES, PF_REGISTER_MEANINGS.split("\n"), () => "");
}

type Cell = (column: number) => number;

function rowsOf(
  table: readonly number[],
  names: readonly string[],
  meanings: readonly string[],
  extra: (cell: Cell) => string,
): string[] {
  return names.map((name, row) => {
    const cell = cellsOf(table, row);
    const count = cell(COLUMN_COUNT);
    const array = count > 1 ? ` and ${count - 1} more, ${hex(cell(COLUMN_STRIDE))} apart` : "";
    const clears =
      cell(COLUMN_ACCESS) === COMPUTED && cell(COLUMN_CLEARS) ? `; a read clears ${hex(cell(COLUMN_CLEARS))}` : "";
    const access = `${accessWords(cell)}${clears}`;
    const numbers = `${hex(cell(COLUMN_WRITABLE))} | ${hex(cell(COLUMN_RESET))}`;
    return `| ${hex(cell(COLUMN_OFFSET), 5)}${array} | ${name} | ${access} | ${numbers} | ${extra(cell)}${meanings[row] ?? ""} |`;
  });
}

/** Counters that a read clears have no bits that a write could clear. */
function accessWords(cell: Cell): string {
  if (cell(COLUMN_ACCESS) === READ_CLEARS && !cell(COLUMN_WRITABLE)) return "a read clears";
  return ACCESS_WORDS.get(cell(COLUMN_ACCESS)) ?? "";
}

function viewOf(cell: Cell): string {
  const signed = cell(COLUMN_POOL_STRIDE);
  const pool = signed < 0 ? `- ${hex(-signed)}` : `+ ${hex(signed)}`;
  const more = cell(COLUMN_COUNT) > 1 ? ` + ${hex(cell(COLUMN_VIEW_STRIDE))} i` : "";
  return `${hex(cell(COLUMN_VIEW))} ${pool} n${more}`;
}

function hex(value: number, digits = 1): string {
  return `0x${(value >>> 0).toString(16).padStart(digits, "0")}`;
}
