/** Which rows the sensitivity looks at, and that what it tells of one comes true when that row is changed. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runScenario } from "../../src/experiment/run";
import { COST_NAMES, type CostName, type CostOverrides, costRow } from "../../src/host/cost-table";
import { accountOf } from "../../src/report/account";
import { type Measurement, measure } from "../../src/study/measurement";
import { inputOf, type RuntimeRun } from "../../src/study/runtime-scenario";
import { runKey } from "../../src/study/runtime-study";
import type { StudyModel } from "../../src/study/runtime-workloads";
import {
  displacementsOf,
  type Sensitivity,
  type SensitivityPlan,
  sensitiveRows,
  sensitivitiesOf,
  sensitivityRuns,
} from "../../src/study/sensitivity";
import { MODEL_DOCUMENT } from "../repository/cost-section";
import { RELEASE } from "../support/wasm-builds";

const PLAN: SensitivityPlan = {
  presets: ["era"],
  workloads: ["request-64"],
  vmCount: 1,
  models: ["renic", "vf", "paravirtual"],
  seed: 1,
  durationNs: 20_000_000,
};

/** Rows that are charged where a VM is protected, moves, is prepared to by its driver, or has a disk, and nowhere else. */
const OF_PROTECTION =
  /^(stopGuest|scanLog|mapPage|copyRate|saveVf|checkpointDeviceModel|resumeGuest|sendPage|comparePage|suspendCooperative|paravirtualHooks|activateGuest|attachBackend|reconnectFrontend|hold\w+|announce\w+|finishMemory|saveDeviceModel|loadDeviceModel|migrationRate|unplugVf|hotplug\w+|probeVf|bondPoll|replayDriver|markPacket|block\w+|disk\w+)$/;

describe("the rows of the sensitivity", () => {
  it("are all that docs/model.md says are charged, but those of protection", () => {
    const text = readFileSync(MODEL_DOCUMENT, "utf8");
    const paragraph = /\*\*Charged today\*\*([\s\S]*?)The other rows/.exec(text)?.[1] ?? "";
    const charged = COST_NAMES.filter((name) => paragraph.includes(`\`${name}\``) && !OF_PROTECTION.test(name));
    const rows = [...new Set([...sensitiveRows("era"), ...sensitiveRows("now")])];
    expect(charged.filter((name) => !rows.includes(name))).toEqual([]);
    // A row may reach the data plane and yet count only where frames are lost or registers are slow.
    expect(rows.length).toBeLessThan(charged.length + 12);
  });

  it("go to both ends of their ranges, one at a time", () => {
    const moved = displacementsOf("era").filter((each) => each !== null);
    for (const { name, value } of moved) expect(costRow(name).range).toContain(value);
    expect(moved.filter(({ name }) => name === "eventDelivery").map(({ value }) => value)).toEqual([2500, 9000]);
  });
});

/** What the virtual function saves by accounts of runs with a cost planted, past everything that the study does. */
function savedWith(overrides: CostOverrides): number {
  const cyclesPerRequest = (io: StudyModel) => {
    const cell = { preset: "era", workload: "request-64", vmCount: 1, io } as const;
    const run: RuntimeRun = { cell, seed: 1, run: 1, durationNs: PLAN.durationNs, overrides };
    const { hosts, flows } = accountOf(runScenario(inputOf(RELEASE.module, run)));
    const cycles = hosts[0]?.domains.flatMap((domain) => Object.values(domain.cycles)) ?? [];
    return cycles.reduce((sum, each) => sum + each, 0) / (flows[0]?.count ?? 0);
  };
  return 100 * (1 - cyclesPerRequest("vf") / cyclesPerRequest("paravirtual"));
}

function sensitivitiesOfPlan(): Sensitivity[] {
  const measurements = new Map<string, Measurement>();
  for (const moved of displacementsOf("era")) {
    for (const run of sensitivityRuns(PLAN, "era", moved)) measurements.set(runKey(run), measure(RELEASE.module, run));
  }
  return sensitivitiesOf(PLAN, (run) => {
    const measurement = measurements.get(runKey(run));
    if (!measurement) throw new Error(`${runKey(run)} was not asked for`);
    return measurement;
  });
}

describe("the headline", () => {
  const rows = sensitivitiesOfPlan();
  const rowOf = (name: CostName) => {
    const row = rows.find((each) => each.name === name);
    if (!row) throw new Error(`${name} is a row`);
    return row;
  };

  it("rows, come with those that move it most first", () => {
    const changes = rows.map(({ change }) => change);
    expect(changes).toEqual(changes.toSorted((one, other) => other - one));
    expect(changes[0]).toBeGreaterThan(5);
    expect(rowOf("logDirtyFault").change).toBe(0);
  });

  it.each(["eventDelivery", "netbackTransmit", "interruptExit"] as const)(
    "%s planted halfway to an end, moves as far and to the side that the table says",
    (name) => {
      const { savedPercent, ends } = rowOf(name);
      for (const end of ends) {
        const value = Math.round((costRow(name).era + end.value) / 2);
        const told = (end.savedPercent - savedPercent) / 2;
        const seen = savedWith({ [name]: value }) - savedPercent;
        expect(Math.sign(seen)).toBe(Math.sign(told));
        // A ratio of sums is not quite a straight line, and a run carries a request more or less.
        expect(Math.abs(seen - told)).toBeLessThan(0.35 * Math.abs(told) + 0.3);
      }
    },
  );
});
