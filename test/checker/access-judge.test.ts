/** Accesses to an emulated NIC: an honest run passes, and one that somebody does not pay is caught. */
import { afterAll, describe, expect, it } from "vitest";
import { type JudgedRun, runJudged } from "../../src/cli/judged-run";
import type { RunInput } from "../../src/experiment/input";
import { bug } from "../agreement/planted-bug";
import { PlantingGround } from "../agreement/planted-build";
import { withScenario } from "../support/failover-scenario";
import { exampleInput } from "../support/flow-scenario";
import { accessFaults } from "./access-judge";

async function input(): Promise<RunInput> {
  return withScenario(await exampleInput("requests-emulated.yaml"), (scenario) => ({
    ...scenario,
    durationNs: 30_000_000,
  }));
}

/** What the judge of time and that of accesses say. */
function faultsOf({ account, verdicts }: JudgedRun, { scenario }: RunInput): string {
  return [...verdicts.flatMap(({ faults }) => faults), ...accessFaults(account, scenario.costs)].join();
}

const BUGS = [
  [
    bug(
      "guest/emulated-driver.ts",
      "an exit that takes time and nobody pays",
      "  charge(v, ACTIVITY_TRAP, cycles);\n",
      "",
    ),
    /was charged [0-9]+ cycles/,
  ],
  [
    bug(
      "guest/emulated-driver.ts",
      "an exit for nothing",
      "const cycles = cost(COST_EXIT) + cost(COST_INSTRUCTION);",
      "const cycles: u32 = 0;",
    ),
    /^web has [0-9]+ accesses of 3500 cycles, and paid 0/,
  ],
  [
    bug(
      "guest/device-model.ts",
      "an access that dom0 makes for nothing",
      "const cycles = cost(COST_MODEL_ACCESS);",
      "const cycles: u32 = 0;",
    ),
    /^device models paid [0-9]+ cycles, and owe at least/,
  ],
  [
    bug(
      "guest/device-model.ts",
      "a switch that is not paid",
      "const cycles = cost(COST_PROCESS_SWITCH);\n  charge(cpu, ACTIVITY_DEVICE_MODEL, cycles);",
      "const cycles = cost(COST_PROCESS_SWITCH);",
    ),
    /was charged [0-9]+ cycles/,
  ],
  [
    bug("guest/emulated-transmit.ts", "a copy that is not paid", "  charge(cpu, ACTIVITY_COPY, copying);\n", ""),
    /was charged [0-9]+ cycles/,
  ],
] as const;

describe("the judge of accesses", () => {
  const ground = new PlantingGround();
  afterAll(() => ground.remove());

  it("an honest run, nothing broken and many accesses looked at", async () => {
    const honest = await input();
    const run = runJudged(honest);
    expect(faultsOf(run, honest)).toBe("");
    expect(run.account.emulatedNics[0]?.exits.TDT).toBeGreaterThan(100);
  });

  it.each(BUGS)("planted: $name, caught", async (planted, sentence) => {
    const module = await ground.build(planted);
    const faulty = { ...(await input()), module };
    expect(faultsOf(runJudged(faulty), faulty)).toMatch(sentence);
  });
});
