/**
 * A pool and the software that plays with it: five offenders, the victim, the physical function's own pool. Its guest has
 * 64 pages in one piece, so that a guest address is an offset:
 *
 *     0        4       5         6       8                32         48          54         60        64
 *     +--------+-------+---------+-------+----------------+----------+-----------+----------+---------+
 *     | rings  | heads | header  |       | frames to send | receive  | read-only | not      | beyond  |
 *     |        |       | buffers |       |                | buffers  |           | mapped   | the map |
 *     +--------+-------+---------+-------+----------------+----------+-----------+----------+---------+
 *
 * A second window of the IOMMU map shows the same pages at high addresses. From page 48 on nothing may ever change.
 */
import { PAGE_MASK, PAGE_SHIFT, POOL_COUNT } from "../layout/limits";
import { PF_POOL } from "../layout/physical-function";
import { entryAt, guestFrameOf } from "../memory/iommu";
import { readVf, writeVf } from "../nic/registers";
import { rxQueue, txQueue, Vf, vf } from "../nic/virtual-function";
import { world } from "../sim/world";
import { ROW_CASES, ROW_VF_READS, ROW_VF_WRITES, ROW_WRITES } from "./rows";
import { count } from "./stream";

export const OFFENDER_COUNT: u32 = 5;
export const VICTIM: u32 = 5;
export const VF_COUNT: u32 = 6;

export const GUEST_PAGES: u32 = 64;
export const MAPPED_PAGES: u32 = 60;
export const PAGE_HEADS: u32 = 4;
export const PAGE_HEADERS: u32 = 5;
export const PAGE_SENT: u32 = 8;
export const PAGE_RECEIVED: u32 = 32;
export const PAGE_READ_ONLY: u32 = 48;
export const PAGE_UNMAPPED: u32 = 54;

/** A driver that does everything right; one whose descriptors have bits flipped; one that writes anything anywhere. */
export const MOOD_VALID: u32 = 0;
export const MOOD_MUTATED: u32 = 1;
export const MOOD_GARBAGE: u32 = 2;

@unmanaged
export class Player {
  /** Device address of the window; the same pages again. */
  window: u64;
  /** Where the guest's memory is. */
  base: u32;
  pool: u32;
  mood: u32;
  /** Batches until another mood. */
  turnsLeft: u32;
  /** Its receive rings have only been written by rules since they were enabled: what stands in them can be counted. */
  isClean: u32;
  /** Positions up to which its queues have been looked at: fetched and reported, received. */
  fetched0: u32;
  fetched1: u32;
  sent0: u32;
  sent1: u32;
  received0: u32;
  received1: u32;
}

const PLAYER_BYTES: u32 = 64;
const PLAYERS: u32 = <u32>memory.data(512);
if (POOL_COUNT * PLAYER_BYTES > 512) ERROR("fuzz: the players do not fit their table");
if (offsetof<Player>() > PLAYER_BYTES) ERROR("fuzz: Player does not fit PLAYER_BYTES");

/** Returns the player of a pool. */
export function player(pool: u32): Player {
  return changetype<Player>(PLAYERS + pool * PLAYER_BYTES);
}

export function clearPlayers(): void {
  memory.fill(PLAYERS, 0, POOL_COUNT * PLAYER_BYTES);
}

export function isOffender(p: Player): bool {
  return p.pool < OFFENDER_COUNT;
}

/** The address that the physical function gave a pool. The victim's differs from every other's in every byte. */
export function macOf(pool: u32): u64 {
  return pool == VICTIM ? VICTIM_MAC : 0x1002 | ((<u64>pool) << 40);
}
const VICTIM_MAC: u64 = 0x96a53cc35a06;
/** Where the victim sends to, which is on the wire. */
export const PEER_MAC: u64 = 0x3344556677aa;

/** Where the device sees an offset of the player's memory, in the first window. */
export function placeOf(page: u32, offset: u32): u32 {
  return (page << PAGE_SHIFT) + offset;
}

/** Returns where in our memory a device address of a player is, 0 when it is not mapped at all. */
export function spot(p: Player, address: u64): u32 {
  const entry = entryAt(vf(p.pool).map, address);
  return entry ? p.base + (guestFrameOf(entry) << PAGE_SHIFT) + (<u32>address & PAGE_MASK) : 0;
}

/** The same for software that writes a descriptor there; 0 for none, and for guarded pages: those only a device might hurt. */
export function spotToWrite(p: Player, address: u64): u32 {
  const entry = entryAt(vf(p.pool).map, address);
  if (!entry || guestFrameOf(entry) >= PAGE_READ_ONLY || <u32>address & DESCRIPTOR_MASK) return 0;
  return p.base + (guestFrameOf(entry) << PAGE_SHIFT) + (<u32>address & PAGE_MASK);
}
const DESCRIPTOR_MASK: u32 = 15;

const ROW_SHIFT: u32 = 7;
const BAR0_MASK: u32 = 0x3fff;

/** Row of a register in the table of virtual functions, -1 for an offset that has none. */
function rowAt(offset: u32): i32 {
  if (offset & ~BAR0_MASK || offset & 3) return -1;
  return (<i32>load<u16>(world().vfRegisterMap + (offset >>> 1)) - 1) >> ROW_SHIFT;
}

/** The guest writes a register: for an offender that is a case. */
export function guestWrite(p: Player, offset: u32, value: u32): void {
  if (isOffender(p)) {
    count(ROW_CASES);
    count(ROW_WRITES);
    const row = rowAt(offset);
    if (row >= 0) count(ROW_VF_WRITES + <u32>row);
  }
  writeVf(vf(p.pool), offset, value);
  lookFromHere(p);
}

export function guestRead(p: Player, offset: u32): u32 {
  const row = rowAt(offset);
  if (isOffender(p) && row >= 0) count(ROW_VF_READS + <u32>row);
  return readVf(vf(p.pool), offset);
}

/** A register write moves positions, but nothing between them: only time does that. */
function lookFromHere(p: Player): void {
  const v = vf(p.pool);
  p.fetched0 = txQueue(v, 0).fetched;
  p.fetched1 = txQueue(v, 1).fetched;
  p.sent0 = sentUpTo(v, 0);
  p.sent1 = sentUpTo(v, 1);
  p.received0 = receivedUpTo(v, 0);
  p.received1 = receivedUpTo(v, 1);
}

/** Position up to which a transmit queue has reported. */
export function sentUpTo(v: Vf, number: u32): u32 {
  const q = txQueue(v, number);
  return q.pending ? q.reported : q.head;
}

/** Position up to which a receive queue has reported. */
export function receivedUpTo(v: Vf, number: u32): u32 {
  const q = rxQueue(v, number);
  return q.pending ? q.reported : q.head;
}

export const PF_PLAYER: u32 = PF_POOL;
