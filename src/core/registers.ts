/** The registers of a virtual function by name, from the one table (assembly/layout/vf-registers.ts). */
import { TYPE_INTERRUPT, TYPE_RX_QUEUE, TYPE_STATISTICS, TYPE_TX_QUEUE } from "../../assembly/layout/state-image";
import {
  COLUMN_ACCESS,
  COLUMN_COUNT,
  COLUMN_OFFSET,
  COLUMN_RECORD,
  COLUMN_RESET,
  READ_CLEARS,
  READ_ONLY,
  READ_WRITE,
  VF_REGISTER_MEANINGS,
  VF_REGISTER_NAMES,
  VF_REGISTERS,
  WRITE_1_CLEARS,
  WRITE_1_SETS,
  WRITE_ONLY,
} from "../../assembly/layout/vf-registers";
import type { World } from "./world";

const NAMES = VF_REGISTER_NAMES.split(" ");
const MEANINGS = VF_REGISTER_MEANINGS.split("\n");

/** Reads every register that can be read, without the side effects of reading. */
export function peekRegisters(world: World, vf: number): Map<string, number> {
  const values = new Map<string, number>();
  NAMES.forEach((name, row) => {
    const cell = (column: number) => VF_REGISTERS[row * COLUMN_COUNT + column] ?? 0;
    const access = cell(COLUMN_ACCESS);
    if (access === WRITE_ONLY || access === WRITE_1_CLEARS) return;
    values.set(name, world.plane.peekRegister(vf, cell(COLUMN_OFFSET)) >>> 0);
  });
  return values;
}

const ACCESS_WORDS = new Map<number, string>([
  [READ_WRITE, "read and write"],
  [READ_ONLY, "read only"],
  [WRITE_ONLY, "write only"],
  [READ_CLEARS, "a read clears; a 1 written clears its bit"],
  [WRITE_1_SETS, "a 1 written sets its bit"],
  [WRITE_1_CLEARS, "a 1 written clears its bit; reads 0"],
]);

const RECORD_WORDS = new Map<number, string>([
  [0, "-"],
  [TYPE_INTERRUPT, "INTERRUPT"],
  [TYPE_RX_QUEUE, "RX_QUEUE"],
  [TYPE_TX_QUEUE, "TX_QUEUE"],
  [TYPE_STATISTICS, "STATISTICS"],
]);

/** Returns the register table as the rows of a Markdown table. */
export function registerRows(): string[] {
  return NAMES.map((name, row) => {
    const cell = (column: number) => VF_REGISTERS[row * COLUMN_COUNT + column] ?? 0;
    const hex = (value: number, digits: number) => `0x${(value >>> 0).toString(16).padStart(digits, "0")}`;
    const access = ACCESS_WORDS.get(cell(COLUMN_ACCESS)) ?? "";
    const record = RECORD_WORDS.get(cell(COLUMN_RECORD)) ?? "";
    const meaning = MEANINGS[row] ?? "";
    return `| ${hex(cell(COLUMN_OFFSET), 5)} | ${name} | ${access} | ${hex(cell(COLUMN_RESET), 1)} | ${record} | ${meaning} |`;
  });
}
