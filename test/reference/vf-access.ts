/**
 * Reads and writes of a pool's registers, by its VF or by the PF through its view.
 * Invariant: an access through the view has the effects of the VF's own. Source: docs/registers.md, "Virtual function";
 * docs/device.md, "Pools and queues".
 */

import { bits, hasBit, itemAt } from "./bytes";
import { readThrottle, writeCauses, writeMaskSet, writeThrottle } from "./interrupts";
import { readVfMailbox, writeVfMailbox } from "./mailbox";
import type { Pool } from "./pool";
import type { Port } from "./port";
import { resetVf } from "./resets";
import * as vf from "./vf-registers";
import { reportReceive, reportTransmit } from "./write-back";

const RESET_BIT = 26;
const PS_PER_US = 1_000_000;
const POSITION_MASK = 0xffff;

export function readPoolRegister(port: Port, pool: Pool, offset: number): number {
  if (offset === vf.VTFRTIMER) return Math.floor((port.now - pool.timerBasePs) / PS_PER_US) % 2 ** 32;
  if (offset === vf.VFMAILBOX) return readVfMailbox(pool);
  const vector = (offset - vf.VTEITR) / 4;
  if (vector === 0 || vector === 1 || vector === 2) return readThrottle(port, pool, vector);
  return pool.registers.read(offset);
}

export function writePoolRegister(port: Port, pool: Pool, offset: number, value: number): void {
  if (vf.isQueueRegister(offset)) {
    writeQueueRegister(port, pool, offset, value);
    return;
  }
  const registers = pool.registers;
  switch (offset) {
    case vf.VTCTRL:
    case vf.VTCTRL_AGAIN:
      if (hasBit(value, RESET_BIT)) resetVf(port, pool);
      return;
    case vf.VFMAILBOX:
      writeVfMailbox(port, pool, value);
      return;
    case vf.VTEICS:
      writeCauses(port, pool, value);
      return;
    case vf.VTEIMS:
      writeMaskSet(port, pool, value);
      return;
    case vf.VTEIMC:
      registers.set(vf.VTEIMS, registers.get(vf.VTEIMS) & ~value);
      return;
    case vf.VTPBACL:
      if ((pool.msix.pending & value) !== 0) port.seen("interrupt.pendingCleared");
      pool.msix.pending &= ~value;
      return;
    case vf.VTEITR:
    case vf.VTEITR + 4:
    case vf.VTEITR + 8:
      writeThrottle(port, pool, (offset - vf.VTEITR) / 4, value);
      return;
    default:
      registers.write(offset, value);
  }
}

function writeQueueRegister(port: Port, pool: Pool, offset: number, value: number): void {
  const queue = bits(offset, 8, 8);
  switch (offset - queue * vf.QUEUE_STRIDE) {
    case vf.RDH:
    case vf.TDH:
      if (port.settings.isHeadWritable) {
        port.seen("queue.headWritten");
        pool.registers.set(offset, value & POSITION_MASK);
        if (offset >= vf.TDH) itemAt(pool.transmitQueues, queue).fetchedAt = value & POSITION_MASK;
      }
      return;
    case vf.RDT:
      if (isEnabled(pool, vf.RXDCTL, queue)) pool.registers.write(offset, value);
      else port.seen("queue.tailIgnored");
      return;
    case vf.TDT:
      if (!isEnabled(pool, vf.TXDCTL, queue)) return;
      pool.registers.write(offset, value);
      port.list(pool);
      return;
    case vf.RXDCTL:
      writeReceiveControl(port, pool, queue, value);
      return;
    case vf.TXDCTL:
      writeTransmitControl(port, pool, queue, value);
      return;
    default:
      pool.registers.write(offset, value);
  }
}

function isEnabled(pool: Pool, control: number, queue: number): boolean {
  return hasBit(pool.queueRegister(control, queue), vf.QUEUE_ENABLE_BIT);
}

function noteControl(port: Port, isFlush: boolean, wasEnabled: boolean, isEnabled: boolean): void {
  if (isFlush) port.seen("queue.flushed");
  if (wasEnabled !== isEnabled) port.seen(isEnabled ? "queue.enabled" : "queue.disabled");
}

/** Enabling forgets; the flush bit and disabling write back what is pending. */
function writeReceiveControl(port: Port, pool: Pool, queue: number, value: number): void {
  const wasEnabled = isEnabled(pool, vf.RXDCTL, queue);
  pool.registers.write(vf.RXDCTL + queue * vf.QUEUE_STRIDE, value);
  const isNowEnabled = isEnabled(pool, vf.RXDCTL, queue);
  if (!wasEnabled && isNowEnabled) {
    pool.setQueueRegister(vf.RDH, queue, 0);
    pool.setQueueRegister(vf.RDT, queue, 0);
    pool.forgetReceive(queue);
  }
  noteControl(port, hasBit(value, vf.QUEUE_FLUSH_BIT), wasEnabled, isNowEnabled);
  if (hasBit(value, vf.QUEUE_FLUSH_BIT) || (wasEnabled && !isNowEnabled)) reportReceive(port, pool, queue);
}

function writeTransmitControl(port: Port, pool: Pool, queue: number, value: number): void {
  const wasEnabled = isEnabled(pool, vf.TXDCTL, queue);
  pool.registers.write(vf.TXDCTL + queue * vf.QUEUE_STRIDE, value);
  const isNowEnabled = isEnabled(pool, vf.TXDCTL, queue);
  if (!wasEnabled && isNowEnabled) {
    pool.setQueueRegister(vf.TDH, queue, 0);
    pool.setQueueRegister(vf.TDT, queue, 0);
    pool.forgetTransmit(queue);
  }
  noteControl(port, hasBit(value, vf.QUEUE_FLUSH_BIT), wasEnabled, isNowEnabled);
  if (hasBit(value, vf.QUEUE_FLUSH_BIT) || (wasEnabled && !isNowEnabled)) reportTransmit(port, pool, queue);
}
