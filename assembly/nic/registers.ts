/**
 * The register port of a virtual function: reads and writes by BAR0 offset, driven by the one register table
 * (layout/vf-registers.ts). What an access does beyond its storage is the table's effect column, carried out here.
 *
 * Offsets outside the table read 0 and ignore writes, as the part does.
 */

import { TYPE_STATISTICS } from "../layout/state-image";
import { DROP_RESET } from "../layout/trace";
import {
  BAR0_BYTES,
  COLUMN_ACCESS,
  COLUMN_COUNT,
  COLUMN_EFFECT,
  COLUMN_OFFSET,
  COLUMN_PLACE,
  COLUMN_RECORD,
  COLUMN_RESET,
  COLUMN_WRITABLE,
  NOWHERE,
  RAISES,
  READ_CLEARS,
  READ_ONLY,
  READ_WRITE,
  RESETS,
  ROW_COUNT,
  SWITCHES_RX,
  SWITCHES_TX,
  TRANSMITS,
  UNMASKS,
  VF_REGISTERS,
  WRITE_1_CLEARS,
  WRITE_1_SETS,
  WRITE_ONLY,
} from "../layout/vf-registers";
import { CONTROL_RESET, VECTOR_COUNT } from "../layout/virtual-function";
import { NEVER } from "../sim/event-queue";
import { reserve, world } from "../sim/world";
import { deliver } from "./interrupt";
import { drain, dropParked, refreshWake, requestTransmit } from "./port";
import { moderation, Vf, vf } from "./virtual-function";

/** In the map from offset / 4 to row + 1: no register. */
const NO_ROW: u8 = 0;

export function cell(row: u32, column: u32): u32 {
  return unchecked(VF_REGISTERS[row * COLUMN_COUNT + column]);
}

/** Builds the map from offsets to rows; once for a world. */
export function createRegisterMap(): void {
  const map = reserve(BAR0_BYTES >>> 2);
  world().registerMap = map;
  for (let row: u32 = 0; row < ROW_COUNT; row++) store<u8>(map + (cell(row, COLUMN_OFFSET) >>> 2), <u8>(row + 1));
}

/** Returns the row of the register at an offset, or -1. */
export function rowAt(offset: u32): i32 {
  if (offset >= BAR0_BYTES || offset & 3) return -1;
  const entry = load<u8>(world().registerMap + (offset >>> 2));
  return entry == NO_ROW ? -1 : <i32>entry - 1;
}

/** Reads a register as the guest does, with the side effect of the read. */
export function readRegister(index: u32, offset: u32): u32 {
  const row = rowAt(offset);
  if (row < 0) return 0;
  const v = vf(index);
  drain(v.port);
  const value = peekRegister(index, row);
  if (cell(row, COLUMN_ACCESS) == READ_CLEARS) store<u32>(changetype<u32>(v) + cell(row, COLUMN_PLACE), 0);
  return value;
}

/** Reads a register without any side effect, as only the physical function's state port can. */
export function peekRegister(index: u32, row: u32): u32 {
  const access = cell(row, COLUMN_ACCESS);
  if (access == WRITE_ONLY || access == WRITE_1_CLEARS) return 0;
  return load<u32>(changetype<u32>(vf(index)) + cell(row, COLUMN_PLACE));
}

/** Writes a register as the guest does, with the effect of the write. */
export function writeRegister(index: u32, offset: u32, value: u32): void {
  const row = rowAt(offset);
  if (row < 0) return;
  // Arrivals so far were received under the registers as they stood.
  drain(vf(index).port);
  const wasReceiving = vf(index).rx.isEnabled;
  const wasSending = vf(index).tx.isEnabled;
  storeWritten(vf(index), row, value);
  carryOut(index, row, value, wasReceiving, wasSending);
}

function storeWritten(v: Vf, row: u32, value: u32): void {
  const place = cell(row, COLUMN_PLACE);
  if (<i32>place == NOWHERE) return;
  const at = changetype<u32>(v) + place;
  const old = load<u32>(at);
  const bits = cell(row, COLUMN_WRITABLE);
  switch (cell(row, COLUMN_ACCESS)) {
    case READ_WRITE:
      store<u32>(at, (old & ~bits) | (value & bits));
      break;
    case WRITE_ONLY:
    case WRITE_1_SETS:
      store<u32>(at, old | (value & bits));
      break;
    case READ_CLEARS:
    case WRITE_1_CLEARS:
      store<u32>(at, old & ~(value & bits));
      break;
    default:
      assert(cell(row, COLUMN_ACCESS) == READ_ONLY, "every way of access is carried out");
  }
}

function carryOut(index: u32, row: u32, value: u32, wasReceiving: bool, wasSending: bool): void {
  const v = vf(index);
  switch (cell(row, COLUMN_EFFECT)) {
    case RESETS:
      if (value & CONTROL_RESET) reset(index);
      break;
    case RAISES:
    case UNMASKS:
      for (let vector: u32 = 0; vector < VECTOR_COUNT; vector++) deliver(index, vector);
      break;
    case TRANSMITS:
      requestTransmit(index);
      break;
    case SWITCHES_RX:
      // Enabling zeroes the head: the only way in which software can place it.
      if (v.rx.isEnabled && !wasReceiving) v.rx.head = 0;
      break;
    case SWITCHES_TX:
      if (v.tx.isEnabled && !wasSending) {
        v.tx.head = 0;
        v.isTxFaulted = 0;
      }
      break;
    default:
      // NOTHING, and FILLS: new receive buffers wait for frames.
      break;
  }
  refreshWake(v.port);
}

/** VTCTRL.RST: queues off, registers as after power-up, throttles forgotten; statistics stay (datasheet 4.2.1.5). */
function reset(index: u32): void {
  const v = vf(index);
  dropParked(index, DROP_RESET);
  for (let row: u32 = 0; row < ROW_COUNT; row++) {
    const place = cell(row, COLUMN_PLACE);
    if (<i32>place == NOWHERE || cell(row, COLUMN_RECORD) == TYPE_STATISTICS) continue;
    if (cell(row, COLUMN_ACCESS) != WRITE_1_CLEARS) store<u32>(changetype<u32>(v) + place, cell(row, COLUMN_RESET));
  }
  v.isTxFaulted = 0;
  forgetThrottles(v);
}

/** Ends every throttle interval at once. */
export function forgetThrottles(v: Vf): void {
  for (let vector: u32 = 0; vector < VECTOR_COUNT; vector++) {
    const m = moderation(v, vector);
    m.nextAt = 0;
    m.armed = NEVER;
  }
}

/** Puts a virtual function into the state after power-up, statistics included. */
export function powerUp(index: u32): void {
  reset(index);
  const v = vf(index);
  for (let row: u32 = 0; row < ROW_COUNT; row++) {
    if (cell(row, COLUMN_RECORD) == TYPE_STATISTICS) store<u32>(changetype<u32>(v) + cell(row, COLUMN_PLACE), 0);
  }
}
