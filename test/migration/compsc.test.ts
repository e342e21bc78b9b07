/** A machine whose driver takes part in its move: it marks what its device writes, and plays its record back. */
import { describe, expect, it } from "vitest";
import type { Abilities } from "../../src/config/scenario";
import { peekRegisters } from "../../src/core/registers";
import type { RunInput } from "../../src/experiment/input";
import { withScenario } from "../support/failover-scenario";
import { movingInput, movingTcpInput, withMigration } from "../support/migration-scenario";
import { runMove } from "../support/moved-run";

function cooperating(input: RunInput, abilities: Partial<Abilities> = {}): RunInput {
  return withScenario(input, (scenario) => ({
    ...scenario,
    durationNs: 500_000_000,
    vms: scenario.vms.map((vm) => ({ ...vm, io: "compsc" as const, abilities: { ...vm.abilities, ...abilities } })),
  }));
}

/** Registers of a virtual function that its driver sets up, by name. */
const SET_UP = /^(RDBAL|RDBAH|RDLEN|SRRCTL|RXDCTL|TDBAL|TDBAH|TDLEN|TXDCTL|VTIVAR|VTEITR|VTEIAC|VTEIAM|VTEIMS)/;

/** VTEITR counts down beside the interval, which is its lower half. */
function setUpPart(name: string, value: number): number {
  return name.startsWith("VTEITR") ? value & 0xffff : value;
}

describe.each(["release", "debug"] as const)("a machine with connections, %s build", (build) => {
  it("moves, its connections go on, and its device is set up as it was", async () => {
    const before = new Map<string, number>();
    const { run, account, runsAt, objections } = runMove(cooperating(await movingTcpInput(build)), {
      leaving({ world, place }) {
        for (const [name, value] of peekRegisters(world, place.vf)) if (SET_UP.test(name)) before.set(name, value);
      },
    });
    expect(objections).toEqual([]);
    expect(account.state).toBe("active");
    expect(runsAt).toEqual(["target"]);
    expect(run.account.flows[0]).toMatchObject({ wrongBytes: 0, failedConnections: 0 });
    expect(account.parts.reduce((sum, { ns }) => sum + ns, 0)).toBe(account.downtimeNs);
    expect(account.parts.map(({ name }) => name)).not.toContain("save VF");
    expect(account.reconnecting).toEqual([{ name: "replay driver", ns: 30_000_000 }]);
    const [ann] = account.clients;
    expect(ann?.firstAfterNs).toBeGreaterThan(account.connectedNs ?? 0);

    expect(before.size).toBeGreaterThan(8);
    const { world, control } = run.outcome;
    const after = peekRegisters(world, control.migrations[0]?.target.vf ?? -1);
    for (const [name, value] of before) {
      if (!name.startsWith("VTEIMS")) expect(setUpPart(name, after.get(name) ?? -1), name).toBe(setUpPart(name, value));
    }
  });
});

describe("requests by UDP", () => {
  it("a machine that is asked as it moves, nothing is answered wrong or twice", async () => {
    const { run, objections } = runMove(cooperating(await movingInput()));
    expect(objections).toEqual([]);
    expect(run.account.clients[0]).toMatchObject({ answered: 200, wrongAnswers: 0, failed: 0 });
  });
});

describe("planted: a driver that does not mark", () => {
  it("pages that its device wrote are missed, and the judge says which", async () => {
    const { objections } = runMove(cooperating(await movingTcpInput(), { dmaLog: false }));
    expect(objections.join()).toMatch(/move equality: \d+ pages? differs?: receive/);
  });
});

describe("called off", () => {
  it("while it stands still, the device goes on where it stood", async () => {
    const input = cooperating(await movingTcpInput());
    const { pausedNs } = runMove(input).account;
    for (const laterNs of [100_000, 1_500_000, 12_000_000, 60_000_000]) {
      const { run, account, runsAt, objections } = runMove(
        withMigration(input, { cancelNs: (pausedNs ?? 0) + laterNs }),
      );
      expect(objections, `after ${laterNs}`).toEqual([]);
      expect(account.state, `after ${laterNs}`).toBe("cancelled");
      expect(runsAt, `after ${laterNs}`).toEqual(["source"]);
      expect(run.account.flows[0]).toMatchObject({ wrongBytes: 0, failedConnections: 0 });
      expect(account.clients[0]?.firstAfterNs, `after ${laterNs}`).not.toBeNull();
    }
  });
});
