/**
 * What the physical function has for one pool, as two records of the state image: FILTERS (receive addresses and VLANs)
 * and POLICY (length limits, stripping, enables, anti-spoofing, the driver's notes).
 *
 * Receive addresses and VLAN filters are shared by all pools, so they are carried as lists and find places of their own
 * on the target. Invariant: a restore that finds no place for one changes nothing (`placeFilters` works on a copy).
 */
import {
  DTXSWC_SELF_SHIFT,
  DTXSWC_VLAN_SHIFT,
  NOTE_HASH_COUNT,
  NOTE_HASHES,
  NOTE_USED_BYTES,
  PF_MTA,
  PF_RA,
  PF_VFTA,
  PF_VLVF,
  PF_VMOLR,
  PF_VMVIR,
  RAH_POOLS_SHIFT,
  RAH_VALID,
  RECEIVE_ADDRESS_COUNT,
  VLAN_FILTER_COUNT,
  VLAN_MASK,
  VLVF_ENABLE,
  VLVF_POOLS_SHIFT,
} from "../layout/physical-function";
import {
  FILTERS_ADDRESS_BYTES,
  FILTERS_ADDRESS_COUNT,
  FILTERS_BYTES_MIN,
  FILTERS_VLAN_BYTES,
  FILTERS_VLAN_COUNT,
  POLICY_BITS,
  POLICY_BYTES,
  POLICY_NOTES,
  POLICY_VMOLR,
  POLICY_VMVIR,
} from "../layout/state-image";
import { copyFew } from "../memory/copy";
import { noteAt, Pf, pf, vmolr, vmvir } from "../nic/physical-function";
import { Vf } from "../nic/virtual-function";
import { world } from "../sim/world";

const ADDRESS_BYTES: u32 = FILTERS_ADDRESS_BYTES;
const VLAN_BYTES: u32 = FILTERS_VLAN_BYTES;
const RA_BYTES: u32 = RECEIVE_ADDRESS_COUNT * ADDRESS_BYTES;
const VLVF_BYTES: u32 = VLAN_FILTER_COUNT * VLAN_BYTES;
const ADDRESS_HIGH_MASK: u32 = 0xffff;

function tableAt(p: Pf, place: u32): u32 {
  return changetype<u32>(p) + place;
}

/** Writes FILTERS of a pool; returns its bytes. */
export function writeFilters(v: Vf, to: u32): u32 {
  const p = pf(v.port);
  let addressCount: u32 = 0;
  const addresses = to + FILTERS_BYTES_MIN;
  for (let i: u32 = 0; i < RECEIVE_ADDRESS_COUNT; i++) {
    const at = tableAt(p, PF_RA) + i * ADDRESS_BYTES;
    const high = load<u32>(at, 4);
    if (!(high & RAH_VALID) || !((high >>> (RAH_POOLS_SHIFT + v.pool)) & 1)) continue;
    addressCount = insertAddress(addresses, addressCount, addressIn(at));
  }
  let vlanCount: u32 = 0;
  const vlans = addresses + addressCount * ADDRESS_BYTES;
  for (let i: u32 = 0; i < VLAN_FILTER_COUNT; i++) {
    const word = load<u32>(tableAt(p, PF_VLVF) + i * VLAN_BYTES);
    if (!(word & VLVF_ENABLE) || !((word >>> (VLVF_POOLS_SHIFT + v.pool)) & 1)) continue;
    vlanCount = insertVlan(vlans, vlanCount, word & VLAN_MASK);
  }
  store<u32>(to, addressCount, FILTERS_ADDRESS_COUNT);
  store<u32>(to, vlanCount, FILTERS_VLAN_COUNT);
  return FILTERS_BYTES_MIN + addressCount * ADDRESS_BYTES + vlanCount * VLAN_BYTES;
}

function addressIn(at: u32): u64 {
  return ((<u64>(load<u32>(at, 4) & ADDRESS_HIGH_MASK)) << 32) | load<u32>(at);
}

