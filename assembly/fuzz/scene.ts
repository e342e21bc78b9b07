/**
 * The world of a chunk: one port whose pools are five offenders, a victim and the physical function's own, a wire that
 * ends in our hands, a guest that nobody's device belongs to. Made anew for each chunk in the same memory.
 *
 * How the physical function sets the port up follows src/device/physical-function.ts, with more variety: what it chooses
 * is drawn from the scene's stream, so that the run without offenders has the same port.
 */

import { guest } from "../guest/guest";
import { GUEST_SUSPENDED } from "../layout/control";
import { EVENT_CONTROL } from "../layout/event";
import { CHUNK_PAGES, PAGE_BYTES, PAGE_SHIFT, POOL_COUNT, SLOT_SMALL_BYTES } from "../layout/limits";
import { ARENA, WORLD } from "../layout/memory-map";
import {
  PF_CTRL_EXT_AT,
  PF_DTXSWC_AT,
  PF_IMS_AT,
  PF_MRQC_AT,
  PF_MTA_AT,
  PF_RAH_AT,
  PF_RAL_AT,
  PF_RCTL_AT,
  PF_RETA_AT,
  PF_RLPML_AT,
  PF_RPLOLR_AT,
  PF_RSSRK_AT,
  PF_RXCSUM_AT,
  PF_TCTL_AT,
  PF_UTA_AT,
  PF_VFTA_AT,
  PF_VLVF_AT,
  PF_VMOLR_AT,
  PF_VMVIR_AT,
  PF_VT_CTL_AT,
} from "../layout/pf-registers";
import { presentFrameOf } from "../memory/guest-memory";
import { MAY_READ, MAY_WRITE, mapFrame } from "../memory/iommu";
import { configureQueues } from "../nic/configure";
import { port } from "../nic/port-record";
import { writePf } from "../nic/registers";
import { DONE_AT_RELEASE, HEADS_ARE_WRITABLE, vf } from "../nic/virtual-function";
import { createOutbound } from "../renic/outbound";
import { addGuest, addPort, attachVf, connectPorts, createWorld, setDma } from "../setup";
import { world } from "../sim/world";
import { setAddress } from "../wire/ethernet";
import { wire } from "../wire/wire";
import { createSentFrames, createWireFrames, SENT_COUNT, SLOT_BYTES } from "./frames";
import {
  clearPlayers,
  GUEST_PAGES,
  isOffender,
  MAPPED_PAGES,
  macOf,
  OFFENDER_COUNT,
  PAGE_READ_ONLY,
  PAGE_SENT,
  PAGE_UNMAPPED,
  PF_PLAYER,
  player,
  VF_COUNT,
  VICTIM,
} from "./player";
import { below, chance, next, Stream, word } from "./stream";

const EVENT_COUNT: u32 = 65536;
export const SLOT_COUNT: u32 = 8192;
const ARENA_BYTES: u32 = 28 * 1024 * 1024;
const WASM_PAGE_BYTES: u32 = 65536;
const PARKED_BYTES_MAX: u32 = 4096;
const OUTBOUND_BYTES: u32 = 65536;
/** A fast port, so that little time passes: 80 Gb/s, 100 ps a byte; a DMA of 0.1 us, 10 ps a byte. */
const RATE: u64 = 80000000000;
const DMA_LATENCY_PS: u64 = 100000;
const DMA_PS_PER_BYTE: u32 = 10;
/** The guest whose memory belongs to no device. */
export const BYSTANDER: u32 = POOL_COUNT - 1;
const GUEST_COUNT: u32 = POOL_COUNT;

/** Makes sure that a world fits into memory. */
export function prepareMemory(): void {
  const missing = <i32>((ARENA + ARENA_BYTES) / WASM_PAGE_BYTES) + 1 - memory.size();
  if (missing > 0) assert(memory.grow(missing) >= 0, "there is memory for a world");
}

/** Zeroes what the world before has used. */
function clearWorld(): void {
  const w = world();
  if (!w.arenaNext) return;
  const largeSlotsAt = w.smallSlotsEnd + SLOT_SMALL_BYTES;
  const largeEnd = w.largeSlotsNext;
  const framesAt = w.framesAt;
  const arenaNext = w.arenaNext;
  zero(largeSlotsAt, largeEnd);
  zero(framesAt, arenaNext);
  zero(WORLD, w.smallSlotsNext);
}

