/**
 * A device whose DMA engine takes milliseconds: it is not quiesced at once, so checkpoints and failovers wait for it, and
 * hosts die while they do.
 */
import { describe, expect, it } from "vitest";
import { TRACE_DELIVERED, TRACE_HOST_FAILED, TRACE_QUIESCED, TRACE_SUSPENDED } from "../../assembly/layout/trace";
import { type JudgedRun, runJudged } from "../../src/cli/judged-run";
import type { TraceRecord } from "../../src/core/trace";
import type { RunInput } from "../../src/experiment/input";
import { smallInput, withScenario } from "../support/failover-scenario";
import { NOW } from "../support/now";
import { ofKind } from "../support/trace-reading";

/** Longer than the distance of two requests. */
const LATENCY_NS = 3_000_000;
const STOP_PS = NOW.stopGuest * 1000;

/** Runs with slow devices on both hosts from the first checkpoint on; returns the trace as well. */
function runSlowly(input: RunInput): { run: JudgedRun; trace: TraceRecord[] } {
  const trace: TraceRecord[] = [];
  const run = runJudged(input, {
    captured({ world }) {
      for (const port of [0, 1]) world.plane.setDma(port, LATENCY_NS, 290, 290);
    },
    records(records) {
      for (const record of records) trace.push(record);
    },
  });
  return { run, trace };
}

function failing(input: RunInput, atNs: number, fail: string): RunInput {
  return withScenario(input, (scenario) => ({ ...scenario, events: [{ atNs, fail }] }));
}

/** The same requests over four times as long, so that they still come when the backup takes over. */
function spread(input: RunInput): RunInput {
  const replays = Array.from(input.replays, ([name, exchanges]) => {
    return [name, exchanges.map((exchange) => ({ ...exchange, timeNs: exchange.timeNs * 4 }))] as const;
  });
  return { ...input, replays: new Map(replays) };
}

function objections({ verdicts }: JudgedRun): string[] {
  return verdicts.flatMap(({ judge, faults }) => faults.map((fault) => `${judge}: ${fault}`));
}

/** How often a virtual function was quiesced just when a frame had been delivered: it had waited for that. */
function waitedCount(trace: readonly TraceRecord[], vf: number): number {
  const deliveries = new Set(ofKind(trace, TRACE_DELIVERED, vf).map(({ timePs }) => timePs));
  return ofKind(trace, TRACE_QUIESCED, vf).filter(({ timePs }) => deliveries.has(timePs)).length;
}

/** Whether the host died after the device had been asked to stand still, and before it did. */
function failedWhileQuiescing(trace: readonly TraceRecord[], guest: number, vf: number): boolean {
  const [failure] = ofKind(trace, TRACE_HOST_FAILED);
  const failedPs = failure?.timePs ?? Number.POSITIVE_INFINITY;
  const suspended = ofKind(trace, TRACE_SUSPENDED, guest).filter(({ timePs }) => timePs <= failedPs);
  const suspendedPs = suspended.at(-1)?.timePs ?? Number.POSITIVE_INFINITY;
  if (suspendedPs + STOP_PS >= failedPs) return false;
  return !ofKind(trace, TRACE_QUIESCED, vf).some(({ timePs }) => timePs >= suspendedPs && timePs <= failedPs);
}

describe("a primary with a slow device", () => {
  it("left alone, waits for what is in flight at checkpoints, and nothing is lost", async () => {
    const { run, trace } = runSlowly(withScenario(await smallInput(), (scenario) => ({ ...scenario, events: [] })));
    const [protection] = run.outcome.control.protections;
    expect(objections(run)).toEqual([]);
    expect(run.account.clients[0]?.answered).toBe(run.account.clients[0]?.sent);
    expect(waitedCount(trace, protection?.replica.primary.vf ?? -1)).toBeGreaterThan(5);
  });

  it.each(["primary", "backup"])("the host of the %s dies at forty moments, no judge objects", async (fail) => {
    const input = await smallInput();
    let whileQuiescing = 0;
    for (let index = 0; index < 40; index++) {
      // While requests come.
      const atNs = 11_300_007 + index * 711_117;
      const { run, trace } = runSlowly(failing(input, atNs, fail));
      const [protection] = run.outcome.control.protections;
      const { guest = -1, vf = -1 } = protection?.replica.primary ?? {};
      expect(objections(run), `failure at ${atNs} ns`).toEqual([]);
      expect(protection?.state).toBe(fail === "primary" ? "active" : "unprotected");
      expect(run.account.clients[0]?.answered, `failure at ${atNs} ns`).toBe(run.account.clients[0]?.sent);
      if (failedWhileQuiescing(trace, guest, vf)) whileQuiescing++;
    }
    expect(whileQuiescing).toBeGreaterThan(2);
  });
});

describe("a backup with a slow device and traffic of its own", () => {
  it("takes over when what was in flight is stored", async () => {
    const input = withScenario(spread(await smallInput()), (scenario) => {
      const [vm] = scenario.vms;
      const [client] = scenario.clients;
      const [traffic] = scenario.traffic;
      if (!vm || !client || !traffic) throw new Error("the small scenario has one of each");
      return {
        ...scenario,
        hosts: scenario.hosts.map((host) => ({ ...host, coreCount: 3 })),
        vms: [vm, { ...vm, name: "mail", host: "backup" }],
        clients: [client, { ...client, name: "second" }],
        traffic: [traffic, { ...traffic, from: "second", to: "mail" }],
      };
    });
    let waited = 0;
    for (let index = 0; index < 10; index++) {
      const { run, trace } = runSlowly(failing(input, 50_000_007 + index * 731_117, "primary"));
      const [protection] = run.outcome.control.protections;
      expect(objections(run)).toEqual([]);
      expect(protection?.state).toBe("active");
      for (const { answered, sent } of run.account.clients) expect(answered).toBe(sent);
      // The other machine's frames pass through the same engine.
      const backup = protection?.replica.backup.vf ?? -1;
      const quiesced = ofKind(trace, TRACE_QUIESCED, backup).map(({ timePs }) => timePs);
      const delivered = new Set(ofKind(trace, TRACE_DELIVERED).map(({ timePs }) => timePs));
      waited += quiesced.filter((timePs) => delivered.has(timePs)).length;
    }
    expect(waited).toBeGreaterThan(5);
  });
});
