/**
 * A migration is called off, or a host dies, at many of its events: the machine runs in one place, or died with the host
 * whose it was. Every event of ten migrations belongs to `npm run migrations`.
 */
import { describe, expect, it } from "vitest";
import type { RunInput } from "../../src/experiment/input";
import { withScenario } from "../support/failover-scenario";
import { movingInput, withMigration } from "../support/migration-scenario";
import { eventTimes, runMove } from "../support/moved-run";

/** Every so manieth event, and the last ones, where things are decided. */
function someOf(times: readonly number[]): number[] {
  return times.filter((_, index) => index % 7 === 0 || index >= times.length - 8);
}

function failing(input: RunInput, fail: string, atNs: number): RunInput {
  return withScenario(input, (scenario) => ({ ...scenario, events: [{ atNs, fail }] }));
}

describe("called off", () => {
  it("at many events, the machine runs where it was, or the order came too late", async () => {
    const input = await movingInput();
    const states = new Set<string>();
    for (const atNs of someOf(eventTimes(input))) {
      const { run, account, runsAt, objections } = runMove(withMigration(input, { cancelNs: atNs }));
      states.add(account.state);
      expect(objections, `at ${atNs}`).toEqual([]);
      expect(runsAt, `at ${atNs}`).toEqual([account.state === "cancelled" ? "source" : "target"]);
      expect(run.account.clients[0], `at ${atNs}`).toMatchObject({ answered: 200, wrongAnswers: 0 });
    }
    expect([...states].sort()).toEqual(["active", "cancelled"]);
  });
});

describe("called off in the rounds", () => {
  it("the device logs no writes any more", async () => {
    const input = await movingInput();
    const { run, account } = runMove(withMigration(input, { cancelNs: 105_000_000 }));
    expect(account).toMatchObject({ state: "cancelled", pausedNs: null });
    const { world, control } = run.outcome;
    const [m] = control.migrations;
    expect(run.account.clients[0]?.answered).toBe(200);
    expect(world.plane.collectDmaLog(m?.source.vf ?? -1)).toBe(0);
  });
});

describe("a host dies", () => {
  it("the source's, at many events, the machine is lost with it or the target's", async () => {
    const input = await movingInput();
    const states = new Set<string>();
    for (const atNs of someOf(eventTimes(input))) {
      const { account, runsAt, objections } = runMove(failing(input, "source", atNs));
      states.add(account.state);
      expect(objections, `at ${atNs}`).toEqual([]);
      expect(runsAt, `at ${atNs}`).toEqual(account.state === "active" ? ["target"] : []);
    }
    expect([...states].sort()).toEqual(["active", "lost"]);
  });

  it("the target's, at many events, the machine goes on at the source until it was handed over", async () => {
    const input = await movingInput();
    const states = new Set<string>();
    for (const atNs of someOf(eventTimes(input))) {
      const { account, runsAt, objections, run } = runMove(failing(input, "target", atNs));
      states.add(account.state);
      expect(objections, `at ${atNs}`).toEqual([]);
      expect(runsAt, `at ${atNs}`).toEqual(account.state === "lost" ? [] : ["source"]);
      if (account.state !== "lost") expect(run.account.clients[0]?.answered, `at ${atNs}`).toBe(200);
    }
    expect([...states].sort()).toEqual(["failed", "lost", "refused"]);
  });

  it("the target's before it begins, the migration is refused", async () => {
    const { account, runsAt } = runMove(failing(await movingInput(), "target", 50_000_000));
    expect(account).toMatchObject({ state: "refused", endReason: "target-down" });
    expect(runsAt).toEqual(["source"]);
  });
});
