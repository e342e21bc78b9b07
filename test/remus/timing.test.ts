/** When checkpoints are taken: both disciplines, several in flight, and what happens when the backup is late. */
import { describe, expect, it } from "vitest";
import { TRACE_COMMITTED, TRACE_SUSPENDED } from "../../assembly/layout/trace";
import { type JudgedRun, runJudged } from "../../src/cli/judged-run";
import type { ProtectScenario } from "../../src/config/scenario";
import type { TraceRecord } from "../../src/core/trace";
import type { RunInput } from "../../src/experiment/input";
import { pauseNs } from "../../src/host/checkpoint-pause";
import { accountText } from "../../src/report/text";
import { smallInput, withScenario } from "../support/failover-scenario";
import { ofKind } from "../support/trace-reading";

const MS = 1_000_000;
const INTERVAL_NS = 10 * MS;
/** A burst of the guest ends, and the order to stop waits for it. */
const BURST_NS = 100_000;

/** An answer comes when three intervals are over. */
const FAR: Partial<ProtectScenario> = { link: { rateBitsPerSecond: 1e9, latencyNs: 14 * MS } };
/** A checkpoint takes longer than an interval to cross. */
const NARROW: Partial<ProtectScenario> = { link: { rateBitsPerSecond: 100e6, latencyNs: 50_000 } };

async function inputWith(protect: Partial<ProtectScenario>, fails: readonly number[] = []): Promise<RunInput> {
  return withScenario(await smallInput(), (scenario) => ({
    ...scenario,
    events: fails.map((atNs) => ({ atNs, fail: "primary" })),
    // Clients wait for an answer that is held long.
    traffic: scenario.traffic.map((entry) => ({ ...entry, timeoutNs: 80 * MS })),
    // A time-out that outlives the way and the checkpoints that queue before the link.
    protect: scenario.protect.map((entry) => ({ ...entry, timeoutNs: 60 * MS, ...protect })),
  }));
}

function watch(input: RunInput) {
  const trace: TraceRecord[] = [];
  const run = runJudged(input, { records: (records) => trace.push(...records) });
  const [protection] = run.outcome.control.protections;
  const [account] = run.account.protections;
  if (!protection || !account) throw new Error("the small scenario protects a machine");
  const { guest } = protection.replica.primary;
  const times = (kind: number, subject: number) => ofKind(trace, kind, subject).map(({ timePs }) => timePs / 1000);
  return {
    run,
    account,
    sums: protection.sums,
    stoppedNs: times(TRACE_SUSPENDED, guest),
    committedNs: times(TRACE_COMMITTED, 0),
    commits: ofKind(trace, TRACE_COMMITTED, 0).map(({ a }) => a),
  };
}

function objections({ verdicts }: JudgedRun): string[] {
  return verdicts.flatMap(({ judge, faults }) => faults.map((fault) => `${judge}: ${fault}`));
}

/** The distances between neighbours. */
function distances(times: readonly number[]): number[] {
  return times.slice(1).map((time, index) => time - (times[index] ?? 0));
}

describe("at a fixed rate", () => {
  it("from stop to stop, an interval", async () => {
    const { stoppedNs, account } = watch(await inputWith({}));
    for (const ns of distances(stoppedNs)) expect(Math.abs(ns - INTERVAL_NS)).toBeLessThan(BURST_NS);
    expect(account.lateCheckpoints).toBe(0);
    expect(account.inFlightPeak).toBe(1);
  });

  it("the answer behind three intervals, one in flight, each epoch goes on until it comes", async () => {
    const { stoppedNs, committedNs, account, run } = watch(await inputWith(FAR));
    expect(objections(run)).toEqual([]);
    expect(account).toMatchObject({ inFlightPeak: 1, stalls: 0 });
    // The last one may still be in flight.
    expect(account.lateCheckpoints - account.checkpoints).toBeLessThanOrEqual(1);
    expect(account.lateCheckpoints).toBeGreaterThanOrEqual(account.checkpoints);
    // Each stop but the first follows an answer at once.
    committedNs.forEach((ns, index) => {
      expect((stoppedNs[index + 1] ?? ns) - ns).toBeLessThan(BURST_NS);
    });
    expect(accountText(run.account).join("\n")).toContain(
      "were due before the backup had those before: the epochs went on",
    );
  });

  it("the same with four in flight, an interval from stop to stop, and commits in order", async () => {
    const { stoppedNs, commits, account, run } = watch(await inputWith({ ...FAR, epochCount: 4 }));
    expect(objections(run)).toEqual([]);
    expect(account).toMatchObject({ stalls: 0, lateCheckpoints: 0 });
    expect(account.inFlightPeak).toBeGreaterThanOrEqual(3);
    for (const ns of distances(stoppedNs)) expect(Math.abs(ns - INTERVAL_NS)).toBeLessThan(BURST_NS);
    expect(commits).toEqual(commits.map((_, index) => index));
    expect(run.account.clients[0]?.answered).toBe(run.account.clients[0]?.sent);
  });

  it("the same with two in flight and stall, the guest stands still for the rest, which is a part of its pauses", async () => {
    const { sums, account, run } = watch(await inputWith({ ...FAR, epochCount: 2, late: "stall" }));
    expect(objections(run)).toEqual([]);
    expect(account.stalls).toBeGreaterThan(5);
    expect(account).toMatchObject({ inFlightPeak: 2, lateCheckpoints: account.stalls });
    expect(account.pauseNsByPart.stall).toBeGreaterThan(account.stalls * MS);
    expect(pauseNs(account.pauseNsByPart)).toBe(sums.pauseNs);
    expect(accountText(run.account).join("\n")).toContain(`${account.stalls} times the guest stood still`);
  });
});

