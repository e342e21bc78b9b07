/**
 * A machine that runs without a backup is protected anew, to a third host, by a protection of its own; and what ends that
 * one is survived as well.
 */
import { describe, expect, it } from "vitest";
import { type JudgedRun, runJudged } from "../../src/cli/judged-run";
import { compose } from "../../src/experiment/compose";
import { finish, runScenario } from "../../src/experiment/run";
import { start, step } from "../../src/experiment/simulate";
import { loadWorld, saveWorld } from "../../src/experiment/world-image";
import { successionText } from "../../src/report/succession-text";
import { BRIEF_TAKEOVER, protectingEachOther, withScenario } from "../support/failover-scenario";
import { type SuccessionWish, successionFlowInput, successionInput } from "../support/succession-scenario";

const ms = 1_000_000;
const MODELS = ["renic", "paravirtual", "emulated"] as const;

/** A NIC that dom0 serves is connected anew at some leisure: what follows comes later. */
const DEATHS = {
  renic: { first: 53 * ms, second: 163 * ms, end: 300 * ms },
  paravirtual: { first: 53 * ms, second: 330 * ms, end: 700 * ms },
  emulated: { first: 53 * ms, second: 330 * ms, end: 700 * ms },
};

function objections({ verdicts }: JudgedRun): string[] {
  return verdicts.flatMap(({ judge, faults }) => faults.map((fault) => `${judge}: ${fault}`));
}

function statesOf({ account }: JudgedRun): string[] {
  return account.protections.map(({ from, to, state }) => `${from} to ${to}: ${state}`);
}

async function runOf(wish: SuccessionWish): Promise<JudgedRun> {
  return runJudged(await successionInput(wish));
}

describe.each(MODELS)("a machine with a NIC that is %s", (io) => {
  const { first, second, end } = DEATHS[io];

  it("its hosts die one after the other, every request is answered by the third", async () => {
    const events = [
      { atNs: first, fail: "primary" },
      { atNs: second, fail: "backup" },
    ];
    const run = await runOf({ io, events, durationNs: end });
    expect(objections(run)).toEqual([]);
    expect(statesOf(run)).toEqual(["primary to backup: succeeded", "backup to third: active"]);
    const [client] = run.account.clients;
    expect(client?.answered).toBe(client?.sent);
    const [before, again] = run.account.protections;
    expect(before).toMatchObject({ isAgain: false, failedAtNs: first });
    expect(again).toMatchObject({ isAgain: true, failedAtNs: second });
    expect(again?.checkpoints).toBeGreaterThan(2);
    // One numbering, from one protection to the next.
    expect(again?.activatedEpoch).toBeGreaterThan((before?.activatedEpoch ?? 0) + 2);
    expect(run.verdicts.filter(({ judge }) => judge === "failover equality")).toHaveLength(2);
    const [succession] = run.account.successions;
    expect(succession).toMatchObject({ vm: "web", to: "third", state: "begun" });
    expect((succession?.begunAtNs ?? 0) - (succession?.exposedAtNs ?? 0)).toBe(20 * ms);
    expect(run.account.successions.map(successionText).join()).toMatch(
      /^again {8}web to third: without a backup from \d+(\.\d+)? ms, copied from .*, whole there at .*: \d+\.\d+ ms unprotected$/,
    );
  });

  it("its backup dies, it is protected anew, then its own host dies, every request is answered", async () => {
    const events = [
      { atNs: first, fail: "backup" },
      { atNs: second, fail: "primary" },
    ];
    const run = await runOf({ io, events, durationNs: end });
    expect(objections(run)).toEqual([]);
    expect(statesOf(run)).toEqual(["primary to backup: succeeded", "primary to third: active"]);
    const [client] = run.account.clients;
    expect(client?.answered).toBe(client?.sent);
  });

  it("planted: the second protection releases an epoch when it is captured, output commit broken", async () => {
    const input = await successionInput({ io, events: [{ atNs: first, fail: "primary" }], durationNs: end });
    const run = runJudged(input, {
      captured({ world, vm, place, epoch }) {
        if (vm === 0) return;
        if (place.front) world.plane.releaseHeld(place.front.vif, epoch);
        else world.plane.releaseEpoch(place.vf, epoch);
      },
    });
    expect(objections(run).join()).toMatch(/output commit: frame \d+ of epoch \d+ was outside at/);
  });

  it("TCP through both failovers, every byte right", async () => {
    const events = [
      { atNs: 100 * ms, fail: "one" },
      { atNs: 500 * ms, fail: "two" },
    ];
    const input = withScenario(await successionFlowInput({ io, events, durationNs: 1_800 * ms }), (scenario) => ({
      ...scenario,
      vms: scenario.vms.map((vm) => (vm.name === "soft" ? { ...vm, host: "third" } : vm)),
      costs: BRIEF_TAKEOVER,
    }));
    const run = runJudged(input);
    expect(objections(run)).toEqual([]);
    expect(statesOf(run)).toEqual(["one to two: succeeded", "two to third: active"]);
    for (const flow of run.account.flows) expect(flow).toMatchObject({ wrongBytes: 0, failedConnections: 0 });
    expect(run.account.flows[0]?.count).toBeGreaterThan(100);
  });
});

