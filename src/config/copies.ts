/**
 * Copies of machines that a scenario has room for beside those that are started: backups, those of protections that may
 * follow, and the targets of migrations.
 */
import type { Scenario, VmScenario } from "./scenario";

/** A copy: of which machine, on which host. */
export interface MachineCopy {
  readonly vm: string;
  readonly to: string;
}

/** Returns every copy. */
export function copiesOf({ protect, migrations }: Pick<Scenario, "protect" | "migrations">): MachineCopy[] {
  const backups = protect.flatMap(({ vm, to, again }) => [{ vm, to }, ...again.map((next) => ({ vm, to: next.to }))]);
  return [...backups, ...migrations.map(({ vm, to }) => ({ vm, to }))];
}

/** Returns the machines that a host carries: those that start there, then one for each copy. */
export function machinesOn(scenario: Pick<Scenario, "vms" | "protect" | "migrations">, host: string): VmScenario[] {
  const { vms } = scenario;
  const copies = copiesOf(scenario).filter(({ to }) => to === host);
  return [
    ...vms.filter((vm) => vm.host === host),
    ...copies.flatMap(({ vm: name }) => vms.filter((vm) => vm.name === name)),
  ];
}
