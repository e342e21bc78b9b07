/**
 * A saved pool: all of its VF, and what the PF keeps for it. Invariant: restoring has no effect of a write, and either
 * replaces everything or, without room, nothing. Times are kept as time left or passed.
 * Source: docs/device.md, "Saving and restoring".
 */

import { hasBit, itemAt } from "./bytes";
import * as pf from "./pf-registers";
import { type Context, type Pool, QUEUE_COUNT } from "./pool";
import type { Port } from "./port";

/** Registers of the PF with a bit of the pool: the register, and the bit of pool 0. */
const POOL_BITS: readonly (readonly [register: number, first: number])[] = [
  [pf.VFRE, 0],
  [pf.VFTE, 0],
  [pf.DTXSWC, 0],
  [pf.DTXSWC, 8],
  [pf.DTXSWC, 16],
  [pf.MBVFICR, 0],
  [pf.MBVFICR, 16],
  [pf.VFLRE, 0],
];

const VALID = 0x80000000;
const FIRST_ADDRESS_POOL = 18;
const FIRST_VLAN_POOL = 12;
const ADDRESS_POOLS = 0xff * 2 ** FIRST_ADDRESS_POOL;
const VLAN_POOLS = 0xff * 2 ** FIRST_VLAN_POOL;
const VLAN_MASK = 0xfff;

interface SavedVector {
  readonly leftPs: number | undefined;
  readonly isRemembered: boolean;
}

interface SavedAddress {
  readonly low: number;
  readonly high: number;
}

export interface SavedPool {
  readonly registers: ReadonlyMap<number, number>;
  readonly contexts: readonly (readonly Context[])[];
  readonly vectors: readonly SavedVector[];
  readonly timerPs: number;
  readonly lastQueue: number;
  readonly msix: { readonly table: readonly number[]; readonly control: number; readonly pending: number };
  readonly poolBits: readonly boolean[];
  readonly vmolr: number;
  readonly vmvir: number;
  readonly addresses: readonly SavedAddress[];
  readonly vlans: readonly number[];
}

export function savePool(port: Port, pool: Pool): SavedPool {
  return {
    registers: pool.registers.snapshot(),
    contexts: pool.transmitQueues.map((queue) => queue.contexts),
    vectors: pool.vectors.map(({ endsAtPs, isRemembered }) => ({
      leftPs: endsAtPs === undefined ? undefined : endsAtPs - port.now,
      isRemembered,
    })),
    timerPs: port.now - pool.timerBasePs,
    lastQueue: pool.lastQueue,
    msix: { table: [...pool.msix.table], control: pool.msix.control, pending: pool.msix.pending },
    poolBits: POOL_BITS.map(([register, first]) => port.hasPoolBit(register, pool, first)),
    vmolr: port.pf.get(pf.VMOLR + pool.index * 4),
    vmvir: port.pf.get(pf.VMVIR + pool.index * 4),
    addresses: savedAddresses(port, pool),
    vlans: savedVlans(port, pool),
  };
}

function savedAddresses(port: Port, pool: Pool): SavedAddress[] {
  const addresses: SavedAddress[] = [];
  for (let entry = 0; entry < pf.RECEIVE_ADDRESS_COUNT; entry++) {
    const high = port.pf.get(pf.rah(entry));
    if (!hasBit(high, 31) || !hasBit(high, FIRST_ADDRESS_POOL + pool.index)) continue;
    addresses.push({ low: port.pf.get(pf.ral(entry)), high: high & 0xffff });
  }
  return addresses.sort((one, other) => one.high - other.high || one.low - other.low);
}

function savedVlans(port: Port, pool: Pool): number[] {
  const vlans: number[] = [];
  for (let entry = 0; entry < pf.VLVF_COUNT; entry++) {
    const value = port.pf.get(pf.VLVF + entry * 4);
    if (hasBit(value, 31) && hasBit(value, FIRST_VLAN_POOL + pool.index)) vlans.push(value & VLAN_MASK);
  }
  return vlans.sort((one, other) => one - other);
}

