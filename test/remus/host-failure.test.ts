/**
 * A host dies, at many moments of one small run: whatever happens, no judge objects, and a machine that can go on does.
 * The exhaustive search over every event belongs to the long runs.
 */
import { describe, expect, it } from "vitest";
import { type JudgedRun, runJudged } from "../../src/cli/judged-run";
import type { RunInput } from "../../src/experiment/input";
import { protectingEachOther, smallInput, withScenario } from "../support/failover-scenario";

/** Moments that share no rhythm with epochs, heartbeats or requests. */
function moments(countOf: number, strideNs: number): number[] {
  return Array.from({ length: countOf }, (_, index) => 10_007 + index * strideNs);
}

function failing(input: RunInput, atNs: number, fail: string): JudgedRun {
  return runJudged(withScenario(input, (scenario) => ({ ...scenario, events: [{ atNs, fail }] })));
}

function objections({ verdicts }: JudgedRun): string[] {
  return verdicts.flatMap(({ judge, faults }) => faults.map((fault) => `${judge}: ${fault}`));
}

describe("primary's host dies", () => {
  it("at sixty moments, nothing is lost that a client holds, and the machine goes on or was never safe", async () => {
    const input = await smallInput();
    const states = new Map<string, number>();
    for (const atNs of moments(60, 3_331_117)) {
      const run = failing(input, atNs, "primary");
      expect(objections(run), `failure at ${atNs} ns`).toEqual([]);
      const [protection] = run.account.protections;
      const [client] = run.account.clients;
      states.set(protection?.state ?? "", (states.get(protection?.state ?? "") ?? 0) + 1);
      if (protection?.state === "active") expect(client?.answered, `failure at ${atNs} ns`).toBe(client?.sent);
    }
    expect(Object.fromEntries(states)).toEqual({ lost: 1, active: 59 });
  });
});

describe("backup's host dies", () => {
  it("at thirty moments, the machine goes on alone and every request is answered", async () => {
    const input = await smallInput();
    for (const atNs of moments(30, 6_131_117)) {
      const run = failing(input, atNs, "backup");
      expect(objections(run), `failure at ${atNs} ns`).toEqual([]);
      expect(run.account.protections[0]?.state).toBe("unprotected");
      expect(run.account.clients[0]?.answered).toBe(run.account.clients[0]?.sent);
    }
  });
});

describe("both hosts die", () => {
  it("the backup while it is active, the machine is lost and says so", async () => {
    const input = withScenario(await smallInput(), (scenario) => ({
      ...scenario,
      events: [
        { atNs: 50_000_000, fail: "primary" },
        { atNs: 130_000_000, fail: "backup" },
      ],
    }));
    const run = runJudged(input);
    expect(run.account.protections[0]?.state).toBe("lost");
    expect(run.account.clients[0]?.gap?.toNs).toBeNull();
  });
});

describe("both hosts die, in every order", () => {
  const ms = 1_000_000;
  it.each([
    [
      "the backup, then the primary that went on alone",
      [
        ["backup", 50 * ms],
        ["primary", 100 * ms],
      ],
    ],
    [
      "the primary, then the backup before it noticed",
      [
        ["primary", 50 * ms],
        ["backup", 60 * ms],
      ],
    ],
    [
      "the primary before a first checkpoint, then the backup that held nothing",
      [
        ["primary", 10_007],
        ["backup", 100 * ms],
      ],
    ],
  ] as const)("%s, the machine is lost and no judge objects", async (_, order) => {
    const input = withScenario(await smallInput(), (scenario) => ({
      ...scenario,
      events: order.map(([fail, atNs]) => ({ atNs, fail })),
    }));
    const run = runJudged(input);
    expect(objections(run)).toEqual([]);
    expect(run.account.protections[0]?.state).toBe("lost");
  });
});

describe("two machines protect each other's hosts", () => {
  it("one host dies, its machine moves, the other goes on unprotected", async () => {
    const input = withScenario(await smallInput(), protectingEachOther);
    const run = runJudged(input);
    expect(objections(run)).toEqual([]);
    expect(run.account.protections.map(({ vm, state }) => [vm, state])).toEqual([
      ["web", "active"],
      ["mail", "unprotected"],
    ]);
    for (const { answered, sent } of run.account.clients) expect(answered).toBe(sent);
  });
});
