/**
 * Protected machines in small worlds, and what goes wrong with them: scenarios as a user would write them.
 *
 * A world has one machine with a virtual function or whatever else can be protected, its clients and their work, a
 * backup, and maybe a third host. What it is, and what fails at which moment, is drawn from a seed; twenty more are
 * fixed, for the search over every moment.
 */
import { PROTECTED_MODELS, type ProtectedModel } from "../../src/study/checkpoint-workloads";
import { RandomSource } from "../support/random-source";
import { drawAgain } from "./fault-again";
import type { Aim } from "./fault-aim";
import { drawPolicy, drawTroubles, type FaultPolicy, type Trouble, USUAL_POLICY } from "./fault-trouble";

export interface FaultWorld {
  readonly seed: number;
  readonly io: ProtectedModel;
  readonly intervalMs: number;
  readonly linkRate: string;
  readonly outbound: string;
  readonly compression: "none" | "delta";
  readonly work: readonly Work[];
  readonly hasJob: boolean;
  /** Of the client's link, each way. */
  readonly loss: number;
  readonly durationMs: number;
  /** The usual one where it is not said. */
  readonly policy?: FaultPolicy;
  /** Of the replication link, and of a NIC's; usual ones where it is not said. */
  readonly linkLatencyUs?: number;
  readonly nicLatencyUs?: number;
  /** After how long without a backup the machine is protected anew; never where it is not said. */
  readonly againMs?: number;
  /** To which host: the third one where it is not said. */
  readonly againTo?: Failure["host"];
  /** None where it is not said. */
  readonly disk?: FaultDisk;
}

/** A disk that requests write to: small, so that its journal goes round, and a mirror that may be too small for it. */
export interface FaultDisk {
  readonly blocks: number;
  readonly blocksPerRequest: number;
  readonly buffer: string;
}

export type Work = "datagrams" | "requests" | "reconnecting" | "sending" | "receiving";

const STREAMS: readonly Work[] = ["requests", "reconnecting", "sending", "receiving"];
/** A machine that replays a recorded service over UDP does nothing else. */
const WORKS: readonly Work[] = ["datagrams", ...STREAMS];

/** A host that dies, and when. */
export interface Failure {
  readonly atNs: number;
  readonly host: "primary" | "backup" | "third";
}

export interface FaultCase {
  readonly world: FaultWorld;
  readonly failures: readonly Failure[];
  /** None where it is not said. */
  readonly troubles?: readonly Trouble[];
  /** What goes wrong while something else is under way; at what moment is found by a run without it. */
  readonly aims?: readonly Aim[];
  /** What a judge has to object to, because the scenario asks for it. */
  readonly expected?: readonly Expected[];
}

/** Both copies of the machine run, or even answer clients. */
export type Expected = "split-brain" | "both-heard";

/** Long enough to take over; a few so long that clients have tried again after a second, too. */
const DURATIONS_MS = [450, 600, 800, 1900];
/** Most worlds have been copied by then, and have time to come back. */
const FAIL_WITHIN_MS = 300;
const HEARTBEAT_MS = 5;
export const TIMEOUT_MS = 25;
const MS = 1_000_000;

/** Returns the case of a seed. */
export function drawFaultCase(seed: number): FaultCase {
  const random = new RandomSource(seed);
  const streams = STREAMS.filter(() => random.below(2) === 0);
  const work = random.below(4) === 0 ? (["datagrams"] as const) : streams;
  const world: FaultWorld = {
    seed,
    io: random.pick(PROTECTED_MODELS),
    intervalMs: random.pick([2, 5, 10, 20, 40]),
    linkRate: random.pick(["50Mbps", "100Mbps", "1Gbps", "10Gbps", "10Gbps"]),
    outbound: random.pick(["16KiB", "64KiB", "1MiB"]),
    compression: random.pick(["none", "delta"]),
    work: work.length > 0 ? work : [random.pick(STREAMS)],
    hasJob: random.below(4) === 0,
    loss: random.pick([0, 0, 0, 0.002, 0.02]),
    durationMs: random.pick(DURATIONS_MS) + random.below(100),
  };
  const failures = drawFailures(random, world.durationMs);
  const policy = drawPolicy(random);
  const troubles = drawTroubles(random, policy, FAIL_WITHIN_MS);
  // Half of the links that are in trouble are so while nobody dies.
  const isAlone = troubles.length > 0 && random.below(2) === 0;
  const drawn = drawAgain(random, { world: { ...world, policy }, failures: isAlone ? [] : failures, troubles });
  // Last, so that whatever was drawn before disks were there stays as it was.
  return random.below(3) === 0 ? { ...drawn, world: { ...drawn.world, disk: drawDisk(random) } } : drawn;
}

function drawDisk(random: RandomSource): FaultDisk {
  return {
    blocks: random.pick([16, 64, 1024]),
    blocksPerRequest: 1 + random.below(14),
    buffer: random.pick(["64KiB", "256KiB", "8MiB"]),
  };
}

/** Which of the fixed worlds have a disk: one of each model, with requests over UDP and TCP. */
const WITH_DISK: readonly number[] = [1, 5, 6];

function drawFailures(random: RandomSource, durationMs: number): Failure[] {
  // Late enough that some die while they are still being copied, early enough that the others have time to come back.
  const moment = () => random.below(Math.min(durationMs * 0.6, FAIL_WITHIN_MS) * MS);
  const first: Failure = { atNs: moment(), host: random.below(4) === 0 ? "backup" : "primary" };
  if (random.below(8) > 0) return [first];
  const other = first.host === "primary" ? "backup" : "primary";
  return [first, { atNs: first.atNs + random.below(60 * MS), host: other }];
}

