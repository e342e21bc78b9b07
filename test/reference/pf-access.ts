/**
 * Reads and writes of the physical function's registers. Invariant: an offset that is a view of a pool's register is
 * that, whatever the PF's own table says. Source: docs/registers.md, "Physical function".
 */

import { hasBit, itemAt } from "./bytes";
import { announceReady, readPfMailbox, writePfMailbox } from "./mailbox";
import * as pf from "./pf-registers";
import { type Pool, QUEUE_COUNT } from "./pool";
import type { Port } from "./port";
import { resetPort } from "./resets";
import { readPoolRegister, writePoolRegister } from "./vf-access";

const RESET_BIT = 26;
const READY_BIT = 14;
const LINK_STATUS = 0x83;
const FIRST_VF_COUNT_BIT = 14;
const SRIOV_ON = 1 << 18;

/** The pool of a mailbox register of the PF, if it has a VF. */
function mailboxPool(port: Port, offset: number): Pool | undefined {
  const index = (offset - pf.P2VMAILBOX) / 4;
  return Number.isInteger(index) && index >= 0 && index < port.settings.vfCount ? port.pool(index) : undefined;
}

export function readPortRegister(port: Port, offset: number): number {
  const view = port.views.get(offset);
  if (view !== undefined) return readPoolRegister(port, port.pool(view.pool), view.register);
  if (offset === pf.STATUS) return LINK_STATUS | (port.settings.vfCount << FIRST_VF_COUNT_BIT) | SRIOV_ON;
  const pool = mailboxPool(port, offset);
  if (pool !== undefined) return readPfMailbox(pool);
  const value = port.pf.read(offset);
  // Both halves of a long statistic are cleared with the upper one.
  if (offset === pf.GORCH || offset === pf.GOTCH) port.pf.set(offset - 4, 0);
  return value;
}

export function writePortRegister(port: Port, offset: number, value: number): void {
  const view = port.views.get(offset);
  if (view !== undefined) {
    port.seen("pf.view");
    writePoolRegister(port, port.pool(view.pool), view.register, value);
    return;
  }
  const pool = mailboxPool(port, offset);
  if (pool !== undefined) {
    writePfMailbox(port, pool, value);
    return;
  }
  const registers = port.pf;
  switch (offset) {
    case pf.CTRL:
      if (hasBit(value, RESET_BIT)) resetPort(port);
      else registers.write(offset, value);
      return;
    case pf.CTRL_EXT:
      registers.write(offset, value);
      if (hasBit(value, READY_BIT)) announceReady(port);
      return;
    case pf.ICS:
      registers.set(pf.ICR, registers.get(pf.ICR) | value);
      return;
    case pf.IMC:
      registers.set(pf.IMS, registers.get(pf.IMS) & ~value);
      return;
    case pf.EICS:
      registers.set(pf.EICR, registers.get(pf.EICR) | (value & 0x1ffffff));
      return;
    case pf.EIMC:
      registers.set(pf.EIMS, registers.get(pf.EIMS) & ~value);
      return;
    case pf.TCTL:
    case pf.VFTE:
      writeAndList(port, offset, value);
      return;
    default:
      registers.write(offset, value);
  }
}

function activeQueues(port: Port, pool: Pool): boolean[] {
  return Array.from({ length: QUEUE_COUNT }, (_, queue) => port.isTransmitActive(pool, queue));
}

/** A write that makes a transmit queue of a pool active lists the pool. */
function writeAndList(port: Port, offset: number, value: number): void {
  const before = port.pools.map((pool) => activeQueues(port, pool));
  port.pf.write(offset, value);
  port.pools.forEach((pool, index) => {
    const wasActive = itemAt(before, index);
    if (activeQueues(port, pool).some((isActive, queue) => isActive && wasActive[queue] !== true)) port.list(pool);
  });
}