/** Inserts into an ascending list, unless it is there; returns the new length. */
function insertAddress(list: u32, count: u32, address: u64): u32 {
  let i = count;
  while (i && load<u64>(list + (i - 1) * ADDRESS_BYTES) > address) i--;
  if (i && load<u64>(list + (i - 1) * ADDRESS_BYTES) == address) return count;
  const at = list + i * ADDRESS_BYTES;
  memory.copy(at + ADDRESS_BYTES, at, (count - i) * ADDRESS_BYTES);
  store<u64>(at, address);
  return count + 1;
}

function insertVlan(list: u32, count: u32, vlan: u32): u32 {
  let i = count;
  while (i && load<u32>(list + (i - 1) * VLAN_BYTES) > vlan) i--;
  if (i && load<u32>(list + (i - 1) * VLAN_BYTES) == vlan) return count;
  const at = list + i * VLAN_BYTES;
  memory.copy(at + VLAN_BYTES, at, (count - i) * VLAN_BYTES);
  store<u32>(at, vlan);
  return count + 1;
}

/** Works out where a pool's filters would be on a port, in the world's scratch; false when there is no room for all. */
export function placeFilters(v: Vf, from: u32): bool {
  const p = pf(v.port);
  const addresses = world().scratch;
  const vlans = addresses + RA_BYTES;
  copyFew(addresses, tableAt(p, PF_RA), RA_BYTES);
  copyFew(vlans, tableAt(p, PF_VLVF), VLVF_BYTES);
  leaveAddresses(addresses, v.pool);
  leaveVlans(vlans, v.pool);
  const addressCount = load<u32>(from, FILTERS_ADDRESS_COUNT);
  const vlanCount = load<u32>(from, FILTERS_VLAN_COUNT);
  let at = from + FILTERS_BYTES_MIN;
  for (let i: u32 = 0; i < addressCount; i++, at += ADDRESS_BYTES) {
    if (!placeAddress(addresses, v.pool, load<u64>(at))) return false;
  }
  for (let i: u32 = 0; i < vlanCount; i++, at += VLAN_BYTES) {
    if (!placeVlan(vlans, v.pool, load<u32>(at))) return false;
  }
  return true;
}

function leaveAddresses(addresses: u32, pool: u32): void {
  const bit: u32 = 1 << (RAH_POOLS_SHIFT + pool);
  for (let at = addresses; at < addresses + RA_BYTES; at += ADDRESS_BYTES) {
    const high = load<u32>(at, 4);
    if (!(high & bit)) continue;
    const left = high & ~bit;
    if ((left >>> RAH_POOLS_SHIFT) & 0xff) store<u32>(at, left, 4);
    else store<u64>(at, 0);
  }
}

function leaveVlans(vlans: u32, pool: u32): void {
  const bit: u32 = 1 << (VLVF_POOLS_SHIFT + pool);
  for (let at = vlans; at < vlans + VLVF_BYTES; at += VLAN_BYTES) {
    const word = load<u32>(at);
    if (!(word & bit)) continue;
    const left = word & ~bit;
    store<u32>(at, (left >>> VLVF_POOLS_SHIFT) & 0xff ? left : 0);
  }
}

/** An entry that equals the address, else the highest invalid one: drivers fill from the bottom. */
function placeAddress(addresses: u32, pool: u32, address: u64): bool {
  const bit: u32 = 1 << (RAH_POOLS_SHIFT + pool);
  let free: u32 = 0;
  for (let at = addresses; at < addresses + RA_BYTES; at += ADDRESS_BYTES) {
    const high = load<u32>(at, 4);
    if (!(high & RAH_VALID)) {
      free = at;
    } else if (addressIn(at) == address) {
      store<u32>(at, high | bit, 4);
      return true;
    }
  }
  if (!free) return false;
  store<u32>(free, <u32>address);
  store<u32>(free, <u32>(address >> 32) | RAH_VALID | bit, 4);
  return true;
}

/** An enabled entry of the VLAN, else the lowest that is not enabled. */
function placeVlan(vlans: u32, pool: u32, vlan: u32): bool {
  const bit: u32 = 1 << (VLVF_POOLS_SHIFT + pool);
  let free: u32 = 0;
  for (let at = vlans; at < vlans + VLVF_BYTES; at += VLAN_BYTES) {
    const word = load<u32>(at);
    if (!(word & VLVF_ENABLE)) {
      if (!free) free = at;
    } else if ((word & VLAN_MASK) == vlan) {
      store<u32>(at, word | bit);
      return true;
    }
  }
  if (!free) return false;
  store<u32>(free, VLVF_ENABLE | bit | vlan);
  return true;
}

