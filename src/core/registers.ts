/** The registers of a virtual function by name, from the one table (assembly/layout/vf-registers.ts). */
import {
  COLUMN_ACCESS,
  COLUMN_COUNT,
  COLUMN_OFFSET,
  VF_REGISTER_NAMES,
  VF_REGISTERS,
  WRITE_1_CLEARS,
  WRITE_ONLY,
} from "../../assembly/layout/vf-registers";
import type { World } from "./world";

const NAMES = VF_REGISTER_NAMES.split(" ");

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
