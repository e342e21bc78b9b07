/**
 * The mailbox of a VF and the PF, seen from both sides. Invariant: VFU and PFU are never both set by a write.
 * Source: docs/device.md, "Mailbox".
 */

import { hasBit, withBit } from "./bytes";
import { setMailboxCause } from "./interrupts";
import * as pf from "./pf-registers";
import type { Pool } from "./pool";
import type { Port } from "./port";
import { RSTD_BIT, RSTI_BIT, VFMAILBOX } from "./vf-registers";

const REQUEST_BIT = 0;
const ACKNOWLEDGE_BIT = 1;
const VFU_BIT = 2;
const PFU_BIT = 3;
const PFSTS_BIT = 4;
const PFACK_BIT = 5;
const RVFU_BIT = 4;
const CLEARED_BY_READ = 0xb0;
const ICR_MAILBOX = 0x100;
const FIRST_ACKNOWLEDGE = 16;

/** Bits of MBVFICR or VFLRE were set for a pool: tells the PF's driver if it listens. */
export function raiseMailboxInterrupt(port: Port, pool: Pool): void {
  if (!port.hasPoolBit(pf.MBVFIMR, pool)) return;
  port.pf.set(pf.ICR, port.pf.get(pf.ICR) | ICR_MAILBOX);
}

function setControl(pool: Pool, bit: number, isSet: boolean): void {
  pool.registers.set(VFMAILBOX, withBit(pool.registers.get(VFMAILBOX), bit, isSet));
}

function hasControl(pool: Pool, bit: number): boolean {
  return hasBit(pool.registers.get(VFMAILBOX), bit);
}

/** A lock is taken if the other side's is free, or given back. */
function writeLock(pool: Pool, own: number, other: number, isTaken: boolean): void {
  if (!isTaken) setControl(pool, own, false);
  else if (!hasControl(pool, other)) setControl(pool, own, true);
}

export function readVfMailbox(pool: Pool): number {
  const value = pool.registers.get(VFMAILBOX);
  pool.registers.set(VFMAILBOX, value & ~CLEARED_BY_READ);
  return value;
}

export function writeVfMailbox(port: Port, pool: Pool, value: number): void {
  writeLock(pool, VFU_BIT, PFU_BIT, hasBit(value, VFU_BIT));
  if (hasBit(value, REQUEST_BIT)) signalPf(port, pool, 0);
  if (hasBit(value, ACKNOWLEDGE_BIT)) signalPf(port, pool, FIRST_ACKNOWLEDGE);
}

function signalPf(port: Port, pool: Pool, first: number): void {
  port.seen("mailbox.toPf");
  port.setPoolBit(pf.MBVFICR, pool, true, first);
  raiseMailboxInterrupt(port, pool);
}

export function readPfMailbox(pool: Pool): number {
  return pool.registers.get(VFMAILBOX) & ((1 << VFU_BIT) | (1 << PFU_BIT));
}

export function writePfMailbox(port: Port, pool: Pool, value: number): void {
  writeLock(pool, PFU_BIT, VFU_BIT, hasBit(value, PFU_BIT));
  if (hasBit(value, RVFU_BIT)) {
    port.seen("mailbox.revoked");
    setControl(pool, VFU_BIT, false);
    port.setPoolBit(pf.MBVFICR, pool, false);
    port.setPoolBit(pf.MBVFICR, pool, false, FIRST_ACKNOWLEDGE);
  }
  if (hasBit(value, REQUEST_BIT)) setControl(pool, PFSTS_BIT, true);
  if (hasBit(value, ACKNOWLEDGE_BIT)) setControl(pool, PFACK_BIT, true);
  if ((value & 3) === 0) return;
  port.seen("mailbox.toVf");
  setMailboxCause(port, pool);
}

/** CTRL_EXT.PFRSTD: the port is ready again. */
export function announceReady(port: Port): void {
  port.seen("mailbox.ready");
  for (const pool of port.pools) {
    if (!pool.hasVf) continue;
    setControl(pool, RSTI_BIT, false);
    setControl(pool, RSTD_BIT, true);
  }
}
