/**
 * A port as the driver of the physical function sees it, without a device behind it: registers that keep what is
 * written, and what the driver relies on beyond that, from docs/device.md. It also plays the virtual functions.
 */

import {
  PF_ICR_AT,
  PF_IMS_AT,
  PF_MBVFICR_AT,
  PF_P2VMAILBOX_AT,
  PF_VFLRE_AT,
  PF_VFRE_AT,
  PF_VFTE_AT,
} from "../../assembly/layout/pf-registers";
import {
  ICR_VMMB,
  MBVFICR_ACK_SHIFT,
  NOTE_BYTES,
  P2V_ACK,
  P2V_PFU,
  P2V_RVFU,
  P2V_STS,
} from "../../assembly/layout/physical-function";
import {
  MAIL_ACK,
  MAIL_PFACK,
  MAIL_PFSTS,
  MAIL_REQ,
  MAIL_VFU,
  MAIL_WORD_COUNT,
} from "../../assembly/layout/virtual-function";
import { PF_REGISTER_LIST } from "../../src/core/registers";
import type { PfPort } from "../../src/device/pf-pool";

/** The PF's view of VMBMEM (docs/registers.md). */
const MEMORY_AT = 0x800;
const MEMORY_BYTES = 0x40;

export class FakePfPort implements PfPort {
  /** Bits of VFMAILBOX that the PF has set in a VF's, in the order of the writes. */
  readonly signals: number[][] = [];
  readonly writes: number[] = [];
  /** How many mailbox words the PF wrote without holding its lock. */
  unlockedCount = 0;
  private readonly words = new Map(PF_REGISTER_LIST.map(({ offset, reset }) => [offset, reset]));
  private readonly locks = new Map<number, number>();
  private readonly noteBytes = new DataView(new ArrayBuffer(8 * NOTE_BYTES));

  constructor(readonly vfCount: number) {
    for (let vf = 0; vf < vfCount; vf++) this.signals.push([]);
  }

  notes(pool: number): DataView {
    return new DataView(this.noteBytes.buffer, pool * NOTE_BYTES, NOTE_BYTES);
  }

  /** Looks at a register without the effects of a read. */
  peek(offset: number): number {
    return this.words.get(offset) ?? 0;
  }

  read(offset: number): number {
    const vf = mailboxOf(offset);
    if (vf !== null) return this.locks.get(vf) ?? 0;
    const value = this.peek(offset);
    if (offset === PF_ICR_AT) this.words.set(offset, 0);
    return value;
  }

  write(offset: number, value: number): void {
    this.writes.push(offset);
    const vf = mailboxOf(offset);
    const old = this.peek(offset);
    if (offset >= MEMORY_AT && offset < MEMORY_AT + this.vfCount * MEMORY_BYTES) {
      const owner = Math.floor((offset - MEMORY_AT) / MEMORY_BYTES);
      if (this.locksOf(owner) !== P2V_PFU) this.unlockedCount++;
    }
    if (vf !== null) this.writeMailbox(vf, value);
    else if (offset === PF_MBVFICR_AT || offset === PF_VFLRE_AT) this.words.set(offset, (old & ~value) >>> 0);
    else this.words.set(offset, (offset === PF_IMS_AT ? old | value : value) >>> 0);
  }

  private writeMailbox(vf: number, value: number): void {
    const held = this.locks.get(vf) ?? 0;
    let locks = held & MAIL_VFU;
    if (value & P2V_PFU && !locks) locks = P2V_PFU;
    if (value & P2V_RVFU) {
      locks &= ~MAIL_VFU;
      this.words.set(PF_MBVFICR_AT, this.peek(PF_MBVFICR_AT) & ~mailBits(vf));
    }
    this.locks.set(vf, locks);
    if (value & P2V_ACK) this.signals[vf]?.push(MAIL_PFACK);
    if (value & P2V_STS) this.signals[vf]?.push(MAIL_PFSTS);
  }

  /** Returns the locks of a mailbox: MAIL_VFU, P2V_PFU or 0. */
  locksOf(vf: number): number {
    return this.locks.get(vf) ?? 0;
  }

  /** A VF takes its lock and keeps it. */
  lock(vf: number): void {
    this.locks.set(vf, MAIL_VFU);
  }

  unlock(vf: number): void {
    this.locks.set(vf, 0);
  }

  /** A VF writes words and asks. */
  send(vf: number, ...words: number[]): void {
    for (const [index, word] of words.entries()) this.words.set(MEMORY_AT + vf * MEMORY_BYTES + 4 * index, word >>> 0);
    this.signal(vf, MAIL_REQ);
  }

  /** A VF sets MAIL_REQ or MAIL_ACK. */
  signal(vf: number, bit: number): void {
    const shift = bit === MAIL_ACK ? MBVFICR_ACK_SHIFT : 0;
    this.words.set(PF_MBVFICR_AT, this.peek(PF_MBVFICR_AT) | (1 << (vf + shift)));
    this.words.set(PF_ICR_AT, this.peek(PF_ICR_AT) | ICR_VMMB);
  }

  /** A VF is reset by its driver or its host. */
  reset(vf: number): void {
    for (const offset of [PF_VFRE_AT, PF_VFTE_AT]) this.words.set(offset, this.peek(offset) & ~(1 << vf));
    this.words.set(PF_VFLRE_AT, this.peek(PF_VFLRE_AT) | (1 << vf));
    this.words.set(PF_ICR_AT, this.peek(PF_ICR_AT) | ICR_VMMB);
  }

  /** Returns the words that a VF shares with the PF. */
  mail(vf: number): number[] {
    return Array.from({ length: MAIL_WORD_COUNT }, (_, i) => this.peek(MEMORY_AT + vf * MEMORY_BYTES + 4 * i));
  }
}

function mailboxOf(offset: number): number | null {
  return offset >= PF_P2VMAILBOX_AT && offset < PF_P2VMAILBOX_AT + 32 ? (offset - PF_P2VMAILBOX_AT) / 4 : null;
}

function mailBits(vf: number): number {
  return (1 << vf) | (1 << (vf + MBVFICR_ACK_SHIFT));
}
