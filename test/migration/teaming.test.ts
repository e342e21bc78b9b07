/** A machine with a bond moves: it leaves its virtual function, moves on its paravirtual NIC, and comes back to another one. */
import { describe, expect, it } from "vitest";
import { VIF_FROM_GUEST, VIF_TO_GUEST } from "../../assembly/layout/paravirtual";
import type { Scenario } from "../../src/config/scenario";
import type { RunInput } from "../../src/experiment/input";
import { withScenario } from "../support/failover-scenario";
import { movingInput, movingTcpInput, withMigration } from "../support/migration-scenario";
import { type MovedRun, runMove } from "../support/moved-run";

const BEGIN_NS = 100_000_000;
const BOND_POLL_NS = 100_000_000;
const PROBE_NS = 1_000_000_000;

function bonded(input: RunInput, change: (scenario: Scenario) => Scenario = (scenario) => scenario): RunInput {
  return withScenario(input, (scenario) =>
    change({
      ...scenario,
      durationNs: 2_500_000_000,
      vms: scenario.vms.map((vm) => ({ ...vm, io: "teaming" as const })),
      flows: scenario.flows.map((flow) => (flow.kind === "requests" ? { ...flow, thinkNs: 4_000_000 } : flow)),
    }),
  );
}

function costing(scenario: Scenario, costs: Partial<Scenario["costs"]>): Scenario {
  return { ...scenario, costs: { ...scenario.costs, ...costs } };
}

/** Frames that a place's backend moved, from the guest and to it. */
function backendCounts({ run }: MovedRun, place: "source" | "target"): [number, number] {
  const { world, control } = run.outcome;
  const vif = control.migrations[0]?.[place].front?.vif ?? -1;
  return [world.plane.countOfVif(vif, VIF_FROM_GUEST), world.plane.countOfVif(vif, VIF_TO_GUEST)];
}

function expectWholeFlow({ run, objections }: MovedRun, what = ""): void {
  expect(objections, what).toEqual([]);
  expect(run.account.flows[0], what).toMatchObject({ wrongBytes: 0, failedConnections: 0 });
}

describe.each(["release", "debug"] as const)("a machine with connections, %s build", (build) => {
  it("moves on its paravirtual NIC and comes back to a virtual function", async () => {
    const move = runMove(bonded(await movingTcpInput(build)));
    const { account, runsAt } = move;
    expectWholeFlow(move);
    expect(account.state).toBe("active");
    expect(runsAt).toEqual(["target"]);

    expect(account.before.map(({ name }) => name)).toEqual(["unplug VF"]);
    expect(account.parts.reduce((sum, { ns }) => sum + ns, 0)).toBe(account.downtimeNs);
    expect(account.parts.map(({ name }) => name)).toContain("attach backend");
    expect(account.reconnecting.map(({ name }) => name)).toEqual(["reconnect frontend"]);
    expect(account.behind.map(({ name }) => name)).toEqual(["probe VF", "bond back"]);

    const { bond } = account;
    if (!bond) throw new Error("the machine has a bond");
    expect(bond).toMatchObject({ state: "on-vf", closedNs: BEGIN_NS, isLeftOnFront: false });
    expect((bond.failedOverNs ?? 0) - BEGIN_NS).toBeLessThanOrEqual(BOND_POLL_NS);
    expect(bond.pluggedNs).toBe(account.connectedNs);
    expect((bond.linkedNs ?? 0) - (bond.pluggedNs ?? 0)).toBe(PROBE_NS);
    expect(bond.returnedNs).toBeGreaterThan(bond.linkedNs ?? 0);
  });
});

