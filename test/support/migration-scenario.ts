/**
 * A small machine that moves, for tests: a server with requests by UDP or TCP and a job that writes memory, and a
 * migration in the middle. It runs in some tens of milliseconds.
 */
import { readFileSync } from "node:fs";
import type { MigrationScenario } from "../../src/config/migration-scenario";
import { parseScenario } from "../../src/config/parse";
import type { Scenario } from "../../src/config/scenario";
import { compileDataPlane } from "../../src/core/load";
import type { RunInput } from "../../src/experiment/input";
import { recordedExchanges, withScenario } from "./failover-scenario";

const HOSTS = `
version: 1
seed: 11
duration: 400ms
hosts:
  - { name: source, cores: 3, clock: 2.6GHz, nics: [{ rate: 10Gbps, vfs: 2 }] }
  - { name: target, cores: 3, clock: 2.6GHz, nics: [{ rate: 10Gbps, vfs: 3 }] }
clients: [{ name: ann, link: { rate: 1Gbps, latency: 100us } }]
`;
const JOB = "job: { hot: 256KiB, cold: 0B, hotWrites: 1 }";
const MIGRATION = `
migrations:
  - { vm: web, to: target, at: 100ms, link: { rate: 1Gbps, latency: 50us } }
`;

const UDP = `${HOSTS}
vms:
  - name: web
    host: source
    memory: 4MiB
    io: renic
    workload: { kind: replay-server, dirtyPerRequest: 4KiB, workingSet: 64KiB }
    ${JOB}
traffic:
  - { from: ann, to: web, kind: replay, capture: dns.pcapng, port: 53, start: 5ms, timeout: 30ms, tries: 5 }
${MIGRATION}`;

const TCP = `${HOSTS}
vms:
  - name: web
    host: source
    memory: 8MiB
    io: renic
    workload: { kind: server, dirtyPerRequest: 8KiB, workingSet: 64KiB }
    ${JOB}
flows:
  - { kind: requests, from: ann, to: web, port: 80, connections: 4, window: 64KiB, reply: 4KiB, think: 1ms }
${MIGRATION}`;

async function moduleOf(build: "release" | "debug"): Promise<WebAssembly.Module> {
  const file = build === "release" ? "build/renic.wasm" : "build/renic.debug.wasm";
  return await compileDataPlane(readFileSync(file));
}

/** A name server that is asked some thousand times a second, by UDP. */
export async function movingInput(build: "release" | "debug" = "release"): Promise<RunInput> {
  const exchanges = recordedExchanges()
    .slice(0, 200)
    .map((exchange) => ({ ...exchange, timeNs: Math.floor(exchange.timeNs * 1.5) }));
  const scenario = parseScenario(UDP, "moving.yaml");
  return { module: await moduleOf(build), scenario, run: 1, replays: new Map([["dns.pcapng", exchanges]]) };
}

/** A server with four connections. */
export async function movingTcpInput(build: "release" | "debug" = "release"): Promise<RunInput> {
  return { module: await moduleOf(build), scenario: parseScenario(TCP, "moving-tcp.yaml"), run: 1, replays: new Map() };
}

/** The same input with a changed migration. */
export function withMigration(input: RunInput, change: Partial<MigrationScenario>): RunInput {
  return withScenario(input, (scenario: Scenario) => ({
    ...scenario,
    migrations: scenario.migrations.map((entry) => ({ ...entry, ...change })),
  }));
}
