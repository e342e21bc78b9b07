/**
 * Resets of a VF, by its register or its function, and of the whole port.
 * Invariant: no reset touches statistics, guest memory, the IOMMU map, the dirty log or the outbound buffer's frames.
 * Source: docs/device.md, "Resets".
 */

import { resetMsix, resetVectors } from "./interrupts";
import { raiseMailboxInterrupt } from "./mailbox";
import * as pf from "./pf-registers";
import { type Pool, QUEUE_COUNT } from "./pool";
import type { Port } from "./port";
import { isMailboxRegister, RSTI_BIT, VFMAILBOX, VMBMEM } from "./vf-registers";

/** What every reset of a pool does to its own state. */
function resetPool(port: Port, pool: Pool): void {
  pool.registers.reset(isMailboxRegister);
  resetVectors(pool);
  pool.timerBasePs = port.now;
  for (let queue = 0; queue < QUEUE_COUNT; queue++) {
    pool.forgetTransmit(queue);
    pool.forgetReceive(queue);
  }
  for (const _ of pool.waiting) port.drop("reset");
  pool.waiting = [];
  pool.waitingBytes = 0;
}

function disablePool(port: Port, pool: Pool): void {
  port.setPoolBit(pf.VFRE, pool, false);
  port.setPoolBit(pf.VFTE, pool, false);
}

/** VTCTRL bit 26. */
export function resetVf(port: Port, pool: Pool): void {
  port.seen("reset.vf");
  resetPool(port, pool);
  disablePool(port, pool);
  port.setPoolBit(pf.VFLRE, pool, true);
  raiseMailboxInterrupt(port, pool);
}

export function functionLevelReset(port: Port, pool: Pool): void {
  port.seen("reset.function");
  resetVf(port, pool);
  resetMsix(pool);
}

/** CTRL bit 26. */
export function resetPort(port: Port): void {
  port.seen("reset.port");
  port.pf.reset(() => false);
  for (const pool of port.pools) {
    resetPool(port, pool);
    pool.registers.set(VFMAILBOX, 1 << RSTI_BIT);
    for (let word = 0; word < 16; word++) pool.registers.set(VMBMEM + word * 4, 0);
    if (pool.hasVf) disablePool(port, pool);
  }
}