/**
 * Returns the fixed worlds: every model with each work, and the ways to send a checkpoint in turn. Each is over after its
 * first copy and some checkpoints, because every one of its moments is searched.
 */
export function fixedWorlds(count: number): FaultWorld[] {
  return Array.from({ length: count }, (_, index) => {
    const round = Math.floor(index / PROTECTED_MODELS.length);
    const isFast = round % 2 === 0;
    return {
      seed: 1000 + index,
      io: PROTECTED_MODELS[index % PROTECTED_MODELS.length] ?? PROTECTED_MODELS[0],
      intervalMs: isFast ? 4 : 9,
      linkRate: isFast ? "10Gbps" : "1Gbps",
      outbound: ["16KiB", "1MiB"][index % 2] ?? "1MiB",
      compression: index % 4 === 3 ? "delta" : "none",
      work: [WORKS[round % WORKS.length] ?? "requests"],
      hasJob: index % 7 === 6,
      loss: 0,
      durationMs: isFast ? 18 : 30,
      ...(WITH_DISK.includes(index) && { disk: { blocks: 16, blocksPerRequest: 3, buffer: "64KiB" } }),
    };
  });
}

/** Returns the scenario of a case, as a file. */
export function scenarioText({ world, failures, troubles = [] }: FaultCase): string {
  const { timing, epochs, late, full, backupLost, arbiter } = world.policy ?? USUAL_POLICY;
  const events = [
    ...failures.map(({ atNs, host }) => ({ atNs, what: `fail: ${host}` })),
    ...troubles.filter(({ atNs }) => atNs <= world.durationMs * MS),
  ];
  const { seed, io, intervalMs, linkRate, outbound, compression, work, hasJob, loss, durationMs } = world;
  const { linkLatencyUs = 50, nicLatencyUs, againMs, againTo = "third" } = world;
  const hasThird = againMs !== undefined;
  const nic = nicLatencyUs === undefined ? "" : `, latency: ${nicLatencyUs}us`;
  const flows = work.flatMap((each) => FLOWS[each] ?? []);
  const hasDatagrams = work.includes("datagrams");
  const job = hasJob ? "\n    job: { burst: 20000, hot: 256KiB, hotWrites: 1 }" : "";
  const server = hasDatagrams ? "replay-server" : "server";
  const { disk: written } = world;
  const disk = written ? `\n    disk: { size: ${4 * written.blocks}KiB }` : "";
  const perRequest = written ? `, diskPerRequest: ${4 * written.blocksPerRequest}KiB` : "";
  return `
version: 1
seed: ${seed}
duration: ${durationMs}ms
hosts:
  - { name: primary, cores: 4, clock: 2.6GHz, nics: [{ rate: 10Gbps, vfs: 2${nic} }] }
  - { name: backup, cores: 4, clock: 2.6GHz, nics: [{ rate: 10Gbps, vfs: 3${nic} }] }${hasThird ? THIRD : ""}
clients:
  - { name: visitor, link: { rate: 200Mbps, latency: 100us, loss: ${loss} } }
  - { name: caller, link: { rate: 200Mbps, latency: 100us, loss: ${loss} } }
vms:
  - name: web
    host: primary
    memory: 6MiB
    io: ${io}
    workload: { kind: ${server}, dirtyPerRequest: 4KiB, workingSet: 64KiB${perRequest} }${job}${disk}
${hasDatagrams ? "traffic:\n  - { from: visitor, to: web, kind: replay, capture: dns.pcapng, port: 53, start: 2ms, timeout: 30ms, tries: 5 }" : ""}
${flows.length > 0 ? `flows:\n${flows.map((flow) => `  - ${flow}`).join("\n")}` : ""}
protect:
  - vm: web
    to: backup
    interval: ${intervalMs}ms
    link: { rate: ${linkRate}, latency: ${linkLatencyUs}us }
    heartbeat: ${HEARTBEAT_MS}ms
    timeout: ${TIMEOUT_MS}ms
    outbound: ${outbound}
    compression: ${compression}
    diskBuffer: ${written?.buffer ?? "8MiB"}
    timing: ${timing}
    epochs: ${epochs}
    late: ${late}
    full: ${full}
    backupLost: ${backupLost}
    arbiter: ${arbiter}${hasThird ? `\n    again: [{ to: ${againTo}, after: ${againMs}ms }]` : ""}
${events.length > 0 ? `events:\n${events.map(({ atNs, what }) => `  - { at: ${atNs}ns, ${what} }`).join("\n")}` : ""}
`;
}

const THIRD = "\n  - { name: third, cores: 4, clock: 2.6GHz, nics: [{ rate: 10Gbps, vfs: 1 }] }";
const ENDS = "from: caller, to: web";
const FLOWS: Readonly<Partial<Record<Work, readonly string[]>>> = {
  requests: [`{ kind: requests, ${ENDS}, port: 80, connections: 2, reply: 2KiB, think: 3ms, window: 64KiB }`],
  reconnecting: [
    `{ kind: requests, ${ENDS}, port: 81, connections: 2, reply: 6KiB, reconnect: true, think: 2ms, window: 64KiB }`,
  ],
  sending: ["{ kind: bulk, from: web, to: caller, port: 5001, window: 64KiB }"],
  receiving: [`{ kind: bulk, ${ENDS}, port: 5002, window: 64KiB }`],
};
