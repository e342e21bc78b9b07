/**
 * The scenario of a cell: a guest that a client talks to, and its migration.
 *
 * It is written as a scenario file is, and read as one, so that whatever a scenario has besides is as a user would get it.
 * The invariant: what differs between the ways to the network is `io` and nothing else.
 */
import { parseScenario } from "../config/parse";
import type { Scenario } from "../config/scenario";
import type { RunInput } from "../experiment/input";
import type { Exchange } from "../format/conversation";
import { COST_PRESETS } from "../host/cost-row";
import { numbersTo } from "../sim/numbers";
import { formatBytes, formatClock, formatDuration, formatRate } from "../sim/units";
import { type MigrationCell, migrationCellName } from "./migration-cell";
import { planOfCell } from "./migration-plan";
import {
  BEGIN_NS,
  CLIENT_LATENCY,
  JOB_SHARE,
  LINK_LATENCY_NS,
  type MigrationWorkload,
  PORT_RATE,
  PROBE,
  REST_NS,
} from "./migration-workloads";

/** One run of a cell. */
export interface MigrationRun {
  readonly cell: MigrationCell;
  readonly seed: number;
  readonly durationNs: number;
  /** An estimate of how long runs take leaves the migration out. */
  readonly hasMigration: boolean;
}

/** Returns the run of a cell: it ends when even TCP has come back, by the plan. */
export function migrationRunOf(cell: MigrationCell, seed: number): MigrationRun {
  const endNs = BEGIN_NS + planOfCell(cell).totalNs + REST_NS;
  return { cell, seed, durationNs: Math.ceil(endNs / MILLISECOND) * MILLISECOND, hasMigration: true };
}

/** Returns a name for a run that no other run of the study has. */
export function migrationRunKey({ cell, seed, durationNs, hasMigration }: MigrationRun): string {
  return `${migrationCellName(cell)} seed=${seed} ns=${durationNs}${hasMigration ? "" : " stays"}`;
}

const MILLISECOND = 1_000_000;
const PROBE_FILE = "probe.pcapng";
const PROBE_PORT = 7;
/** Source ports of requests, which differ as long as any may be answered. */
const SOURCE_PORT_FIRST = 10_000;
const SOURCE_PORT_COUNT = 50_000;

/** Returns the scenario of a run. */
export function migrationScenario(run: MigrationRun): Scenario {
  return parseScenario(scenarioText(run), migrationCellName(run.cell));
}

/** Returns what a run is a function of. */
export function migrationInput(module: WebAssembly.Module, run: MigrationRun): RunInput {
  const scenario = migrationScenario(run);
  const replays =
    run.cell.workload === "probe" ? [[PROBE_FILE, probes(scenario.durationNs, PROBE.periodNs)] as const] : [];
  return { module, scenario, run: 1, replays: new Map(replays) };
}

/** Returns the requests of a client that asks all the time, once in a period, until a run ends. */
export function probes(durationNs: number, periodNs: number): Exchange[] {
  const count = Math.max(1, Math.floor(durationNs / periodNs) - 1);
  return numbersTo(count).map((number) => {
    const sourcePort = SOURCE_PORT_FIRST + (number % SOURCE_PORT_COUNT);
    const content = number % PROBE.contentCount;
    return { timeNs: number * periodNs, sourcePort, request: numbered(content, 1), reply: numbered(content, 2) };
  });
}

function numbered(number: number, kind: number): Uint8Array {
  const bytes = new Uint8Array(PROBE.bytes).fill(kind);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

function scenarioText({ cell, seed, durationNs, hasMigration }: MigrationRun): string {
  const { preset, io, workload, memoryBytes, dirtyPerSecond, linkBitsPerSecond } = cell;
  const { clockHz } = COST_PRESETS[preset];
  const host = `cores: 3, clock: ${formatClock(clockHz)}, dom0: { vcpus: 1, cpus: own }, nics: [{ rate: ${PORT_RATE}, vfs: 1 }]`;
  const hot = formatBytes(memoryBytes / JOB_SHARE);
  const job = `{ hot: ${hot}, cold: 0B, hotWrites: 1, coldWrites: 0, burst: ${Math.floor(clockHz / dirtyPerSecond)} }`;
  const link = `{ rate: ${formatRate(linkBitsPerSecond)}, latency: ${formatDuration(LINK_LATENCY_NS)} }`;
  const migration = `migrations: [{ vm: vm, to: target, at: ${formatDuration(BEGIN_NS)}, policy: xen, link: ${link} }]`;
  return [
    "version: 1",
    `seed: ${seed}`,
    `duration: ${formatDuration(durationNs)}`,
    `costs: { preset: ${preset} }`,
    `hosts: [{ name: source, ${host} }, { name: target, ${host} }]`,
    `clients: [{ name: client, link: { rate: ${PORT_RATE}, latency: ${CLIENT_LATENCY} } }]`,
    "vms:",
    "  - name: vm",
    "    host: source",
    `    io: ${io}`,
    `    memory: ${formatBytes(memoryBytes)}`,
    `    workload: ${SERVICE[workload](preset === "era" ? 250_000 : 150_000)}`,
    ...(dirtyPerSecond === 0 ? [] : [`    job: ${job}`]),
    ...ASKING[workload],
    ...(hasMigration ? [migration] : []),
    "",
  ].join("\n");
}

/** What a workload's guest does for a request, by the cycles of an HTTP-like one. */
const SERVICE: Readonly<Record<MigrationWorkload, (cycles: number) => string>> = {
  probe: () => "{ kind: replay-server, cyclesPerRequest: 10000, dirtyPerRequest: 0B, workingSet: 0B }",
  web: (cycles) => `{ kind: server, cyclesPerRequest: ${cycles}, dirtyPerRequest: 24KiB, workingSet: 2MiB }`,
  bulk: () => "{ kind: server, cyclesPerRequest: 0, dirtyPerRequest: 0B, workingSet: 0B }",
};

const ASKING: Readonly<Record<MigrationWorkload, readonly string[]>> = {
  probe: [
    "traffic:",
    `  - { from: client, to: vm, kind: replay, capture: ${PROBE_FILE}, port: ${PROBE_PORT}, timeout: 10s, tries: 1 }`,
  ],
  web: [
    "flows:",
    "  - { kind: requests, from: client, to: vm, port: 80, connections: 8, request: 300B, reply: 11KiB, think: 10ms, reconnect: true }",
  ],
  bulk: ["flows:", "  - { kind: bulk, from: client, to: vm, port: 5001, window: 256KiB }"],
};
