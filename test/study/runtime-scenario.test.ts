/** The scenarios of the study: valid, the same for every model, drawn by seed and run. */
import { describe, expect, it } from "vitest";
import { formatScenario } from "../../src/config/format";
import { parseScenario } from "../../src/config/parse";
import { planWorld } from "../../src/experiment/plan";
import { measure } from "../../src/study/measurement";
import { cellsOf } from "../../src/study/runtime-cell";
import { inputOf, type RuntimeRun, scenarioOf } from "../../src/study/runtime-scenario";
import { STUDY_MODELS, STUDY_WORKLOADS, VM_COUNTS } from "../../src/study/runtime-workloads";
import { startNs } from "../../src/study/start-phase";
import { RELEASE } from "../support/wasm-builds";

const workloads = STUDY_WORKLOADS.map(({ name }) => name);
const CELLS = cellsOf({ presets: ["era", "now"], workloads, vmCounts: VM_COUNTS, models: STUDY_MODELS });

function runOf(cell: RuntimeRun["cell"], changes: Partial<RuntimeRun> = {}): RuntimeRun {
  return { cell, seed: 1, run: 1, durationNs: 500_000_000, overrides: {}, ...changes };
}

describe("the scenario of a cell", () => {
  it("of any kind and size, written and read, is the same to the byte, and its world fits", () => {
    const some = CELLS.filter(({ preset, io }) => preset === "era" && io !== "renic");
    for (const cell of some.filter(({ vmCount }) => vmCount === 60 || vmCount === 1)) {
      const scenario = scenarioOf(runOf(cell));
      const parsed = parseScenario(formatScenario(scenario), "cell.yaml");
      // Digests cover the scenario as text: its fields are in the same order as well.
      expect(JSON.stringify(parsed)).toBe(JSON.stringify(scenario));
      expect(planWorld(inputOf(RELEASE.module, runOf(cell))).arenaBytes).toBeLessThan(4 * 1024 ** 3);
    }
  });

  it("of two models, differs in the VMs' io and in nothing else", () => {
    for (const cell of CELLS.filter(({ io }) => io === "vf")) {
      const direct = scenarioOf(runOf(cell));
      const software = scenarioOf(runOf({ ...cell, io: "paravirtual" }));
      const vms = software.vms.map((vm) => (vm.io === "paravirtual" ? { ...vm, io: "vf" } : vm));
      expect({ ...software, vms }).toEqual(direct);
    }
  });

  it("with the bytes of payload and without, comes to the same measurement", () => {
    for (const workload of ["bulk-send", "bulk-receive", "udp-1514", "http"]) {
      for (const io of ["vf", "paravirtual", "emulated"] as const) {
        const cell = { preset: "era", workload, vmCount: 7, io } as const;
        const run = runOf(cell, { durationNs: 30_000_000 });
        const { digest: one, ...without } = measure(RELEASE.module, run);
        const { digest: other, ...withPayload } = measure(RELEASE.module, { ...run, setting: { hasContent: true } });
        expect(without, `${io}, ${workload}`).toEqual(withPayload);
        // The scenario is a part of the digest.
        expect(one).not.toBe(other);
      }
    }
  });

  it("ports, as many as the virtual functions lie on", () => {
    const portCount = (vmCount: number) => {
      const cell = { preset: "era", workload: "bulk-send", vmCount, io: "vf" } as const;
      return scenarioOf(runOf(cell)).hosts[0]?.nics.length;
    };
    expect(VM_COUNTS.map(portCount)).toEqual([1, 2, 4, 7, 10, 10, 10]);
  });

  it("of another run or seed, begins otherwise; of the same, alike", () => {
    const cell = { preset: "era", workload: "http", vmCount: 7, io: "vf" } as const;
    const starts = (changes: Partial<RuntimeRun>) => scenarioOf(runOf(cell, changes)).flows.map((flow) => flow.startNs);
    expect(starts({})).toEqual(starts({}));
    expect(starts({ run: 2 })).not.toEqual(starts({}));
    expect(starts({ seed: 2 })).not.toEqual(starts({}));
    expect(new Set(starts({})).size).toBe(7);
  });
});

describe("the draw of starts", () => {
  it("many of them, spread over the period", () => {
    const counts = [0, 0, 0, 0];
    for (let vm = 0; vm < 4000; vm++) {
      const quarter = Math.floor(startNs({ seed: 1, run: 1, vm }, 4000) / 1000);
      counts[quarter] = (counts[quarter] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });
});
