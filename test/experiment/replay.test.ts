/** Whole runs that replay recorded TCP: on every NIC, from either side, through a failover, saved anywhere, judged. */
import { describe, expect, it } from "vitest";
import { runJudged } from "../../src/cli/judged-run";
import { captureFile } from "../../src/cli/outputs";
import type { FlowScenario, IoModel, Scenario } from "../../src/config/scenario";
import { compose } from "../../src/experiment/compose";
import type { RunInput } from "../../src/experiment/input";
import { finish, runScenario } from "../../src/experiment/run";
import { start } from "../../src/experiment/simulate";
import { readCapture } from "../../src/format/capture";
import { type RecordedConnection, readTcpConversation } from "../../src/format/tcp-conversation";
import { accountOf } from "../../src/report/account";
import { broken } from "../support/broken";
import { exampleInput, readRecording } from "../support/flow-scenario";
import { reloadedEverywhere } from "../support/reloaded";

const PORT = 8080;
const MIB = 1024 ** 2;
/** What a run of the example comes to when nothing goes wrong. */
const WHOLE = { recordedConnections: 5, playedConnections: 5, count: 13, wrongBytes: 0, failedConnections: 0 };

const example = (build?: "release" | "debug") => exampleInput("replay-http.yaml", build);

/** The example without protection and failure, over some NIC, with its flow changed. */
async function plain(
  io: IoModel,
  change: (flow: FlowScenario) => Partial<FlowScenario> = () => ({}),
): Promise<RunInput> {
  const input = await example();
  const { scenario } = input;
  const flows = scenario.flows.map((flow) => ({ ...flow, scale: 1, ...change(flow) }) as FlowScenario);
  const vms = scenario.vms.map((vm) => ({ ...vm, io }));
  return { ...input, scenario: { ...scenario, flows, vms, protect: [], events: [] } satisfies Scenario };
}

const swapped = ({ from, to }: FlowScenario) => ({ from: to, to: from });

describe("the example with a recorded HTTP service", () => {
  it("run through its failover, every judge content, every connection played to its end", async () => {
    const run = runJudged(await example());
    expect(broken(run)).toEqual([]);
    expect(run.account.protections[0]?.state).toBe("active");
    expect(run.account.flows[0]).toMatchObject({ kind: "replay", bytes: 32_993, ...WHOLE });
  });

  it.each([0, 130, 170, 210, 250, 290, 330, 370, 500, 600])(
    "failed at %d ms, run, plays every connection",
    async (ms) => {
      const input = await example();
      const events = [{ atNs: ms * 1e6, fail: "primary" }];
      const run = runJudged({ ...input, scenario: { ...input.scenario, events } });
      expect(broken(run)).toEqual([]);
      if (run.account.protections[0]?.state === "active") expect(run.account.flows[0]).toMatchObject(WHOLE);
    },
  );

  it("debug build against release build, equal digests", async () => {
    expect(runScenario(await example("debug")).digest).toBe(runScenario(await example()).digest);
  });

  it("saved, loaded and gone on with at every control event, the same end", async () => {
    const { scenario, ...input } = await example();
    const flows = scenario.flows.map((flow) => ({ ...flow, startNs: 2e6, scale: 0.1 }));
    const vms = scenario.vms.map((vm) => ({ ...vm, memoryBytes: 8 * MIB }));
    const protect = scenario.protect.map((row) => ({
      ...row,
      intervalNs: 10e6,
      heartbeatNs: 10e6,
      timeoutNs: 15e6,
      outboundBytes: MIB,
    }));
    const events = [{ atNs: 36e6, fail: "primary" }];
    const small = { ...input, scenario: { ...scenario, durationNs: 400e6, flows, vms, protect, events } };
    const [account] = runJudged(small).account.flows;
    expect(account).toMatchObject(WHOLE);
    expect(await reloadedEverywhere(small)).toBeGreaterThan(25);
  });

  it.each(["vf", "paravirtual", "renic"] as const)("over %s, from either side, is played to its ends", async (io) => {
    for (const change of [() => ({}), swapped]) {
      const run = runJudged(await plain(io, change));
      expect(broken(run)).toEqual([]);
      expect(run.account.flows[0]).toMatchObject(WHOLE);
    }
  });

  it("from a protected VM that plays the client and loses its host, is played to its ends", async () => {
    const input = await example();
    const flows = input.scenario.flows.map((flow) => ({ ...flow, ...swapped(flow) }) as FlowScenario);
    const run = runJudged({ ...input, scenario: { ...input.scenario, flows } });
    expect(broken(run)).toEqual([]);
    expect(run.account.protections[0]?.state).toBe("active");
    expect(run.account.flows[0]).toMatchObject(WHOLE);
  });

  it("twice to one VM, each on a port of its own, is played to its ends by both", async () => {
    const input = await plain("vf");
    const [flow] = input.scenario.flows;
    const [client] = input.scenario.clients;
    if (!flow || !client) throw new Error("the example has a flow and a client");
    const flows = [flow, { ...flow, from: "ben", port: 8081 }];
    const clients = [client, { ...client, name: "ben" }];
    const both = new Map([0, 1].map((index) => [index, input.recordings?.get(0) ?? []]));
    const run = runJudged({ ...input, scenario: { ...input.scenario, flows, clients }, recordings: both });
    expect(run.account.flows).toMatchObject([WHOLE, WHOLE]);
  });
});

