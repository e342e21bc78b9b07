/**
 * Random scenarios that run with and without content: every I/O model, flows over TCP and UDP, jobs, traces of written
 * pages, protection, failures and abilities taken away. Short, so that a thousand of them end in minutes.
 */
import { parseScenario } from "../../src/config/parse";
import { IO_MODELS, MODERATIONS, type Scenario } from "../../src/config/scenario";
import type { DirtyRow } from "../../src/format/dirty-trace";
import { RandomSource } from "../support/random-source";

const HOSTS = ["one", "two"] as const;
const CLIENTS = ["ann", "bob"] as const;
const ACTIVATE_NS = 20_000_000;
const FLOW_KINDS = ["bulk", "requests", "datagrams"] as const;

/** A scenario, and the rows of the traces that its jobs name. */
export interface DrawnScenario {
  readonly scenario: Scenario;
  readonly dirtyTraces: ReadonlyMap<string, readonly DirtyRow[]>;
}

/** Returns what a seed says, with content. */
export function drawScenario(seed: number): DrawnScenario {
  const random = new RandomSource(seed);
  const vms = Array.from({ length: 1 + random.below(4) }, (_, number) => drawVm(random, number));
  const protectedVms = vms.filter(({ io }) => io === "renic" && random.below(4) > 0);
  const durationMs = 50 + random.below(60);
  const input = {
    version: 1,
    seed: 1 + random.below(1000),
    duration: `${durationMs}ms`,
    hosts: HOSTS.map((name) => drawHost(random, name)),
    clients: CLIENTS.map((name) => ({ name, link: drawLink(random) })),
    vms,
    flows: drawFlows(random, vms),
    protect: protectedVms.map((vm) => drawProtection(random, vm)),
    events: random.below(2) ? [drawFailure(random, protectedVms, durationMs)] : [],
    interrupts: random.pick(["exits", "posted"]),
    // A backup takes over as soon as it can, so that there is time to see it run.
    costs: { preset: random.pick(["era", "now"]), set: { activateGuest: ACTIVATE_NS } },
  };
  // Drawn last, so that everything else of a seed is as it was before disks were there.
  input.vms = vms.map((vm) => (random.below(3) ? vm : withDisk(random, vm)));
  // JSON is YAML, so the scenario passes every check that a user's does.
  const scenario = parseScenario(JSON.stringify(input), `seed ${seed}`);
  const traced = scenario.vms.filter(({ job }) => job?.trace);
  return { scenario, dirtyTraces: new Map(traced.map(({ name }) => [name, drawRows(random)])) };
}

function drawHost(random: RandomSource, name: string) {
  const rate = random.pick(["1Gbps", "10Gbps"]);
  const nics = Array.from({ length: 1 + random.below(2) }, () => ({ rate, vfs: 7 }));
  const dom0 = {
    cpus: random.pick(["own", "shared"]),
    vcpus: 1 + random.below(2),
    moderation: random.pick(MODERATIONS),
    merging: random.below(2) === 0,
  };
  return { name, cores: 16, clock: random.pick(["1GHz", "2.6GHz"]), dom0, nics };
}

function drawLink(random: RandomSource) {
  const loss = random.below(3) ? 0 : 0.01;
  return { rate: random.pick(["100Mbps", "1Gbps", "10Gbps"]), latency: random.pick(["10us", "100us"]), loss };
}

type VmInput = ReturnType<typeof drawVm>;

