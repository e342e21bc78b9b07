/**
 * The driver of an emulated NIC, beside what it shares with that of a virtual function (driver.ts: rings, buffers,
 * polling): its accesses to registers, each of which leaves the guest and stops the vCPU until dom0 has answered.
 *
 *     interrupt   injected --> read ICR --> write IMC --> read STATUS --> poll      (not ours: back at once)
 *     burst       RDT, 16 buffers a write --> TDT, once for each packet
 *     no more     write ITR if the interval is new --> write IMS --> read STATUS --> idle
 *
 * Accesses of one burst follow each other without another task's turn, as instructions of one driver do; an interrupt
 * comes between two of them. A tail is told from what the driver's page says, so nothing of this is kept twice.
 * Invariant: whoever leaves the guest has been charged for the exit.
 *
 * Source: Linux drivers/net/e1000/e1000_main.c: e1000_intr, e1000_clean, e1000_irq_enable, e1000_tx_queue,
 * e1000_alloc_rx_buffers. Left out: posted writes, set-up and watchdog accesses; several packets for one TDT (xmit_more).
 */
import { cost } from "../cpu/cost";
import { NO_WORK } from "../cpu/task";
import { charge, Vcpu, vcpu } from "../cpu/vcpu";
import { ACTIVITY_TRAP, COST_EXIT, COST_INSTRUCTION, INTERVAL_START } from "../layout/cost";
import { DESCRIPTOR_SHIFT } from "../layout/descriptor";
import {
  CAUSES_ALL,
  CAUSES_WANTED,
  EMULATED_EXITS_ICR,
  EMULATED_EXITS_IMC,
  EMULATED_EXITS_IMS,
  EMULATED_EXITS_ITR,
  EMULATED_EXITS_RDT,
  EMULATED_EXITS_STATUS,
  EMULATED_EXITS_TDT,
  EMULATED_ICR,
  EMULATED_IMC,
  EMULATED_IMS,
  EMULATED_ITR,
  EMULATED_RCTL,
  EMULATED_RDBAL,
  EMULATED_RDLEN,
  EMULATED_RDT,
  EMULATED_STATUS,
  EMULATED_TCTL,
  EMULATED_TDBAL,
  EMULATED_TDLEN,
  EMULATED_TDT,
  INTERVAL_UNIT_NS,
  RETURN_COUNT_MAX,
  RING_ENABLE,
} from "../layout/emulated";
import {
  DEVICE_EMULATED,
  DRIVER_PAGE,
  RING_COUNT,
  RING_MASK,
  RX_RING_PAGE,
  TX_RING_PAGE,
} from "../layout/guest-software";
import { PAGE_SHIFT } from "../layout/limits";
import { look } from "../memory/guest-memory";
import { signalDeviceModel } from "./device-model";
import { Driver, driver, makeRings } from "./driver";
import {
  ACCESS_ANSWERED,
  ACCESS_LEAVING,
  ACCESS_NONE,
  ACCESS_PENDING,
  countEmulated,
  EmulatedNic,
  emulatedNic,
} from "./emulated-nic";
import { writeRegister } from "./emulated-registers";
import { Guest, guest } from "./guest";
import { coolCaches, injectedInterrupt } from "./virtual-interrupt";

/** Accesses that do not come from the ring positions, in the order in which the driver makes them. */
const STEP_NONE: u32 = 0;
const STEP_CAUSE: u32 = 1;
const STEP_MASK: u32 = 2;
const STEP_MASK_FLUSH: u32 = 3;
const STEP_INTERVAL: u32 = 4;
const STEP_UNMASK: u32 = 5;
const STEP_UNMASK_FLUSH: u32 = 6;