function zero(from: u32, to: u32): void {
  memory.fill(from, 0, to - from);
}

export function createScene(s: Stream): void {
  clearWorld();
  clearPlayers();
  createWorld(1, 0, ARENA + ARENA_BYTES, EVENT_COUNT, GUEST_COUNT * (GUEST_PAGES / CHUNK_PAGES), SLOT_COUNT);
  addPort(0, VF_COUNT, PARKED_BYTES_MAX);
  addPort(1, 1, 0);
  connectPorts(0, 1, RATE, 0);
  // What leaves is collected after each step (watch.ts); an event of no timer's is none.
  wire(port(0).wireOut).arrivalKind = EVENT_CONTROL;
  setDma(0, DMA_LATENCY_PS, DMA_PS_PER_BYTE, DMA_PS_PER_BYTE);
  createWireFrames(s);
  for (let pool: u32 = 0; pool < POOL_COUNT; pool++) {
    addGuest(0, 0, GUEST_PAGES, 0, 0, 0);
    if (pool < VF_COUNT) createPlayer(s, pool, pool);
  }
  createPlayer(s, PF_PLAYER, VF_COUNT);
  fillGuest(s, BYSTANDER);
  // Its interrupts are remembered, and so can be counted.
  guest(vf(VICTIM).guest).state = GUEST_SUSPENDED;
  setUpPort(s);
}

function baseOf(guestIndex: u32): u32 {
  return presentFrameOf(guest(guestIndex).memory, 0);
}

/** Gives every page a frame, and the guarded ones contents. */
function fillGuest(s: Stream, guestIndex: u32): void {
  for (let page: u32 = 0; page < GUEST_PAGES; page++) {
    const at = presentFrameOf(guest(guestIndex).memory, page);
    assert(at == baseOf(guestIndex) + (page << PAGE_SHIFT), "a guest's frames lie in one piece");
    if (page >= PAGE_READ_ONLY) memory.fill(at, <u8>(page ^ word(s)), PAGE_BYTES);
  }
}

function createPlayer(s: Stream, pool: u32, guestIndex: u32): void {
  const p = player(pool);
  p.pool = pool;
  fillGuest(s, guestIndex);
  p.base = baseOf(guestIndex);
  const sent = p.base + (PAGE_SENT << PAGE_SHIFT);
  if (pool) memory.copy(sent, player(0).base + (PAGE_SENT << PAGE_SHIFT), SENT_COUNT * SLOT_BYTES);
  else createSentFrames(s, sent);
  for (let i: u32 = 0; i < SENT_COUNT; i++) setAddress(sent + i * SLOT_BYTES + 6, macOf(pool));
  const window = WINDOW_FRAMES[below(s, 4)];
  p.window = window << PAGE_SHIFT;
  const v = vf(pool);
  attachVf(pool, guestIndex, window, GUEST_PAGES);
  v.map.pageCount = MAPPED_PAGES;
  for (let page: u32 = 0; page < GUEST_PAGES; page++) {
    const access = page < PAGE_READ_ONLY ? MAY_READ | MAY_WRITE : page < PAGE_UNMAPPED ? MAY_READ : 0;
    if (page < MAPPED_PAGES) mapFrame(v.map, page, page, access);
    mapFrame(v.map, window + page, page, access);
  }
  if (!isOffender(p)) return;
  createOutbound(pool, OUTBOUND_BYTES);
  if (chance(s, 300)) v.options |= DONE_AT_RELEASE;
  if (chance(s, 150)) v.options |= HEADS_ARE_WRITABLE;
  configureQueues(v);
}

/** At 4 GiB, before the end of all addresses, across 4 GiB, anywhere. */
const WINDOW_FRAMES: StaticArray<u64> = [0x100000, 0xfffffffffffc0, 0xfffe0, 0x123456789];

