/**
 * The bridge: to which pools a frame goes, and whether to the wire, in the seven steps of the specification.
 * Invariant: deciding changes no register but ROC. Source: docs/device.md, "The bridge".
 */

import { bits, byteAt, hasBit, wordBytes } from "./bytes";
import { hasTag, isBroadcast, isGroupAddress, vlanOf } from "./packet";
import * as pf from "./pf-registers";
import { PF_POOL, POOL_COUNT, type Pool } from "./pool";
import type { Port } from "./port";

const FCS_BYTES = 4;
const TAG_BYTES = 4;
const STANDARD_BYTES = 1518;
const ALL_POOLS = 0xff;

export interface Decision {
  /** A bit for each pool. */
  readonly pools: number;
  readonly isToWire: boolean;
  /** A receive address equals the destination. */
  readonly isExact: boolean;
  /** Its length is why it goes to no pool. */
  readonly isTooLong: boolean;
}

/** The pools for which something is true. */
function poolsWhere(isTrue: (pool: number) => boolean): number {
  let pools = 0;
  for (let pool = 0; pool < POOL_COUNT; pool++) if (isTrue(pool)) pools |= 1 << pool;
  return pools;
}

function poolsWithOption(port: Port, bit: number): number {
  return poolsWhere((pool) => hasBit(port.pf.get(pf.VMOLR + pool * 4), bit));
}

/** Whether an address (six bytes from `at`) equals a valid receive address. */
export function isEntry(port: Port, entry: number, bytes: Uint8Array, at: number): boolean {
  const high = port.pf.get(pf.rah(entry));
  const address = wordBytes(port.pf.get(pf.ral(entry)), high);
  return hasBit(high, 31) && [0, 1, 2, 3, 4, 5].every((index) => byteAt(address, index) === byteAt(bytes, at + index));
}

/** The pools of the enabled entries of a VLAN. */
export function poolsOfVlan(port: Port, vlan: number): number {
  let pools = 0;
  for (let entry = 0; entry < pf.VLVF_COUNT; entry++) {
    const value = port.pf.get(pf.VLVF + entry * 4);
    if (hasBit(value, 31) && (value & 0xfff) === vlan) pools |= bits(value, 19, 12);
  }
  return pools;
}

function isInHashTable(port: Port, table: number, frame: Uint8Array): boolean {
  const hash = ((byteAt(frame, 5) << 4) | (byteAt(frame, 4) >> 4)) & 0xfff;
  return hasBit(port.pf.get(table + (hash >> 5) * 4), hash & 31);
}

/** Step 2: the pools of the destination. */
function poolsOfDestination(port: Port, frame: Uint8Array): { pools: number; isExact: boolean } {
  if (isBroadcast(frame)) port.seen("bridge.broadcast");
  if (isBroadcast(frame)) return { pools: poolsWithOption(port, 27), isExact: false };
  let exactPools = 0;
  let isExact = false;
  for (let entry = 0; entry < pf.RECEIVE_ADDRESS_COUNT; entry++) {
    if (!isEntry(port, entry, frame, 0)) continue;
    isExact = true;
    exactPools |= bits(port.pf.get(pf.rah(entry)), 25, 18);
  }
  if (isExact) port.seen(isGroupAddress(frame) ? "bridge.exactGroup" : "bridge.exactUnicast");
  if (isExact) return { pools: exactPools, isExact };
  const control = port.pf.get(pf.RCTL);
  if (isGroupAddress(frame)) {
    const isHashed = hasBit(control, 4) || isInHashTable(port, pf.MTA, frame);
    port.seen(isHashed ? "bridge.groupHashed" : "bridge.groupUnknown");
    return { pools: poolsWithOption(port, 28) | (isHashed ? poolsWithOption(port, 25) : 0), isExact };
  }
  const isHashed = hasBit(control, 3) || isInHashTable(port, pf.UTA, frame);
  port.seen(isHashed ? "bridge.unicastHashed" : "bridge.unicastUnknown");
  return { pools: isHashed ? poolsWithOption(port, 26) : 0, isExact };
}

/** Step 3: the pools that the VLAN leaves. */
function poolsOfTag(port: Port, frame: Uint8Array): number {
  if (!hasBit(port.pf.get(pf.RCTL), 18)) return ALL_POOLS;
  return hasTag(frame) ? poolsOfVlan(port, vlanOf(frame)) : poolsWithOption(port, 24);
}