/** Sets rings and registers up, for the first time or anew; everything queued is forgotten. Takes no time. */
export function initialiseEmulated(guestIndex: u32): void {
  const g = guest(guestIndex);
  const index = g.vif - 1;
  const d = driver(g.memory);
  makeRings(g.memory, d);
  d.kind = DEVICE_EMULATED;
  writeRegister(index, EMULATED_RDBAL, RX_RING_PAGE << PAGE_SHIFT);
  writeRegister(index, EMULATED_RDLEN, RING_COUNT << DESCRIPTOR_SHIFT);
  writeRegister(index, EMULATED_RDT, RING_MASK);
  writeRegister(index, EMULATED_RCTL, RING_ENABLE);
  writeRegister(index, EMULATED_TDBAL, TX_RING_PAGE << PAGE_SHIFT);
  writeRegister(index, EMULATED_TDLEN, RING_COUNT << DESCRIPTOR_SHIFT);
  writeRegister(index, EMULATED_TCTL, RING_ENABLE);
  writeRegister(index, EMULATED_ITR, intervalOf(cost(INTERVAL_START)));
  writeRegister(index, EMULATED_IMS, CAUSES_WANTED);
}

/** Returns ITR for an interval in quarters of a microsecond. */
function intervalOf(quarters: u32): u32 {
  return (quarters * 250) / INTERVAL_UNIT_NS;
}

/** Begins what the guest's software does next without giving its turn away; returns its cycles, charged, or NO_WORK. */
export function goOnEmulated(g: Guest): u32 {
  const e = emulatedNic(g.vif - 1);
  const v = vcpu(g.vcpuFirst);
  if (e.step != STEP_NONE) return leaveGuest(g, e, v);
  if (e.isRaised) return enterHandler(e, v);
  return isBehind(driverOf(g)) ? leaveGuest(g, e, v) : NO_WORK;
}

function driverOf(g: Guest): Driver {
  return changetype<Driver>(look(g.memory, DRIVER_PAGE << PAGE_SHIFT));
}

/** Tells whether the device has not been told of every position. */
function isBehind(d: Driver): bool {
  return d.rxTold != rxTailOf(d) || d.txTold != d.txNext;
}

function rxTailOf(d: Driver): u32 {
  return (d.rxNext + RING_MASK) & RING_MASK;
}

/** The hypervisor has injected an interrupt: the handler begins. */
function enterHandler(e: EmulatedNic, v: Vcpu): u32 {
  e.isEnding = 0;
  e.step = STEP_CAUSE;
  return injectedInterrupt(v);
}

/** The next access leaves the guest; returns the cycles until it is written down and the vCPU waits, charged. */
function leaveGuest(g: Guest, e: EmulatedNic, v: Vcpu): u32 {
  choose(e, driverOf(g));
  countEmulated(g.vif - 1, counterOf(e.register));
  e.access = ACCESS_LEAVING;
  const cycles = cost(COST_EXIT) + cost(COST_INSTRUCTION);
  charge(v, ACTIVITY_TRAP, cycles);
  return cycles + coolCaches(v, 1);
}

/** Writes down which register is accessed, and how. */
function choose(e: EmulatedNic, d: Driver): void {
  switch (e.step) {
    case STEP_CAUSE:
      want(e, EMULATED_ICR, 0, false);
      break;
    case STEP_MASK:
      want(e, EMULATED_IMC, CAUSES_ALL, true);
      break;
    case STEP_MASK_FLUSH:
    case STEP_UNMASK_FLUSH:
      want(e, EMULATED_STATUS, 0, false);
      break;
    case STEP_INTERVAL:
      want(e, EMULATED_ITR, intervalOf(d.interval), true);
      break;
    case STEP_UNMASK:
      want(e, EMULATED_IMS, CAUSES_WANTED, true);
      break;
    default:
      chooseTail(e, d);
  }
}

function chooseTail(e: EmulatedNic, d: Driver): void {
  const buffers = (rxTailOf(d) - d.rxTold) & RING_MASK;
  if (buffers) want(e, EMULATED_RDT, (d.rxTold + min<u32>(buffers, RETURN_COUNT_MAX)) & RING_MASK, true);
  else want(e, EMULATED_TDT, (d.txTold + 1) & RING_MASK, true);
}

