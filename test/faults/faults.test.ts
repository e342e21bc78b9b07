/**
 * A slice of `npm run faults`: random worlds whose hosts die at random moments, and every so many moments of small worlds.
 * That the runs would see a machine that is wrong is shown with machines that lack an ability.
 */
import { describe, expect, it } from "vitest";
import { runJudged } from "../../src/cli/judged-run";
import type { Ability } from "../../src/config/scenario";
import { withScenario } from "../support/failover-scenario";
import { runTool } from "../support/run-tool";
import { RELEASE } from "../support/wasm-builds";
import { drawAimedCase } from "./fault-aim";
import { faultInput, momentsOf, runFaultCase } from "./fault-run";
import { drawFaultCase, type FaultCase, fixedWorlds } from "./fault-scenario";
import { USUAL_POLICY } from "./fault-trouble";
import { FOUND_CASES } from "./found-cases";

const { module } = RELEASE;

describe("random worlds", () => {
  it("sixty seeds, nobody objects, and machines end in every way", () => {
    const states = new Set<string>();
    for (let seed = 1; seed <= 60; seed++) {
      const { state, objections } = runFaultCase(module, drawFaultCase(seed));
      expect(objections, `seed ${seed}`).toEqual([]);
      states.add(state);
    }
    expect([...states]).toEqual(expect.arrayContaining(["active", "lost", "protecting", "stopped", "unprotected"]));
  }, 120_000);
});

describe("aimed worlds", () => {
  it("thirty seeds, nobody objects but to what the scenario asks for", () => {
    for (let seed = 1; seed <= 30; seed++) {
      expect(runFaultCase(module, drawAimedCase(seed)).objections, `seed ${seed}`).toEqual([]);
    }
  }, 120_000);

  it("two copies run and clients hear both, which judges object to when the scenario does not ask for it", () => {
    const objections = (expected: FaultCase["expected"]) => {
      const world = { ...drawFaultCase(1).world, io: "renic" as const, work: ["datagrams" as const], durationMs: 300 };
      const troubles = [
        { atNs: 100_000_000, what: "cut: web" },
        { atNs: 104_000_000, what: "abandon: web" },
      ];
      const wanted = {
        world: { ...world, loss: 0, policy: USUAL_POLICY },
        failures: [],
        troubles,
        ...(expected && { expected }),
      };
      return runFaultCase(module, wanted).objections.map((objection) => objection.split(":")[0]);
    };
    expect(objections(["split-brain", "both-heard"])).toEqual([]);
    expect(objections(["split-brain"])).toContain("output commit");
    expect(objections(undefined)).toEqual(expect.arrayContaining(["one machine", "output commit"]));
  });
});

describe("a case that failed once", () => {
  it.each(FOUND_CASES)("%s", (_, wanted) => {
    expect(runFaultCase(module, wanted).objections).toEqual([]);
  });
});

describe("small worlds", () => {
  it.each(fixedWorlds(5).map((world) => [`${world.io}, ${world.work}`, world] as const))(
    "%s, the primary dies at every so many moments, nobody objects",
    (_, world) => {
      const moments = momentsOf(module, world);
      expect(moments.length).toBeGreaterThan(200);
      const stride = Math.ceil(moments.length / 24);
      for (const [index, atNs] of moments.entries()) {
        if (index % stride > 0) continue;
        const wanted: FaultCase = { world: { ...world, durationMs: 300 }, failures: [{ atNs, host: "primary" }] };
        expect(runFaultCase(module, wanted).objections, `at ${atNs} ns`).toEqual([]);
      }
    },
    120_000,
  );
});

describe("small worlds, protected anew to a third host", () => {
  it.each(fixedWorlds(3).map((world) => [`${world.io}, ${world.work}`, world] as const))(
    "%s, the next host dies at so many moments, nobody objects and some go on",
    (_, world) => {
      const states = new Set<string>();
      for (let index = 0; index < 12; index++) {
        const failures: FaultCase["failures"] = [
          { atNs: 60_000_007, host: "primary" },
          { atNs: 65_000_011 + index * 51_313_117, host: "backup" },
        ];
        const { state, objections } = runFaultCase(module, {
          world: { ...world, linkRate: "1Gbps", againMs: 5, durationMs: 1100 },
          failures,
        });
        expect(objections, `second failure at ${failures[1]?.atNs} ns`).toEqual([]);
        states.add(state);
      }
      expect([...states].sort()).toEqual(["active", "lost"]);
    },
    120_000,
  );
});

describe("a machine that lacks an ability", () => {
  const wanted: FaultCase = {
    world: { ...drawFaultCase(1).world, work: ["requests", "sending"], linkRate: "1Gbps", loss: 0, durationMs: 400 },
    failures: [{ atNs: 200_000_000, host: "primary" }],
  };
  const objectionsWithout = (ability: Ability) => {
    const input = withScenario(faultInput(module, wanted), (scenario) => ({
      ...scenario,
      vms: scenario.vms.map((vm) => ({ ...vm, abilities: { ...vm.abilities, [ability]: false } })),
    }));
    return runJudged(input).verdicts.flatMap(({ judge, faultCount }) => (faultCount > 0 ? [judge] : []));
  };

  it("hold, is caught by the judge of output commit", () => {
    expect(objectionsWithout("hold")).toContain("output commit");
  });

  it.each(["stateWrite", "dmaLog"] as const)("%s, is caught by the judge of equality", (ability) => {
    expect(objectionsWithout(ability)).toContain("failover equality");
  });
});

describe("npm run faults", () => {
  const faults = (...options: string[]) => runTool("faults", ...options);

  it("twenty cases on two threads, says which cells they went through, and JSON last", () => {
    const { status, stdout, stderr } = faults("--count", "20", "--seed", "7", "--jobs", "2");
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ cases: 20, failures: 0, outputCommitViolations: 0 });
    expect(stderr).toMatch(/\d+ {2}epoch: running x due/);
    expect(stderr).toMatch(/\d+ of \d+ cells that can be reached, at least 20 times/);
  }, 120_000);

  it("a case as a failure prints it, is run again; one that cannot be run, is a failure with its reason", () => {
    const { world } = drawFaultCase(3);
    const good = faults("--case", JSON.stringify({ world: { ...world, durationMs: 50 }, failures: [] }));
    expect(JSON.parse(good.stdout)).toEqual({ cases: 1, failures: 0, outputCommitViolations: 0 });
    const bad = faults("--case", JSON.stringify({ world: { ...world, outbound: "1B" }, failures: [] }));
    expect(bad.status).toBe(1);
    expect(bad.stderr).toContain("outbound");
    expect(bad.stderr).toContain("npm run faults -- --case");
  }, 120_000);

  it.each([
    [["--count", "0"], "--count: expected a whole number from 1"],
    [["--case", "{"], "--case: expected a case as a failure prints it"],
    [["--cont", "1"], "--cont"],
  ])("%s, exit 2 and what would be right", (options, said) => {
    const { status, stderr } = faults(...options);
    expect(status).toBe(2);
    expect(stderr).toContain(said);
  });
});
