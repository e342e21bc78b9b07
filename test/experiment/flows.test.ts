/** Whole runs with TCP and datagrams over every I/O model: judged, deterministic, saved anywhere, through a failover. */
import { describe, expect, it } from "vitest";
import { runJudged } from "../../src/cli/judged-run";
import { compose } from "../../src/experiment/compose";
import type { RunInput } from "../../src/experiment/input";
import { runScenario } from "../../src/experiment/run";
import { InputError } from "../../src/sim/input-error";
import { broken } from "../support/broken";
import { datagramsOver } from "../support/datagrams-over";
import { exampleInput, flowInput } from "../support/flow-scenario";
import { reloadedEverywhere } from "../support/reloaded";

/** Requests that each example answers at least: a device model has an exit for each packet. */
const EXAMPLES = [
  ["requests-renic.yaml", 3000],
  ["requests-vf.yaml", 3000],
  ["requests-paravirtual.yaml", 3000],
  ["requests-emulated.yaml", 1000],
] as const;

describe.each(EXAMPLES)("%s", (name, requestCount) => {
  it("run, every judge content, every byte right, processor time by domain and activity", async () => {
    const run = runJudged(await exampleInput(name));
    expect(broken(run)).toEqual([]);
    const [requests, bulk] = run.account.flows;
    expect(requests).toMatchObject({ kind: "requests", wrongBytes: 0, failedConnections: 0 });
    expect(requests?.count).toBeGreaterThan(requestCount);
    expect(bulk).toMatchObject({ kind: "bulk", bytes: 20 * 1024 ** 2, wrongBytes: 0, failedConnections: 0 });
    const domains = run.account.hosts.flatMap((host) => host.domains.filter(({ ranNs }) => ranNs > 0));
    const web = domains.filter((domain) => domain.name === "web");
    for (const { cycles } of web) expect(Object.keys(cycles).filter((activity) => cycles[activity])).toContain("copy");
    const dom0 = domains.find((domain) => domain.name === "dom0");
    const dom0Work = Object.keys(dom0?.cycles ?? {}).filter((activity) => dom0?.cycles[activity]);
    if (name === "requests-paravirtual.yaml")
      expect(dom0Work).toEqual(expect.arrayContaining(["bridge", "backend", "grant"]));
    else if (name === "requests-emulated.yaml")
      expect(dom0Work).toEqual(expect.arrayContaining(["bridge", "copy", "device-model"]));
    else expect(dom0Work).toEqual(name === "requests-renic.yaml" ? ["replication"] : []);
  });
});

describe.each(["vf", "paravirtual"] as const)("datagrams and requests to the same VM over %s", (io) => {
  it("run, its sink counts the datagrams and its stack has the segments", async () => {
    const input = datagramsOver(await exampleInput("requests-vf.yaml"), io, 2_600_000_000);
    const link = { rateBitsPerSecond: 1e9, latencyNs: 50_000, loss: 0 };
    const tcp = { connectionCount: 1, windowBytes: 65_536, byteCount: 300_000 };
    const scenario = {
      ...input.scenario,
      clients: [{ name: "ann", link }],
      flows: [
        ...input.scenario.flows.map((flow) => ({ ...flow, tickNs: 200_000 })),
        { kind: "bulk", from: "ann", to: "receiver", port: 80, startNs: 10_000_000, ...tcp } as const,
      ],
    };
    const [datagrams, bulk] = runJudged({ ...input, scenario }).account.flows;
    expect(bulk).toMatchObject({ bytes: 300_000, wrongBytes: 0, failedConnections: 0, retransmissions: 0 });
    const underWay = (datagrams?.sent ?? 0) - (datagrams?.count ?? 0);
    expect(datagrams?.sent).toBe(1996);
    expect(underWay).toBeGreaterThanOrEqual(0);
    expect(underWay).toBeLessThan(64);
  });
});

describe("flows to a protected VM whose host dies", () => {
  it("run, connections go on, and no client got a byte that was not sent", async () => {
    const run = runJudged(await flowInput());
    expect(broken(run)).toEqual([]);
    expect(run.account.protections[0]?.state).toBe("active");
    for (const flow of run.account.flows) expect(flow).toMatchObject({ wrongBytes: 0, failedConnections: 0 });
    // One transaction a connection and epoch, and none while the host is missed.
    expect(run.account.flows[0]?.count).toBeGreaterThan(20);
    expect(run.account.flows[1]?.bytes).toBe(300 * 1024);
  });

  it("debug build against release build, equal digests", async () => {
    expect(runScenario(await flowInput("debug")).digest).toBe(runScenario(await flowInput()).digest);
  });

  it("saved, loaded and gone on with at every control event, the same end", async () => {
    expect(await reloadedEverywhere(await flowInput())).toBeGreaterThan(50);
  });
});

