/**
 * Resets, driven by the register tables: of a virtual function by its driver, by its function (FLR), of the port.
 *
 *                          VF reset        FLR             PF reset        power-up
 *     registers            to reset values to reset values to reset values to reset values
 *     statistics           stay            stay            stay            zero
 *     mailbox              stays           stays           in reset        in reset
 *     MSI-X                stays           off, masked     stays           off, masked
 *     VFRE, VFTE           bit cleared     bit cleared     as the PF's     as the PF's
 *     VFLRE, driver told   yes             yes             no              no
 *
 * Source: 82576 datasheet sections 4.2.1.5, 4.2.1.6.2 and 7.10.2; docs/device.md, Resets.
 */
import { POOL_COUNT } from "../layout/limits";
import { PF_REGISTERS, PF_ROW_COUNT, PF_STATISTICS_AT, PF_STATISTICS_BYTES } from "../layout/pf-registers";
import { PF_BYTES } from "../layout/physical-function";
import {
  COLUMN_ACCESS,
  COLUMN_COUNT,
  COLUMN_OFFSET,
  COLUMN_PLACE,
  COLUMN_PLACE_STRIDE,
  COLUMN_RECORD,
  COLUMN_RESET,
  NOWHERE,
  ROW_CELLS,
  WRITE_1_CLEARS,
} from "../layout/register-table";
import { TYPE_STATISTICS } from "../layout/state-image";
import { DROP_RESET } from "../layout/trace";
import { VF_REGISTERS, VF_ROW_COUNT, VFMAILBOX, VMBMEM } from "../layout/vf-registers";
import {
  CONTEXT_BYTES,
  CONTEXT_COUNT,
  MSIX_ENTRY_BYTES,
  MSIX_ENTRY_CONTROL,
  MSIX_TABLE_BYTES,
  MSIX_VECTOR_MASKED,
  QUEUE_COUNT,
  VECTOR_COUNT,
  VF_MSIX,
} from "../layout/virtual-function";
import { world } from "../sim/world";
import { configureQueues } from "./configure";
import { forgetThrottles } from "./interrupt";
import { noticeVf, tellReset } from "./mailbox";
import { pf } from "./physical-function";
import { configurePort, dropParked, finishQuiesce } from "./port";
import { poolOf, port } from "./port-record";
import { forgetOperation } from "./remote-memory";
import { Queue, rxQueue, txQueue, Vf } from "./virtual-function";
import { forgetPending } from "./write-back";

/** VTCTRL.RST: queues off, registers as after power-up, throttles forgotten. */
export function resetVf(v: Vf): void {
  resetRegisters(v);
  const p = pf(v.port);
  const bit: u32 = 1 << v.pool;
  p.vfre &= ~bit;
  p.vfte &= ~bit;
  p.vflre |= bit;
  configureQueues(v);
  noticeVf(v);
  if (v.remote) finishQuiesce(v);
}

/** A function-level reset: the same, and MSI-X as after power-up. */
export function resetFunction(v: Vf): void {
  resetVf(v);
  resetMsix(v);
}

/** CTRL.RST of the physical function: the port and every pool. */
export function resetPort(index: u32): void {
  resetPfRegisters(index);
  for (let pool: u32 = 0; pool < POOL_COUNT; pool++) {
    const v = poolOf(index, pool);
    resetRegisters(v);
    resetMail(v);
  }
  const vfPools = (1 << port(index).vfCount) - 1;
  pf(index).vfre &= ~vfPools;
  pf(index).vfte &= ~vfPools;
  configurePort(index);
  for (let pool: u32 = 0; pool < POOL_COUNT; pool++) {
    if (poolOf(index, pool).remote) finishQuiesce(poolOf(index, pool));
  }
}

/** Puts a port and its pools into the state after power-up. */
export function powerUp(index: u32): void {
  memory.fill(changetype<u32>(pf(index)), 0, PF_BYTES);
  resetPort(index);
  resetPfRegisters(index);
  configurePort(index);
  for (let pool: u32 = 0; pool < POOL_COUNT; pool++) {
    const v = poolOf(index, pool);
    memory.fill(changetype<u32>(v) + VF_MSIX, 0, MSIX_TABLE_BYTES);
    resetMsix(v);
    for (let row: u32 = 0; row < VF_ROW_COUNT; row++) {
      if (vfCell(row, COLUMN_RECORD) == TYPE_STATISTICS) store<u32>(changetype<u32>(v) + vfCell(row, COLUMN_PLACE), 0);
    }
  }
}