describe("compressed checkpoints", () => {
  it("the second protection has a stream of its own, nothing of the first one's is expected", async () => {
    const events = [
      { atNs: 53 * ms, fail: "primary" },
      { atNs: 163 * ms, fail: "backup" },
    ];
    const input = withScenario(await successionInput({ events }), (scenario) => ({
      ...scenario,
      protect: scenario.protect.map((entry) => ({ ...entry, compression: "delta" as const })),
    }));
    const run = runJudged(input);
    expect(objections(run)).toEqual([]);
    expect(statesOf(run)).toEqual(["primary to backup: succeeded", "backup to third: active"]);
  });
});

describe("two machines that protect each other's hosts", () => {
  it("both are protected anew to a third one, and both go on there", async () => {
    const events = [
      { atNs: 53 * ms, fail: "primary" },
      { atNs: 170 * ms, fail: "backup" },
    ];
    const input = withScenario(await successionInput({ events }), protectingEachOther);
    const run = runJudged(input);
    expect(objections(run)).toEqual([]);
    expect(run.account.protections.map(({ vm, from, to, state }) => `${vm}, ${from} to ${to}: ${state}`)).toEqual([
      "web, primary to backup: succeeded",
      "mail, backup to primary: succeeded",
      "mail, backup to third: active",
      "web, backup to third: active",
    ]);
    for (const { answered, sent } of run.account.clients) expect(answered).toBe(sent);
  });
});

describe("without the bytes of payload", () => {
  it("the same protections at the same times", async () => {
    const events = [
      { atNs: 100 * ms, fail: "one" },
      { atNs: 330 * ms, fail: "two" },
    ];
    const input = withScenario(await successionFlowInput({ events, durationNs: 600 * ms }), (scenario) => ({
      ...scenario,
      vms: scenario.vms.map((vm) => (vm.name === "soft" ? { ...vm, host: "third" } : vm)),
    }));
    const accounts = [true, false].map((hasContent) => {
      const run = runJudged(withScenario(input, (scenario) => ({ ...scenario, hasContent })));
      expect(objections(run)).toEqual([]);
      const { protections, successions, frames } = run.account;
      return { protections, successions, frames };
    });
    expect(accounts[0]?.protections.map(({ state }) => state)).toEqual(["succeeded", "active"]);
    expect(accounts[1]).toEqual(accounts[0]);
  });
});

