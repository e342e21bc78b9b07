/** The planner against closed forms, bounds and sums that hold whatever the numbers are. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MIGRATION_POLICIES, MIGRATION_POLICY_KINDS } from "../../src/config/migration-policy";
import { COST_NAMES, resolveCosts } from "../../src/host/cost-table";
import { type MigrationPlanInput, PLAN_DEFAULTS, receivingAt } from "../../src/migration/plan-input";
import { planLink } from "../../src/migration/planned-link";
import { planMigration } from "../../src/migration/planner";
import { MIGRATION_IO, STEP_ROWS, stepsOf } from "../../src/migration/stop-steps";
import { InputError } from "../../src/sim/input-error";
import { sum } from "../../src/sim/numbers";

const GIB = 2 ** 30;
const PAGES = GIB / 4_096;
const RECORD_BYTES = 4_112;
const SERVER: MigrationPlanInput = {
  io: "renic",
  memoryBytes: GIB,
  linkBitsPerSecond: 10_000_000_000,
  writers: [
    { pageCount: 16_384, pagesPerSecond: 20_000 },
    { pageCount: 131_072, pagesPerSecond: 500 },
  ],
  receiving: receivingAt(50_000),
};

const LINK = { linkBitsPerSecond: SERVER.linkBitsPerSecond, linkLatencyNs: PLAN_DEFAULTS.linkLatencyNs };

const totalNs = (parts: readonly { ns: number }[]) => sum(parts.map(({ ns }) => ns));

describe("uncapped, lambda = dirty rate / send rate", () => {
  // No latency, no time for reading logs, no work for a page: nothing but the geometric series is left.
  const costs = resolveCosts("now", { scanLog: 0, sendPage: 0 });
  const bare = { ...SERVER, receiving: null, linkLatencyNs: 0, costs };
  const pagesPerSecond = planLink({ ...PLAN_DEFAULTS, ...bare }).streamRate / RECORD_BYTES;

  it.each([0.1, 0.5, 0.9])("lambda %f, rounds and total time are those of the geometric series", (lambda) => {
    const roundCountMax = 8;
    const plan = planMigration({
      ...bare,
      writers: [{ pageCount: PAGES, pagesPerSecond: lambda * pagesPerSecond }],
      policy: { kind: "xen", roundCountMax, pageCountMin: 0 },
    });
    plan.rounds.forEach(({ pageCount }, index) => {
      // Each round is rounded down, and later ones pay for earlier ones.
      const exact = PAGES * lambda ** index;
      expect(pageCount).toBeLessThanOrEqual(exact);
      expect(pageCount).toBeGreaterThan(exact - 1 / (1 - lambda) - 1);
    });
    const sentNs =
      sum(plan.rounds.map(({ sendNs }) => sendNs)) + (plan.stopped.find(({ name }) => name === "last pages")?.ns ?? 0);
    const seriesNs = ((PAGES / pagesPerSecond) * 1e9 * (1 - lambda ** (roundCountMax + 1))) / (1 - lambda);
    expect(Math.abs(sentNs / seriesNs - 1)).toBeLessThan(0.001);
  });

  it("lambda above 1, every round sends what the guest can dirty, and the policy ends it", () => {
    const writers = [{ pageCount: 100_000, pagesPerSecond: 2 * pagesPerSecond }];
    const { rounds, outcome } = planMigration({ ...bare, writers });
    expect(rounds.map(({ dirtyPageCount }) => dirtyPageCount)).toEqual([1, 2, 3, 4, 5].map(() => 100_000));
    expect(outcome).toEqual({ kind: "moved", reason: "last-round" });
  });
});

describe("any migration", () => {
  const region = fc.record({
    pageCount: fc.integer({ min: 0, max: 60_000 }),
    pagesPerSecond: fc.integer({ min: 0, max: 900_000 }),
    isBusy: fc.boolean(),
  });
  const input = fc.record({
    io: fc.constantFrom(...MIGRATION_IO),
    memoryBytes: fc.constantFrom(GIB, 4 * GIB),
    writers: fc.array(region, { maxLength: 4 }),
    vcpuCount: fc.integer({ min: 1, max: 4 }),
    linkBitsPerSecond: fc.constantFrom(1e8, 1e9, 1e10, 1e11),
    policy: fc.constantFrom(...MIGRATION_POLICY_KINDS).map((kind) => MIGRATION_POLICIES[kind]),
    costs: fc.constantFrom(resolveCosts("era", {}), resolveCosts("now", {})),
  });

  it("times, are the sums of their parts", () => {
    fc.assert(
      fc.property(input, (wanted) => {
        const plan = planMigration(wanted);
        expect(plan.downtimeNs).toBe(totalNs(plan.stopped));
        expect(plan.outageNs).toBe(totalNs(plan.outages));
        expect(plan.shutdownNs).toBe(Math.max(0, ...plan.outages.map(({ ns }) => ns)));
        const liveNs = sum(plan.rounds.map(({ sendNs, harvestNs }) => sendNs + harvestNs));
        expect(plan.totalNs).toBe(plan.beforeNs + liveNs + plan.downtimeNs);
        expect(plan.outcome.kind === "moved").toBe(plan.downtimeNs > 0);
      }),
    );
  });

  it("total time, is at least what the memory takes on the link", () => {
    fc.assert(
      fc.property(input, (wanted) => {
        const plan = planMigration(wanted);
        const leastNs = (wanted.memoryBytes * 8e9) / wanted.linkBitsPerSecond;
        if (plan.outcome.kind !== "refused") expect(plan.totalNs).toBeGreaterThan(leastNs);
      }),
    );
  });

  it("xen-classic, sends at most five times the memory", () => {
    fc.assert(
      fc.property(input, (wanted) => {
        const plan = planMigration({ ...wanted, policy: MIGRATION_POLICIES["xen-classic"] });
        expect(plan.byteCount).toBeLessThanOrEqual((5 * wanted.memoryBytes * RECORD_BYTES) / 4_096);
      }),
    );
  });

  it("planned twice, the same plan", () => {
    fc.assert(
      fc.property(input, (wanted) => {
        expect(planMigration(wanted)).toEqual(planMigration({ ...wanted }));
      }),
    );
  });
});

describe("the stop by way to the network", () => {
  const outageOf = (io: MigrationPlanInput["io"]) => planMigration({ ...SERVER, io }).outageNs;

  it("a plain virtual function, refused with the reason", () => {
    const { outcome, rounds, byteCount } = planMigration({ ...SERVER, io: "vf" });
    expect(outcome).toMatchObject({ kind: "refused" });
    expect(outcome.reason).toMatch(/dirty log/);
    expect([rounds.length, byteCount]).toEqual([0, 0]);
  });

  it("what a client misses, grows from renic over compsc and the software NICs to teaming", () => {
    const outages = (["renic", "compsc", "emulated", "paravirtual", "teaming"] as const).map(outageOf);
    expect(outages).toEqual([...outages].sort((one, other) => one - other));
  });

  it("a bond, the longest time without an answer is that of the NIC that it moves on; one that looks late, its failover", () => {
    const shutdownOf = (io: MigrationPlanInput["io"], bondPoll: number) =>
      planMigration({ ...SERVER, io, costs: resolveCosts("now", { bondPoll }) }).shutdownNs;
    expect(shutdownOf("teaming", 100_000_000)).toBe(shutdownOf("paravirtual", 100_000_000));
    expect(shutdownOf("teaming", 1_000_000_000)).toBe(500_000_000);
  });

  it("backend set up before the stop, its time is not downtime", () => {
    const late = planMigration({ ...SERVER, io: "paravirtual" });
    const early = planMigration({ ...SERVER, io: "paravirtual", backend: "before-stop" });
    expect(late.downtimeNs - early.downtimeNs).toBe(PLAN_DEFAULTS.costs.attachBackend);
    expect(early.beforeNs - late.beforeNs).toBe(PLAN_DEFAULTS.costs.attachBackend);
  });

  it("teaming with native hot-plug, waits before the first round", () => {
    const acpi = planMigration({ ...SERVER, io: "teaming" });
    const native = planMigration({ ...SERVER, io: "teaming", hotPlug: "native" });
    expect(acpi.beforeNs).toBe(300_000_000);
    expect(native.beforeNs).toBe(6_000_000_000);
    expect(native.downtimeNs).toBe(acpi.downtimeNs);
  });

  it("guest without a device model, without its saving and loading", () => {
    const { saveDeviceModel, loadDeviceModel } = PLAN_DEFAULTS.costs;
    const bare = planMigration({ ...SERVER, hasDeviceModel: false });
    expect(planMigration(SERVER).downtimeNs - bare.downtimeNs).toBe(saveDeviceModel + loadDeviceModel);
  });

  it("every step, is a row of the cost model or time of the link, and is taken by somebody", () => {
    const options = PLAN_DEFAULTS;
    const movable = MIGRATION_IO.flatMap((io) => (io === "vf" ? [] : [io]));
    const taken = movable.flatMap((io) =>
      [options, { ...options, backend: "before-stop", hotPlug: "native" } as const].flatMap((each) =>
        Object.values(stepsOf(io, each)).flat(),
      ),
    );
    expect([...new Set(taken)].sort()).toEqual(Object.keys(STEP_ROWS).sort());
    for (const row of Object.values(STEP_ROWS)) if (row !== null) expect(COST_NAMES).toContain(row);
  });
});

describe("options", () => {
  const idle = { ...SERVER, writers: [], receiving: null, linkBitsPerSecond: 100_000_000_000, linkLatencyNs: 0 };

  it("two streams where one is slower than the link, half the time", () => {
    const fast = { ...idle, costs: resolveCosts("now", { sendPage: 0 }) };
    const [one, two] = [1, 2].map((streamCount) => planMigration({ ...fast, streamCount }).rounds[0]?.sendNs ?? 0);
    expect(one).toBe(Math.floor((PAGES * RECORD_BYTES * 1e9) / PLAN_DEFAULTS.costs.migrationRate));
    expect(two).toBe(Math.floor((one ?? 0) / 2));
  });

  it("a link that is slower than dom0, waits for the work for the first batch alone", () => {
    const [free, worked] = [0, 5_000].map((sendPage) => {
      return planMigration({ ...SERVER, costs: resolveCosts("now", { sendPage }) }).rounds[0]?.sendNs ?? 0;
    });
    expect((worked ?? 0) - (free ?? 0)).toBe(Math.floor((256 * 5_000 * 1e9) / PLAN_DEFAULTS.clockHz));
  });

  it("dom0 that is slower than the link, decides, and half as much with two streams", () => {
    const slow = { ...idle, costs: resolveCosts("now", { sendPage: 26_000, migrationRate: 100e9 }) };
    const [one, two] = [1, 2].map((streamCount) => planMigration({ ...slow, streamCount }).rounds[0]?.sendNs ?? 0);
    // 10 us a page, and the last batch on the link.
    const lastNs = Math.floor((256 * RECORD_BYTES * 8 * 1_538) / 1_460 / 100);
    expect([one, two]).toEqual([PAGES * 10_000 + lastNs, (PAGES * 10_000) / 2 + lastNs]);
  });

  it("over ports, segments with timestamps, and dom0's driver and bridge beside the sender", () => {
    const { driverTransmit, driverReceive, bridgeHop, sendPage, migrationRate } = PLAN_DEFAULTS.costs;
    const sendNs = (linkBitsPerSecond: number) =>
      planMigration({ ...idle, linkBitsPerSecond, via: "ports" }).rounds[0]?.sendNs ?? 0;
    const firstNs = (256 * sendPage * 1e9) / PLAN_DEFAULTS.clockHz;
    expect(sendNs(1_000_000_000)).toBeCloseTo(firstNs + (PAGES * RECORD_BYTES * 8 * 1_538) / 1_448, -1);
    const cycles = sendPage + (RECORD_BYTES / 1_448) * (driverTransmit + (driverReceive + bridgeHop) / 2);
    const lastNs = (256 * RECORD_BYTES * 1e9) / migrationRate;
    expect(sendNs(100_000_000_000)).toBeCloseTo((PAGES * cycles * 1e9) / PLAN_DEFAULTS.clockHz + lastNs, -1);
  });

  it("compressed to a quarter, a quarter of the bytes beside headers", () => {
    const { rounds } = planMigration({ ...SERVER, compressionRatio: 0.25 });
    expect(rounds[0]?.byteCount).toBe(PAGES * (1_024 + 16));
  });

  it("a limit of the rate, holds batches back and the last one not", () => {
    const policy = { ...MIGRATION_POLICIES["xen-classic"], roundCountMax: 1 };
    const costs = resolveCosts("now", { sendPage: 0 });
    const { rounds } = planMigration({ ...idle, ...LINK, memoryBytes: 1024 * 4_096, policy, costs });
    const batchNs = (256 * RECORD_BYTES * 8e9) / 100_000_000;
    const lastNs = (256 * RECORD_BYTES * 8 * 1_538) / 1_460 / 10 + 20_000;
    expect(rounds[0]?.sendNs).toBe(Math.floor(3 * batchNs) + Math.floor(lastNs));
  });

  it("rounds without end, given up with that reason", () => {
    const writers = [{ pageCount: 200, pagesPerSecond: 900_000_000 }];
    const tiny = {
      ...SERVER,
      memoryBytes: 256 * 4_096,
      writers,
      receiving: null,
      linkBitsPerSecond: 1_000_000_000_000,
    };
    const policy = { ...MIGRATION_POLICIES.downtime, downtimeNs: 1 };
    expect(planMigration({ ...tiny, policy }).outcome).toEqual({ kind: "given-up", reason: "too-many-rounds" });
  });
});

describe("wrong input", () => {
  const problemsOf = (input: MigrationPlanInput) => {
    try {
      planMigration(input);
    } catch (error) {
      if (error instanceof InputError) return error.problems.map(({ subject, reason }) => `${subject}: ${reason}`);
      throw error;
    }
    return [];
  };

  it("several values, each is named with its limits", () => {
    const wrong = {
      memoryBytes: 5_000,
      linkBitsPerSecond: 10,
      streamCount: 0,
      compressionRatio: 1.5,
      writers: [{ pageCount: 1, pagesPerSecond: -1 }],
    };
    expect(problemsOf({ ...SERVER, ...wrong })).toEqual([
      "memoryBytes: expected a multiple of 4096, the size of a page, got 5000",
      "linkBitsPerSecond: expected a number from 1000000 to 1000000000000, got 10",
      "streamCount: expected a number from 1 to 64, got 0",
      "compressionRatio: expected a number above 0 and up to 1, got 1.5",
      "writers.0.pagesPerSecond: expected a number from 0 to 1000000000, got -1",
      "receiving.ringEntryCount: expected a number from 1 to 1.220703125, got 256",
    ]);
  });

  it("regions that do not fit the guest, refused", () => {
    const writers = [1, 2].map(() => ({ pageCount: 140_000, pagesPerSecond: 1 }));
    expect(problemsOf({ ...SERVER, writers })).toEqual([
      "writers: regions have 280000 pages, and the guest has 262144; make them smaller",
    ]);
  });

  it("no number, refused", () => {
    expect(problemsOf({ ...SERVER, memoryBytes: Number.NaN })).toContain(
      "memoryBytes: expected a number from 4096 to 17592186044416, got NaN",
    );
  });
});
