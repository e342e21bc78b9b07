/**
 * Registers of an emulated NIC and its interrupt line, as the device model keeps them: what an access does at once.
 *
 *     line     a cause that is not masked: up, unless the interval runs      ICR read, IMC: down, if nothing is left
 *
 * With the throttle (since 2013) a line that rises begins an interval, during which it does not rise again; at its end
 * the device model looks. Without it every rise is an interrupt. Each change of the line is a call of the hypervisor,
 * which the device model pays.
 *
 * Source: QEMU hw/net/e1000.c: set_interrupt_cause, mac_icr_read, set_imc, set_ims. Left out: TADV, RADV, auto-masking.
 */
import { cost } from "../cpu/cost";
import { COST_EVENT_SEND, IS_THROTTLED } from "../layout/cost";
import { DESCRIPTOR_SHIFT } from "../layout/descriptor";
import {
  EMULATED_COALESCED,
  EMULATED_ICR,
  EMULATED_ICS,
  EMULATED_IMC,
  EMULATED_IMS,
  EMULATED_INTERRUPTS,
  EMULATED_ITR,
  EMULATED_RCTL,
  EMULATED_RDBAH,
  EMULATED_RDBAL,
  EMULATED_RDH,
  EMULATED_RDLEN,
  EMULATED_RDT,
  EMULATED_STATUS,
  EMULATED_TCTL,
  EMULATED_TDBAH,
  EMULATED_TDBAL,
  EMULATED_TDH,
  EMULATED_TDLEN,
  EMULATED_TDT,
  INTERVAL_LEAST,
  INTERVAL_MASK,
  INTERVAL_UNIT_NS,
  RING_BASE_MASK,
  RING_BYTES_MASK,
  RING_POSITION_MASK,
  STATUS_LINK_UP,
} from "../layout/emulated";
import { EVENT_THROTTLE } from "../layout/event";
import { PS_PER_NS } from "../layout/time";
import { NEVER, schedule } from "../sim/event-queue";
import { world } from "../sim/world";
import { countEmulated, EmulatedNic, emulatedNic } from "./emulated-nic";
import { wakeNetwork } from "./network-task";
import { vif } from "./vif";

/** Reads a register; one that there is not is 0. */
export function readRegister(index: u32, register: u32): u32 {
  const e = emulatedNic(index);
  switch (register) {
    case EMULATED_STATUS:
      return STATUS_LINK_UP;
    case EMULATED_ICR: {
      const cause = e.cause;
      e.cause = 0;
      return cause;
    }
    case EMULATED_ITR:
      return e.interval;
    case EMULATED_IMS:
      return e.mask;
    case EMULATED_RDH:
      return e.rxHead;
    case EMULATED_RDT:
      return e.rxTail;
    case EMULATED_TDH:
      return e.txHead;
    case EMULATED_TDT:
      return e.txTail;
    default:
      return 0;
  }
}

/** Reads a register without an effect, those too that no access reads here: what a driver wrote. */
export function peekRegister(index: u32, register: u32): u32 {
  const e = emulatedNic(index);
  switch (register) {
    case EMULATED_ICR:
      return e.cause;
    case EMULATED_RCTL:
      return e.rxControl;
    case EMULATED_RDBAL:
      return <u32>e.rxBase;
    case EMULATED_RDBAH:
      return <u32>(e.rxBase >> 32);
    case EMULATED_RDLEN:
      return e.rxBytes;
    case EMULATED_TCTL:
      return e.txControl;
    case EMULATED_TDBAL:
      return <u32>e.txBase;
    case EMULATED_TDBAH:
      return <u32>(e.txBase >> 32);
    case EMULATED_TDLEN:
      return e.txBytes;
    default:
      return readRegister(index, register);
  }
}

/** Writes a register; one that there is not takes nothing. The line follows with `setLine`. */
export function writeRegister(index: u32, register: u32, value: u32): void {
  const e = emulatedNic(index);
  switch (register) {
    case EMULATED_ICR:
      e.cause &= ~value;
      break;
    case EMULATED_ITR:
      e.interval = value & INTERVAL_MASK;
      break;
    case EMULATED_ICS:
      e.cause |= value;
      break;
    case EMULATED_IMS:
      e.mask |= value;
      break;
    case EMULATED_IMC:
      e.mask &= ~value;
      break;
    default:
      writeRing(e, register, value);
  }
}

function writeRing(e: EmulatedNic, register: u32, value: u32): void {
  switch (register) {
    case EMULATED_RCTL:
      e.rxControl = value;
      break;
    case EMULATED_TCTL:
      e.txControl = value;
      break;
    case EMULATED_RDBAL:
      e.rxBase = (e.rxBase & HIGH) | (value & RING_BASE_MASK);
      break;
    case EMULATED_RDBAH:
      e.rxBase = (e.rxBase & LOW) | ((<u64>value) << 32);
      break;
    case EMULATED_RDLEN:
      e.rxBytes = value & RING_BYTES_MASK;
      break;
    case EMULATED_RDH:
      e.rxHead = value & RING_POSITION_MASK;
      break;
    case EMULATED_RDT:
      e.rxTail = value & RING_POSITION_MASK;
      break;
    case EMULATED_TDBAL:
      e.txBase = (e.txBase & HIGH) | (value & RING_BASE_MASK);
      break;
    case EMULATED_TDBAH:
      e.txBase = (e.txBase & LOW) | ((<u64>value) << 32);
      break;
    case EMULATED_TDLEN:
      e.txBytes = value & RING_BYTES_MASK;
      break;
    case EMULATED_TDH:
      e.txHead = value & RING_POSITION_MASK;
      break;
    case EMULATED_TDT:
      e.txTail = value & RING_POSITION_MASK;
      break;
  }
}

const LOW: u64 = 0xffffffff;
const HIGH: u64 = 0xffffffff00000000;

/** Returns how many descriptors a ring of so many bytes has. */
export function countOfRing(bytes: u32): u32 {
  return bytes >>> DESCRIPTOR_SHIFT;
}

/** Notes why the guest may want an interrupt. */
export function raiseCause(index: u32, cause: u32): void {
  const e = emulatedNic(index);
  if (e.isRaised || !(e.mask & cause) || e.throttleAt != NEVER) countEmulated(index, EMULATED_COALESCED);
  e.cause |= cause;
}

/** At the end of a turn: has the line follow causes and mask. Returns the device model's cycles, which it has to be charged. */
export function setLine(index: u32): u32 {
  const e = emulatedNic(index);
  const isWanted: u32 = e.cause & e.mask ? 1 : 0;
  if (isWanted == e.isRaised || (isWanted && e.throttleAt != NEVER)) return 0;
  e.isRaised = isWanted;
  if (isWanted) {
    countEmulated(index, EMULATED_INTERRUPTS);
    if (cost(IS_THROTTLED)) beginInterval(index, e);
    wakeNetwork(vif(index).guest);
  }
  return cost(COST_EVENT_SEND);
}

function beginInterval(index: u32, e: EmulatedNic): void {
  const intervalNs = <u64>max<u32>(e.interval, INTERVAL_LEAST) * INTERVAL_UNIT_NS;
  e.throttleAt = world().now + intervalNs * PS_PER_NS;
  schedule(EVENT_THROTTLE, index, e.throttleAt);
}