/** The receive addresses with those of the pool replaced; undefined without room. */
function withAddresses(port: Port, pool: Pool, saved: readonly SavedAddress[]): SavedAddress[] | undefined {
  const bit = 2 ** (FIRST_ADDRESS_POOL + pool.index);
  const entries = Array.from({ length: pf.RECEIVE_ADDRESS_COUNT }, (_, entry) => {
    const low = port.pf.get(pf.ral(entry));
    const high = port.pf.get(pf.rah(entry));
    if ((high & bit) === 0) return { low, high };
    const left = (high & ~bit) >>> 0;
    return (left & ADDRESS_POOLS) === 0 ? { low: 0, high: 0 } : { low, high: left };
  });
  for (const { low, high } of saved) {
    const equal = entries.findIndex(
      (entry) => hasBit(entry.high, 31) && entry.low === low && (entry.high & 0xffff) === high,
    );
    const index = equal >= 0 ? equal : entries.findLastIndex((entry) => !hasBit(entry.high, 31));
    if (index < 0) return undefined;
    entries[index] = { low, high: equal >= 0 ? (itemAt(entries, index).high | bit) >>> 0 : VALID + bit + high };
  }
  return entries;
}

/** The VLAN entries with those of the pool replaced; undefined without room. */
function withVlans(port: Port, pool: Pool, saved: readonly number[]): number[] | undefined {
  const bit = 2 ** (FIRST_VLAN_POOL + pool.index);
  const entries = Array.from({ length: pf.VLVF_COUNT }, (_, entry) => {
    const value = port.pf.get(pf.VLVF + entry * 4);
    if ((value & bit) === 0) return value;
    const left = (value & ~bit) >>> 0;
    return (left & VLAN_POOLS) === 0 ? 0 : left;
  });
  for (const vlan of saved) {
    const equal = entries.findIndex((value) => hasBit(value, 31) && (value & VLAN_MASK) === vlan);
    const index = equal >= 0 ? equal : entries.findIndex((value) => !hasBit(value, 31));
    if (index < 0) return undefined;
    entries[index] = equal >= 0 ? (itemAt(entries, index) | bit) >>> 0 : VALID + bit + vlan;
  }
  return entries;
}

/** Puts a saved pool into a quiesced one; false, and no change, without room. */
export function restorePool(port: Port, pool: Pool, saved: SavedPool): boolean {
  const addresses = withAddresses(port, pool, saved.addresses);
  const vlans = withVlans(port, pool, saved.vlans);
  if (addresses === undefined || vlans === undefined) {
    port.seen("restore.refused");
    return false;
  }
  port.seen("restore.done");
  addresses.forEach(({ low, high }, entry) => {
    port.pf.set(pf.ral(entry), low);
    port.pf.set(pf.rah(entry), high);
  });
  vlans.forEach((value, entry) => {
    port.pf.set(pf.VLVF + entry * 4, value);
  });
  for (const vlan of saved.vlans) {
    const word = pf.VFTA + (vlan >> 5) * 4;
    port.pf.set(word, port.pf.get(word) | (1 << (vlan & 31)));
  }
  POOL_BITS.forEach(([register, first], index) => {
    port.setPoolBit(register, pool, itemAt(saved.poolBits, index), first);
  });
  port.pf.set(pf.VMOLR + pool.index * 4, saved.vmolr);
  port.pf.set(pf.VMVIR + pool.index * 4, saved.vmvir);
  restoreVf(port, pool, saved);
  return true;
}

function restoreVf(port: Port, pool: Pool, saved: SavedPool): void {
  pool.registers.load(saved.registers);
  pool.timerBasePs = port.now - saved.timerPs;
  pool.lastQueue = saved.lastQueue;
  for (let queue = 0; queue < QUEUE_COUNT; queue++) {
    pool.forgetReceive(queue);
    pool.forgetTransmit(queue);
    itemAt(pool.transmitQueues, queue).contexts = itemAt(saved.contexts, queue);
  }
  pool.vectors.forEach((vector, index) => {
    const { leftPs, isRemembered } = itemAt(saved.vectors, index);
    vector.endsAtPs = leftPs === undefined ? undefined : port.now + leftPs;
    vector.isRemembered = isRemembered;
  });
  saved.msix.table.forEach((word, index) => {
    pool.msix.table[index] = word;
  });
  pool.msix.control = saved.msix.control;
  pool.msix.pending = saved.msix.pending;
}
