/**
 * What the driver of the physical function knows of a pool, and how it puts that into the port's filters: receive
 * addresses, VLANs, multicast hashes, and the pool's options (VMOLR).
 *
 * Its memory is the notes in the data plane's record and the registers themselves: which entry of a table belongs to a
 * pool is found by looking, because the restoring of a state image may give a pool other entries, or a part of one.
 * Two pools that ask for one VLAN share its entry; two that ask for one address have an entry each, so that what a
 * virtual function adds never takes the place that is kept for another's own address.
 *
 * Invariant: an entry that is valid has a pool, and what finds no room changes nothing. Left out: the addresses and
 * VLANs of dom0's own network stack. Read first: docs/device.md, "The bridge"; igb_main.c of Linux.
 */
import { POOL_COUNT } from "../../assembly/layout/limits";
import { MULTICAST_HASH_MASK } from "../../assembly/layout/mailbox";
import {
  PF_MRQC_AT,
  PF_MTA_AT,
  PF_RAH_AT,
  PF_RAL_AT,
  PF_RAL2_AT,
  PF_RLPML_AT,
  PF_VFTA_AT,
  PF_VLVF_AT,
  PF_VMOLR_AT,
  PF_VMVIR_AT,
} from "../../assembly/layout/pf-registers";
import {
  MRQC_MODE_MASK,
  MRQC_VMDQ_RSS,
  NOTE_FLAGS,
  NOTE_HASH_COUNT,
  NOTE_HASH_COUNT_MAX,
  NOTE_HASHES,
  NOTE_MAC,
  NOTE_PORT_VLAN,
  PF_POOL,
  RAH_POOLS_SHIFT,
  RAH_VALID,
  RECEIVE_ADDRESS_COUNT,
  VLAN_FILTER_COUNT,
  VLAN_MASK,
  VLVF_ENABLE,
  VLVF_POOLS_SHIFT,
  VMOLR_BROADCAST,
  VMOLR_LENGTH_MASK,
  VMOLR_LONG,
  VMOLR_MULTICAST_HASH,
  VMOLR_RSS,
  VMOLR_STRIP_CRC,
  VMOLR_STRIP_VLAN,
  VMOLR_UNTAGGED,
} from "../../assembly/layout/physical-function";
import { numbersTo } from "../sim/numbers";

/** What the driver can reach of a port. */
export interface PfPort {
  readonly vfCount: number;
  /** Reads BAR0 of the physical function with the effects of a read; unsigned. */
  read(offset: number): number;
  /** Writes BAR0 of the physical function; the value counts modulo 2^32. */
  write(offset: number, value: number): void;
  /** Returns the driver's notes about a pool, NOTE_BYTES of them, little-endian; good until the next call. */
  notes(pool: number): DataView;
}

/** A MAC address: its first four bytes and its last two, the first on the wire lowest, unsigned. */
export interface MacAddress {
  readonly low: number;
  readonly high: number;
}

/** Says whether an address can be one station's: neither zero nor a group's. */
export function isStation({ low, high }: MacAddress): boolean {
  return (low !== 0 || high !== 0) && !(low & 1);
}

interface ReceiveAddress {
  readonly mac: MacAddress;
  readonly pools: number;
}

const POOLS_MASK = 2 ** POOL_COUNT - 1;
const WORD_BYTES = 4;
/** Entries at RAL and RAH; those behind them are at RAL2 and RAH2. */
const FIRST_BANK_COUNT = 16;
const ENTRY_BYTES = 8;
const MTA_WORD_COUNT = (MULTICAST_HASH_MASK + 1) / 32;

/** Returns the flags of a pool, NOTE_ constants. */
export function flagsOf(port: PfPort, pool: number): number {
  return port.notes(pool).getUint32(NOTE_FLAGS, true);
}

/** Sets and clears flags of a pool. */
export function changeFlags(port: PfPort, pool: number, { set = 0, clear = 0 }): void {
  const flags = flagsOf(port, pool);
  port.notes(pool).setUint32(NOTE_FLAGS, (flags & ~clear) | set, true);
}

/** Sets and clears options of a pool, VMOLR_ constants. */
export function changeOptions(port: PfPort, pool: number, { set = 0, clear = 0 }): void {
  const at = PF_VMOLR_AT + pool * WORD_BYTES;
  port.write(at, (port.read(at) & ~clear) | set);
}

/**
 * Gives a pool the options and VLANs that it has before it asks for anything: broadcast, and the port VLAN's frames, or
 * untagged ones and those of VLAN 0. RSS follows MRQC; igb has it for its own pool only, as igbvf has a single queue.
 */
