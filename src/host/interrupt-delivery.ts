/**
 * How the interrupts of a virtual function reach its guest, and what the data plane is told of it.
 *
 *     delivery   vCPU runs or waits for a processor   vCPU sleeps
 *     exits      interruptExit                        the same
 *     posted     postedInterrupt                      vmExit + interruptHandling
 *
 * Posted, the IOMMU notes the interrupt for the vCPU, and a processor that runs it takes it without leaving the guest. A
 * sleeping vCPU is to be woken: the hypervisor is interrupted, finds and wakes it, and the guest is entered again after
 * the exit by which it went to sleep. Invariant: the data plane charges what it is told, and knows nothing of this table.
 */
import {
  COST_EXIT_COLD,
  COST_INTERRUPT_EXIT,
  COST_INTERRUPT_WAKE,
  COST_VIRTUAL_INTERRUPT,
  INTERRUPT_EXITS,
} from "../../assembly/layout/cost";
import type { CostPreset } from "./cost-row";
import type { Costs } from "./cost-table";

/** Through exits to the hypervisor, or posted to the guest. */
export type InterruptDelivery = "exits" | "posted";

export const INTERRUPT_DELIVERIES: readonly InterruptDelivery[] = ["exits", "posted"];

/** What a machine has. Posting of a device's interrupts came with Xeon E5 v4 in 2016: from memory, unverified. */
export const DELIVERY_OF: Readonly<Record<CostPreset, InterruptDelivery>> = { era: "exits", now: "posted" };

/** Returns the entries of the data plane's cost table that follow from the delivery. */
export function deliveryCosts(costs: Costs, delivery: InterruptDelivery): (readonly [number, number])[] {
  const { vmExit, exitIndirect, virtualInterrupt, interruptExit, interruptExitCount } = costs;
  const isPosted = delivery === "posted";
  return [
    [COST_INTERRUPT_EXIT, isPosted ? costs.postedInterrupt : interruptExit],
    [COST_INTERRUPT_WAKE, isPosted ? vmExit + costs.interruptHandling : interruptExit],
    [INTERRUPT_EXITS, isPosted ? 0 : interruptExitCount],
    [COST_EXIT_COLD, Math.floor((vmExit * exitIndirect) / 100)],
    [COST_VIRTUAL_INTERRUPT, virtualInterrupt],
  ];
}
