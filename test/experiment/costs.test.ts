/** A run is charged what its scenario says. */
import { beforeAll, describe, expect, it } from "vitest";
import type { RunInput } from "../../src/experiment/input";
import { type RunOutcome, runScenario } from "../../src/experiment/run";
import type { Observer } from "../../src/host/simulation";
import { type CostOverrides, type CostPreset, resolveCosts } from "../../src/scenario";
import { smallInput, withScenario } from "../support/failover-scenario";

let input: RunInput;

beforeAll(async () => {
  input = await smallInput();
});

function run(preset: CostPreset, overrides: CostOverrides, observer: Observer = {}): RunOutcome {
  const costs = resolveCosts(preset, overrides);
  return runScenario(
    withScenario(input, (scenario) => ({ ...scenario, costs })),
    observer,
  );
}

/** Every record of the trace, and how long each processor was busy: costs themselves are not in it. */
function happenings(preset: CostPreset, overrides: CostOverrides): string {
  const seen: string[] = [];
  const { world, control } = run(preset, overrides, {
    records(records) {
      for (const { timePs, kind, subject, frame, a, b, c } of records) {
        seen.push([timePs, kind, subject, frame, a, b, c].join());
      }
    },
  });
  for (const { processors } of control.hosts) seen.push(processors.map((each) => world.plane.busyPs(each)).join());
  return seen.join("\n");
}

function protectionOf({ control }: RunOutcome) {
  const [protection] = control.protections;
  if (protection === undefined) throw new Error("the small scenario protects its machine");
  return protection;
}

describe("costs of a scenario", () => {
  it("a cost that nothing in the scenario incurs, replaced, the same run", () => {
    expect(happenings("now", { netfrontPacket: 1000 }) === happenings("now", {})).toBe(true);
  });

  it("each cost that is charged, replaced, another run", () => {
    const usual = happenings("now", {});
    const replaced: readonly CostOverrides[] = [
      { interruptHandling: 3_000 },
      { exitIndirect: 200 },
      { interruptGuest: 2_500 },
      { driverReceive: 700 },
      { driverTransmit: 700 },
      { stackReceive: 3_000 },
      { stackTransmit: 2_000 },
      { logDirtyFault: 700 },
      { stopGuest: 200_000 },
      { scanLog: 900_000 },
      { mapPage: 900 },
      { copyRate: 3 * 1024 ** 3 },
      { saveVf: 70_000 },
      { resumeGuest: 400_000 },
      { sendPage: 6_000 },
      { activateGuest: 40_000_000 },
      { dmaLatency: 500 },
      { dmaByte: 300 },
      { announceFirst: 40_000_000 },
    ];
    const unchanged = replaced.filter((overrides) => happenings("now", overrides) === usual);
    expect(unchanged).toEqual([]);
  });

  it("400 us less to resume, run, pauses are shorter by about as much", () => {
    const usual = protectionOf(run("now", {})).sums;
    const faster = protectionOf(run("now", { resumeGuest: 100_000 })).sums;
    const gainNs = usual.pauseNs / usual.count - faster.pauseNs / faster.count;
    expect(Math.abs(gainNs - 400_000)).toBeLessThan(20_000);
  });
});
