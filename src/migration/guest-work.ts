/**
 * What a guest's processors did while it was being copied: a page that is written first in a round costs it a fault
 * (`logDirtyFault`), which the hypervisor takes of its time, beside what it takes of any guest's.
 */
import { ACTIVITY_COUNT, ACTIVITY_HYPERVISOR } from "../../assembly/layout/cost";
import type { World } from "../core/world";

/** Cycles that a guest's vCPUs were charged, and those among them that the hypervisor worked. */
export interface GuestWork {
  readonly cycles: number;
  readonly hypervisorCycles: number;
}

export const NO_GUEST_WORK: GuestWork = { cycles: 0, hypervisorCycles: 0 };

/** Returns what vCPUs have been charged since the world began. */
export function guestWork({ plane }: World, vcpus: readonly number[]): GuestWork {
  let [cycles, hypervisorCycles] = [0, 0];
  for (const vcpu of vcpus) {
    for (let activity = 0; activity < ACTIVITY_COUNT; activity++) cycles += plane.chargedCycles(vcpu, activity);
    hypervisorCycles += plane.chargedCycles(vcpu, ACTIVITY_HYPERVISOR);
  }
  return { cycles, hypervisorCycles };
}

/** Returns what was charged from one moment to another. */
export function workBetween(from: GuestWork, to: GuestWork): GuestWork {
  return { cycles: to.cycles - from.cycles, hypervisorCycles: to.hypervisorCycles - from.hypervisorCycles };
}

/**
 * Returns by how many percent less of its own work a guest did in a second of a round than before it moved: the faults
 * of the log, and the time for which a throttle kept it still. One that is not busy has time to make up for it.
 */
export function slowerPercent(before: GuestWork, during: GuestWork, throttlePercent: number): number {
  const kept = (ownShare(during) / ownShare(before)) * (1 - throttlePercent / 100);
  return Math.max(100 * (1 - kept), 0);
}

/** The part of its cycles that are its own; all of none. */
function ownShare({ cycles, hypervisorCycles }: GuestWork): number {
  return cycles > hypervisorCycles ? (cycles - hypervisorCycles) / cycles : 1;
}
