/** The small protected machine with a third host, to which it is protected anew when it runs without a backup. */
import type { EventScenario, IoModel, Scenario } from "../../src/config/scenario";
import type { RunInput } from "../../src/experiment/input";
import { frontInput, smallInput, withScenario } from "./failover-scenario";
import { flowInput } from "./flow-scenario";

/** What a test of it says. */
export interface SuccessionWish {
  readonly io?: IoModel;
  readonly events: readonly EventScenario[];
  readonly afterNs?: number;
  /** Hosts of protections that follow, in their order. */
  readonly hosts?: readonly string[];
  readonly durationNs?: number;
}

/** The small machine whose requests are replayed. */
export async function successionInput(wish: SuccessionWish): Promise<RunInput> {
  const { io = "renic" } = wish;
  return withScenario(io === "renic" ? await smallInput() : await frontInput(io), (small) => withThird(small, wish));
}

/** The small machine with TCP, to the given scenario's clients. */
export async function successionFlowInput(wish: SuccessionWish): Promise<RunInput> {
  return withScenario(await flowInput(), (small) => {
    const scenario = withThird(small, wish);
    const { io = "renic" } = wish;
    return { ...scenario, vms: scenario.vms.map((vm) => (vm.name === "web" ? { ...vm, io } : vm)) };
  });
}

/** Adds the hosts that follow, like the last one, and what happens. */
function withThird(scenario: Scenario, wish: SuccessionWish): Scenario {
  const { events, afterNs = 20_000_000, hosts = ["third"], durationNs = scenario.durationNs } = wish;
  const like = scenario.hosts.at(-1);
  if (!like) throw new Error("the scenario has hosts");
  const newNames = [...new Set(hosts)].filter((name) => scenario.hosts.every((host) => host.name !== name));
  const again = hosts.map((to) => ({ to, afterNs }));
  return {
    ...scenario,
    durationNs,
    hosts: [...scenario.hosts, ...newNames.map((name) => ({ ...like, name }))],
    protect: scenario.protect.map((entry) => ({ ...entry, again })),
    events,
  };
}