function want(e: EmulatedNic, register: u32, value: u32, isWrite: bool): void {
  e.register = register;
  e.value = value;
  e.isWrite = isWrite ? 1 : 0;
}

function counterOf(register: u32): u32 {
  switch (register) {
    case EMULATED_ICR:
      return EMULATED_EXITS_ICR;
    case EMULATED_ITR:
      return EMULATED_EXITS_ITR;
    case EMULATED_IMS:
      return EMULATED_EXITS_IMS;
    case EMULATED_IMC:
      return EMULATED_EXITS_IMC;
    case EMULATED_STATUS:
      return EMULATED_EXITS_STATUS;
    case EMULATED_RDT:
      return EMULATED_EXITS_RDT;
    default:
      assert(register == EMULATED_TDT, "the driver accesses no other register");
      return EMULATED_EXITS_TDT;
  }
}

/** A burst of the guest's is over: one that left the guest has the vCPU wait, an answer is taken. */
export function tellEmulated(g: Guest): void {
  const e = emulatedNic(g.vif - 1);
  if (e.access == ACCESS_LEAVING) {
    awaitAnswer(g, e);
  } else if (e.access == ACCESS_ANSWERED) {
    e.access = ACCESS_NONE;
    takeAnswer(g, e);
  }
}

function awaitAnswer(g: Guest, e: EmulatedNic): void {
  e.access = ACCESS_PENDING;
  vcpu(g.vcpuFirst).isWaiting = 1;
  signalDeviceModel(g.vif - 1);
}

/** Has a guest's vCPU wait for an access that is not its driver's. */
export function beginAccess(g: Guest, register: u32, value: u32, isWrite: bool): void {
  const e = emulatedNic(g.vif - 1);
  assert(e.access == ACCESS_NONE || e.access == ACCESS_ANSWERED, "a vCPU makes one access after another");
  want(e, register, value, isWrite);
  awaitAnswer(g, e);
}

/** Returns the answer to that access, or -1 while there is none. */
export function answerOf(g: Guest): f64 {
  const e = emulatedNic(g.vif - 1);
  return e.access == ACCESS_ANSWERED ? <f64>e.value : -1;
}

function takeAnswer(g: Guest, e: EmulatedNic): void {
  switch (e.step) {
    case STEP_NONE:
      if (e.register == EMULATED_RDT) driver(g.memory).rxTold = e.value;
      else driver(g.memory).txTold = e.value;
      break;
    case STEP_CAUSE:
      e.step = e.value ? STEP_MASK : STEP_NONE;
      break;
    case STEP_MASK_FLUSH:
      e.isPolling = 1;
      e.step = STEP_NONE;
      break;
    case STEP_INTERVAL:
      driver(g.memory).isIntervalNew = 0;
      e.step = STEP_UNMASK;
      break;
    case STEP_UNMASK_FLUSH:
      e.isPolling = 0;
      e.isEnding = 1;
      e.step = STEP_NONE;
      break;
    default:
      e.step++;
  }
}

/** The driver has found nothing more: it unmasks interrupts, if it had masked them. Returns whether there is something to do. */
export function awaitEmulated(g: Guest): bool {
  const e = emulatedNic(g.vif - 1);
  if (e.isPolling) e.step = driverOf(g).isIntervalNew ? STEP_INTERVAL : STEP_UNMASK;
  return e.isPolling != 0 || e.isRaised != 0;
}

/** Tells whether a guest that has just unmasked interrupts has nothing to look for: an interrupt will say so. */
export function hasEnded(g: Guest): bool {
  const e = emulatedNic(g.vif - 1);
  const isEnding = e.isEnding != 0;
  e.isEnding = 0;
  return isEnding && !g.isInterrupted;
}
