/**
 * Hosts that do not hear each other, and backups that are lost: who goes on, what clients see of it, and what the judges
 * say when both do.
 */
import { describe, expect, it } from "vitest";
import { type JudgedRun, runJudged } from "../../src/cli/judged-run";
import type { EventScenario, ProtectScenario } from "../../src/config/scenario";
import { accountText } from "../../src/report/text";
import { frontInput, smallInput, withScenario } from "../support/failover-scenario";

const MS = 1_000_000;

async function runWith(events: readonly EventScenario[], protect: Partial<ProtectScenario> = {}, timeoutNs = 30 * MS) {
  const run = runJudged(
    withScenario(await smallInput(), (scenario) => ({
      ...scenario,
      events,
      traffic: scenario.traffic.map((entry) => ({ ...entry, timeoutNs })),
      protect: scenario.protect.map((entry) => ({ ...entry, ...protect })),
    })),
  );
  const [protection] = run.outcome.control.protections;
  const [account] = run.account.protections;
  const [client] = run.account.clients;
  if (!protection || !account || !client) throw new Error("the small scenario protects a machine that a client asks");
  return { run, protection, account, client, said: objections(run), text: accountText(run.account).join("\n") };
}

function objections({ verdicts }: JudgedRun): string[] {
  return verdicts.flatMap(({ judge, faults }) => faults.map((fault) => `${judge}: ${fault}`));
}

function cut(ms: number): EventScenario {
  return { atNs: ms * MS, cut: "web" };
}

function abandon(ms: number): EventScenario {
  return { atNs: ms * MS, abandon: "web" };
}

describe("the replication link is cut for good", () => {
  it("nobody to ask, both run, the primary holds what it says, and the run tells of a split brain", async () => {
    const { account, client, said, text } = await runWith([cut(100)]);
    expect(account.state).toBe("split");
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(
      /^one machine: split brain: .* to the end, and 0 frames of the primary's went out meanwhile$/,
    );
    expect(account.splitFromNs).toBe(account.activatedAtNs);
    expect(text).toMatch(/split brain {2}web ran on both hosts from 1\d\d ms to the end of the run/);
    expect(client.answered).toBe(client.sent);
  });

  it("at any moment, with an arbiter, one runs and everybody is answered", async () => {
    const states = new Set<string>();
    for (let index = 0; index < 16; index++) {
      const { account, client, said } = await runWith([cut(12 + index * 2.331)], { hasArbiter: true });
      expect(said).toEqual([]);
      expect(account.splitFromNs).toBeNull();
      expect(client.answered).toBe(client.sent);
      states.add(account.state);
    }
    for (const state of states) expect(["active", "unprotected"]).toContain(state);
  });

  it("with an arbiter, whose answer is for good: the one that goes on dies, the machine is lost", async () => {
    const first = await runWith([cut(100)], { hasArbiter: true });
    const survivor = first.account.state === "active" ? "backup" : "primary";
    const { account, said } = await runWith([cut(100), { atNs: 200 * MS, fail: survivor }], { hasArbiter: true });
    expect(said).toEqual([]);
    expect(account.state).toBe("lost");
  });

  it("the operator declares a backup dead that lives and cannot be told, what flows is not in it", async () => {
    const { account, said } = await runWith([cut(20), abandon(24)]);
    expect(account.state).toBe("split");
    expect(said.join("\n")).toMatch(/output commit: \d+ frames went onto a wire after the backup was declared dead/);
    expect(said.join("\n")).toMatch(/one machine: split brain: both copies of machine 0 ran from .* to the end/);
  });

  it("the same with backupLost: stop, the primary stops and only the backup runs", async () => {
    const { account, client, said } = await runWith([cut(20), abandon(24)], { backupLost: "stop" });
    expect(said).toEqual([]);
    expect(account.state).toBe("active");
    expect(client.answered).toBe(client.sent);
  });

  it("then the backup dies while it takes over, the primary goes on", async () => {
    const { account, client, said } = await runWith([cut(100), { atNs: 140 * MS, fail: "backup" }]);
    expect(said).toEqual([]);
    expect(account.state).toBe("unprotected");
    expect(client.answered).toBe(client.sent);
  });

  it("then the primary dies while both run, the backup is the machine", async () => {
    const { account, said, text } = await runWith([cut(50), { atNs: 200 * MS, fail: "primary" }]);
    expect(account.state).toBe("active");
    expect(account.splitToNs).toBe(200 * MS);
    expect(said).toHaveLength(1);
    expect(text).toContain("until 200 ms");
  });
});

describe("the replication link is cut for a while", () => {
  it("shorter than the time-out, the connection tries again, and what was held is released then", async () => {
    const { account, protection, client, said } = await runWith(
      [cut(20), { atNs: 30 * MS, mend: "web" }],
      {},
      280 * MS,
    );
    expect(said).toEqual([]);
    expect(account.state).toBe("protecting");
    expect(protection.link.state).toBe("up");
    expect(client.failed + client.waiting).toBeLessThan(client.sent / 4);
    // The least time-out of TCP, 200 ms, during which nobody is answered.
    expect((client.gap?.toNs ?? 0) - (client.gap?.fromNs ?? 0)).toBeGreaterThan(180 * MS);
  });

  it("a stream half sent when it is cut, the rest is sent later and the backup is whole", async () => {
    const events: EventScenario[] = [
      { atNs: 12 * MS, alter: "web", rateBitsPerSecond: 50e6, loss: null },
      cut(26.5),
      { atNs: 30 * MS, mend: "web" },
      { atNs: 32 * MS, alter: "web", rateBitsPerSecond: 1e9, loss: null },
      { atNs: 270 * MS, fail: "primary" },
    ];
    const { account, said } = await runWith(events, { timeoutNs: 15 * MS });
    expect(said).toEqual([]);
    expect(account.checkpoints).toBeGreaterThan(3);
  });

  it("the primary dies meanwhile, the backup runs from what it had", async () => {
    for (let index = 0; index < 8; index++) {
      const atMs = 14 + index * 1.337;
      const { account, said } = await runWith([cut(atMs), { atNs: (atMs + 7) * MS, fail: "primary" }], {
        epochCount: 3,
      });
      expect(said).toEqual([]);
      expect(account.state).toBe("active");
    }
  });
});

