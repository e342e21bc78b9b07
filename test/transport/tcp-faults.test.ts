/**
 * Wires that lose, delay and double frames: every byte arrives once and in its place, or the connection ends for a reason
 * that is told. `npm run tcp-faults` runs as many seeds as one likes. That the runs would see a stack that is wrong is
 * shown with stacks that are.
 */
import { afterAll, describe, expect, it } from "vitest";
import type { Planting } from "../agreement/planted-bug";
import { PlantingGround } from "../agreement/planted-build";
import { FrameConservationJudge } from "../checker/frame-conservation";
import { joinMachines, setFaults } from "../support/machines";
import { runTo } from "../support/running";
import { createSmallWorld } from "../support/small-world";
import { DEBUG, RELEASE } from "../support/wasm-builds";
import { type FaultOutcome, runFaults } from "./fault-run";

function runSeeds(module: WebAssembly.Module, from: number, count: number): FaultOutcome[] {
  return Array.from({ length: count }, (_, index) => runFaults(module, from + index));
}

/** Whether a run shows that something is wrong; a stack that traps shows it, too. */
function isCaught(module: WebAssembly.Module, seed: number): boolean {
  try {
    const { wrong, hung } = runFaults(module, seed);
    return wrong > 0 || hung > 0;
  } catch {
    return true;
  }
}

describe("a stack on wires with faults", () => {
  it.each([
    { ...RELEASE, count: 300 },
    { ...DEBUG, count: 60 },
  ])("$count seeds, $name build, delivers everything or says why not", ({ module, count }) => {
    const outcomes = runSeeds(module, 1, count);
    const bad = outcomes.flatMap(({ wrong, hung }, index) => (wrong || hung ? [{ seed: index + 1, wrong, hung }] : []));
    expect(bad).toEqual([]);
    const sum = (of: (outcome: FaultOutcome) => number) => outcomes.reduce((total, outcome) => total + of(outcome), 0);
    expect(sum(({ delivered }) => delivered)).toBeGreaterThan(2 * count);
    expect(sum(({ reset }) => reset)).toBeGreaterThan(0);
  });

  it("a stream with losses, delays and copies, has each frame end once", () => {
    const world = createSmallWorld();
    const { one, two, there, back } = joinMachines(world, { rate: 1e9, latencyNs: 100_000 });
    for (const wire of [there, back])
      setFaults(world, wire, { loss: 0.02, delay: 0.05, delayNs: 150_000, twice: 0.03 });
    const sink = two.addSink(5001);
    one.start(one.addSource(two, 5001, 2_000_000));
    const judge = new FrameConservationJudge();
    judge.take(runTo(world, 100e9));
    expect(judge.verdict(0)).toMatchObject({ faultCount: 0 });
    expect(two.work(sink)).toMatchObject({ doneBytes: 2_000_000, wrong: 0, finished: 1 });
    expect(one.connection().fastRetransmits).toBeGreaterThan(10);
    expect(two.connection().outOfOrder).toBeGreaterThan(50);
  });
});

const BUGS: readonly Planting[] = [
  {
    name: "bytes behind a gap pass for bytes in order",
    file: "transport/tcp-receive.ts",
    text: "if (start != c.receiveNext) {",
    replacement: "if (start != c.receiveNext && c.rangeCount) {",
  },
  {
    name: "an acknowledgment covers what is behind a gap",
    file: "transport/tcp-ranges.ts",
    text: "if (!isAfter(range(c, i).start, next)) end",
    replacement: "end",
  },
  {
    name: "the retransmission timer is not armed",
    file: "transport/tcp-output.ts",
    text: "c.timerAt = world().now + backedOffPs(c, c.retryCount);\n  arm(m, s, c);",
    replacement: "c.timerAt = world().now + backedOffPs(c, c.retryCount);",
  },
];
const SEED_COUNT_MAX = 40;

describe("planted bugs", () => {
  const ground = new PlantingGround();
  afterAll(() => ground.remove());

  it.each(BUGS)("$name, is caught", async (bug) => {
    const module = await ground.build(bug);
    const seeds = Array.from({ length: SEED_COUNT_MAX }, (_, index) => index + 1);
    const seed = seeds.find((each) => isCaught(module, each));
    expect(seed).toBeDefined();
    expect(isCaught(RELEASE.module, seed ?? 0)).toBe(false);
  });
});
