/** The registers of an emulated NIC by name (assembly/layout/emulated.ts). */
import * as emulated from "../../assembly/layout/emulated";
import type { World } from "./world";

const REGISTERS = {
  ICR: emulated.EMULATED_ICR,
  ITR: emulated.EMULATED_ITR,
  IMS: emulated.EMULATED_IMS,
  RCTL: emulated.EMULATED_RCTL,
  TCTL: emulated.EMULATED_TCTL,
  RDBAL: emulated.EMULATED_RDBAL,
  RDBAH: emulated.EMULATED_RDBAH,
  RDLEN: emulated.EMULATED_RDLEN,
  RDH: emulated.EMULATED_RDH,
  RDT: emulated.EMULATED_RDT,
  TDBAL: emulated.EMULATED_TDBAL,
  TDBAH: emulated.EMULATED_TDBAH,
  TDLEN: emulated.EMULATED_TDLEN,
  TDH: emulated.EMULATED_TDH,
  TDT: emulated.EMULATED_TDT,
} as const;

/** Returns what every register of an emulated NIC holds, read without an effect. */
export function peekEmulatedRegisters({ plane }: World, vif: number): Map<string, number> {
  return new Map(Object.entries(REGISTERS).map(([name, offset]) => [name, plane.peekEmulated(vif, offset) >>> 0]));
}
