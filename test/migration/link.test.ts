/**
 * The way of a migration's pages: a link that is cut and mended at many moments, a processor that is slower than the link,
 * several connections, and compression. Whatever the way, memory is equal and the machine is in one place.
 */
import { describe, expect, it } from "vitest";
import type { MigrationScenario } from "../../src/config/migration-scenario";
import type { EventScenario } from "../../src/config/scenario";
import type { RunInput } from "../../src/experiment/input";
import { withScenario } from "../support/failover-scenario";
import { movingInput, movingTcpInput, withMigration } from "../support/migration-scenario";
import { eventTimes, runMove } from "../support/moved-run";

const MS = 1_000_000;

function withEvents(input: RunInput, events: readonly EventScenario[], durationNs = 1_500 * MS): RunInput {
  return withScenario(input, (scenario) => ({ ...scenario, durationNs, events }));
}

describe("a link that is cut", () => {
  it("and mended, at many events, the move goes on and everything is there", async () => {
    const input = await movingInput();
    const undisturbed = runMove(withEvents(input, [])).account;
    const times = eventTimes(input).filter((_, index, all) => index % 9 === 0 || index >= all.length - 12);
    for (const atNs of times) {
      const events = [
        { atNs, cut: "web" },
        { atNs: atNs + 150 * MS, mend: "web" },
      ];
      const { account, runsAt, objections } = runMove(withEvents(input, events));
      expect(objections, `at ${atNs}`).toEqual([]);
      expect(account.state, `at ${atNs}`).toBe("active");
      expect(runsAt, `at ${atNs}`).toEqual(["target"]);
      expect(account.parts.reduce((sum, { ns }) => sum + ns, 0)).toBe(account.downtimeNs);
      expect(account.totalNs ?? 0, `at ${atNs}`).toBeGreaterThanOrEqual(undisturbed.totalNs ?? 0);
    }
  });

  it("in the first round, for 150 ms, costs the time until the connection tries again", async () => {
    const events = [
      { atNs: 110 * MS, cut: "web" },
      { atNs: 260 * MS, mend: "web" },
    ];
    const input = await movingInput();
    const undisturbed = runMove(withEvents(input, [])).account;
    const { account } = runMove(withEvents(input, events));
    // The least time-out of TCP is 200 ms.
    const lateNs = (account.rounds[0]?.sendNs ?? 0) - (undisturbed.rounds[0]?.sendNs ?? 0);
    expect(lateNs).toBeGreaterThan(199 * MS);
    expect(lateNs).toBeLessThan(202 * MS);
  });

  it("and never mended, waits, until it is called off", async () => {
    const input = withEvents(await movingInput(), [{ atNs: 110 * MS, cut: "web" }]);
    expect(runMove(input).account.state).toBe("copying");
    const { account, runsAt, objections } = runMove(withMigration(input, { cancelNs: 700 * MS }));
    expect([account.state, objections, runsAt]).toEqual(["cancelled", [], ["source"]]);
  });

  it("when the source has let go, and then dies, takes along what it handed over", async () => {
    const input = await movingInput();
    const { resumedNs, parts } = runMove(withEvents(input, [])).account;
    const handOverNs = parts.at(-1)?.ns ?? 0;
    // The target's message takes the first half; it is there, and the source's own finds no link.
    const atNs = (resumedNs ?? 0) - handOverNs + Math.floor(handOverNs * 0.25);
    const events = [
      { atNs, cut: "web" },
      { atNs: atNs + 50 * MS, fail: "source" },
    ];
    const { account, runsAt, objections } = runMove(withEvents(input, events));
    expect([account.state, account.endReason, objections, runsAt]).toEqual(["lost", "source-failed", [], []]);
  });
});

describe("dom0 that sends", () => {
  /** Pages cross in a round, in a second. */
  const rateOf = (input: RunInput) => {
    const { rounds } = runMove(input).account;
    const [first] = rounds;
    return ((first?.pages ?? 0) * 1e9) / (first?.sendNs ?? 1);
  };
  const fast = (change: Partial<MigrationScenario>) => ({
    link: { rateBitsPerSecond: 100e9, latencyNs: 5_000 },
    ...change,
  });
  const withSendPage = (input: RunInput, sendPage: number, vcpuCount = 1): RunInput =>
    withScenario(input, (scenario) => ({
      ...scenario,
      costs: { ...scenario.costs, sendPage, migrationRate: 100e9 },
      hosts: scenario.hosts.map((host) => ({ ...host, coreCount: 8, dom0: { ...host.dom0, vcpuCount } })),
    }));

  it("is no faster than its processor", async () => {
    const input = withMigration(await movingInput(), fast({}));
    // 26,000 cycles at 2.6 GHz are 10 us.
    const rate = rateOf(withSendPage(input, 26_000));
    expect(rate).toBeGreaterThan(95_000);
    expect(rate).toBeLessThanOrEqual(100_000);
  });

  it("over four connections on four vCPUs, is nearly four times as fast", async () => {
    const input = withMigration(await movingTcpInput(), fast({ streamCount: 4 }));
    const rate = rateOf(withSendPage(input, 26_000, 4));
    expect(rate).toBeGreaterThan(350_000);
    expect(rate).toBeLessThanOrEqual(400_000);
  });

  it("over four connections on one vCPU, is as fast as over one", async () => {
    const input = withMigration(await movingTcpInput(), fast({ streamCount: 4 }));
    expect(rateOf(withSendPage(input, 26_000, 1))).toBeLessThanOrEqual(100_000);
  });
});

describe.each(["release", "debug"] as const)("several connections, %s build", (build) => {
  it("a forced stop in the middle of a round, nothing old overwrites what is new", async () => {
    const input = withMigration(await movingTcpInput(build), { streamCount: 3, forceNs: 120 * MS });
    const { account, runsAt, objections } = runMove(input);
    expect([account.state, account.stopReason, objections, runsAt]).toEqual(["active", "forced", [], ["target"]]);
  });
});

describe("compression", () => {
  it.each(["release", "debug"] as const)("memory is equal, and fewer bytes cross, %s build", async (build) => {
    const input = await movingTcpInput(build);
    const whole = runMove(input).account;
    const { account, runsAt, objections } = runMove(withMigration(input, { compression: "delta" }));
    expect([account.state, objections, runsAt]).toEqual(["active", [], ["target"]]);
    expect(account.bytes).toBeLessThan(whole.bytes / 2);
    // Later rounds send what has changed since, which is less than a page each.
    const [, second] = account.rounds;
    expect((second?.bytes ?? 0) / (second?.pages ?? 1)).toBeLessThan(2_048);
  });

  it("the comparison is dom0's work", async () => {
    const input = withMigration(await movingTcpInput(), { compression: "delta" });
    const costly = withScenario(input, (scenario) => ({
      ...scenario,
      costs: { ...scenario.costs, comparePage: 10 * scenario.costs.comparePage },
    }));
    const worked = (each: RunInput) => {
      const { world } = runMove(each).run.outcome;
      return Array.from({ length: world.plane.vcpuCount() }, (_, vcpu) => world.plane.vcpuRanPs(vcpu)).reduce(
        (a, b) => a + b,
      );
    };
    expect(worked(costly)).toBeGreaterThan(worked(input));
  });
});