describe("the capture of a run", () => {
  const wordsOf = (connections: readonly RecordedConnection[]) => {
    return connections.map(({ client, server }) => [client.bytes, server.bytes]);
  };
  const asked = (connections: readonly RecordedConnection[]) => connections.map(({ client }) => client.turns);

  it("read as a recording, is the conversation that was replayed, with its times to think", async () => {
    const run = runJudged({ ...(await plain("vf")), snapBytes: 65_536 });
    const file = captureFile(run.outcome.control.clients, run.frames);
    const replayed = readTcpConversation(readCapture(file, "run"), { source: "run", port: PORT });
    const recorded = readRecording("recordings/http/http.pcapng", PORT);
    expect(wordsOf(replayed)).toEqual(wordsOf(recorded));
    expect(asked(replayed)).toEqual(asked(recorded));
  });
});

describe("a replay that goes wrong", () => {
  it("whose server has another byte in its memory, run, has a wrong byte at the client", async () => {
    const composition = compose(await plain("vf"));
    const { world, control } = composition;
    const [flow] = control.flows;
    const [vm] = control.vms;
    if (!flow || !vm) throw new Error("the example has a flow and a VM");
    const decoder = new TextDecoder("latin1");
    for (const [page, bytes] of world.exportMemory(vm.place.guest)) {
      const at = decoder.decode(bytes).indexOf("HTTP/1.1 200 OK");
      if (at < 0) continue;
      world.view(world.plane.exchange(), 1)[0] = 0;
      world.plane.writeMachine(flow.to.owner, page * 4096 + at, world.plane.exchange(), 1);
      break;
    }
    start(composition, {});
    const [account] = accountOf(finish(composition)).flows;
    expect(account).toMatchObject({ ...WHOLE, wrongBytes: 1 });
  });

  it("without its recording, composed, is refused with how to give it", async () => {
    const { recordings: _none, ...input } = await example();
    expect(() => compose(input)).toThrow(
      /flows.0: replays recordings\/http\/http.pcapng, .*readTcpConversation and pass them as recordings/,
    );
  });

  it("with fewer connections than were open at once, composed, is refused with how many there are", async () => {
    const input = await plain("vf", () => ({ connectionCount: 1 }));
    expect(() => compose(input)).toThrow(/flows.0: has 1 connections at once, and .* has 2; write connections: 2/);
  });

  it("in a VM that does not hold it, composed, is refused with what it needs", async () => {
    const input = await plain("vf");
    const vms = input.scenario.vms.map((vm) => ({ ...vm, memoryBytes: 7 * MIB }));
    expect(() => compose({ ...input, scenario: { ...input.scenario, vms } })).toThrow(
      /vm web: memory: is 7 MiB, and the VM needs 8 MiB with 12 connections .* and 1 MiB of recordings/,
    );
  });
});
