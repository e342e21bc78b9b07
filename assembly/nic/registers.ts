/**
 * The register ports of a virtual function (BAR0, and its MSI-X table in BAR3) and of the physical one (BAR0), driven by
 * the register tables (layout/). What an access does beyond its storage is the table's effect column, carried out here.
 *
 *     offset -> map -> row and instance -> storage, by the access column -> effect
 *
 * The physical function sees most registers of its virtual functions: a second map leads from its offsets to a pool and
 * to the row of the virtual functions' table. Offsets outside the tables read 0 and ignore writes, as the part does.
 * Invariant: whatever an access depends on or changes, arrivals up to now were delivered under the registers as they
 * stood (`drain`).
 */
import { POOL_COUNT } from "../layout/limits";
import { PF_BAR0_BYTES, PF_ROW_COUNT } from "../layout/pf-registers";
import { CTRL_EXT_READY, CTRL_RESET, PF_POOL, STATUS_SRIOV, STATUS_VF_COUNT_SHIFT } from "../layout/physical-function";
import {
  CLEARS_LOW,
  COLUMN_ACCESS,
  COLUMN_CLEARS,
  COLUMN_COUNT,
  COLUMN_EFFECT,
  COLUMN_OFFSET,
  COLUMN_PLACE,
  COLUMN_PLACE_STRIDE,
  COLUMN_POOL_STRIDE,
  COLUMN_STRIDE,
  COLUMN_VIEW,
  COLUMN_VIEW_STRIDE,
  COLUMN_WRITABLE,
  COMPUTED,
  CONFIGURES,
  FILLS,
  INTERRUPTS_PF,
  MAILS,
  MAILS_VF,
  PLACES,
  RAISES,
  READ_CLEARS,
  READ_ONLY,
  READ_WRITE,
  READ_WRITE_1_CLEARS,
  READIES,
  RESETS,
  RESETS_PORT,
  SHAPES,
  SWITCHES_RX,
  SWITCHES_TX,
  TELLS_STATUS,
  TELLS_TIME,
  THROTTLES,
  TRANSMITS,
  UNMASKS,
  UNSEEN,
  WRITE_1_CLEARS,
  WRITE_1_SETS,
  WRITE_ONLY,
} from "../layout/register-table";
import { PS_PER_US } from "../layout/time";
import { BAR0_BYTES, RDBAL, VF_ROW_COUNT, VTEITR } from "../layout/vf-registers";
import {
  CONTROL_RESET,
  MSIX_ENABLE,
  MSIX_ENTRY_CONTROL,
  MSIX_FUNCTION_MASKED,
  MSIX_TABLE_BYTES,
  MSIX_VECTOR_MASKED,
  QUEUE_ENABLE,
  QUEUE_FLUSH,
  QUEUE_HEAD,
  VECTOR_COUNT,
  VF_MSIX,
} from "../layout/virtual-function";
import { reserve, world } from "../sim/world";
import { configureQueues } from "./configure";
import { endRuns } from "./descriptor-run";
import { requestTransmit } from "./fetching";
import { readThrottle, releasePending, setCauses, unmaskCauses, writeThrottle } from "./interrupt";
import { lookAtInterrupt, readPfMailbox, tellReady, writePfMailbox, writeVfMailbox } from "./mailbox";
import { Pf, pf } from "./physical-function";
import { configurePort, drain, refreshWake, startOver } from "./port";
import { forgetWake, poolOf, port } from "./port-record";
import { pfCell, resetPort, resetVf, startQueue, vfCell } from "./reset";
import { HEADS_ARE_WRITABLE, Queue, rxQueue, txQueue, Vf } from "./virtual-function";
import { flushReceive, flushTransmit } from "./write-back";