export function setDefaults(port: PfPort, pool: number): void {
  const isInPortVlan = (flagsOf(port, pool) & NOTE_PORT_VLAN) !== 0;
  const vlan = isInPortVlan ? port.read(PF_VMVIR_AT + pool * WORD_BYTES) & VLAN_MASK : 0;
  // There is room: the physical function stays in VLAN 0, and the port VLAN's entry was found when it was given.
  joinVlan(port, pool, vlan);
  leaveVlansBut(port, pool, vlan);
  const hasRss = (port.read(PF_MRQC_AT) & MRQC_MODE_MASK) === MRQC_VMDQ_RSS;
  const options =
    VMOLR_STRIP_CRC |
    VMOLR_BROADCAST |
    (isInPortVlan ? VMOLR_STRIP_VLAN : VMOLR_UNTAGGED) |
    (hasRss ? VMOLR_RSS : 0) |
    (pool === PF_POOL ? VMOLR_LONG : 0);
  port.write(PF_VMOLR_AT + pool * WORD_BYTES, options | (port.read(PF_RLPML_AT) & VMOLR_LENGTH_MASK));
}

/** Returns the address that is a pool's own, or null. */
export function ownAddressOf(port: PfPort, pool: number): MacAddress | null {
  const notes = port.notes(pool);
  const mac = { low: notes.getUint32(NOTE_MAC, true), high: notes.getUint32(NOTE_MAC + WORD_BYTES, true) };
  return mac.low || mac.high ? mac : null;
}

/** Replaces a pool's own address, in its notes and in the receive addresses; null is none. False if no entry is free. */
export function setOwnAddress(port: PfPort, pool: number, mac: MacAddress | null): boolean {
  const old = ownAddressOf(port, pool);
  if (mac && !addAddress(port, pool, mac, ownEntries(pool), old)) return false;
  if (old && !(mac && isSame(old, mac))) removeAddress(port, pool, old);
  const notes = port.notes(pool);
  notes.setUint32(NOTE_MAC, mac?.low ?? 0, true);
  notes.setUint32(NOTE_MAC + WORD_BYTES, mac?.high ?? 0, true);
  return true;
}

/** Lets a pool receive one more address. False if no entry is free that is not kept for a virtual function's own. */
export function addFurtherAddress(port: PfPort, pool: number, mac: MacAddress): boolean {
  const entries = numbersTo(RECEIVE_ADDRESS_COUNT - port.vfCount).slice(1);
  return addAddress(port, pool, mac, entries, null);
}

/** Takes an address from a pool that it was let receive. */
export function removeFurtherAddress(port: PfPort, pool: number, mac: MacAddress): void {
  removeAddress(port, pool, mac);
}

/** Takes all addresses from a pool but its own. */
export function clearFurtherAddresses(port: PfPort, pool: number): void {
  const own = ownAddressOf(port, pool);
  for (const entry of numbersTo(RECEIVE_ADDRESS_COUNT)) {
    const mac = entryAt(port, entry)?.mac;
    if (mac && !(own && isSame(mac, own))) leaveEntry(port, entry, pool, mac);
  }
}

/** Makes a pool a member of a VLAN. False if it has no entry yet and none is free. */
export function joinVlan(port: PfPort, pool: number, vlan: number): boolean {
  const words = numbersTo(VLAN_FILTER_COUNT).map((entry) => port.read(PF_VLVF_AT + entry * WORD_BYTES));
  const member = words.findIndex((word) => word & VLVF_ENABLE && (word & VLAN_MASK) === vlan);
  const entry = member >= 0 ? member : words.findIndex((word) => !(word & VLVF_ENABLE));
  if (entry < 0) return false;
  const pools = (member >= 0 ? poolsOfWord(words[entry] ?? 0) : 0) | (1 << pool);
  writeVlan(port, entry, vlan, pools);
  return true;
}

/** Ends a pool's membership in a VLAN, if it is one. */
export function leaveVlan(port: PfPort, pool: number, vlan: number): void {
  leaveVlans(port, pool, (each) => each === vlan);
}

/** Ends a pool's membership in every VLAN but one. */
export function leaveVlansBut(port: PfPort, pool: number, vlan: number): void {
  leaveVlans(port, pool, (each) => each !== vlan);
}

/** Replaces the multicast hashes of a pool, at most NOTE_HASH_COUNT_MAX of 12 bits. */
export function setMulticastHashes(port: PfPort, pool: number, hashes: readonly number[]): void {
  const notes = port.notes(pool);
  notes.setUint32(NOTE_HASH_COUNT, hashes.length, true);
  for (const index of numbersTo(NOTE_HASH_COUNT_MAX))
    notes.setUint16(NOTE_HASHES + 2 * index, hashes[index] ?? 0, true);
  rebuildMulticastTable(port);
  changeOptions(port, pool, hashes.length > 0 ? { set: VMOLR_MULTICAST_HASH } : { clear: VMOLR_MULTICAST_HASH });
}