export function vfCell(row: u32, column: u32): u32 {
  return unchecked(VF_REGISTERS[row * ROW_CELLS + column]);
}

export function pfCell(row: u32, column: u32): u32 {
  return unchecked(PF_REGISTERS[row * ROW_CELLS + column]);
}

function resetRegisters(v: Vf): void {
  dropParked(v, DROP_RESET);
  forgetOperation(v);
  for (let row: u32 = 0; row < VF_ROW_COUNT; row++) {
    const offset = vfCell(row, COLUMN_OFFSET);
    if (offset == VFMAILBOX || offset == VMBMEM || vfCell(row, COLUMN_RECORD) == TYPE_STATISTICS) continue;
    // Pending bits of MSI-X are cleared through a register, but are no register.
    if (vfCell(row, COLUMN_ACCESS) != WRITE_1_CLEARS) resetRow(changetype<u32>(v), row, true);
  }
  for (let number: u32 = 0; number < QUEUE_COUNT; number++) {
    forgetQueue(rxQueue(v, number));
    forgetQueue(txQueue(v, number));
    forgetContexts(txQueue(v, number));
  }
  v.timerStart = world().now;
  forgetThrottles(v);
}

function resetRow(record: u32, row: u32, isVf: bool): void {
  const place = isVf ? vfCell(row, COLUMN_PLACE) : pfCell(row, COLUMN_PLACE);
  if (<i32>place == NOWHERE) return;
  const count = isVf ? vfCell(row, COLUMN_COUNT) : pfCell(row, COLUMN_COUNT);
  const stride = isVf ? vfCell(row, COLUMN_PLACE_STRIDE) : pfCell(row, COLUMN_PLACE_STRIDE);
  const value = isVf ? vfCell(row, COLUMN_RESET) : pfCell(row, COLUMN_RESET);
  for (let i: u32 = 0; i < count; i++) store<u32>(record + place + i * stride, value);
}

function forgetQueue(q: Queue): void {
  forgetPending(q);
  q.flags = 0;
}

/** A transmit queue's contexts are as if never loaded, and nothing has been fetched. */
export function forgetContexts(q: Queue): void {
  memory.fill(q.hidden, 0, CONTEXT_COUNT * CONTEXT_BYTES);
  q.fetched = q.head;
  q.generation++;
  q.heldCount = 0;
}

function resetMail(v: Vf): void {
  tellReset(v);
  for (let row: u32 = 0; row < VF_ROW_COUNT; row++) {
    if (vfCell(row, COLUMN_OFFSET) == VMBMEM) resetRow(changetype<u32>(v), row, true);
  }
}

/** MSI-X is off, and every vector masked; addresses and data stay. */
function resetMsix(v: Vf): void {
  const table = changetype<u32>(v) + VF_MSIX;
  for (let vector: u32 = 0; vector < VECTOR_COUNT; vector++) {
    store<u32>(table + vector * MSIX_ENTRY_BYTES, MSIX_VECTOR_MASKED, MSIX_ENTRY_CONTROL);
  }
  v.msix.pending = 0;
  v.msix.control = 0;
}

function resetPfRegisters(index: u32): void {
  for (let row: u32 = 0; row < PF_ROW_COUNT; row++) {
    if (pfCell(row, COLUMN_OFFSET) - PF_STATISTICS_AT < PF_STATISTICS_BYTES) continue;
    if (pfCell(row, COLUMN_ACCESS) != WRITE_1_CLEARS) resetRow(changetype<u32>(pf(index)), row, false);
  }
}

/** When a queue is enabled its head and tail are zeroed: the only way in which software can place the head. */
export function startQueue(q: Queue, isTransmit: bool): void {
  q.head = 0;
  q.tail = 0;
  forgetPending(q);
  if (isTransmit) forgetContexts(q);
}