/** What the maps lead to: row << 7 | instance, or for a view pool << 13 | that; 0 stands for nothing, so one is added. */
const ROW_SHIFT: u32 = 7;
const INSTANCE_MASK: u32 = 127;
const POOL_SHIFT: u32 = 13;
const ROW_MASK: u32 = 63;
/** STATUS of the port: as its virtual functions see it. */
const PF_LINK_STATUS: u32 = 0x83;
const MAP_ENTRY_SHIFT: u32 = 1;

if (VF_ROW_COUNT > ROW_MASK || PF_ROW_COUNT > ROW_MASK) ERROR("layout: a register's row does not fit the maps");

/** Builds the maps from offsets to registers; once for a world. */
export function createRegisterMaps(): void {
  const w = world();
  w.vfRegisterMap = reserve(BAR0_BYTES >>> 1);
  w.pfRegisterMap = reserve(PF_BAR0_BYTES >>> 1);
  w.pfViewMap = reserve(PF_BAR0_BYTES >>> 1);
  for (let row: u32 = 0; row < PF_ROW_COUNT; row++) {
    for (let i: u32 = 0; i < pfCell(row, COLUMN_COUNT); i++) {
      setEntry(w.pfRegisterMap, pfCell(row, COLUMN_OFFSET) + i * pfCell(row, COLUMN_STRIDE), (row << ROW_SHIFT) | i);
    }
  }
  for (let row: u32 = 0; row < VF_ROW_COUNT; row++) {
    for (let i: u32 = 0; i < vfCell(row, COLUMN_COUNT); i++) {
      setEntry(w.vfRegisterMap, vfCell(row, COLUMN_OFFSET) + i * vfCell(row, COLUMN_STRIDE), (row << ROW_SHIFT) | i);
      if (<i32>vfCell(row, COLUMN_VIEW) != UNSEEN) createViews(w.pfViewMap, row, i);
    }
  }
}

function createViews(map: u32, row: u32, instance: u32): void {
  const poolCount = hasPfPool(row) ? POOL_COUNT : PF_POOL;
  for (let pool: u32 = 0; pool < poolCount; pool++) {
    const offset =
      vfCell(row, COLUMN_VIEW) + pool * vfCell(row, COLUMN_POOL_STRIDE) + instance * vfCell(row, COLUMN_VIEW_STRIDE);
    setEntry(map, offset, (pool << POOL_SHIFT) | (row << ROW_SHIFT) | instance);
  }
}

/** The physical function's own pool has queues and nothing else of a virtual function. */
function hasPfPool(row: u32): bool {
  return vfCell(row, COLUMN_OFFSET) >= RDBAL;
}

function setEntry(map: u32, offset: u32, entry: u32): void {
  const at = map + (offset >>> MAP_ENTRY_SHIFT);
  assert(!load<u16>(at), "two registers have one offset");
  store<u16>(at, <u16>(entry + 1));
}

/** Returns what a map has for an offset, -1 for nothing. */
function entryAt(map: u32, offset: u32, barBytes: u32): i32 {
  if (offset >= barBytes || offset & 3) return -1;
  return <i32>load<u16>(map + (offset >>> MAP_ENTRY_SHIFT)) - 1;
}

/** Returns the pool and register that a port's physical function sees at an offset, -1 for none. */
function viewAt(index: u32, offset: u32): i32 {
  const entry = entryAt(world().pfViewMap, offset, PF_BAR0_BYTES);
  if (entry < 0) return -1;
  const pool = <u32>entry >>> POOL_SHIFT;
  const isThere = pool < port(index).vfCount || pool == PF_POOL;
  // Throttles of vectors have their places whether the virtual function is there or not.
  return isThere || vfCell((<u32>entry >>> ROW_SHIFT) & ROW_MASK, COLUMN_OFFSET) == VTEITR ? entry : -1;
}

/** Reads a virtual function's register as the guest does, with the side effect of the read. */
export function readVf(v: Vf, offset: u32): u32 {
  const entry = entryAt(world().vfRegisterMap, offset, BAR0_BYTES);
  return entry < 0 ? 0 : readVfEntry(v, <u32>entry);
}

