/**
 * A slice of `npm run migrations`: random moves with random troubles, and every so many moments of small ones. That the runs
 * would see what is wrong is shown with what is planted.
 */
import { describe, expect, it } from "vitest";
import { CONNECTION_BYTES, CONNECTION_RECEIVED_BYTES, WORK_BYTES, WORK_LAST_AT } from "../../assembly/layout/tcp";
import { currentOwner } from "../../src/experiment/flow-owner";
import { withScenario } from "../support/failover-scenario";
import { runMove } from "../support/moved-run";
import { runTool } from "../support/run-tool";
import { RELEASE } from "../support/wasm-builds";
import { lostAcknowledgments } from "./acknowledged";
import { drawMoveCase, EACH_MOMENT, fixedMoveWorlds, type MoveWork } from "./drawn-move";
import { failuresOf, momentsOfMove, moveInput, runMoveCase } from "./move-run";

const { module } = RELEASE;

describe("random moves", () => {
  it("thirty seeds, everything holds in each, and moves end in every way", () => {
    const states = new Set<string>();
    for (let seed = 1; seed <= 30; seed++) {
      const { state, failures } = runMoveCase(module, drawMoveCase(seed));
      expect(failures, `seed ${seed}`).toEqual([]);
      states.add(state);
    }
    expect([...states]).toEqual(expect.arrayContaining(["active", "cancelled", "failed", "lost"]));
  }, 120_000);
});

describe("small moves", () => {
  it.each(fixedMoveWorlds(12).map((world) => [`${world.io}, ${world.work}`, world] as const))(
    "%s, called off, source and target dead, link cut at every so many moments, everything holds",
    (_, world) => {
      const moments = momentsOfMove(module, world);
      expect(moments.length).toBeGreaterThan(30);
      const stride = Math.ceil(moments.length / 6);
      for (const [index, atNs] of moments.entries()) {
        if (index % stride > 0) continue;
        for (const what of EACH_MOMENT) {
          expect(runMoveCase(module, { world, trouble: { atNs, what } }).failures, `${what} at ${atNs} ns`).toEqual([]);
        }
      }
    },
    120_000,
  );
});

describe("planted", () => {
  const [first] = fixedMoveWorlds(1);
  const input = (work: MoveWork = "receiving") => {
    if (!first) throw new Error("there is a fixed world");
    return moveInput(module, { world: { ...first, io: "renic", work: [work] }, trouble: null });
  };

  it("a device whose writes nobody logs, is caught by the judge of moves", () => {
    const unlogged = withScenario(input(), (scenario) => ({
      ...scenario,
      vms: scenario.vms.map((vm) => ({ ...vm, abilities: { ...vm.abilities, dmaLog: false } })),
    }));
    expect(failuresOf(runMove(unlogged)).join()).toMatch(/move equality: \d+ pages? differs?/);
  });

  it("a machine that has received less than it acknowledged, is caught", () => {
    const { run } = runMove(input());
    expect(lostAcknowledgments(run.outcome)).toEqual([]);
    const { world, control } = run.outcome;
    const [flow] = control.flows;
    if (!flow) throw new Error("the world has a flow");
    const at = world.plane.tcpConnectionAt(currentOwner(control, flow.to), 0) >>> 0;
    const words = world.words(at, CONNECTION_BYTES);
    const received = words.getBigUint64(CONNECTION_RECEIVED_BYTES, true);
    words.setBigUint64(CONNECTION_RECEIVED_BYTES, received - 100_000n, true);
    expect(lostAcknowledgments(run.outcome).join()).toMatch(/\d+ bytes were acknowledged to ann on port \d+/);
  });

  it("a client that hears nothing any more behind the move, is caught", () => {
    const move = runMove(input("requests"));
    expect(failuresOf(move)).toEqual([]);
    const { world, control } = move.run.outcome;
    const [flow] = control.flows;
    if (!flow) throw new Error("the world has a flow");
    const words = world.words(world.plane.tcpWorkAt(flow.from.owner, flow.fromWork) >>> 0, WORK_BYTES);
    words.setBigUint64(WORK_LAST_AT, 1_000n, true);
    expect(failuresOf(move)).toEqual(["requests: nothing is answered any more behind the move"]);
  });
});

describe("npm run migrations", () => {
  const migrations = (...options: string[]) => runTool("migrations", ...options);

  it("eighteen cases on two threads, says which cells they went through, and JSON last", () => {
    const { status, stdout, stderr } = migrations("--count", "18", "--seed", "7", "--jobs", "2");
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ cases: 18, failures: 0 });
    expect(stderr).toMatch(/18 {2}waiting x begin/);
  }, 120_000);

  it("a case as a failure prints it, is run again; one that cannot be run, is a failure with its reason", () => {
    const { world } = drawMoveCase(3);
    const good = migrations("--case", JSON.stringify({ world, trouble: null }));
    expect(JSON.parse(good.stdout)).toEqual({ cases: 1, failures: 0 });
    const bad = migrations("--case", JSON.stringify({ world: { ...world, linkRate: "1B" }, trouble: null }));
    expect(bad.status).toBe(1);
    expect(bad.stderr).toContain("rate");
    expect(bad.stderr).toContain("npm run migrations -- --case");
  }, 120_000);

  it.each([
    [["--count", "0"], "--count: expected a whole number from 1"],
    [
      ["--exhaustive", "--troubles", "cancel,fire"],
      '--troubles: expected names from cancel, source, target, link, got "fire"',
    ],
    [["--case", "{"], "--case: expected a case as a failure prints it"],
    [["--cont", "1"], "--cont"],
  ])("%s, exit 2 and what would be right", (options, said) => {
    const { status, stderr } = migrations(...options);
    expect(status).toBe(2);
    expect(stderr).toContain(said);
  });
});
