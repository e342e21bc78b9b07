/**
 * Migrations over the ports of their hosts: frames of dom0's own stack among those of VMs. Memory is equal as ever, and
 * whoever shares a port has less of it.
 */
import { describe, expect, it } from "vitest";
import type { RunInput } from "../../src/experiment/input";
import { withScenario } from "../support/failover-scenario";
import { movingInput, movingTcpInput, withMigration } from "../support/migration-scenario";
import { eventTimes, runMove } from "../support/moved-run";

const MS = 1_000_000;
const OVER_PORTS = { link: null };

function withRate(input: RunInput, rateBitsPerSecond: number): RunInput {
  return withScenario(input, (scenario) => ({
    ...scenario,
    durationNs: 1_500 * MS,
    hosts: scenario.hosts.map((host) => ({ ...host, nics: host.nics.map((nic) => ({ ...nic, rateBitsPerSecond })) })),
  }));
}

describe.each(["release", "debug"] as const)("a move over ports, %s build", (build) => {
  it.each([
    ["one stream", {}],
    ["three streams", { streamCount: 3 }],
    ["compressed", { compression: "delta" }],
    ["forced in the first round", { forceNs: 130 * MS }],
  ] as const)("%s, arrives, and nobody objects", async (_, change) => {
    const input = withMigration(withRate(await movingTcpInput(build), 1e9), { ...OVER_PORTS, ...change });
    const { run, account, runsAt, objections } = runMove(input);
    expect([account.state, objections, runsAt]).toEqual(["active", [], ["target"]]);
    expect(run.account.flows[0]).toMatchObject({ wrongBytes: 0, failedConnections: 0 });
    expect(account.parts.reduce((sum, { ns }) => sum + ns, 0)).toBe(account.downtimeNs);
  });
});

describe("who shares a port", () => {
  const bulkInput = async (isOverPorts: boolean) => {
    const input = withRate(await movingTcpInput(), 1e9);
    const bulk = withScenario(input, (scenario) => ({
      ...scenario,
      clients: scenario.clients.map((client) => ({ ...client, link: { ...client.link, rateBitsPerSecond: 10e9 } })),
      flows: scenario.flows.map((flow) => ({
        kind: "bulk" as const,
        from: "web",
        to: "ann",
        port: 5001,
        startNs: 0,
        connectionCount: 1,
        windowBytes: 65_536,
        byteCount: null,
        ...(flow.kind === "bulk" && flow),
      })),
    }));
    return withMigration(bulk, isOverPorts ? OVER_PORTS : {});
  };

  it("the move takes longer, and the VM sends less meanwhile", async () => {
    const own = runMove(await bulkInput(false));
    const shared = runMove(await bulkInput(true));
    expect(shared.objections).toEqual([]);
    const firstRound = (account: typeof own.account) => account.rounds[0]?.sendNs ?? 0;
    expect(firstRound(shared.account)).toBeGreaterThan(1.4 * firstRound(own.account));
    const sent = (move: typeof own) => move.run.account.flows[0]?.bytes ?? 0;
    expect(sent(shared)).toBeLessThan(sent(own));
  });

  it("alone on its port, is nearly as fast as over a link of that rate", async () => {
    const input = withRate(await movingInput(), 1e9);
    const own = runMove(input).account.rounds[0]?.sendNs ?? 0;
    const shared = runMove(withMigration(input, OVER_PORTS)).account.rounds[0]?.sendNs ?? 0;
    expect(shared / own).toBeGreaterThan(0.95);
    expect(shared / own).toBeLessThan(1.1);
  });
});

describe("trouble", () => {
  it("called off or with a host that dies, at many events, leaves one machine or none", async () => {
    const input = withMigration(withRate(await movingInput(), 1e9), OVER_PORTS);
    const times = eventTimes(input).filter((_, index, all) => index % 12 === 0 || index >= all.length - 4);
    for (const atNs of times) {
      const cancelled = runMove(withMigration(input, { cancelNs: atNs }));
      expect(cancelled.objections, `called off at ${atNs}`).toEqual([]);
      expect(cancelled.runsAt).toEqual([cancelled.account.state === "cancelled" ? "source" : "target"]);
      for (const fail of ["source", "target"]) {
        const { account, runsAt, objections } = runMove(
          withScenario(input, (scenario) => ({ ...scenario, events: [{ atNs, fail }] })),
        );
        expect(objections, `${fail} at ${atNs}`).toEqual([]);
        const isThere = fail === "source" ? account.state === "active" : account.state !== "lost";
        expect(runsAt, `${fail} at ${atNs}`).toEqual(isThere ? [fail === "source" ? "target" : "source"] : []);
      }
    }
  });
});
