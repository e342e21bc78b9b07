/**
 * The registers of the PF that no image of a pool carries: what the driver of a PF sets up on both hosts alike.
 * Invariant: what an image does carry is not copied, so that only the image can bring it.
 * Source: docs/device.md, "Saving and restoring".
 */
import { hasBit } from "../reference/bytes";
import type { Device } from "../reference/device-interface";
import * as pf from "../reference/pf-registers";
import { poolFieldsOf, poolOfArray, type Renumbering, viewAt } from "./renumbering";

const POOL_COUNT = 8;
const ADDRESS_POOLS_AT = 18;
const VLAN_POOLS_AT = 12;
const VALID_BIT = 31;

const ENTRIES = Array.from({ length: pf.RECEIVE_ADDRESS_COUNT }, (_, entry) => entry);
const VLAN_ENTRIES = Array.from({ length: pf.VLVF_COUNT }, (_, entry) => pf.VLVF + entry * 4);
const VLAN_WORDS = Array.from({ length: 128 }, (_, word) => pf.VFTA + word * 4);
const FILTERS: ReadonlySet<number> = new Set([
  ...ENTRIES.map(pf.ral),
  ...ENTRIES.map(pf.rah),
  ...VLAN_ENTRIES,
  ...VLAN_WORDS,
]);

/** Has what a read clears begin anew in the device at hand, and what waits for the PF's driver wait again. */
export function restartStatistics(device: Device): void {
  for (const [offset, { access }] of pf.PF_REGISTERS) {
    if (access !== "readClears") continue;
    const value = device.readPf(offset);
    if (offset === pf.ICR) device.writePf(pf.ICS, value);
    if (offset === pf.EICR) device.writePf(pf.EICS, value);
  }
}

/** Whether a register is one of a VF alone, which its image carries. */
function isImages(offset: number, vfCount: number): boolean {
  const pool = poolOfArray(offset) ?? viewAt(offset)?.pool;
  return pool !== undefined && pool < vfCount;
}

/** Registers with bits that images carry. */
const CARRIED: ReadonlySet<number> = new Set([pf.VFRE, pf.VFTE, pf.DTXSWC, ...FILTERS]);

/** Clears the bits of the VFs' pools, where their images set them. */
function withoutVfs(offset: number, value: number, vfCount: number): number {
  if (!CARRIED.has(offset)) return value;
  const vfs = (1 << vfCount) - 1;
  return poolFieldsOf(offset).reduce((left, first) => left & ~(vfs << first), value) >>> 0;
}

/** Sets up a new port as an old one is. */
export function copyPort(from: Device, to: Device, vfCount: number, renumbering: Renumbering): void {
  const write = (offset: number, value: number) => {
    to.writePf(renumbering.offset(offset), renumbering.value(offset, value));
  };
  for (const [offset, { access }] of pf.PF_REGISTERS) {
    if (access !== "readWrite" && access !== "oneSets") continue;
    if (isImages(offset, vfCount) || FILTERS.has(offset)) continue;
    write(offset, withoutVfs(offset, from.readPf(offset), vfCount));
  }
  for (const entry of ENTRIES) {
    const high = from.readPf(pf.rah(entry));
    const left = withoutVfs(pf.rah(entry), high, vfCount);
    const isKept = left === high || ((left >>> ADDRESS_POOLS_AT) & 0xff) !== 0;
    write(pf.ral(entry), isKept ? from.readPf(pf.ral(entry)) : 0);
    write(pf.rah(entry), isKept ? left : 0);
  }
  for (const offset of VLAN_ENTRIES) {
    const value = from.readPf(offset);
    const left = withoutVfs(offset, value, vfCount);
    write(offset, left === value || ((left >>> VLAN_POOLS_AT) & 0xff) !== 0 ? left : 0);
  }
  // Waiting for the PF's driver.
  for (const [cause, set] of [
    [pf.ICR, pf.ICS],
    [pf.EICR, pf.EICS],
  ] as const) {
    const value = from.readPf(cause);
    from.writePf(set, value);
    to.writePf(set, value);
  }
}

/** VLANs of a port that VFTA does not let in, though a VF's pool has them: restoring lets them in. */
export function shutVlans(device: Device, vfPools: readonly number[]): number[] {
  const isVfs = (value: number) => vfPools.some((pool) => hasBit(value, VLAN_POOLS_AT + pool));
  return VLAN_ENTRIES.map((offset) => device.readPf(offset))
    .filter((value) => hasBit(value, VALID_BIT) && isVfs(value))
    .map((value) => value & 0xfff)
    .filter((vlan) => !hasBit(device.readPf(pf.VFTA + (vlan >> 5) * 4), vlan & 31));
}

/** The receive addresses and VLANs of every pool, as text; in which entries they stand is nobody's business. */
export function filtersOf(device: Device, renumbering: Renumbering): string {
  const found = new Set<string>();
  for (const entry of ENTRIES) {
    const high = device.readPf(pf.rah(entry));
    if (!hasBit(high, VALID_BIT)) continue;
    const address = `${(high & 0xffff).toString(16)}:${device.readPf(pf.ral(entry)).toString(16)}`;
    for (let pool = 0; pool < POOL_COUNT; pool++) {
      if (hasBit(high, ADDRESS_POOLS_AT + pool)) found.add(`${address} pool ${renumbering.pool(pool)}`);
    }
  }
  for (const offset of VLAN_ENTRIES) {
    const value = device.readPf(offset);
    if (!hasBit(value, VALID_BIT)) continue;
    for (let pool = 0; pool < POOL_COUNT; pool++) {
      if (hasBit(value, VLAN_POOLS_AT + pool)) found.add(`VLAN ${value & 0xfff} pool ${renumbering.pool(pool)}`);
    }
  }
  return [...found].sort().join(", ");
}

/** Has a new port's filters stand in the entries of the old one: the program writes entries by their numbers. */
export function placeAsIn(from: Device, to: Device, renumbering: Renumbering): void {
  for (const offset of FILTERS) {
    to.writePf(renumbering.offset(offset), renumbering.value(offset, from.readPf(offset)));
  }
}
