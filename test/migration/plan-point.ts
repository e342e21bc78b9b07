/**
 * A migration drawn from a seed, as a scenario and as a plan: a guest that a client probes, with a job that writes two
 * regions, some policy, some link. Both are written down separately from what was drawn, so that neither follows from the
 * other.
 */
import { MIGRATION_POLICIES, type MigrationPolicy } from "../../src/config/migration-policy";
import { parseScenario } from "../../src/config/parse";
import type { RunInput } from "../../src/experiment/input";
import { COST_PRESETS, type CostPreset } from "../../src/host/cost-row";
import { resolveCosts } from "../../src/host/cost-table";
import { type MigrationPlanInput, receivingAt } from "../../src/migration/plan-input";
import { sending } from "../../src/study/migration-plan";
import { probes } from "../../src/study/migration-scenario";
import { RandomSource } from "../support/random-source";

/** What is drawn. */
export interface PlanPoint {
  readonly preset: CostPreset;
  readonly io: "renic" | "paravirtual" | "emulated" | "teaming" | "compsc";
  readonly backend: "in-stop" | "before-stop";
  readonly memoryPages: number;
  readonly vcpuCount: number;
  /** Null without a job. */
  readonly job: { readonly burst: number; readonly hot: Region; readonly cold: Region } | null;
  readonly probePeriodNs: number;
  /** Over the hosts' ports there is no other link: rate and latency are those of ports and switch. */
  readonly via: "link" | "ports";
  readonly linkBitsPerSecond: number;
  readonly latencyNs: number;
  readonly policy: MigrationPolicy;
}

interface Region {
  readonly pageCount: number;
  /** Of a burst. */
  readonly writes: number;
}

const MIB_PAGES = 256;
const MILLISECOND = 1_000_000;
export const BEGIN_NS = 20 * MILLISECOND;
/** Two ports and a switch, as a scenario has them that says nothing. */
const PORTS_LATENCY_NS = 3_000;

export function drawPoint(seed: number): PlanPoint {
  const { isCooperating, ...point } = drawn(seed);
  return isCooperating && point.io === "renic" ? { ...point, io: "compsc" } : point;
}

function drawn(seed: number): PlanPoint & { readonly isCooperating: boolean } {
  const random = new RandomSource(seed);
  const preset = random.pick(["era", "now"] as const);
  const memoryPages = (16 + 4 * random.below(28)) * MIB_PAGES;
  const hot = { pageCount: (1 + random.below(memoryPages / MIB_PAGES / 4)) * MIB_PAGES, writes: 1 + random.below(3) };
  const cold = { pageCount: (1 + random.below(memoryPages / MIB_PAGES / 4)) * MIB_PAGES, writes: random.below(2) };
  return {
    preset,
    memoryPages,
    vcpuCount: 1 + random.below(2),
    job: random.below(5) === 0 ? null : { burst: 40_000 + random.below(900_000), hot, cold },
    probePeriodNs: random.pick([1, 2, 5]) * MILLISECOND,
    linkBitsPerSecond: random.pick([200, 500, 1_000, 2_500, 10_000]) * 1_000_000,
    latencyNs: random.pick([10_000, 50_000, 500_000]),
    via: "link",
    policy: drawPolicy(random),
    // Drawn last, so that a seed's machine stays what it was when only one way to the network was simulated.
    io: random.pick(["renic", "renic", "paravirtual", "emulated"] as const),
    backend: random.pick(["in-stop", "before-stop"] as const),
    // For the same reason behind all the others.
    isCooperating: random.below(4) === 0,
  };
}

function drawPolicy(random: RandomSource): MigrationPolicy {
  const kind = random.pick(["xen", "xen", "xen-classic", "downtime", "downtime", "auto-converge"] as const);
  const policy = MIGRATION_POLICIES[kind];
  if (policy.kind !== "downtime" && policy.kind !== "auto-converge") return policy;
  return { ...policy, downtimeNs: random.pick([5, 20, 100, 300]) * MILLISECOND, timeoutNs: 5_000 * MILLISECOND };
}