function setUpPort(s: Stream): void {
  writePf(0, PF_RLPML_AT, chance(s, 700) ? 9728 : 1522);
  const isSpreading = chance(s, 400);
  for (let i: u32 = 0; i < 10; i++) writePf(0, PF_RSSRK_AT + (i << 2), word(s));
  for (let i: u32 = 0; i < 32; i++) writePf(0, PF_RETA_AT + (i << 2), word(s));
  // All hashes but those of ports alone, or any.
  writePf(0, PF_MRQC_AT, isSpreading ? 5 | ((chance(s, 500) ? 0x1ff : below(s, 512)) << 16) : 3);
  writePf(0, PF_RXCSUM_AT, 0x300 | (chance(s, 350) ? 0x2000 : 0));
  writePf(0, PF_VT_CTL_AT, (chance(s, 800) ? 0x40000000 : 0) | (chance(s, 200) ? 0x20000000 : 0) | (PF_PLAYER << 7));
  const offenders: u32 = (1 << OFFENDER_COUNT) - 1;
  const checks = chance(s, 400) ? word(s) & (offenders | (offenders << 8)) : 0;
  const own = chance(s, 500) ? (word(s) & offenders) << 16 : 0;
  writePf(0, PF_DTXSWC_AT, (chance(s, 930) ? 0x80000000 : 0) | checks | own);
  writePf(0, PF_RPLOLR_AT, (chance(s, 960) ? 0x80000000 : 0) | (chance(s, 500) ? 0x40000000 : 0));
  for (let i: u32 = 0; i < 128; i++) writePf(0, PF_UTA_AT + (i << 2), 0xffffffff);
  for (let i: u32 = 0; i < 4; i++) writePf(0, PF_MTA_AT + (i << 2), word(s));
  for (let pool: u32 = 0; pool < POOL_COUNT; pool++) setUpPool(s, pool);
  setUpVlans(s);
  writePf(0, PF_RCTL_AT, 2 | (chance(s, 800) ? 32 : 0) | (chance(s, 400) ? 0x40000 : 0));
  writePf(0, PF_TCTL_AT, 2);
  writePf(0, PF_IMS_AT, 0x100);
  writePf(0, PF_CTRL_EXT_AT, 0x4000);
}

/** Address and options of a pool; the victim takes nothing that is not its own. */
function setUpPool(s: Stream, pool: u32): void {
  if (pool == VF_COUNT) return;
  const mac = macOf(pool);
  writePf(0, PF_RAL_AT + (pool << 3), <u32>mac);
  writePf(0, PF_RAH_AT + (pool << 3), <u32>(mac >> 32) | 0x80000000 | ((1 << pool) << 18));
  writePf(0, PF_VMOLR_AT + (pool << 2), pool == VICTIM ? 0x81000000 | 1522 : drawOptions(s, pool));
}

/** Draws VMOLR of an offender's pool, or the physical function's own. */
export function drawOptions(s: Stream, pool: u32): u32 {
  let options: u32 = 0x09000000 | (chance(s, 970) ? 0x80000000 : 0);
  if (chance(s, 500)) options |= 0x10000 | (chance(s, 700) ? 9728 : 600);
  if (chance(s, 800)) options |= 0x20000;
  if (chance(s, 500)) options |= 0x40000000;
  if (chance(s, 300)) options |= 0x02000000;
  if (chance(s, 150)) options |= 0x10000000;
  // What no address matches comes from others, too: only the physical function may see all of that.
  if (pool == PF_PLAYER) options |= 0x04000000;
  return options;
}

/** Draws VMVIR of an offender's pool. */
export function drawInsertion(s: Stream): u32 {
  if (chance(s, 850)) return 0;
  return (below(s, 3) << 30) | below(s, 6);
}

function setUpVlans(s: Stream): void {
  for (let vlan: u32 = 0; vlan < 6; vlan++) {
    const pools = <u32>next(s) & ((1 << OFFENDER_COUNT) - 1);
    if (chance(s, 800)) writePf(0, PF_VLVF_AT + (vlan << 2), 0x80000000 | (pools << 12) | vlan);
  }
  writePf(0, PF_VFTA_AT, word(s) | (chance(s, 700) ? 63 : 0));
  for (let pool: u32 = 0; pool < OFFENDER_COUNT; pool++) writePf(0, PF_VMVIR_AT + (pool << 2), drawInsertion(s));
}