/** Step 5: the pools that may receive, and those that take the length. */
function enabledPools(port: Port, frame: Uint8Array, pools: number): { pools: number; isTooLong: boolean } {
  const before = hasBit(port.pf.get(pf.RCTL), 1) ? pools & port.pf.get(pf.VFRE) : 0;
  const tagBytes = hasTag(frame) ? TAG_BYTES : 0;
  const taking = poolsWhere((pool) => {
    const options = port.pf.get(pf.VMOLR + pool * 4);
    const longest = (hasBit(options, 16) ? options & 0x3fff : STANDARD_BYTES) + tagBytes;
    return frame.length + FCS_BYTES <= longest;
  });
  const after = before & taking;
  const isTooLong = before !== 0 && after === 0;
  if (isTooLong) port.pf.add(pf.ROC, 1);
  return { pools: after, isTooLong };
}

function isLongerThanPort(port: Port, frame: Uint8Array): boolean {
  const longest = hasBit(port.pf.get(pf.RCTL), 5) ? port.pf.get(pf.RLPML) & 0x3fff : STANDARD_BYTES;
  return frame.length + FCS_BYTES > longest + (hasTag(frame) ? TAG_BYTES : 0);
}

function isFiltered(port: Port, frame: Uint8Array): boolean {
  if (!hasBit(port.pf.get(pf.RCTL), 18) || !hasTag(frame)) return false;
  const vlan = vlanOf(frame);
  return !hasBit(port.pf.get(pf.VFTA + (vlan >> 5) * 4), vlan & 31);
}

function lowestOnly(pools: number): number {
  return pools & -pools;
}

/** Decides about a frame from a pool, or from the wire. */
export function decide(port: Port, frame: Uint8Array, sender: Pool | undefined): Decision {
  const isToWire = sender !== undefined;
  const nowhere: Decision = { pools: 0, isToWire, isExact: false, isTooLong: false };
  if (!isToWire && isLongerThanPort(port, frame)) {
    port.seen("bridge.tooLongForPort");
    port.pf.add(pf.ROC, 1);
    return { ...nowhere, isTooLong: true };
  }
  const mode = port.pf.get(pf.MRQC) & 7;
  const isVmdq = mode === 3 || mode === 5;
  if (isToWire && (!isVmdq || !hasBit(port.pf.get(pf.DTXSWC), 31))) return nowhere;
  if (isFiltered(port, frame)) {
    port.seen("bridge.vlanFiltered");
    return nowhere;
  }
  if (!isVmdq) {
    port.seen("bridge.vmdqOff");
    return { ...nowhere, ...enabledPools(port, frame, 1 << PF_POOL) };
  }
  return decideByPools(port, frame, sender);
}

function decideByPools(port: Port, frame: Uint8Array, sender: Pool | undefined): Decision {
  const control = port.pf.get(pf.VT_CTL);
  const { pools: addressed, isExact } = poolsOfDestination(port, frame);
  let candidates = addressed & poolsOfTag(port, frame);
  if (candidates !== addressed) port.seen("bridge.vlanPools");
  if (candidates === 0 && sender === undefined && !isGroupAddress(frame) && !hasBit(control, 29)) {
    port.seen("bridge.defaultPool");
    candidates = 1 << bits(control, 9, 7);
  }
  const { pools: enabled, isTooLong } = enabledPools(port, frame, candidates);
  if (isTooLong) port.seen("bridge.tooLongForPools");
  let pools = enabled;
  let isToWire = false;
  if (sender !== undefined) {
    const switching = port.pf.get(pf.DTXSWC);
    const isLooping = hasBit(switching, 31);
    if (!isLooping) pools = 0;
    if (!hasBit(switching, 16 + sender.index)) pools &= ~(1 << sender.index);
    else if (hasBit(pools, sender.index)) port.seen("bridge.ownFrameBack");
    isToWire = isGroupAddress(frame) || !isLooping || !isExact;
  }
  if (pools !== lowestOnly(pools)) {
    port.seen(hasBit(control, 30) ? "bridge.replicated" : "bridge.lowestPool");
    if (!hasBit(control, 30)) pools = lowestOnly(pools);
  }
  return { pools, isToWire, isExact, isTooLong };
}
