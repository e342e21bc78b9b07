/**
 * What it costs that an interrupt reaches a guest: the hypervisor's part, the guest's entry, and cold caches after each
 * exit.
 *
 *     from             vCPU runs, or waits for a processor       vCPU sleeps
 *     device, exits    interruptExit; its exits                  the same
 *     device, posted   postedInterrupt; none                     waking it; one, by which it went to sleep
 *     timer, emulated  virtualInterrupt; one                     the same
 *
 * Which of the first two rows holds is in the numbers that the control plane writes (src/host/interrupt-delivery.ts).
 * A posted interrupt for a vCPU that waits is noted, and taken when that runs. Left out: interrupts while the guest's
 * network task is at work, which are masked; a timer that expires then is looked at with that work.
 *
 * Source: Intel SDM volume 3, APIC virtualization and posted-interrupt processing; Intel VT-d specification, interrupt
 * posting: a notification of its own for a vCPU that sleeps, none for one that waits.
 */
import { cost } from "../cpu/cost";
import { charge, Vcpu } from "../cpu/vcpu";
import {
  ACTIVITY_CACHE,
  ACTIVITY_HYPERVISOR,
  ACTIVITY_INTERRUPT,
  COST_EXIT_COLD,
  COST_INTERRUPT_EXIT,
  COST_INTERRUPT_GUEST,
  COST_INTERRUPT_WAKE,
  COST_VIRTUAL_INTERRUPT,
  INTERRUPT_EXITS,
} from "../layout/cost";
import { VCPU_BLOCKED } from "../layout/processor";

/** A device's interrupt reaches a vCPU; returns its cycles, charged. */
export function deviceInterrupt(v: Vcpu): u32 {
  const exits = cost(INTERRUPT_EXITS);
  if (v.state != VCPU_BLOCKED) return deliver(v, cost(COST_INTERRUPT_EXIT), exits);
  return deliver(v, cost(COST_INTERRUPT_WAKE), max<u32>(exits, 1));
}

/** The hypervisor makes an interrupt: a timer of the guest's, or an emulated device's. Returns its cycles, charged. */
export function injectedInterrupt(v: Vcpu): u32 {
  return deliver(v, cost(COST_VIRTUAL_INTERRUPT), 1);
}

/** Charges a guest for an exit's cold caches; returns the cycles. */
export function coolCaches(v: Vcpu, exits: u32): u32 {
  const cycles = exits * cost(COST_EXIT_COLD);
  charge(v, ACTIVITY_CACHE, cycles);
  return cycles;
}

function deliver(v: Vcpu, hypervisor: u32, exits: u32): u32 {
  const entry = cost(COST_INTERRUPT_GUEST);
  charge(v, ACTIVITY_HYPERVISOR, hypervisor);
  charge(v, ACTIVITY_INTERRUPT, entry);
  return hypervisor + entry + coolCaches(v, exits);
}
