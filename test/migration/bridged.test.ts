/** Machines whose NIC dom0 serves move: memory is equal, connections go on, and the steps of their way are in the account. */
import { describe, expect, it } from "vitest";
import type { IoModel } from "../../src/config/scenario";
import { withScenario } from "../support/failover-scenario";
import { movingTcpInput, withMigration } from "../support/migration-scenario";
import { runMove } from "../support/moved-run";

const DURATION_NS = 1_500_000_000;

async function movingBridged(io: IoModel, build: "release" | "debug" = "release") {
  return withScenario(await movingTcpInput(build), (scenario) => ({
    ...scenario,
    durationNs: DURATION_NS,
    vms: scenario.vms.map((vm) => ({ ...vm, io })),
  }));
}

describe.each(["paravirtual", "emulated"] as const)("a machine with a NIC of kind %s", (io) => {
  it.each(["release", "debug"] as const)("moves, and its connections go on, %s build", async (build) => {
    const { run, account, runsAt, objections } = runMove(await movingBridged(io, build));
    expect(objections).toEqual([]);
    expect(account.state).toBe("active");
    expect(runsAt).toEqual(["target"]);
    expect(run.account.flows[0]).toMatchObject({ wrongBytes: 0, failedConnections: 0 });
    const [ann] = account.clients;
    expect(ann?.firstAfterNs).toBeGreaterThanOrEqual(account.connectedNs ?? 0);
    expect(account.firstSentNs).toBeGreaterThanOrEqual(account.resumedNs ?? 0);
    expect(account.parts.reduce((sum, { ns }) => sum + ns, 0)).toBe(account.downtimeNs);
    expect(account.parts.map(({ name }) => name)).toContain("attach backend");
  });

  it("with the backend set up beforehand, stands still for so much less", async () => {
    const inStop = runMove(await movingBridged(io)).account;
    const before = runMove(withMigration(await movingBridged(io), { backend: "before-stop" })).account;
    expect(before.before.map(({ name }) => name)).toEqual(["prepare backend"]);
    expect((inStop.downtimeNs ?? 0) - (before.downtimeNs ?? 0)).toBeGreaterThan(250_000_000);
  });

  it("called off while it stands still, goes on where it was", async () => {
    const input = await movingBridged(io);
    const { pausedNs } = runMove(input).account;
    for (const laterNs of [500_000, 12_000_000, 60_000_000, 200_000_000]) {
      const cancelNs = (pausedNs ?? 0) + laterNs;
      const { run, account, runsAt, objections } = runMove(withMigration(input, { cancelNs }));
      expect(objections, `after ${laterNs}`).toEqual([]);
      expect(account.state, `after ${laterNs}`).toBe("cancelled");
      expect(runsAt, `after ${laterNs}`).toEqual(["source"]);
      expect(run.account.flows[0]).toMatchObject({ wrongBytes: 0, failedConnections: 0 });
      expect(account.clients[0]?.firstAfterNs, `after ${laterNs}`).not.toBeNull();
      // A frontend whose backend had let go of it pays for its way back, here as at the target.
      const { reconnectFrontend } = input.scenario.costs;
      const isLetGo = io === "paravirtual" && laterNs > 500_000;
      const paid = isLetGo ? [{ name: "reconnect frontend", ns: reconnectFrontend }] : [];
      expect(account.reconnecting, `after ${laterNs}`).toEqual(paid);
      if (isLetGo) expect(account.clients[0]?.firstAfterNs).toBeGreaterThan(account.connectedNs ?? 0);
    }
  });
});