function drawVm(random: RandomSource, number: number) {
  const hotPages = 1 + random.below(600);
  const coldPages = random.below(600);
  const job = {
    burst: 2000 + random.below(60_000),
    hot: `${hotPages * 4}KiB`,
    cold: `${coldPages * 4}KiB`,
    hotWrites: random.below(Math.min(hotPages, 8) + 1),
    coldWrites: random.below(Math.min(coldPages, 3) + 1),
    ...(random.below(4) ? {} : { trace: "pages.csv", repeat: random.below(2) === 0 }),
  };
  return {
    name: `vm${number}`,
    host: random.pick(HOSTS),
    memory: "16MiB",
    vcpus: 1 + random.below(2),
    cpus: random.pick(["own", "shared"]),
    // Twice as often, for it is what can be protected.
    io: random.pick([...IO_MODELS, "renic" as const]),
    abilities: {
      stateWrite: random.below(8) > 0,
      dmaLog: random.below(8) > 0,
      hold: random.below(8) > 0,
    },
    offloads: { segmentation: random.below(3) > 0, merging: random.below(3) > 0 },
    moderation: random.pick(MODERATIONS),
    workload: {
      kind: "server",
      cyclesPerRequest: random.below(30_000),
      dirtyPerRequest: `${random.below(24)}KiB`,
      workingSet: `${4 + random.below(400)}KiB`,
    },
    ...(random.below(3) ? {} : { job }),
  };
}

/** Gives a VM a disk that requests write to. */
function withDisk(random: RandomSource, vm: VmInput) {
  const disk = { size: random.pick(["64KiB", "1MiB"]) };
  return { ...vm, disk, workload: { ...vm.workload, diskPerRequest: `${random.below(64)}KiB` } };
}

function drawFlows(random: RandomSource, vms: readonly VmInput[]) {
  const names = vms.map(({ name }) => name);
  const streaming = new Set<string>();
  const kinds = Array.from({ length: 1 + random.below(4) }, () => random.pick(FLOW_KINDS));
  return kinds.flatMap((kind): object[] => {
    const from = random.pick([...names, ...CLIENTS]);
    const to = random.pick([...names, ...CLIENTS].filter((name) => name !== from));
    const start = `${random.below(10)}ms`;
    const ends = [from, to];
    const areVms = ends.every((name) => names.includes(name));
    if (kind === "datagrams") {
      if (!areVms || ends.some((name) => streaming.has(name))) return [];
      for (const name of ends) streaming.add(name);
      const frame = `${60 + random.below(1455)}B`;
      return [{ kind, from, to, start, frame, every: `${50 + random.below(1000)}us`, burst: 1 + random.below(20) }];
    }
    if (!ends.some((name) => names.includes(name))) return [];
    const tcp = { kind, from, to, start, connections: 1 + random.below(4), window: random.pick(["64KiB", "128KiB"]) };
    if (kind === "bulk") return [{ ...tcp, ...(random.below(2) ? { bytes: `${1 + random.below(400_000)}B` } : {}) }];
    const [request, reply] = [1 + random.below(random.pick([8, 3000])), 1 + random.below(random.pick([8, 20_000]))];
    const think = `${random.below(2) * random.below(3000)}us`;
    return [{ ...tcp, request: `${request}B`, reply: `${reply}B`, think, reconnect: random.below(3) === 0 }];
  });
}

function drawProtection(random: RandomSource, { name, host }: VmInput) {
  return {
    vm: name,
    to: host === "one" ? "two" : "one",
    interval: `${1 + random.below(10)}ms`,
    link: { rate: random.pick(["1Gbps", "10Gbps", "40Gbps"]), latency: "20us" },
    heartbeat: "1ms",
    timeout: `${3 + random.below(8)}ms`,
    outbound: random.pick(["64KiB", "1MiB"]),
    driverReset: random.below(4) ? "never" : `${random.below(5)}ms`,
  };
}

/** Mostly of a host whose VM has a backup, early enough for that to take over. */
function drawFailure(random: RandomSource, protectedVms: readonly VmInput[], durationMs: number) {
  const hosts = protectedVms.map(({ host }) => host);
  return { at: `${10 + random.below(durationMs - 40)}ms`, fail: random.pick([...hosts, ...hosts, ...HOSTS]) };
}

function drawRows(random: RandomSource): DirtyRow[] {
  return Array.from({ length: 1 + random.below(400) }, () => ({
    durationNs: 1000 + random.below(2_000_000),
    hotPages: random.below(40),
    coldPages: random.below(10),
  }));
}