describe("the next host", () => {
  it("is dead when its turn comes: passed over, the one behind it is taken", async () => {
    const events = [
      { atNs: 40 * ms, fail: "third" },
      { atNs: 53 * ms, fail: "primary" },
      { atNs: 190 * ms, fail: "backup" },
    ];
    const run = await runOf({ events, hosts: ["third", "fourth"] });
    expect(objections(run)).toEqual([]);
    expect(statesOf(run)).toEqual(["primary to backup: succeeded", "backup to fourth: active"]);
    expect(run.account.successions.map(({ to, state }) => [to, state])).toEqual([
      ["third", "host-down"],
      ["fourth", "begun"],
    ]);
    expect(run.account.successions.map(successionText)[0]).toBe(
      "again        web to third: that host was down when its turn came",
    );
  });

  it("dies when it had the backup: the one behind it is taken", async () => {
    const events = [
      { atNs: 53 * ms, fail: "primary" },
      { atNs: 160 * ms, fail: "third" },
      { atNs: 240 * ms, fail: "backup" },
    ];
    const run = await runOf({ events, hosts: ["third", "fourth"] });
    expect(objections(run)).toEqual([]);
    expect(statesOf(run)).toEqual([
      "primary to backup: succeeded",
      "backup to third: succeeded",
      "backup to fourth: active",
    ]);
    const [client] = run.account.clients;
    expect(client?.answered).toBe(client?.sent);
  });

  it("the machine dies before its turn comes, or in the first copy: lost, and said so", async () => {
    const early = await runOf({
      events: [
        { atNs: 53 * ms, fail: "primary" },
        { atNs: 115 * ms, fail: "backup" },
      ],
    });
    expect(objections(early)).toEqual([]);
    expect(statesOf(early)).toEqual(["primary to backup: lost"]);
    expect(early.account.successions.map(successionText)).toEqual([
      "again        web to third: no copy was left to protect",
    ]);
    const copying = await runOf({
      events: [
        { atNs: 53 * ms, fail: "primary" },
        { atNs: 130 * ms, fail: "backup" },
      ],
    });
    expect(objections(copying)).toEqual([]);
    expect(statesOf(copying)).toEqual(["primary to backup: succeeded", "backup to third: lost"]);
    expect(copying.account.successions.map(successionText).join()).toMatch(/never whole there$/);
  });

  it("nothing fails, it is not needed", async () => {
    const run = await runOf({ events: [] });
    expect(statesOf(run)).toEqual(["primary to backup: protecting"]);
    expect(run.account.successions.map(successionText)).toEqual(["again        web to third: was not needed"]);
  });
});

describe("a backup that was given up", () => {
  it("and was told: the machine is protected anew from where it always ran", async () => {
    const run = await runOf({
      events: [
        { atNs: 60 * ms, abandon: "web" },
        { atNs: 200 * ms, fail: "primary" },
      ],
    });
    expect(objections(run)).toEqual([]);
    expect(statesOf(run)).toEqual(["primary to backup: succeeded", "primary to third: active"]);
  });

  it("and cannot be told: nothing follows while it may still become the machine", async () => {
    const events = [
      { atNs: 60 * ms, cut: "web" },
      { atNs: 62 * ms, abandon: "web" },
    ];
    const run = await runOf({ events });
    expect(statesOf(run)).toEqual(["primary to backup: split"]);
    expect(run.account.successions[0]?.state).toBe("waiting");
  });

  it("and cannot be told, but an arbiter forbids it: the machine is protected anew", async () => {
    const input = withScenario(await successionInput({ events: [{ atNs: 60 * ms, cut: "web" }] }), (scenario) => ({
      ...scenario,
      protect: scenario.protect.map((entry) => ({ ...entry, hasArbiter: true, timeoutNs: 40 * ms })),
    }));
    const run = runJudged(input);
    expect(objections(run)).toEqual([]);
    expect(["primary to third: protecting", "backup to third: protecting"]).toContain(statesOf(run)[1]);
  });
});

