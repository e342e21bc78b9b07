/**
 * The runs beside the main one: the same scenario with one ability taken away, and, where the service then stays away,
 * once more with the guest's driver reset after the failover, to see whether and when that helps.
 */
import type { Ability, Scenario } from "../config/scenario";
import type { RunInput } from "../experiment/input";
import type { Observer } from "../host/simulation";
import { type JudgedRun, runJudged } from "./judged-run";

export interface Ablation {
  readonly ability: Ability;
  readonly run: JudgedRun;
  /** The same with a driver reset; null when the service came back without, or none is asked for. */
  readonly withReset: JudgedRun | null;
}

/** What a virtual function lacks without an ability, in words. */
export const LACKS: Readonly<Record<Ability, string>> = {
  stateWrite: "no state write",
  dmaLog: "no DMA log",
  hold: "no hold",
};

/** Runs the scenario without one ability. `observer` watches both runs. */
export function runAblation(input: RunInput, ability: Ability, observer: Observer = {}): Ablation {
  const without = { ...input, scenario: takeAway(input.scenario, ability) };
  const run = runJudged(without, observer);
  const { driverResetNs } = input.scenario.ablate;
  if (driverResetNs === null || isServiceBack(run)) return { ability, run, withReset: null };
  const reset = { ...without, scenario: withReset(without.scenario, driverResetNs) };
  return { ability, run, withReset: runJudged(reset, observer) };
}

function takeAway(scenario: Scenario, ability: Ability): Scenario {
  const vms = scenario.vms.map((vm) => ({ ...vm, abilities: { ...vm.abilities, [ability]: false } }));
  return { ...scenario, vms };
}

function withReset(scenario: Scenario, driverResetNs: number): Scenario {
  return { ...scenario, protect: scenario.protect.map((protection) => ({ ...protection, driverResetNs })) };
}

/** Every client has had an answer since its longest wait began. */
function isServiceBack({ account }: JudgedRun): boolean {
  return account.clients.every(({ gap }) => gap === null || gap.toNs !== null);
}