function readVfEntry(v: Vf, entry: u32): u32 {
  drain(v.port);
  const value = peekVfEntry(v, entry);
  const row = (entry >>> ROW_SHIFT) & ROW_MASK;
  const clears = vfCell(row, COLUMN_CLEARS);
  if (clears) {
    const at = placeOf(vfCell(row, COLUMN_PLACE), vfCell(row, COLUMN_PLACE_STRIDE), changetype<u32>(v), entry);
    store<u32>(at, load<u32>(at) & ~clears);
  }
  return value;
}

/** Reads a virtual function's register without any side effect, as only ReNIC's state port can. */
export function peekVf(v: Vf, offset: u32): u32 {
  const entry = entryAt(world().vfRegisterMap, offset, BAR0_BYTES);
  return entry < 0 ? 0 : peekVfEntry(v, <u32>entry);
}

function peekVfEntry(v: Vf, entry: u32): u32 {
  const row = (entry >>> ROW_SHIFT) & ROW_MASK;
  const access = vfCell(row, COLUMN_ACCESS);
  if (access == WRITE_ONLY || access == WRITE_1_CLEARS) return 0;
  switch (vfCell(row, COLUMN_EFFECT)) {
    case TELLS_TIME:
      return <u32>((world().now - v.timerStart) / PS_PER_US);
    case THROTTLES:
      return readThrottle(v, entry & INSTANCE_MASK);
    default:
      return load<u32>(placeOf(vfCell(row, COLUMN_PLACE), vfCell(row, COLUMN_PLACE_STRIDE), changetype<u32>(v), entry));
  }
}

function placeOf(place: u32, stride: u32, record: u32, entry: u32): u32 {
  return record + place + (entry & INSTANCE_MASK) * stride;
}

/** Writes a virtual function's register as the guest does, with the effect of the write. */
export function writeVf(v: Vf, offset: u32, value: u32): void {
  const entry = entryAt(world().vfRegisterMap, offset, BAR0_BYTES);
  if (entry >= 0) writeVfEntry(v, <u32>entry, value);
}

function writeVfEntry(v: Vf, entry: u32, value: u32): void {
  drain(v.port);
  const row = (entry >>> ROW_SHIFT) & ROW_MASK;
  const instance = entry & INSTANCE_MASK;
  const at = placeOf(vfCell(row, COLUMN_PLACE), vfCell(row, COLUMN_PLACE_STRIDE), changetype<u32>(v), entry);
  const writable = vfCell(row, COLUMN_WRITABLE);
  const access = vfCell(row, COLUMN_ACCESS);
  switch (vfCell(row, COLUMN_EFFECT)) {
    case RESETS:
      if (value & CONTROL_RESET) resetVf(v);
      break;
    case RAISES:
      setCauses(v, value & writable);
      break;
    case UNMASKS: {
      const fresh = value & writable & ~load<u32>(at);
      storeWritten(at, access, writable, value);
      unmaskCauses(v, fresh);
      break;
    }
    case THROTTLES:
      store<u32>(at, value & writable);
      writeThrottle(v, instance, value);
      break;
    case MAILS:
      writeVfMailbox(v, value);
      break;
    case TRANSMITS:
      if (!txQueue(v, instance).isEnabled) return;
      storeWritten(at, access, writable, value);
      endRuns(v);
      requestTransmit(v);
      return;
    case FILLS:
      if (!rxQueue(v, instance).isEnabled) return;
      storeWritten(at, access, writable, value);
      endRuns(v);
      return;
    case SWITCHES_RX:
      if (rxQueue(v, instance).isEnabled && !isEnabling(value)) flushReceive(v, instance);
      switchQueue(v, rxQueue(v, instance), at, writable, value, false);
      if (value & QUEUE_FLUSH) flushReceive(v, instance);
      break;
    case SWITCHES_TX:
      if (txQueue(v, instance).isEnabled && !isEnabling(value)) flushTransmit(v, instance);
      switchQueue(v, txQueue(v, instance), at, writable, value, true);
      if (value & QUEUE_FLUSH) flushTransmit(v, instance);
      break;
    case PLACES:
      if (!(v.options & HEADS_ARE_WRITABLE)) return;
      store<u32>(at, value & writable);
      if (hasPfPool(row) && at == changetype<u32>(txQueue(v, instance)) + QUEUE_HEAD) placeFetch(txQueue(v, instance));
      break;
    case SHAPES:
      storeWritten(at, access, writable, value);
      configureQueues(v);
      break;
    case TELLS_TIME:
      return;
    default:
      storeWritten(at, access, writable, value);
  }
  forgetWake(v);
  refreshWake(v.port);
}