describe("hosts that are repaired", () => {
  it.each(MODELS)("%s: each takes the machine back in its next life, every request is answered", async (io) => {
    const { first, second, end } = DEATHS[io];
    const events = [
      { atNs: first, fail: "primary" },
      { atNs: first + 5 * ms, repair: "primary" },
      { atNs: second, fail: "backup" },
      { atNs: second + 5 * ms, repair: "backup" },
      { atNs: end, fail: "primary" },
    ];
    const run = await runOf({ io, events, hosts: ["primary", "backup"], durationNs: end + (end - second) });
    expect(objections(run)).toEqual([]);
    expect(statesOf(run)).toEqual([
      "primary to backup: succeeded",
      "backup to primary (repaired): succeeded",
      "primary (repaired) to backup (repaired): active",
    ]);
    const [client] = run.account.clients;
    expect(client?.answered).toBe(client?.sent);
    expect(run.account.hosts.map(({ name }) => name)).toEqual([
      "primary",
      "backup",
      "primary (repaired)",
      "backup (repaired)",
    ]);
  });

  it("too late for its turn: passed over", async () => {
    const events = [
      { atNs: 53 * ms, fail: "primary" },
      { atNs: 200 * ms, repair: "primary" },
    ];
    const run = await runOf({ events, hosts: ["primary"] });
    expect(objections(run)).toEqual([]);
    expect(statesOf(run)).toEqual(["primary to backup: active"]);
    expect(run.account.successions.map(successionText)).toEqual([
      "again        web to primary (repaired): that host was down when its turn came",
    ]);
  });

  it("a backup's host, repaired before a machine that runs alone has waited long enough", async () => {
    const events = [
      { atNs: 53 * ms, fail: "backup" },
      { atNs: 60 * ms, repair: "backup" },
      { atNs: 180 * ms, fail: "primary" },
    ];
    const run = await runOf({ events, hosts: ["backup"] });
    expect(objections(run)).toEqual([]);
    expect(statesOf(run)).toEqual(["primary to backup: succeeded", "primary to backup (repaired): active"]);
  });
});

describe("a backup that dies while the guest is about to stand still", () => {
  it("at any moment of a long burst: the guest runs on before the next protection begins", async () => {
    const job = { burstCycles: 1_000_000, hotBytes: 65_536, coldBytes: 0, hotWrites: 1, coldWrites: 0, trace: null };
    const input = withScenario(await successionInput({ events: [], afterNs: 0, durationNs: 150 * ms }), (scenario) => ({
      ...scenario,
      traffic: [],
      vms: scenario.vms.map((vm) => ({ ...vm, job, workload: { ...vm.workload, kind: "server" as const } })),
      // A burst of 10 ms.
      hosts: scenario.hosts.map((host) => ({ ...host, clockHz: 100_000_000 })),
      protect: scenario.protect.map((entry) => ({
        ...entry,
        link: { ...entry.link, rateBitsPerSecond: 100_000_000_000 },
      })),
    }));
    for (let moment = 0; moment < 20; moment++) {
      const events = [{ atNs: 40 * ms + moment * 1_317_117, fail: "backup" }];
      const run = runJudged({ ...input, scenario: { ...input.scenario, events } });
      expect(objections(run), `failure at ${events[0]?.atNs} ns`).toEqual([]);
      expect(statesOf(run)).toEqual(["primary to backup: succeeded", "primary to third: protecting"]);
    }
  });
});

describe("a run saved and loaded at many control events", () => {
  it.each(MODELS)("%s, the same end", async (io) => {
    const { first, second, end } = DEATHS[io];
    const events = [
      { atNs: first, fail: "primary" },
      { atNs: second, fail: "backup" },
    ];
    const input = await successionInput({ io, events, durationNs: end });
    const { digest } = runScenario(input);
    const composition = compose(input);
    start(composition, {});
    for (let event = 0; step(composition, {}); event++) {
      if (event % 197) continue;
      const loaded = loadWorld(input.module, saveWorld(composition), "memory");
      expect(finish(loaded).digest, `saved at control event ${event}`).toBe(digest);
    }
  });
});
