/**
 * Causes, masks, throttles and MSI-X of the three vectors of a VF. Invariant: no vector sends while its pool is stopped,
 * nor while its interval runs. Source: docs/device.md, "Interrupts".
 */

import { bits, hasBit, itemAt, withBit } from "./bytes";
import { type Pool, VECTOR_COUNT } from "./pool";
import type { Port } from "./port";
import * as vf from "./vf-registers";

const PS_PER_US = 1_000_000;
const TICK_PS = 8 * PS_PER_US;
const TICKS_MAX = 1023;
const ITR_STORED = 0x1ffffc;
const MSIX_ENABLE_BIT = 15;
const MSIX_MASK_BIT = 14;

/** The vector of an entry of IVAR; undefined for none. */
function vectorOfEntry(pool: Pool, entry: number): number | undefined {
  const vector = entry & 3;
  return pool.hasVf && hasBit(entry, 7) && vector < VECTOR_COUNT ? vector : undefined;
}

/** The vector of a queue. */
export function vectorOfQueue(pool: Pool, queue: number, isReceive: boolean): number | undefined {
  const entry = pool.registers.get(vf.VTIVAR) >>> (queue * 16 + (isReceive ? 0 : 8));
  return vectorOfEntry(pool, entry);
}

/** The throttle interval that is programmed, 0 for none. */
function intervalPs(pool: Pool, vector: number): number {
  return bits(pool.registers.get(vf.VTEITR + vector * 4), 14, 2) * PS_PER_US;
}

/** The interval by which write-backs of a queue are put off: 0 when it has no vector. */
export function queueIntervalPs(pool: Pool, queue: number, isReceive: boolean): number {
  const vector = vectorOfQueue(pool, queue, isReceive);
  return vector === undefined ? 0 : intervalPs(pool, vector);
}

function isMasked(pool: Pool, vector: number): boolean {
  return hasBit(pool.msix.control, MSIX_MASK_BIT) || hasBit(itemAt(pool.msix.table, vector * 4 + 3), 0);
}

function leave(port: Port, pool: Pool, vector: number): void {
  port.seen("interrupt.message");
  port.messages.push({ ps: port.now, pool: pool.index, vector });
}

function send(port: Port, pool: Pool, vector: number): void {
  const interval = intervalPs(pool, vector);
  const registers = pool.registers;
  itemAt(pool.vectors, vector).endsAtPs = interval === 0 ? undefined : port.now + interval;
  if (hasBit(registers.get(vf.VTEIAC), vector)) {
    port.seen("interrupt.autoClear");
    registers.set(vf.VTEICR, withBit(registers.get(vf.VTEICR), vector, false));
  }
  if (hasBit(registers.get(vf.VTEIAM), vector)) {
    port.seen("interrupt.autoMask");
    registers.set(vf.VTEIMS, withBit(registers.get(vf.VTEIMS), vector, false));
  }
  if (!hasBit(pool.msix.control, MSIX_ENABLE_BIT)) port.seen("interrupt.msixDisabled");
  else if (isMasked(pool, vector)) {
    port.seen("interrupt.pending");
    pool.msix.pending = withBit(pool.msix.pending, vector, true);
  } else {
    // One that pends, which only a quiesced pool keeps back, is the same message.
    pool.msix.pending = withBit(pool.msix.pending, vector, false);
    leave(port, pool, vector);
  }
}

function request(port: Port, pool: Pool, vector: number): void {
  const state = itemAt(pool.vectors, vector);
  if (pool.stop !== undefined || state.endsAtPs !== undefined) {
    port.seen(pool.stop === undefined ? "interrupt.throttled" : "interrupt.rememberedQuiesced");
    state.isRemembered = true;
  } else send(port, pool, vector);
}

/** A cause is set by hardware or by VTEICS. */
export function setCause(port: Port, pool: Pool, vector: number): void {
  pool.registers.set(vf.VTEICR, withBit(pool.registers.get(vf.VTEICR), vector, true));
  if (hasBit(pool.registers.get(vf.VTEIMS), vector)) request(port, pool, vector);
  else port.seen("interrupt.maskedCause");
}

export function setQueueCause(port: Port, pool: Pool, queue: number, isReceive: boolean): void {
  const vector = vectorOfQueue(pool, queue, isReceive);
  if (vector !== undefined) setCause(port, pool, vector);
}

export function setMailboxCause(port: Port, pool: Pool): void {
  const vector = vectorOfEntry(pool, pool.registers.get(vf.VTIVAR_MISC));
  if (vector !== undefined) setCause(port, pool, vector);
}