/** The table is one for all pools, so a bit goes only when the notes of no pool have its hash any more. */
function rebuildMulticastTable(port: PfPort): void {
  const words = new Uint32Array(MTA_WORD_COUNT);
  for (const pool of numbersTo(port.vfCount)) {
    const notes = port.notes(pool);
    const count = Math.min(notes.getUint32(NOTE_HASH_COUNT, true), NOTE_HASH_COUNT_MAX);
    for (const index of numbersTo(count)) {
      const hash = notes.getUint16(NOTE_HASHES + 2 * index, true) & MULTICAST_HASH_MASK;
      words[hash >>> 5] = (words[hash >>> 5] ?? 0) | (1 << (hash & 31));
    }
  }
  words.forEach((word, index) => {
    port.write(PF_MTA_AT + index * WORD_BYTES, word);
  });
}

/**
 * Which entries may take a pool's own address, best first: from the top downwards, as igb has it, and 0 for the physical
 * function. Another pool's is free to take only where the restoring of a state image has mixed them up.
 */
function ownEntries(pool: number): number[] {
  if (pool === PF_POOL) return [0];
  const last = RECEIVE_ADDRESS_COUNT - 1;
  return [last - pool, ...numbersTo(last).map((below) => last - below)];
}

/** Takes the first of the entries that is free, or has nothing but the pool's address that is to be replaced. */
function addAddress(
  port: PfPort,
  pool: number,
  mac: MacAddress,
  entries: readonly number[],
  replaced: MacAddress | null,
): boolean {
  if (numbersTo(RECEIVE_ADDRESS_COUNT).some((entry) => hasPool(entryAt(port, entry), pool, mac))) return true;
  const entry = entries.find((each) => {
    const found = entryAt(port, each);
    return found === null || (replaced !== null && found.pools === 1 << pool && isSame(found.mac, replaced));
  });
  if (entry === undefined) return false;
  writeEntry(port, entry, mac, 1 << pool);
  return true;
}

function removeAddress(port: PfPort, pool: number, mac: MacAddress): void {
  for (const entry of numbersTo(RECEIVE_ADDRESS_COUNT)) leaveEntry(port, entry, pool, mac);
}

/** Takes a pool out of an entry, if the entry has this address and the pool. */
function leaveEntry(port: PfPort, entry: number, pool: number, mac: MacAddress): void {
  const found = entryAt(port, entry);
  if (found && hasPool(found, pool, mac)) writeEntry(port, entry, mac, found.pools & ~(1 << pool));
}

function hasPool(found: ReceiveAddress | null, pool: number, mac: MacAddress): boolean {
  return found !== null && (found.pools & (1 << pool)) !== 0 && isSame(found.mac, mac);
}

function isSame(one: MacAddress, other: MacAddress): boolean {
  return one.low === other.low && one.high === other.high;
}

/** Returns a valid receive address; null where the entry is free. */
function entryAt(port: PfPort, entry: number): ReceiveAddress | null {
  const at = addressOffset(entry);
  const high = port.read(at + PF_RAH_AT - PF_RAL_AT);
  if (!(high & RAH_VALID)) return null;
  return { mac: { low: port.read(at), high: high & 0xffff }, pools: (high >>> RAH_POOLS_SHIFT) & POOLS_MASK };
}

function writeEntry(port: PfPort, entry: number, mac: MacAddress, pools: number): void {
  const at = addressOffset(entry);
  port.write(at, pools ? mac.low : 0);
  port.write(at + PF_RAH_AT - PF_RAL_AT, pools ? RAH_VALID | (pools << RAH_POOLS_SHIFT) | mac.high : 0);
}

function addressOffset(entry: number): number {
  const bank = entry < FIRST_BANK_COUNT ? PF_RAL_AT : PF_RAL2_AT;
  return bank + (entry % FIRST_BANK_COUNT) * ENTRY_BYTES;
}

function poolsOfWord(word: number): number {
  return (word >>> VLVF_POOLS_SHIFT) & POOLS_MASK;
}

function leaveVlans(port: PfPort, pool: number, isLeft: (vlan: number) => boolean): void {
  for (const entry of numbersTo(VLAN_FILTER_COUNT)) {
    const word = port.read(PF_VLVF_AT + entry * WORD_BYTES);
    const vlan = word & VLAN_MASK;
    const isMember = (word & VLVF_ENABLE) !== 0 && (poolsOfWord(word) & (1 << pool)) !== 0;
    if (isMember && isLeft(vlan)) writeVlan(port, entry, vlan, poolsOfWord(word) & ~(1 << pool));
  }
}

/** Writes an entry of the VLAN filter and the bit that lets the VLAN into the port at all. */
function writeVlan(port: PfPort, entry: number, vlan: number, pools: number): void {
  port.write(PF_VLVF_AT + entry * WORD_BYTES, pools ? VLVF_ENABLE | (pools << VLVF_POOLS_SHIFT) | vlan : 0);
  const at = PF_VFTA_AT + (vlan >>> 5) * WORD_BYTES;
  const bit = 1 << (vlan & 31);
  port.write(at, pools ? port.read(at) | bit : port.read(at) & ~bit);
}