/** Applies FILTERS as `placeFilters` has just worked them out. */
export function applyFilters(v: Vf, from: u32): void {
  const p = pf(v.port);
  const addresses = world().scratch;
  copyFew(tableAt(p, PF_RA), addresses, RA_BYTES);
  copyFew(tableAt(p, PF_VLVF), addresses + RA_BYTES, VLVF_BYTES);
  let at = from + FILTERS_BYTES_MIN + load<u32>(from, FILTERS_ADDRESS_COUNT) * ADDRESS_BYTES;
  for (let left = load<u32>(from, FILTERS_VLAN_COUNT); left; left--, at += VLAN_BYTES)
    setBit(p, PF_VFTA, load<u32>(at));
}

function setBit(p: Pf, place: u32, number: u32): void {
  const at = tableAt(p, place) + ((number >>> 5) << 2);
  store<u32>(at, load<u32>(at) | (1 << (number & 31)));
}

/** Writes POLICY of a pool; returns its bytes. */
export function writePolicy(v: Vf, to: u32): u32 {
  const p = pf(v.port);
  store<u32>(to, vmolr(p, v.pool), POLICY_VMOLR);
  store<u32>(to, vmvir(p, v.pool), POLICY_VMVIR);
  store<u32>(to, policyBits(p, v.pool), POLICY_BITS);
  store<u32>(to, 0, POLICY_BITS + 4);
  copyFew(to + POLICY_NOTES, noteAt(p, v.pool), NOTE_USED_BYTES & ~7);
  store<u64>(to + POLICY_NOTES + (NOTE_USED_BYTES & ~7), load<u32>(noteAt(p, v.pool) + (NOTE_USED_BYTES & ~7)));
  return POLICY_BYTES;
}

function policyBits(p: Pf, pool: u32): u32 {
  return (
    ((p.vfre >>> pool) & 1) |
    (((p.vfte >>> pool) & 1) << 1) |
    (((p.dtxswc >>> pool) & 1) << 2) |
    (((p.dtxswc >>> (DTXSWC_VLAN_SHIFT + pool)) & 1) << 3) |
    (((p.dtxswc >>> (DTXSWC_SELF_SHIFT + pool)) & 1) << 4)
  );
}

/** Applies POLICY to a pool. */
export function applyPolicy(v: Vf, from: u32): void {
  const p = pf(v.port);
  store<u32>(tableAt(p, PF_VMOLR) + (v.pool << 2), load<u32>(from, POLICY_VMOLR));
  store<u32>(tableAt(p, PF_VMVIR) + (v.pool << 2), load<u32>(from, POLICY_VMVIR));
  const bits = load<u32>(from, POLICY_BITS);
  p.vfre = withBit(p.vfre, v.pool, bits);
  p.vfte = withBit(p.vfte, v.pool, bits >>> 1);
  p.dtxswc = withBit(p.dtxswc, v.pool, bits >>> 2);
  p.dtxswc = withBit(p.dtxswc, DTXSWC_VLAN_SHIFT + v.pool, bits >>> 3);
  p.dtxswc = withBit(p.dtxswc, DTXSWC_SELF_SHIFT + v.pool, bits >>> 4);
  const notes = noteAt(p, v.pool);
  copyFew(notes, from + POLICY_NOTES, NOTE_USED_BYTES & ~7);
  store<u32>(notes + (NOTE_USED_BYTES & ~7), load<u32>(from + POLICY_NOTES + (NOTE_USED_BYTES & ~7)));
  const count = load<u32>(notes, NOTE_HASH_COUNT);
  for (let i: u32 = 0; i < count; i++) setBit(p, PF_MTA, <u32>load<u16>(notes + NOTE_HASHES + (i << 1)) & 0xfff);
}

function withBit(word: u32, number: u32, value: u32): u32 {
  return (word & ~(1 << number)) | ((value & 1) << number);
}
