/** A machine with a ReNIC device moves while it is asked: nothing differs, nothing is lost but by rule, and time adds up. */
import { describe, expect, it } from "vitest";
import type { Abilities } from "../../src/config/scenario";
import type { MigrationAccount } from "../../src/report/migration-account";
import { withScenario } from "../support/failover-scenario";
import { movingInput, movingTcpInput, withMigration } from "../support/migration-scenario";
import { runMove } from "../support/moved-run";

function expectTimesToAddUp({
  rounds,
  beganNs,
  pausedNs,
  resumedNs,
  connectedNs,
  downtimeNs,
  parts,
}: MigrationAccount) {
  expect(parts.reduce((sum, { ns }) => sum + ns, 0)).toBe(downtimeNs);
  expect((resumedNs ?? 0) - (pausedNs ?? 0)).toBe(downtimeNs);
  expect(rounds[0]?.beganNs).toBe(beganNs);
  rounds.forEach(({ beganNs: fromNs, endedNs: toNs, sendNs, harvestNs }, index) => {
    expect(sendNs + harvestNs).toBe(toNs - fromNs);
    expect(toNs).toBe(rounds[index + 1]?.beganNs ?? pausedNs);
  });
  expect(connectedNs).toBe(resumedNs);
}

describe.each(["release", "debug"] as const)("a machine with requests by UDP, %s build", (build) => {
  it("moves, and every request is answered once, with what it would have been answered", async () => {
    const { run, account, runsAt, objections } = runMove(await movingInput(build));
    expect(objections).toEqual([]);
    expect(account).toMatchObject({ state: "active", stopReason: "last-round", endReason: null });
    expect(runsAt).toEqual(["target"]);
    expect(run.account.clients[0]).toMatchObject({ answered: 200, wrongAnswers: 0, failed: 0 });
    expectTimesToAddUp(account);
  });
});

describe("a machine with connections", () => {
  it("moves, the connections go on, and no byte is wrong", async () => {
    // Long enough for a retransmission behind the move.
    const input = withScenario(await movingTcpInput(), (scenario) => ({ ...scenario, durationNs: 800_000_000 }));
    const { run, account, runsAt, objections } = runMove(input);
    expect(objections).toEqual([]);
    expect(runsAt).toEqual(["target"]);
    expect(run.account.flows[0]).toMatchObject({ wrongBytes: 0, failedConnections: 0 });
    expectTimesToAddUp(account);
    const [ann] = account.clients;
    expect(ann?.kind).toBe("tcp");
    expect(ann?.silenceNs).toBeGreaterThan(account.downtimeNs ?? 0);
    // What came meanwhile waits in the source's port and is lost with it, or is nobody's there any more.
    const { replicated, "not-for-us": flooded, ...lost } = run.outcome.tally.dropped;
    expect(replicated).toBeGreaterThan(0);
    expect(flooded).toBeGreaterThan(0);
    expect(Object.keys(lost).sort()).toEqual(["queue-disabled", "reset"]);
  });

  it("the same twice, the same digest", async () => {
    const input = await movingTcpInput();
    expect(runMove(input).run.outcome.digest).toBe(runMove(input).run.outcome.digest);
  });
});

describe("planted: a machine moves", () => {
  const without = async (missing: Partial<Abilities>) =>
    runMove(
      withScenario(await movingTcpInput(), (scenario) => ({
        ...scenario,
        vms: scenario.vms.map((vm) => ({ ...vm, abilities: { ...vm.abilities, ...missing } })),
      })),
    );

  it("without the device's log, pages that its DMA wrote are missed, and the judge says which", async () => {
    const { objections } = await without({ dmaLog: false });
    expect(objections.join()).toMatch(/move equality: \d+ pages? differs?: receive/);
  });

  it("by force, with neither log nor state, memory and device differ, and its connections stand still", async () => {
    const { run, objections } = await without({ dmaLog: false, stateWrite: false });
    expect(objections.join()).toMatch(/move equality: \d+ pages? differ/);
    expect(objections.join()).toMatch(/move equality: register/);
    const moved = await without({});
    expect(run.account.flows[0]?.count ?? 0).toBeLessThan(moved.run.account.flows[0]?.count ?? 0);
  });
});

describe("the user", () => {
  it("forces the stop in the first round, what is left of it crosses while the guest stands still", async () => {
    const { account, objections } = runMove(withMigration(await movingTcpInput(), { forceNs: 120_000_000 }));
    expect(objections).toEqual([]);
    expect(account).toMatchObject({ state: "active", stopReason: "forced", pausedNs: 120_000_000 });
    expect(account.rounds.map(({ isWhole }) => isWhole)).toEqual([false]);
    expect(account.pages).toBeGreaterThanOrEqual(2048);
    expectTimesToAddUp(account);
  });

  it("takes zeros as marks, and less crosses", async () => {
    const whole = runMove(await movingTcpInput());
    const marked = runMove(withMigration(await movingTcpInput(), { zeroPages: "marked" }));
    expect(marked.objections).toEqual([]);
    expect(marked.account.bytes).toBeLessThan(whole.account.bytes / 2);
  });
});
