/**
 * Judge of register accesses: what a guest and its device model are charged is what the accesses that were counted cost.
 *
 *     guest           trap = accesses x (exit, and the hypervisor's part)
 *     device model    at least: answered accesses x a turn, its switches, its packets; an access may be under way
 *
 * Does not judge whether the driver had to make an access.
 */
import type { Costs } from "../../src/host/cost-table";
import type { Account } from "../../src/report/account";

/** Returns what is wrong with each emulated NIC of a run. */
export function accessFaults({ emulatedNics, hosts }: Account, costs: Costs): string[] {
  const domains = hosts.flatMap((host) => host.domains);
  const exitCycles = costs.vmExit + costs.emulatedInstruction;
  let leastOfDom0 = 0;
  const faults = emulatedNics.flatMap(({ vm, exits, processSwitches, framesFromGuest, framesToGuest, filtered }) => {
    const count = Object.values(exits).reduce((sum, each) => sum + each, 0);
    leastOfDom0 += (count - 1) * costs.deviceModelAccess + processSwitches * costs.deviceModelSwitch;
    leastOfDom0 += (framesFromGuest + framesToGuest + filtered) * costs.deviceModelPacket;
    const trap = domains.find(({ name }) => name === vm)?.cycles.trap ?? 0;
    return trap === count * exitCycles ? [] : `${vm} has ${count} accesses of ${exitCycles} cycles, and paid ${trap}`;
  });
  const paid = domains
    .filter(({ name }) => name === "dom0")
    .reduce((sum, { cycles }) => sum + (cycles["device-model"] ?? 0), 0);
  return paid >= leastOfDom0
    ? faults
    : [...faults, `device models paid ${paid} cycles, and owe at least ${leastOfDom0}`];
}
