/** Each judge passes on an honest run and catches the fault that it exists for. */
import { describe, expect, it } from "vitest";
import { LACKS, runAblation } from "../../src/cli/ablation";
import { type JudgedRun, runJudged } from "../../src/cli/judged-run";
import { ABILITIES } from "../../src/config/scenario";
import type { Observer } from "../../src/host/simulation";
import { smallInput, withScenario } from "../support/failover-scenario";
import { FrameConservationJudge } from "./frame-conservation";
import { OneMachineJudge } from "./one-machine";
import { KIND, type TraceRecord } from "./record";

function broken({ verdicts }: JudgedRun): string[] {
  return verdicts.filter(({ faultCount }) => faultCount > 0).map(({ judge }) => judge);
}

async function withFault(fault: Observer): Promise<JudgedRun> {
  return runJudged(await smallInput(), fault);
}

describe("judges", () => {
  it("honest run with a failover, nothing broken and something looked at", async () => {
    const run = await withFault({});
    expect(broken(run)).toEqual([]);
    expect(run.account.protections[0]?.state).toBe("active");
    expect(run.account.frames.heldCount).toBeGreaterThan(50);
    expect(run.verdicts.map(({ looked }) => looked).join()).not.toContain("no failover");
  });

  it("planted: an epoch released when it is captured, output commit broken", async () => {
    const run = await withFault({
      captured: ({ world, place, epoch }) => world.plane.releaseEpoch(place.vf, epoch),
    });
    expect(broken(run)).toContain("output commit");
  });

  it("planted: a page of the backup changed, failover equality broken", async () => {
    const servicePage = 7;
    const run = await withFault({
      activating({ world, place }) {
        const bytes = world.view(world.plane.pageFrame(place.guest, servicePage) >>> 0, 4096);
        bytes[4095] = (bytes[4095] ?? 0) + 1;
      },
    });
    expect(broken(run)).toEqual(["failover equality"]);
    expect(run.verdicts.flatMap(({ faults }) => faults)).toEqual(["1 page differs: service state"]);
  });

  it("planted: a register of the backup changed, failover equality broken", async () => {
    const rxdctl = 0x2828;
    const run = await withFault({
      activating: ({ world, place }) => world.plane.writeRegister(place.vf, rxdctl, 0x02000001),
    });
    expect(run.verdicts.flatMap(({ faults }) => faults).join()).toMatch(/^register RXDCTL0 is 33554433 on the backup/);
  });

  it.each([
    ["its end is missing", (records: TraceRecord[]) => records.filter(({ kind }) => kind !== KIND.delivered), 300],
    ["it ends twice", (records: TraceRecord[]) => records.flatMap((r) => (r.kind === KIND.consumed ? [r, r] : [r])), 0],
    ["it is released unheld", (records: TraceRecord[]) => records.filter(({ kind }) => kind !== KIND.held), 0],
    ["it comes from nowhere", (records: TraceRecord[]) => records.filter(({ kind }) => kind !== KIND.fetched), 0],
    ["it arrives unsent", (records: TraceRecord[]) => records.filter(({ kind }) => kind !== KIND.sent), 0],
  ])("planted in the trace of a frame: %s, frame conservation broken", async (_, tamper) => {
    const judge = new FrameConservationJudge();
    await withFault({ records: (records) => judge.take(tamper([...records])) });
    expect(judge.verdict(10).faultCount).toBeGreaterThan(0);
  });

  it.each([
    ["handed to a guest twice", [KIND.born, KIND.handed, KIND.handed]],
    ["posted and then handed to a guest", [KIND.born, KIND.posted, KIND.handed]],
    ["dropped from a queue after it was posted", [KIND.born, KIND.posted, KIND.dropped]],
    ["left behind in a queue of dom0's", [KIND.born]],
  ])("planted in the life of a frame in dom0: %s, frame conservation broken", (_, kinds) => {
    const judge = new FrameConservationJudge();
    const at = { timePs: 0, subject: 0, frame: 1, a: 60, b: 0, c: 0 };
    judge.take(kinds.map((kind) => ({ ...at, kind })));
    expect(judge.verdict(0).faultCount).toBe(1);
  });

  it("planted: a page that the primary wrote and no log has, failover equality broken", async () => {
    const servicePage = 7;
    const run = await withFault({
      captured({ world, place }) {
        const bytes = world.view(world.plane.pageFrame(place.guest, servicePage) >>> 0, 4096);
        bytes[4095] = (bytes[4095] ?? 0) + 1;
      },
    });
    expect(broken(run)).toContain("failover equality");
    expect(run.verdicts.flatMap(({ faults }) => faults)).toContain("1 page differs: service state");
  });

  it.each([
    ["an old epoch", 1],
    ["a torn checkpoint, every other page of an old epoch,", 2],
  ])("planted: %s activated, failover equality broken", async (_, stride) => {
    const epochs: Map<number, Uint8Array>[] = [];
    const run = await withFault({
      captured: ({ world, place }) => epochs.push(new Map(world.exportMemory(place.guest))),
      activating({ world, place }) {
        // Of the time when requests came: later the guest changes little.
        const old = [...(epochs[2] ?? [])].filter(([page]) => page % stride === 0);
        for (const [page, bytes] of old) world.view(world.plane.pageFrame(place.guest, page) >>> 0, 4096).set(bytes);
      },
    });
    expect(broken(run)).toContain("failover equality");
  });

  it("planted: a frame released twice, frame conservation broken", async () => {
    const judge = new FrameConservationJudge();
    await withFault({
      records: (records) => judge.take(records.flatMap((r) => (r.kind === KIND.released ? [r, r] : [r]))),
    });
    expect(judge.verdict(4096).faults[0]).toContain("was released without being held");
  });

  it("planted: a heartbeat that never fails, nobody takes over", async () => {
    const copies = { protection: 0, vf: 0, vif: -1, primaryHost: 0, backupHost: 1, takeOverPs: 80e9 };
    const [honest, planted] = [25_000_000, 3_600_000_000_000].map((timeoutNs) => {
      return { timeoutNs, judge: new OneMachineJudge([copies]) };
    });
    for (const each of [honest, planted]) {
      if (!each) throw new Error("there are two runs");
      const input = withScenario(await smallInput(), (scenario) => ({
        ...scenario,
        protect: scenario.protect.map((entry) => ({ ...entry, timeoutNs: each.timeoutNs })),
      }));
      runJudged(input, { records: (records) => each.judge.take(records) });
    }
    expect(honest?.judge.verdict(300e9).faults).toEqual([]);
    expect(planted?.judge.verdict(300e9).faults[0]).toMatch(
      /^machine 0 died at 153.*, and by 233.* its backup had not/,
    );
  });

  it.each([
    [
      "to the primary, the backup runs all the same",
      0,
      50e9,
      /^machine 0 runs on its backup from 50.000 ms, which the arbiter/,
    ],
    ["to the primary, which dies, and the backup stays out", 0, null, null],
    [
      "to the backup, which does not take over",
      1,
      null,
      /^machine 0 died at 20.000 ms, and by 100.000 ms its backup had not/,
    ],
  ] as const)("planted in the trace: an arbiter's word %s", (_, a, activatedPs, said) => {
    const judge = new OneMachineJudge([
      { protection: 0, vf: 0, vif: -1, primaryHost: 0, backupHost: 1, takeOverPs: 80e9 },
    ]);
    const record = (timePs: number, kind: number) => ({ timePs, kind, subject: 0, frame: 0, a, b: 0, c: 0 });
    judge.take([record(5e9, KIND.received), record(15e9, KIND.arbitrated), record(20e9, KIND.hostFailed)]);
    if (activatedPs) judge.take([record(activatedPs, KIND.activated)]);
    const { faults } = judge.verdict(300e9);
    if (said) expect(faults).toEqual([expect.stringMatching(said)]);
    else expect(faults).toEqual([]);
  });

  it("planted in the trace: a primary that sends beside its backup, split brain with its frames", () => {
    const judge = new OneMachineJudge([
      { protection: 0, vf: 3, vif: -1, primaryHost: 0, backupHost: 1, takeOverPs: 1e12 },
    ]);
    const at = { timePs: 0, subject: 3, frame: 7, a: 0, b: 0, c: 0 };
    judge.take([
      { ...at, kind: KIND.fetched },
      { ...at, kind: KIND.activated, subject: 0, timePs: 1e9 },
      { ...at, kind: KIND.sent, subject: 5, timePs: 2e9 },
      { ...at, kind: KIND.hostFailed, subject: 0, timePs: 3e9 },
    ]);
    const [fault] = judge.verdict(4e9).faults;
    expect(fault).toMatch(
      /^split brain: both copies of machine 0 ran from 1.* until 3.*, and 1 frames of the primary's/,
    );
  });

  it("each ability taken away, another symptom", async () => {
    const input = await smallInput();
    const symptoms = ABILITIES.map((ability) => {
      const { run } = runAblation(input, ability);
      const isBack = run.account.clients.every(({ gap }) => gap?.toNs !== null);
      return `${LACKS[ability]}: ${broken(run).join(", ")}; service ${isBack ? "back" : "away"}`;
    });
    expect(new Set(symptoms).size).toBe(3);
    expect(symptoms[0]).toContain("failover equality");
    expect(symptoms[0]).toContain("service away");
    expect(symptoms[1]).toContain("failover equality; service back");
    expect(symptoms[2]).toContain("output commit");
  });

  it("state write taken away and the driver reset, the service is back after the reset", async () => {
    const input = await smallInput();
    const scenario = { ...input.scenario, ablate: { abilities: [], driverResetNs: 10_000_000 } };
    const { run, withReset } = runAblation({ ...input, scenario }, "stateWrite");
    expect(run.account.clients[0]?.gap?.toNs).toBeNull();
    expect(withReset?.account.clients[0]?.gap?.toNs).toBeGreaterThan(153_000_000);
  });
});