describe.each(EXAMPLES)("%s, 60 ms of it", (name) => {
  it("saved, loaded and gone on with at every control event, the same end", async () => {
    const input = await exampleInput(name);
    const flows = input.scenario.flows.map((flow) => ({ ...flow, startNs: flow.startNs / 10 }));
    const scenario = { ...input.scenario, durationNs: 60_000_000, flows };
    expect(await reloadedEverywhere({ ...input, scenario })).toBeGreaterThan(1);
  });
});

describe("a job that names a trace of written pages", () => {
  const JOB = { burstCycles: 26_000, hotBytes: 65_536, coldBytes: 0, hotWrites: 0, coldWrites: 0 };

  async function tracedInput(): Promise<RunInput> {
    const input = await flowInput();
    const job = { ...JOB, trace: { path: "pages.csv", isRepeating: true } };
    return { ...input, scenario: { ...input.scenario, vms: input.scenario.vms.map((vm) => ({ ...vm, job })) } };
  }

  it("whose rows are not given, refused with how to give them", async () => {
    const input = await tracedInput();
    expect(() => compose(input)).toThrow(
      /vm web: job.trace: names pages.csv.*\n.*vm soft: job.trace: .*readDirtyTrace/,
    );
  });

  it("protected, goes on with its trace on the backup, every judge content", async () => {
    const rows = [{ durationNs: 5_000_000, hotPages: 12, coldPages: 0 }];
    const names = ["web", "soft"] as const;
    const run = runJudged({ ...(await tracedInput()), dirtyTraces: new Map(names.map((name) => [name, rows])) });
    expect(broken(run)).toEqual([]);
    expect(run.account.protections[0]?.state).toBe("active");
  });
});

describe("a VM that its stack does not fit", () => {
  it("composed, refused with what it needs", async () => {
    const input = await exampleInput("requests-vf.yaml");
    const scenario = {
      ...input.scenario,
      vms: input.scenario.vms.map((vm) => ({ ...vm, memoryBytes: 16 * 1024 ** 2 })),
    };
    expect(() => runScenario({ ...input, scenario })).toThrow(InputError);
    expect(() => runScenario({ ...input, scenario })).toThrow(
      /vm web: memory: is 16 MiB, and the VM needs 2[0-9] MiB with 25 connections/,
    );
  });
});

describe("200,000 datagrams a second to a host that cannot take them", () => {
  it.each([
    { io: "vf" as const, dom0Vcpus: 1, clockHz: 260_000_000, least: 50_000, most: 90_000, dropped: ["no-descriptor"] },
    {
      io: "vf" as const,
      dom0Vcpus: 1,
      clockHz: 520_000_000,
      least: 100_000,
      most: 170_000,
      dropped: ["no-descriptor"],
    },
    { io: "vf" as const, dom0Vcpus: 1, clockHz: 2_600_000_000, least: 199_000, most: 200_000, dropped: [] },
    {
      io: "paravirtual" as const,
      dom0Vcpus: 1,
      clockHz: 260_000_000,
      least: 30_000,
      most: 70_000,
      dropped: ["no-descriptor"],
    },
    {
      io: "paravirtual" as const,
      dom0Vcpus: 1,
      clockHz: 520_000_000,
      least: 60_000,
      most: 140_000,
      dropped: ["no-descriptor"],
    },
    { io: "paravirtual" as const, dom0Vcpus: 1, clockHz: 2_600_000_000, least: 199_000, most: 200_000, dropped: [] },
  ])("over $io at $clockHz Hz, between $least and $most arrive, and $dropped overflows", async (entry) => {
    const { io, clockHz, least, most, dropped } = entry;
    const run = runJudged(datagramsOver(await exampleInput("requests-vf.yaml"), io, clockHz));
    expect(broken(run)).toEqual([]);
    const [flow] = run.account.flows;
    expect(flow?.perSecond).toBeGreaterThanOrEqual(least);
    expect(flow?.perSecond).toBeLessThanOrEqual(most);
    const lost = Object.entries(run.account.frames.dropped).filter(
      ([reason, count]) => reason !== "replicated" && count > 100,
    );
    expect(lost.map(([reason]) => reason)).toEqual(dropped);
  });
});