describe("after the commit", () => {
  it("from answer to stop, an interval", async () => {
    const { stoppedNs, committedNs, account, run } = watch(await inputWith({ ...FAR, timing: "after-commit" }));
    expect(objections(run)).toEqual([]);
    expect(account).toMatchObject({ lateCheckpoints: 0, inFlightPeak: 1, stalls: 0 });
    committedNs.slice(0, stoppedNs.length - 1).forEach((ns, index) => {
      expect(Math.abs((stoppedNs[index + 1] ?? 0) - ns - INTERVAL_NS)).toBeLessThan(BURST_NS);
    });
  });
});

describe("a link that is too narrow for the checkpoints", () => {
  it.each([
    { epochCount: 1, late: "extend" },
    { epochCount: 1, late: "stall" },
    { epochCount: 3, late: "extend" },
    { epochCount: 3, late: "stall" },
    { epochCount: 3, late: "extend", compression: "delta", link: { rateBitsPerSecond: 60e6, latencyNs: 50_000 } },
  ] as const)("%j, nothing stands still for good and every request is answered", async (policy) => {
    const { run, account, commits } = watch(await inputWith({ ...NARROW, ...policy }));
    expect(objections(run)).toEqual([]);
    expect(account.lateCheckpoints).toBeGreaterThan(0);
    expect(commits.length).toBeGreaterThan(6);
    expect(run.account.clients[0]?.failed).toBe(0);
    expect(account.inFlightPeak).toBe(policy.epochCount);
  });

  it.each(["extend", "stall"] as const)(
    "three in flight, %s, the primary dies at any time, the backup has a whole one",
    async (late) => {
      const states = new Set<string>();
      for (let index = 0; index < 12; index++) {
        const { run, account } = watch(
          await inputWith({ ...NARROW, epochCount: 3, late }, [40_000_007 + index * 3_331_117]),
        );
        expect(objections(run)).toEqual([]);
        states.add(account.state);
      }
      expect([...states]).toEqual(["active"]);
    },
  );
});

describe("an outbound buffer that is too small for an epoch", () => {
  it("stop-fetching, frames wait in the guest's ring and none is lost", async () => {
    const { account, run } = watch(await inputWith({ outboundBytes: 1024 }));
    expect(objections(run)).toEqual([]);
    expect(account.fetchStops).toBeGreaterThan(0);
    expect(account).toMatchObject({ heldDrops: 0 });
    expect(account.heldBytesPeak).toBeLessThanOrEqual(1024);
  });

  it("drop, frames are lost, counted with their reason, and clients ask again", async () => {
    const { account, run } = watch(await inputWith({ outboundBytes: 1024, full: "drop" }));
    expect(objections(run)).toEqual([]);
    expect(account.heldDrops).toBeGreaterThan(0);
    expect(run.account.frames.dropped["outbound-full"]).toBe(account.heldDrops);
    expect(account.heldBytesPeak).toBeLessThanOrEqual(1024);
    expect(run.account.clients[0]?.answered).toBeGreaterThan(run.account.clients[0]?.answeredAtFirstTry ?? 0);
    expect(accountText(run.account).join("\n")).toContain(`full, ${account.heldDrops} frames lost`);
  });
});