describe("who carries", () => {
  it("netfront, from the bond's look to the return, at either place; nobody before that look", async () => {
    const move = runMove(bonded(await movingTcpInput()));
    for (const place of ["source", "target"] as const) {
      const [fromGuest, toGuest] = backendCounts(move, place);
      expect(fromGuest).toBeGreaterThan(100);
      expect(toGuest).toBeGreaterThan(100);
    }
    const [ann] = move.account.bond?.failover ?? [];
    const { closedNs, failedOverNs } = move.account.bond ?? {};
    expect(ann?.lastBeforeNs).toBeLessThan((closedNs ?? 0) + 1_000_000);
    expect(ann?.firstAfterNs).toBeGreaterThan(failedOverNs ?? 0);
    // The way back loses a round trip, not a time-out: netfront runs dry first.
    expect(move.account.bond?.failback[0]?.silenceNs).toBeLessThan(10_000_000);
  });

  it("with a bond that is told at once, hardly anybody misses it", async () => {
    const input = bonded(await movingTcpInput(), (scenario) => costing(scenario, { bondPoll: 0 }));
    const { account, objections } = runMove(input);
    expect(objections).toEqual([]);
    expect(account.bond?.failedOverNs).toBe(BEGIN_NS);
  });

  it("with a bond that looks later than it is unplugged, the unplugging waits for it", async () => {
    const input = bonded(await movingTcpInput(), (scenario) =>
      costing(scenario, { bondPoll: 900_000_000, unplugVf: 100_000_000 }),
    );
    const { account, objections } = runMove(input);
    expect(objections).toEqual([]);
    expect(account.before[0]?.ns).toBe((account.bond?.failedOverNs ?? 0) - BEGIN_NS + 1);
    expect(account.before[0]?.ns).toBeGreaterThan(100_000_000);
  });

  it("many frames in the socket queue as it turns and turns back, no answer is wrong", async () => {
    const input = bonded(await movingInput(), (scenario) => ({
      ...scenario,
      vms: scenario.vms.map((vm) => ({ ...vm, workload: { ...vm.workload, cyclesPerRequest: 20_000_000 } })),
      traffic: scenario.traffic.map((traffic) => ({ ...traffic, startNs: 0, scale: 1, timeoutNs: 4e9 })),
    }));
    const { run, account, objections } = runMove(input);
    expect(objections).toEqual([]);
    expect(account.bond?.state).toBe("on-vf");
    expect(run.account.clients[0]).toMatchObject({ wrongAnswers: 0 });
    expect(run.account.clients[0]?.answered).toBeGreaterThan(50);
  });
});

describe("a target", () => {
  it("without a free virtual function, the machine stays on its paravirtual NIC, and the account says so", async () => {
    const input = bonded(await movingTcpInput(), (scenario) => ({
      ...scenario,
      hosts: scenario.hosts.map((host) => ({ ...host, nics: host.nics.map((nic) => ({ ...nic, vfCount: 1 })) })),
      vms: [
        ...scenario.vms,
        ...scenario.vms.map((vm) => ({ ...vm, name: "other", host: "target", io: "vf" as const })),
      ],
    }));
    const move = runMove(input);
    expectWholeFlow(move);
    expect(move.account.state).toBe("active");
    expect(move.account.bond).toMatchObject({ state: "on-front", isLeftOnFront: true, pluggedNs: null });
    expect(backendCounts(move, "target")[0]).toBeGreaterThan(1000);
  });

  it("that dies before the hand-over, at the source the virtual function is plugged in again", async () => {
    const input = bonded(await movingTcpInput(), (scenario) => ({
      ...scenario,
      events: [{ atNs: 700_000_000, fail: "target" }],
    }));
    const move = runMove(input);
    expectWholeFlow(move);
    expect(move.runsAt).toEqual(["source"]);
    expect(move.account).toMatchObject({ state: "failed", bond: { state: "on-vf" } });
  });
});

describe("called off", () => {
  it("at any stage, the machine ends on the virtual function of where it was", async () => {
    const input = bonded(await movingTcpInput());
    const { pausedNs, bond } = runMove(input).account;
    const times = [BEGIN_NS + 1, (bond?.failedOverNs ?? 0) + 1, 410_000_000, (pausedNs ?? 0) + 1_000_000];
    for (const cancelNs of [...times, (pausedNs ?? 0) + 60_000_000]) {
      const move = runMove(withMigration(input, { cancelNs }));
      expectWholeFlow(move, `at ${cancelNs}`);
      expect(move.runsAt, `at ${cancelNs}`).toEqual(["source"]);
      expect(move.account, `at ${cancelNs}`).toMatchObject({ state: "cancelled", bond: { state: "on-vf" } });
    }
  });

  it("within the time that native hot-plug has for it, the virtual function carries on", async () => {
    const native = withMigration(bonded(await movingTcpInput()), { hotPlug: "native", cancelNs: 1_000_000_000 });
    const move = runMove(native);
    expectWholeFlow(move);
    expect(move.account).toMatchObject({ state: "cancelled", bond: { state: "on-vf", closedNs: null } });
  });
});

describe("native hot-plug", () => {
  it("waits before the virtual function is closed, and behind it", async () => {
    const short = bonded(await movingTcpInput(), (scenario) =>
      costing(scenario, { hotplugAttention: 150_000_000, hotplugPowerOff: 300_000_000 }),
    );
    const { account, objections } = runMove(withMigration(short, { hotPlug: "native" }));
    expect(objections).toEqual([]);
    expect(account.before).toEqual([
      { name: "hot-plug attention", ns: 150_000_000 },
      { name: "hot-plug power", ns: 300_000_000 },
    ]);
    expect(account.bond?.closedNs).toBe(BEGIN_NS + 150_000_000);
  });
});