function isEnabling(value: u32): bool {
  return (value & QUEUE_ENABLE) != 0;
}

/** With heads that can be written, packets are fetched from where the head was put. */
function placeFetch(q: Queue): void {
  q.fetched = q.head;
}

function switchQueue(v: Vf, q: Queue, at: u32, writable: u32, value: u32, isTransmit: bool): void {
  const wasEnabled = q.isEnabled;
  storeWritten(at, READ_WRITE, writable, value);
  const isStarted = q.isEnabled && !wasEnabled;
  if (isStarted) startQueue(q, isTransmit);
  configureQueues(v);
  if (isStarted) startOver(v);
}

/** Stores what a write reaches. */
function storeWritten(at: u32, access: u32, writable: u32, value: u32): void {
  const old = load<u32>(at);
  switch (access) {
    case READ_WRITE:
      store<u32>(at, (old & ~writable) | (value & writable));
      break;
    case WRITE_ONLY:
    case WRITE_1_SETS:
      store<u32>(at, old | (value & writable));
      break;
    case READ_CLEARS:
    case WRITE_1_CLEARS:
    case READ_WRITE_1_CLEARS:
      store<u32>(at, old & ~(value & writable));
      break;
    default:
      assert(access == READ_ONLY, "every way of access is carried out");
  }
}

/** Reads a register of a port's physical function, with the side effect of the read. */
export function readPf(index: u32, offset: u32): u32 {
  const view = viewAt(index, offset);
  if (view >= 0) return readVfEntry(poolOf(index, <u32>view >>> POOL_SHIFT), <u32>view & VIEW_MASK);
  const entry = entryAt(world().pfRegisterMap, offset, PF_BAR0_BYTES);
  if (entry < 0) return 0;
  drain(index);
  const value = peekPfEntry(index, <u32>entry);
  const row = <u32>entry >>> ROW_SHIFT;
  if (pfCell(row, COLUMN_ACCESS) != READ_CLEARS) return value;
  const at = pfPlace(pf(index), <u32>entry);
  store<u32>(at, load<u32>(at) & ~pfCell(row, COLUMN_CLEARS));
  // The low half lies before the high half.
  if (pfCell(row, COLUMN_EFFECT) == CLEARS_LOW) store<u32>(at - 4, 0);
  return value;
}

const VIEW_MASK: u32 = (1 << POOL_SHIFT) - 1;

/** Reads a register of a port's physical function without any side effect. */
export function peekPf(index: u32, offset: u32): u32 {
  const view = viewAt(index, offset);
  if (view >= 0) return peekVfEntry(poolOf(index, <u32>view >>> POOL_SHIFT), <u32>view & VIEW_MASK);
  const entry = entryAt(world().pfRegisterMap, offset, PF_BAR0_BYTES);
  return entry < 0 ? 0 : peekPfEntry(index, <u32>entry);
}

