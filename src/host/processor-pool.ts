/**
 * A pool of processors that vCPUs share: after each accounting period the policy says who has credit, and the
 * mechanism is told.
 */
import { VCPU_BLOCKED } from "../../assembly/layout/processor";
import type { World } from "../core/world";
import { ACCOUNTING_PERIOD_NS, account } from "./credit-scheduler";

/** A vCPU of a pool: plain data, part of the control state. */
export interface PoolVcpu {
  readonly vcpu: number;
  readonly domain: number;
  readonly weight: number;
  creditPs: number;
  /** How long it had run when the period began. */
  ranPs: number;
}

export interface ProcessorPool {
  readonly firstProcessor: number;
  readonly processorCount: number;
  readonly vcpus: PoolVcpu[];
}

/** Ends an accounting period of a pool. */
export function endPeriod({ plane }: World, pool: ProcessorPool): void {
  const { firstProcessor, processorCount, vcpus } = pool;
  const policy = { processorCount, periodPs: ACCOUNTING_PERIOD_NS * 1000 };
  const seen = vcpus.map((entry) => {
    const ranPs = plane.vcpuRanPs(entry.vcpu);
    const ran = ranPs - entry.ranPs;
    return { ...entry, ranPs: ran, total: ranPs, isActive: ran > 0 || plane.vcpuState(entry.vcpu) !== VCPU_BLOCKED };
  });
  account(policy, seen).forEach(({ creditPs, priority }, index) => {
    const entry = vcpus[index];
    const total = seen[index]?.total;
    if (!entry || total === undefined) return;
    entry.creditPs = creditPs;
    entry.ranPs = total;
    plane.setClass(entry.vcpu, priority);
  });
  plane.reconsiderProcessors(firstProcessor, processorCount);
}
