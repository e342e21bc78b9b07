/** The judge of time: an honest run passes, and whatever is taken without a charge or charged twice is caught. */
import { afterAll, describe, expect, it } from "vitest";
import { runJudged } from "../../src/cli/judged-run";
import { bug } from "../agreement/planted-bug";
import { PlantingGround } from "../agreement/planted-build";
import { smallInput } from "../support/failover-scenario";
import { KIND, type TraceRecord } from "./record";
import { TimeConservationJudge } from "./time-conservation";

const BUGS = [
  bug("guest/network-task.ts", "a path that nobody charges", "  charge(v, ACTIVITY_DRIVER, drivers);\n", ""),
  bug(
    "guest/network-task.ts",
    "a request that is charged twice",
    "    charge(v, ACTIVITY_APPLICATION, g.requestCycles);\n",
    "    charge(v, ACTIVITY_APPLICATION, 2 * g.requestCycles);\n",
  ),
  bug("guest/control-task.ts", "dom0's work for nothing", "  charge(v, t.activity, cycles);\n", ""),
  bug(
    "cpu/scheduler.ts",
    "time that a burst loses when it is interrupted",
    "const burst = v.remainingPs + (",
    "const burst = (",
  ),
];

describe("the judge of time", () => {
  const ground = new PlantingGround();
  afterAll(() => ground.remove());

  it("an honest run with a failover, nothing broken and many stretches looked at", async () => {
    const { verdicts } = runJudged(await smallInput());
    const verdict = verdicts.find(({ judge }) => judge === "time conservation");
    expect(verdict?.faults).toEqual([]);
    expect(verdict?.looked).toMatch(/^[0-9]{2,} stretches on 4 processors, 4 accounts$/);
  });

  it.each(BUGS)("planted: $name, caught", async (planted) => {
    const module = await ground.build(planted);
    const { verdicts } = runJudged({ ...(await smallInput()), module });
    const faults = verdicts.find(({ judge }) => judge === "time conservation")?.faults ?? [];
    expect(faults.join()).toMatch(/was charged [0-9]+ cycles/);
  });

  const stretch = (timePs: number, processor: number, vcpu: number, durationPs: number): TraceRecord => {
    return { timePs, kind: KIND.ran, subject: processor, frame: 0, a: vcpu, b: durationPs, c: 0 };
  };
  const account = (cycles: number) => ({ cycles, cyclePs: [400, 1] as const, owedPs: 0 });

  it.each([
    ["two vCPUs at once", [stretch(800, 0, 0, 800), stretch(1200, 0, 1, 800)], "ran two vCPUs"],
    ["a vCPU in two places", [stretch(800, 0, 0, 800), stretch(1200, 1, 0, 800)], "ran on two processors"],
    ["a processor that counts wrong", [stretch(400, 0, 0, 400)], "was busy for 800 ps, and 400 ps were seen"],
  ])("planted in the trace: %s, caught", (_, records, sentence) => {
    const judge = new TimeConservationJudge();
    judge.take(records);
    const { faults } = judge.verdict(2000, [account(4), account(2)], [{ busyPs: 800, idlePs: 1200 }]);
    expect(faults.join()).toContain(sentence);
  });
});
