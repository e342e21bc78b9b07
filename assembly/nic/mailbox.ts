/**
 * The mailbox between a virtual function and the physical one: sixteen words, two locks, signals both ways.
 *
 *     VF writes REQ or ACK  -> MBVFICR, and ICR.VMMB of the physical function unless MBVFIMR masks it
 *     PF writes STS or ACK  -> PFSTS or PFACK of the VF, and the cause of the VF's mailbox vector
 *
 * A lock is taken only while the other side has none. Source: 82576 datasheet section 7.10.2.12; docs/device.md.
 */
import { ICR_VMMB, MBVFICR_ACK_SHIFT, P2V_ACK, P2V_PFU, P2V_RVFU, P2V_STS } from "../layout/physical-function";
import {
  MAIL_ACK,
  MAIL_PFACK,
  MAIL_PFSTS,
  MAIL_PFU,
  MAIL_REQ,
  MAIL_RSTD,
  MAIL_RSTI,
  MAIL_VFU,
} from "../layout/virtual-function";
import { interruptPf } from "../sim/world";
import { mailVector, setCause } from "./interrupt";
import { pf } from "./physical-function";
import { Vf } from "./virtual-function";

/** The virtual function writes VFMAILBOX. */
export function writeVfMailbox(v: Vf, value: u32): void {
  const c = v.control;
  if (!(value & MAIL_VFU)) c.mailbox &= ~MAIL_VFU;
  else if (!(c.mailbox & MAIL_PFU)) c.mailbox |= MAIL_VFU;
  const p = pf(v.port);
  if (value & MAIL_REQ) p.mbvficr |= 1 << v.pool;
  if (value & MAIL_ACK) p.mbvficr |= 1 << (v.pool + MBVFICR_ACK_SHIFT);
  if (value & (MAIL_REQ | MAIL_ACK)) noticeVf(v);
}

/** The physical function writes P2VMAILBOX of a pool. */
export function writePfMailbox(v: Vf, value: u32): void {
  const c = v.control;
  if (!(value & P2V_PFU)) c.mailbox &= ~MAIL_PFU;
  else if (!(c.mailbox & MAIL_VFU)) c.mailbox |= MAIL_PFU;
  if (value & P2V_RVFU) {
    c.mailbox &= ~MAIL_VFU;
    pf(v.port).mbvficr &= ~mailBitsOf(v.pool);
  }
  if (value & P2V_STS) c.mailbox |= MAIL_PFSTS;
  if (value & P2V_ACK) c.mailbox |= MAIL_PFACK;
  if (value & (P2V_STS | P2V_ACK)) setCause(v, mailVector(v));
}

/** Returns P2VMAILBOX of a pool as the physical function reads it: the two locks. */
export function readPfMailbox(v: Vf): u32 {
  return v.control.mailbox & (MAIL_VFU | MAIL_PFU);
}

/** The port is ready: the virtual function may find out that its reset is done. */
export function tellReady(v: Vf): void {
  v.control.mailbox = (v.control.mailbox & ~MAIL_RSTI) | MAIL_RSTD;
}

/** The port is in reset: locks and signals are gone. */
export function tellReset(v: Vf): void {
  v.control.mailbox = MAIL_RSTI;
}

/** A virtual function asks, acknowledges or was reset: the driver is told, unless it masked that. */
export function noticeVf(v: Vf): void {
  const p = pf(v.port);
  if (!((p.mbvfimr >>> v.pool) & 1)) return;
  p.icr |= ICR_VMMB;
  lookAtInterrupt(v.port);
}

/** Tells the driver of the physical function if a cause of it is unmasked. */
export function lookAtInterrupt(port: u32): void {
  const p = pf(port);
  if (p.icr & p.ims) interruptPf(port);
}

/** Returns the two bits that a virtual function has in MBVFICR. */
export function mailBitsOf(pool: u32): u32 {
  return (1 << pool) | (1 << (pool + MBVFICR_ACK_SHIFT));
}