function peekPfEntry(index: u32, entry: u32): u32 {
  const row = entry >>> ROW_SHIFT;
  const access = pfCell(row, COLUMN_ACCESS);
  if (access == WRITE_ONLY || access == WRITE_1_CLEARS) return 0;
  const vfCount = port(index).vfCount;
  switch (pfCell(row, COLUMN_EFFECT)) {
    case TELLS_STATUS:
      return vfCount ? PF_LINK_STATUS | STATUS_SRIOV | (vfCount << STATUS_VF_COUNT_SHIFT) : PF_LINK_STATUS;
    case MAILS_VF:
      return readPfMailbox(poolOf(index, entry & INSTANCE_MASK));
    default:
      assert(access != COMPUTED, "every computed register is computed");
      return load<u32>(pfPlace(pf(index), entry));
  }
}

function pfPlace(p: Pf, entry: u32): u32 {
  const row = entry >>> ROW_SHIFT;
  return placeOf(pfCell(row, COLUMN_PLACE), pfCell(row, COLUMN_PLACE_STRIDE), changetype<u32>(p), entry);
}

/** Writes a register of a port's physical function, with the effect of the write. */
export function writePf(index: u32, offset: u32, value: u32): void {
  const view = viewAt(index, offset);
  if (view >= 0) {
    writeVfEntry(poolOf(index, <u32>view >>> POOL_SHIFT), <u32>view & VIEW_MASK, value);
    return;
  }
  const entry = entryAt(world().pfRegisterMap, offset, PF_BAR0_BYTES);
  if (entry < 0) return;
  drain(index);
  const row = <u32>entry >>> ROW_SHIFT;
  const access = pfCell(row, COLUMN_ACCESS);
  if (access != COMPUTED) storeWritten(pfPlace(pf(index), <u32>entry), access, pfCell(row, COLUMN_WRITABLE), value);
  switch (pfCell(row, COLUMN_EFFECT)) {
    case RESETS_PORT:
      if (value & CTRL_RESET) resetPort(index);
      break;
    case READIES:
      if (value & CTRL_EXT_READY) tellAllReady(index);
      break;
    case MAILS_VF:
      if ((<u32>entry & INSTANCE_MASK) < port(index).vfCount) {
        writePfMailbox(poolOf(index, <u32>entry & INSTANCE_MASK), value);
      }
      break;
    case INTERRUPTS_PF:
      lookAtInterrupt(index);
      break;
    case CONFIGURES:
      configurePort(index);
      break;
    default:
      break;
  }
  refreshWake(index);
}

function tellAllReady(index: u32): void {
  for (let pool: u32 = 0; pool < port(index).vfCount; pool++) tellReady(poolOf(index, pool));
}

/** Reads a word of a virtual function's MSI-X table. */
export function readMsix(v: Vf, offset: u32): u32 {
  return offset < MSIX_TABLE_BYTES && !(offset & 3) ? load<u32>(changetype<u32>(v) + VF_MSIX + offset) : 0;
}

/** Writes a word of a virtual function's MSI-X table; unmasking a vector lets its pending message leave. */
export function writeMsix(v: Vf, offset: u32, value: u32): void {
  if (offset >= MSIX_TABLE_BYTES || offset & 3) return;
  drain(v.port);
  const isControl = (offset & MSIX_ENTRY_CONTROL) == MSIX_ENTRY_CONTROL;
  store<u32>(changetype<u32>(v) + VF_MSIX + offset, isControl ? value & MSIX_VECTOR_MASKED : value);
  releaseAllPending(v);
  refreshWake(v.port);
}

/** Writes the message control word of a virtual function's MSI-X capability. */
export function writeMsixControl(v: Vf, value: u32): void {
  drain(v.port);
  v.msix.control = value & (MSIX_ENABLE | MSIX_FUNCTION_MASKED);
  releaseAllPending(v);
  refreshWake(v.port);
}

function releaseAllPending(v: Vf): void {
  for (let vector: u32 = 0; vector < VECTOR_COUNT; vector++) releasePending(v, vector);
}