/** Returns what the planner is asked. */
export function planInputOfPoint({ job, ...point }: PlanPoint): MigrationPlanInput {
  const { preset, io, backend, memoryPages, vcpuCount, probePeriodNs, policy } = point;
  const { via, linkBitsPerSecond, latencyNs } = point;
  const { clockHz } = COST_PRESETS[preset];
  const regions = job ? [job.hot, job.cold] : [];
  const burstsPerSecond = job ? (clockHz * vcpuCount) / job.burst : 0;
  const probesPerSecond = 1e9 / probePeriodNs;
  return {
    io,
    backend,
    memoryBytes: memoryPages * 4_096,
    via,
    linkBitsPerSecond,
    linkLatencyNs: via === "ports" ? PORTS_LATENCY_NS : latencyNs,
    vcpuCount,
    writers: [
      ...regions.map(({ pageCount, writes }) => ({
        pageCount,
        pagesPerSecond: burstsPerSecond * writes,
        isBusy: true,
      })),
      // The job's own page, of which it keeps how far it has got.
      { pageCount: 1, pagesPerSecond: burstsPerSecond },
      ...sending(probesPerSecond, 1),
    ],
    receiving: receivingAt(probesPerSecond, io),
    policy,
    costs: resolveCosts(preset, {}),
    clockHz,
  };
}

/** Returns what the simulator is given: a run of so long. */
export function runInputOfPoint(module: WebAssembly.Module, point: PlanPoint, durationNs: number): RunInput {
  const scenario = parseScenario(scenarioText(point, durationNs), "point.yaml");
  return { module, scenario, run: 1, replays: new Map([["probe.pcapng", probes(durationNs, point.probePeriodNs)]]) };
}

function scenarioText({ job, ...point }: PlanPoint, durationNs: number): string {
  const { preset, io, backend, memoryPages, vcpuCount, via, linkBitsPerSecond, latencyNs, policy } = point;
  const { clockHz } = COST_PRESETS[preset];
  const rate = `${linkBitsPerSecond}bps`;
  const way = via === "ports" ? "via: ports" : `link: { rate: ${rate}, latency: ${latencyNs}ns }`;
  const mib = (pages: number) => `${pages / MIB_PAGES}MiB`;
  const host = `cores: 4, clock: ${clockHz / 1e6}MHz, dom0: { vcpus: 1 }, nics: [{ rate: ${via === "ports" ? rate : "10Gbps"}, vfs: 1 }]`;
  const ofPolicy =
    policy.kind === "downtime" || policy.kind === "auto-converge"
      ? `, downtime: ${policy.downtimeNs}ns, timeout: ${policy.timeoutNs}ns`
      : "";
  return `
version: 1
seed: 1
duration: ${durationNs}ns
costs: { preset: ${preset} }
hosts: [{ name: source, ${host} }, { name: target, ${host} }]
clients: [{ name: client, link: { rate: 10Gbps, latency: 50us } }]
vms:
  - name: vm
    host: source
    io: ${io}
    vcpus: ${vcpuCount}
    memory: ${mib(memoryPages)}
    workload: { kind: replay-server, cyclesPerRequest: 10000, dirtyPerRequest: 0B, workingSet: 0B }
${job ? `    job: { burst: ${job.burst}, hot: ${mib(job.hot.pageCount)}, hotWrites: ${job.hot.writes}, cold: ${mib(job.cold.pageCount)}, coldWrites: ${job.cold.writes} }` : ""}
traffic: [{ from: client, to: vm, kind: replay, capture: probe.pcapng, port: 7, timeout: 10s, tries: 1 }]
migrations:
  - { vm: vm, to: target, at: ${BEGIN_NS}ns, policy: ${policy.kind}${ofPolicy}, backend: ${backend}, ${way} }
`;
}
