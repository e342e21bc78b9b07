/**
 * The costs of a scenario, and what they say where the scenario does not: how many vCPUs a dom0 has, and where they run.
 *
 * A placement is all or nothing, so that dom0Shared, a share of dom0's work, stands for the nearer one. Invariant: the
 * checks of a draft and the scenario that comes of it take the same values.
 */
import { type CostOverrides, type Costs, resolveCosts } from "../host/cost-table";
import type { Placement } from "./scenario";
import type { ScenarioForm } from "./schema";

/** Returns the costs of a scenario: single values win over the file that it names, the file over the preset. */
export function costsOf({ preset, set }: ScenarioForm["costs"], file: CostOverrides): Costs {
  const single = Object.entries(set).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return resolveCosts(preset, { ...file, ...Object.fromEntries(single) });
}

/** Processors as a user writes them, each value or none. */
export interface CpusInput {
  readonly vcpus?: number | undefined;
  readonly cpus?: Placement | undefined;
}

/** Returns the vCPUs of a dom0 and where they run. */
export function dom0Cpus({ vcpus, cpus }: CpusInput, costs: Costs): { vcpus: number; cpus: Placement } {
  const placement = costs.dom0Shared < 50 ? "own" : "shared";
  return { vcpus: vcpus ?? costs.dom0VcpuCount, cpus: cpus ?? placement };
}