describe("the replication link is slow, or loses frames", () => {
  it("slow for a while, checkpoints are late and nothing is lost", async () => {
    const events: EventScenario[] = [
      { atNs: 12 * MS, alter: "web", rateBitsPerSecond: 50e6, loss: null },
      { atNs: 160 * MS, alter: "web", rateBitsPerSecond: 1e9, loss: null },
    ];
    const { account, client, said } = await runWith(events, { timeoutNs: 100 * MS }, 100 * MS);
    expect(said).toEqual([]);
    expect(account.state).toBe("protecting");
    expect(account.lateCheckpoints).toBeGreaterThan(1);
    expect(client.answered).toBe(client.sent);
  });

  it("losing a frame in a thousand, checkpoints go on, the same at every run", async () => {
    const lossy: EventScenario[] = [{ atNs: 20 * MS, alter: "web", rateBitsPerSecond: null, loss: 0.001 }];
    const one = await runWith(lossy, { timeoutNs: 100 * MS }, 100 * MS);
    const other = await runWith(lossy, { timeoutNs: 100 * MS }, 100 * MS);
    const clean = await runWith([], { timeoutNs: 100 * MS }, 100 * MS);
    expect(one.said).toEqual([]);
    expect(one.account.state).toBe("protecting");
    expect(one.account.checkpoints).toBeGreaterThan(10);
    expect(one.run.outcome.digest).toBe(other.run.outcome.digest);
    expect(one.run.outcome.digest).not.toBe(clean.run.outcome.digest);
  });
});

describe("the backup is lost", () => {
  it("its host dies and the policy is stop, the guest stops and nothing more comes of it", async () => {
    const { account, client, said } = await runWith([{ atNs: 100 * MS, fail: "backup" }], { backupLost: "stop" });
    expect(said).toEqual([]);
    expect(account.state).toBe("stopped");
    expect(client.gap?.toNs).toBeNull();
  });

  it("the operator gives it up and it hears, it stays out and the guest goes on", async () => {
    const { account, protection, client, said } = await runWith([abandon(100)]);
    expect(said).toEqual([]);
    expect(account.state).toBe("unprotected");
    expect(protection.backup).toBe("idle");
    expect(client.answered).toBe(client.sent);
  });

  it("the same, then the primary dies, the machine is lost", async () => {
    const { account, said } = await runWith([abandon(100), { atNs: 200 * MS, fail: "primary" }]);
    expect(said).toEqual([]);
    expect(account.state).toBe("lost");
  });
});

describe.each(["paravirtual", "emulated"] as const)("a machine with a NIC that dom0 serves, %s", (io) => {
  async function runCut(hasArbiter: boolean, events: readonly EventScenario[]) {
    const run = runJudged(
      withScenario(await frontInput(io), (scenario) => ({
        ...scenario,
        events,
        protect: scenario.protect.map((entry) => ({ ...entry, hasArbiter })),
      })),
    );
    return { said: objections(run), state: run.account.protections[0]?.state };
  }

  it("its link is cut, both run, and the primary is heard of nobody", async () => {
    const { said, state } = await runCut(false, [cut(30)]);
    expect(state).toBe("split");
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^one machine: split brain/);
  });

  it("with an arbiter, one runs", async () => {
    for (const ms of [21, 24.3, 27.7, 31.1]) {
      const { said, state } = await runCut(true, [cut(ms)]);
      expect(said).toEqual([]);
      expect(["active", "unprotected"]).toContain(state);
    }
  });
});

describe("several machines in one pair of hosts", () => {
  it("two to the one side and one to the other, a host dies, each does what its side has to", async () => {
    const input = withScenario(await smallInput(), (scenario) => {
      const [vm] = scenario.vms;
      const [client] = scenario.clients;
      const [traffic] = scenario.traffic;
      const [protect] = scenario.protect;
      if (!vm || !client || !traffic || !protect) throw new Error("the small scenario has one of each");
      return {
        ...scenario,
        hosts: scenario.hosts.map((host) => ({
          ...host,
          coreCount: 6,
          nics: host.nics.map((nic) => ({ ...nic, vfCount: 6 })),
        })),
        vms: [vm, { ...vm, name: "mail", host: "backup" }, { ...vm, name: "shop" }],
        clients: [client, { ...client, name: "second" }, { ...client, name: "third" }],
        traffic: [traffic, { ...traffic, from: "second", to: "mail" }, { ...traffic, from: "third", to: "shop" }],
        protect: [protect, { ...protect, vm: "mail", to: "primary" }, { ...protect, vm: "shop", intervalNs: 7 * MS }],
      };
    });
    const run = runJudged(input);
    expect(objections(run)).toEqual([]);
    expect(run.account.protections.map(({ state }) => state)).toEqual(["active", "unprotected", "active"]);
    for (const { answered, sent } of run.account.clients) expect(answered).toBe(sent);
  });
});
