/** Machines whose NIC dom0 serves, protected: what they send waits in dom0, and on the backup they go on. */
import { describe, expect, it } from "vitest";
import { LACKS, runAblation } from "../../src/cli/ablation";
import { type JudgedRun, runJudged } from "../../src/cli/judged-run";
import { compose } from "../../src/experiment/compose";
import type { RunInput } from "../../src/experiment/input";
import { finish, runScenario } from "../../src/experiment/run";
import { start, step } from "../../src/experiment/simulate";
import { loadWorld, saveWorld } from "../../src/experiment/world-image";
import { BRIEF_TAKEOVER, frontInput, withScenario } from "../support/failover-scenario";
import { flowInput } from "../support/flow-scenario";

const MODELS = ["paravirtual", "emulated"] as const;

function objections({ verdicts }: JudgedRun): string[] {
  return verdicts.flatMap(({ judge, faults }) => faults.map((fault) => `${judge}: ${fault}`));
}

function failing(input: RunInput, atNs: number, fail: string): JudgedRun {
  return runJudged(withScenario(input, (scenario) => ({ ...scenario, events: [{ atNs, fail }] })));
}

/** Moments that share no rhythm with epochs, heartbeats or requests. */
function moments(count: number, strideNs: number): number[] {
  return Array.from({ length: count }, (_, index) => 10_007 + index * strideNs);
}

/** IPv4 from a VM, whose address says so; what it says stands behind 42 bytes of headers. */
function isAnswer(bytes: Uint8Array): boolean {
  return bytes[9] === 1 && bytes[12] === 8 && bytes[13] === 0;
}

describe.each(MODELS)("a protected machine with a NIC that is %s", (io) => {
  it("honest run with a failover, nothing broken and something looked at", async () => {
    const run = runJudged(await frontInput(io));
    expect(objections(run)).toEqual([]);
    expect(run.account.protections[0]).toMatchObject({ state: "active", heldDrops: 0, fetchStops: 0 });
    expect(run.account.protections[0]?.heldFramesPeak).toBeGreaterThan(1);
    expect(run.account.frames.heldCount).toBeGreaterThan(50);
    expect(run.verdicts.map(({ looked }) => looked).join()).not.toContain("no failover");
    const [client] = run.account.clients;
    expect(client?.answered).toBe(client?.sent);
  });

  it("its host dies at forty moments, nothing is lost that a client holds, and the machine goes on", async () => {
    const input = await frontInput(io);
    let discarded = 0;
    // Before the third of them there may be no checkpoint: a guest that suspends itself takes its time.
    for (const atNs of moments(42, 5_331_117).slice(2)) {
      const run = failing(input, atNs, "primary");
      expect(objections(run), `failure at ${atNs} ns`).toEqual([]);
      expect(run.account.protections[0]?.state, `failure at ${atNs} ns`).toBe("active");
      const [client] = run.account.clients;
      expect(client?.answered, `failure at ${atNs} ns`).toBe(client?.sent);
      discarded += run.account.frames.dropped.discarded ?? 0;
    }
    expect(discarded).toBeGreaterThan(20);
  });

  it("TCP on shared processors, lossy and through a failover, goes on with every byte right", async () => {
    const input = withScenario(await flowInput(), (scenario) => ({
      ...scenario,
      vms: scenario.vms.map((vm) => (vm.name === "web" ? { ...vm, io } : vm)),
      durationNs: 900_000_000,
      costs: BRIEF_TAKEOVER,
    }));
    const run = runJudged(input);
    expect(objections(run)).toEqual([]);
    expect(run.account.protections[0]?.state).toBe("active");
    for (const flow of run.account.flows) expect(flow).toMatchObject({ wrongBytes: 0, failedConnections: 0 });
    expect(run.account.flows[0]?.count).toBeGreaterThan(50);
  });

  it("with compressed checkpoints, no judge objects either", async () => {
    const input = withScenario(await frontInput(io), (scenario) => ({
      ...scenario,
      protect: scenario.protect.map((entry) => ({ ...entry, compression: "delta" as const })),
    }));
    const run = runJudged(input);
    expect(objections(run)).toEqual([]);
    expect(run.account.protections[0]?.state).toBe("active");
  });

  it("a run saved and loaded at many control events, the same end", async () => {
    const input = await frontInput(io);
    const { digest } = runScenario(input);
    const composition = compose(input);
    start(composition, {});
    for (let event = 0; step(composition, {}); event++) {
      if (event % 97) continue;
      const loaded = loadWorld(input.module, saveWorld(composition), "memory");
      expect(finish(loaded).digest, `saved at control event ${event}`).toBe(digest);
    }
  });

  it("its backup's host dies at ten moments, the machine goes on alone and every request is answered", async () => {
    const input = await frontInput(io);
    for (const atNs of moments(10, 17_131_117)) {
      const run = failing(input, atNs, "backup");
      expect(objections(run), `failure at ${atNs} ns`).toEqual([]);
      expect(run.account.protections[0]?.state).toBe("unprotected");
      expect(run.account.clients[0]?.answered).toBe(run.account.clients[0]?.sent);
    }
  });

  it("planted: an epoch released when it is captured, output commit broken", async () => {
    const run = runJudged(await frontInput(io), {
      captured: ({ world, place, epoch }) => world.plane.releaseHeld(place.front?.vif ?? 0, epoch),
    });
    expect(objections(run).join()).toMatch(/output commit: frame \d+ of epoch \d+ was outside at/);
  });

  it("holding taken away, output commit broken", async () => {
    const { run } = runAblation(await frontInput(io), "hold");
    expect(LACKS.hold).toBe("no hold");
    expect(objections(run).join()).toContain("output commit");
  });

  it("answers of a run without protection, the same bytes", async () => {
    const input = await frontInput(io);
    const payloads = (run: JudgedRun) => {
      const answers = run.frames.filter(({ bytes }) => isAnswer(bytes)).map(({ bytes }) => bytes.subarray(42).join());
      return [...new Set(answers)].sort();
    };
    const alone = runJudged(withScenario(input, (scenario) => ({ ...scenario, protect: [], events: [] })));
    expect(payloads(runJudged(input)).length).toBeGreaterThan(10);
    expect(payloads(runJudged(input))).toEqual(payloads(alone));
  });
});
