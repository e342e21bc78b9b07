/** Probes: a client asks once a period, whatever else the VM does; the longest time without an answer is what it was away. */
import { describe, expect, it } from "vitest";
import { runJudged } from "../../src/cli/judged-run";
import { formatScenario } from "../../src/config/format";
import { parseScenario } from "../../src/config/parse";
import { InputError } from "../../src/sim/input-error";
import { RELEASE } from "../support/wasm-builds";

interface Options {
  readonly io?: string;
  readonly every?: string;
  readonly more?: string;
  readonly head?: string;
  readonly flow?: string;
}

function text({ io = "renic", every = "100us", more = "", head = "", flow = "" }: Options): string {
  return `
version: 1
duration: 600ms
${head}
hosts:
  - { name: one, cores: 4, clock: 2.6GHz, nics: [{ rate: 10Gbps, vfs: 2 }] }
  - { name: two, cores: 4, clock: 2.6GHz, nics: [{ rate: 10Gbps, vfs: 2 }] }
clients: [{ name: ann, link: { rate: 1Gbps, latency: 50us } }, { name: ben, link: { rate: 1Gbps, latency: 50us } }]
vms: [{ name: web, host: one, memory: 6MiB, io: ${io}, workload: { kind: server } }]
flows:
  - { kind: probe, from: ann, to: web, port: 7, start: 1ms, every: ${every} }
  - { kind: requests, from: ben, to: web, port: 80, think: 3ms, reply: 2KiB, window: 64KiB }
  ${flow}
${more}
`;
}

function run(options: Options) {
  const scenario = parseScenario(text(options), "probe.yaml");
  return runJudged({ module: RELEASE.module, scenario, run: 1, replays: new Map() });
}

describe.each(["renic", "vf", "paravirtual", "emulated"])("a server with a NIC of kind %s", (io) => {
  it("sends back every probe, and serves its requests", () => {
    const { account, verdicts } = run({ io, every: "1ms" });
    expect(verdicts.flatMap(({ faults }) => faults)).toEqual([]);
    const [probe, requests] = account.flows;
    expect(probe?.sent).toBe(599);
    expect(probe?.count).toBeGreaterThanOrEqual(598);
    expect(probe).toMatchObject({ kind: "probe", wrongBytes: 0 });
    expect(requests?.count).toBeGreaterThan(100);
    expect(account.clients[0]?.gap?.toNs).not.toBeNull();
  });
});

describe("a migration that is probed each 100 us", () => {
  const MIGRATION = "migrations: [{ vm: web, to: two, at: 50ms, link: { rate: 10Gbps, latency: 20us } }]";

  it("the longest time without an answer is the downtime, the way there, and less than two periods", () => {
    const { account, verdicts } = run({ more: MIGRATION });
    expect(verdicts.flatMap(({ faults }) => faults)).toEqual([]);
    const [move] = account.migrations;
    const gap = account.clients.find(({ name }) => name === "ann")?.gap;
    const awayNs = (gap?.toNs ?? 0) - (gap?.fromNs ?? 0);
    const downtimeNs = move?.downtimeNs ?? 0;
    expect(awayNs).toBeGreaterThan(downtimeNs);
    expect(awayNs - downtimeNs).toBeLessThan(700_000);
    // Seen at the client's tap: between the last and the first frame of the machine.
    const seen = move?.clients.find(({ name }) => name === "ann");
    expect(seen?.kind).toBe("udp");
    expect(Math.abs((seen?.silenceNs ?? 0) - awayNs)).toBeLessThan(500_000);
  });

  it("without content, the same", () => {
    const [whole, bare] = [run({ more: MIGRATION }), run({ more: MIGRATION, head: "content: false" })];
    expect(bare.account.flows[0]).toEqual(whole.account.flows[0]);
    expect(bare.account.clients).toEqual(whole.account.clients);
  });
});

it("a scenario with a probe, written and read again, is the same", () => {
  const scenario = parseScenario(text({}), "probe.yaml");
  expect(scenario.flows[0]).toEqual({
    kind: "probe",
    from: "ann",
    to: "web",
    port: 7,
    startNs: 1_000_000,
    periodNs: 100_000,
  });
  expect(parseScenario(formatScenario(scenario), "again.yaml")).toEqual(scenario);
});

describe("what cannot be probed", () => {
  it.each([
    [
      "a client that has another flow",
      "- { kind: bulk, from: ann, to: web, port: 81 }",
      "a client that does nothing else",
    ],
    ["a VM twice", "- { kind: probe, from: ben, to: web, port: 8 }", "a VM that is probed once"],
    ["a client", "- { kind: probe, from: web, to: ben, port: 8 }", "expected a client, because a probe is a client's"],
    [
      "with a window",
      "- { kind: probe, from: ben, to: web, port: 8, window: 64KiB }",
      "expected none in a flow of kind probe",
    ],
  ])("%s, refused with the reason", (_, flow, reason) => {
    expect(() => parseScenario(text({ flow }), "probe.yaml")).toThrow(InputError);
    expect(() => parseScenario(text({ flow }), "probe.yaml")).toThrow(reason);
  });

  it("too many datagrams, refused with the period that would do", () => {
    expect(() => parseScenario(text({ every: "1us" }).replace("600ms", "10s"), "probe.yaml")).toThrow(
      "expected at least 9999ns, for at most 1000000 datagrams, got 1us",
    );
  });
});
