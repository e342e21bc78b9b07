/** Whole runs on processors that are shared: work waits, time is conserved, runs can be saved, a failover is survived. */
import { describe, expect, it } from "vitest";
import { runJudged } from "../../src/cli/judged-run";
import type { CpuScenario, JobScenario, Scenario } from "../../src/config/scenario";
import type { RunInput } from "../../src/experiment/input";
import { runScenario } from "../../src/experiment/run";
import { smallInput, withScenario } from "../support/failover-scenario";

const SHARED: CpuScenario = { vcpuCount: 1, placement: "shared", weight: 256 };
/** Bursts of 10 us, each of which writes a page of 64 KiB. */
const JOB: JobScenario = {
  burstCycles: 26_000,
  hotBytes: 65_536,
  coldBytes: 0,
  hotWrites: 1,
  coldWrites: 0,
  trace: null,
};

function changed(input: RunInput, change: Partial<Scenario["vms"][number]>, coreCount = 2): RunInput {
  return withScenario(input, (scenario) => ({
    ...scenario,
    hosts: scenario.hosts.map((host) => ({ ...host, coreCount, dom0: { ...host.dom0, ...SHARED } })),
    vms: scenario.vms.map((vm) => ({ ...vm, memoryBytes: 8 * 1024 ** 2, ...change })),
  }));
}

function broken({ verdicts }: ReturnType<typeof runJudged>): string[] {
  return verdicts.filter(({ faultCount }) => faultCount > 0).map(({ judge, faults }) => `${judge}: ${faults[0]}`);
}

describe("a protected machine that shares processors with dom0", () => {
  it.each([
    { what: "one processor for both", cpus: SHARED, job: null, coreCount: 1 },
    { what: "a job beside the service, one processor", cpus: SHARED, job: JOB, coreCount: 1 },
    { what: "three vCPUs with a job on two", cpus: { ...SHARED, vcpuCount: 3 }, job: JOB, coreCount: 2 },
    {
      what: "two vCPUs of its own",
      cpus: { ...SHARED, vcpuCount: 2, placement: "own" as const },
      job: JOB,
      coreCount: 3,
    },
  ])("$what, the host dies, every judge content and the service back", async ({ cpus, job, coreCount }) => {
    const run = runJudged(changed(await smallInput(), { ...cpus, job }, coreCount));
    expect(broken(run)).toEqual([]);
    expect(run.account.protections[0]?.state).toBe("active");
    expect(run.account.clients[0]?.waiting).toBe(0);
    const [primary] = run.account.hosts;
    // Either is rounded down; the judge of time compares picoseconds.
    const idleAndBusyNs = (primary?.busyNs ?? 0) + (primary?.idleNs ?? 0);
    expect(300_000_000 * (primary?.processorCount ?? 0) - idleAndBusyNs).toBeLessThanOrEqual(1);
  });

  it("a job beside the service, takes what is left of its processor", async () => {
    const { account } = runJudged(changed(await smallInput(), { placement: "own", job: JOB }, 3));
    const web = account.hosts[0]?.domains.find(({ name }) => name === "web");
    const total = Object.values(web?.cycles ?? {}).reduce((sum, cycles) => sum + cycles, 0);
    expect((web?.cycles.compute ?? 0) / total).toBeGreaterThan(0.8);
  });

  it("one processor for three, latencies grow and the order of runs by load is kept", async () => {
    const input = await smallInput();
    const median = (job: JobScenario | null, vcpuCount: number) => {
      const { account } = runJudged(changed(input, { ...SHARED, job, vcpuCount }, 1));
      return account.clients[0]?.latencyNsMax ?? 0;
    };
    expect(median(JOB, 3)).toBeGreaterThan(median(null, 1));
  });

  it("debug build against release build, equal digests", async () => {
    const digest = async (build: "release" | "debug") => {
      return runScenario(changed(await smallInput(build), { ...SHARED, vcpuCount: 3, job: JOB })).digest;
    };
    expect(await digest("debug")).toBe(await digest("release"));
  });
});
