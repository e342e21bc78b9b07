/**
 * The migrations of a scenario, as the planner wants them.
 *
 * What a job writes is known from its bursts. What requests write depends on how many come, which only a run knows:
 * whoever plans adds it. Over the hosts' ports the plan has the slower of them for itself. Left out: traces of written pages, whose rates change, so that the planner has no number for them.
 */
import { PAGE_BYTES } from "../../assembly/layout/limits";
import type { JobScenario, Scenario, VmScenario } from "../config/scenario";
import type { PageWriter } from "./dirty-pages";
import { type MigrationCase, PLAN_DEFAULTS } from "./plan-input";

/** A migration of a scenario. */
export interface ScenarioMigration {
  readonly vm: string;
  readonly from: string;
  readonly to: string;
  readonly wanted: MigrationCase;
}

/** Returns what each migration of a scenario is planned from, in the scenario's order. */
export function scenarioMigrations(scenario: Scenario): ScenarioMigration[] {
  const { migrations, vms, hosts, costs } = scenario;
  return migrations.flatMap(({ vm: name, to, policy, link, streamCount, backend, hotPlug, hasDeviceModel }) => {
    const vm = vms.find((each) => each.name === name);
    const clockHz = hosts.find((each) => each.name === vm?.host)?.clockHz;
    if (vm === undefined || clockHz === undefined) return [];
    const way = link ?? wayOverPorts(scenario, vm.host, to);
    const wanted: MigrationCase = {
      ...PLAN_DEFAULTS,
      io: vm.io,
      memoryBytes: vm.memoryBytes,
      writers: vm.job ? jobWriters(vm.job, vm, clockHz) : [],
      vcpuCount: vm.vcpuCount,
      via: link ? "link" : "ports",
      linkBitsPerSecond: way.rateBitsPerSecond,
      linkLatencyNs: way.latencyNs,
      streamCount,
      policy,
      backend,
      hotPlug,
      hasDeviceModel,
      costs,
      clockHz,
    };
    return { vm: name, from: vm.host, to, wanted };
  });
}

/** Returns the way between the first ports of two hosts: the slower port's rate, both latencies and the switch. */
export function wayOverPorts(
  { hosts, switchDelayNs }: Pick<Scenario, "hosts" | "switchDelayNs">,
  from: string,
  to: string,
) {
  const ports = hosts.filter(({ name }) => name === from || name === to).map(({ nics }) => nics[0]);
  return {
    rateBitsPerSecond: Math.min(...ports.map((port) => port?.rateBitsPerSecond ?? Number.POSITIVE_INFINITY)),
    latencyNs: ports.reduce((sum, port) => sum + (port?.latencyNs ?? 0), switchDelayNs),
  };
}

/** Returns what a job writes that has its vCPUs for itself: its two regions, and the page of how far it has got. */
function jobWriters(job: JobScenario, { vcpuCount }: VmScenario, clockHz: number): PageWriter[] {
  const { burstCycles, hotBytes, coldBytes, hotWrites, coldWrites } = job;
  const burstsPerSecond = (clockHz * vcpuCount) / burstCycles;
  const region = (bytes: number, writes: number) => {
    return { pageCount: bytes / PAGE_BYTES, pagesPerSecond: burstsPerSecond * writes, isBusy: true };
  };
  const progress = { pageCount: 1, pagesPerSecond: burstsPerSecond, isBusy: false };
  return [region(hotBytes, hotWrites), region(coldBytes, coldWrites), progress];
}
