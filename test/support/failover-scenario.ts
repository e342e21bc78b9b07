/**
 * A small protected machine for tests: a few dozen recorded requests, an epoch of 10 ms, a primary that dies half way.
 * It runs in some milliseconds, so that tests may run it hundreds of times.
 */
import { readFileSync } from "node:fs";
import { parseScenario } from "../../src/config/parse";
import type { IoModel, Scenario } from "../../src/config/scenario";
import { compileDataPlane } from "../../src/core/load";
import type { RunInput } from "../../src/experiment/input";
import { readCapture } from "../../src/format/capture";
import { type Exchange, readConversation } from "../../src/format/conversation";
import { resolveCosts } from "../../src/host/cost-table";

const RECORDING = "examples/recordings/dns/dns.pcapng";

const SMALL = `
version: 1
seed: 7
duration: 300ms
hosts:
  - { name: primary, cores: 2, clock: 2.6GHz, nics: [{ rate: 10Gbps, vfs: 2 }] }
  - { name: backup, cores: 2, clock: 2.6GHz, nics: [{ rate: 10Gbps, vfs: 3 }] }
clients: [{ name: visitor, link: { rate: 1Gbps, latency: 100us } }]
vms:
  - name: web
    host: primary
    memory: 4MiB
    io: renic
    workload: { kind: replay-server, dirtyPerRequest: 4KiB, workingSet: 64KiB }
traffic:
  - { from: visitor, to: web, kind: replay, capture: dns.pcapng, port: 53, start: 5ms, timeout: 30ms, tries: 5 }
protect:
  - vm: web
    to: backup
    interval: 10ms
    link: { rate: 1Gbps, latency: 50us }
    heartbeat: 5ms
    timeout: 25ms
    outbound: 64KiB
events: [{ at: 153ms, fail: primary }]
`;

/** The least that a backup takes until a NIC that dom0 serves is connected: short runs see its end. */
export const BRIEF_TAKEOVER = resolveCosts("now", {
  attachBackend: 50_000_000,
  reconnectFrontend: 20_000_000,
  activateGuest: 20_000_000,
});

/** The exchanges of the recording that ships with the examples. */
export function recordedExchanges(): Exchange[] {
  return readConversation(readCapture(readFileSync(RECORDING), RECORDING), { source: RECORDING, port: 53 });
}

/** The small scenario, its replay sped up so that some hundred requests fall into it, on a build of the data plane. */
export async function smallInput(build: "release" | "debug" = "release"): Promise<RunInput> {
  const exchanges = recordedExchanges()
    .slice(0, 200)
    .map((exchange) => ({ ...exchange, timeNs: Math.floor(exchange.timeNs * 1.2) }));
  const file = build === "release" ? "build/renic.wasm" : "build/renic.debug.wasm";
  return {
    module: await compileDataPlane(readFileSync(file)),
    scenario: parseScenario(SMALL, "small.yaml"),
    run: 1,
    replays: new Map([["dns.pcapng", exchanges]]),
  };
}

/** The same with compressed checkpoints. */
export async function compressedInput(build: "release" | "debug" = "release"): Promise<RunInput> {
  return withScenario(await smallInput(build), (scenario) => ({
    ...scenario,
    protect: scenario.protect.map((entry) => ({ ...entry, compression: "delta" as const })),
  }));
}

/**
 * The same machine behind a NIC that dom0 serves: its backup is attached and connected later, so that the client is more
 * patient and the run longer.
 */
export async function frontInput(io: IoModel, build: "release" | "debug" = "release"): Promise<RunInput> {
  return withScenario(await smallInput(build), (scenario) => ({
    ...scenario,
    durationNs: 500_000_000,
    vms: scenario.vms.map((vm) => ({ ...vm, io })),
    traffic: scenario.traffic.map((traffic) => ({ ...traffic, timeoutNs: 60_000_000, tryCount: 8 })),
    costs: BRIEF_TAKEOVER,
  }));
}

/** The same input with a changed scenario. */
export function withScenario(input: RunInput, change: (scenario: Scenario) => Scenario): RunInput {
  return { ...input, scenario: change(input.scenario) };
}

/** Returns the small scenario with a second machine, each on the other's backup's host, and a client for each. */
export function protectingEachOther(scenario: Scenario): Scenario {
  const [vm] = scenario.vms;
  const [client] = scenario.clients;
  const [traffic] = scenario.traffic;
  const [protect] = scenario.protect;
  if (!vm || !client || !traffic || !protect) throw new Error("the small scenario has one of each");
  return {
    ...scenario,
    hosts: scenario.hosts.map((host) => ({ ...host, coreCount: 3 })),
    vms: [vm, { ...vm, name: "mail", host: "backup" }],
    clients: [client, { ...client, name: "second" }],
    traffic: [traffic, { ...traffic, from: "second", to: "mail" }],
    protect: [protect, { ...protect, vm: "mail", to: "primary" }],
  };
}