export function writeCauses(port: Port, pool: Pool, value: number): void {
  for (let vector = 0; vector < VECTOR_COUNT; vector++) if (hasBit(value, vector)) setCause(port, pool, vector);
}

/** A write to VTEIMS: newly set bits with a cause request. */
export function writeMaskSet(port: Port, pool: Pool, value: number): void {
  const old = pool.registers.get(vf.VTEIMS);
  pool.registers.write(vf.VTEIMS, value);
  const causes = pool.registers.get(vf.VTEICR);
  for (let vector = 0; vector < VECTOR_COUNT; vector++) {
    if (!hasBit(value, vector) || hasBit(old, vector) || !hasBit(causes, vector)) continue;
    port.seen("interrupt.unmaskedCause");
    request(port, pool, vector);
  }
}

/** Looks at a remembered request, if nothing keeps the vector from sending. */
function lookAtRemembered(port: Port, pool: Pool, vector: number): void {
  const state = itemAt(pool.vectors, vector);
  if (!state.isRemembered || state.endsAtPs !== undefined || pool.stop !== undefined) return;
  state.isRemembered = false;
  if (hasBit(pool.registers.get(vf.VTEIMS), vector)) {
    port.seen("interrupt.rememberedSent");
    send(port, pool, vector);
  } else port.seen("interrupt.rememberedMasked");
}

export function endInterval(port: Port, pool: Pool, vector: number): void {
  port.seen("interrupt.intervalEnd");
  itemAt(pool.vectors, vector).endsAtPs = undefined;
  lookAtRemembered(port, pool, vector);
}

function leaveIfUnmasked(port: Port, pool: Pool, vector: number): void {
  if (!hasBit(pool.msix.pending, vector) || !hasBit(pool.msix.control, MSIX_ENABLE_BIT)) return;
  if (isMasked(pool, vector) || pool.stop !== undefined) return;
  port.seen("interrupt.pendingLeft");
  pool.msix.pending = withBit(pool.msix.pending, vector, false);
  leave(port, pool, vector);
}

/** After a change of masks. */
export function lookAtPending(port: Port, pool: Pool): void {
  for (let vector = 0; vector < VECTOR_COUNT; vector++) leaveIfUnmasked(port, pool, vector);
}

/** When the pool goes on. */
export function resumeVectors(port: Port, pool: Pool): void {
  for (let vector = 0; vector < VECTOR_COUNT; vector++) {
    lookAtRemembered(port, pool, vector);
    leaveIfUnmasked(port, pool, vector);
  }
}

export function readThrottle(port: Port, pool: Pool, vector: number): number {
  const endsAtPs = itemAt(pool.vectors, vector).endsAtPs;
  const ticks = endsAtPs === undefined ? 0 : Math.min(TICKS_MAX, Math.ceil((endsAtPs - port.now) / TICK_PS));
  if (ticks > 0) port.seen("interrupt.timeLeftRead");
  return pool.registers.get(vf.VTEITR + vector * 4) + ticks * 2 ** 21;
}

export function writeThrottle(port: Port, pool: Pool, vector: number, value: number): void {
  pool.registers.set(vf.VTEITR + vector * 4, value & ITR_STORED);
  if (hasBit(value, 31)) return;
  const ticks = bits(value, 30, 21);
  port.seen(ticks === 0 ? "interrupt.intervalCut" : "interrupt.intervalWritten");
  if (ticks === 0) endInterval(port, pool, vector);
  else itemAt(pool.vectors, vector).endsAtPs = port.now + ticks * TICK_PS;
}

/** Running intervals and remembered requests end. */
export function resetVectors(pool: Pool): void {
  for (const vector of pool.vectors) {
    vector.endsAtPs = undefined;
    vector.isRemembered = false;
  }
}

/** MSI-X as a function level reset leaves it. */
export function resetMsix(pool: Pool): void {
  pool.msix.control = 0;
  pool.msix.pending = 0;
  for (let vector = 0; vector < VECTOR_COUNT; vector++) pool.msix.table[vector * 4 + 3] = 1;
}

/** A write to the MSI-X table; of the control word only the mask bit is kept. */
export function writeMsixWord(port: Port, pool: Pool, word: number, value: number): void {
  pool.msix.table[word] = word % 4 === 3 ? value & 1 : value >>> 0;
  lookAtPending(port, pool);
}

export function writeMsixControl(port: Port, pool: Pool, value: number): void {
  pool.msix.control = value & 0xc000;
  lookAtPending(port, pool);
}
