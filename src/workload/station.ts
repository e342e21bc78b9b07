/**
 * dom0's own network stack on a port of its host, for migrations that go over the hosts' ports: a machine on dom0's bridge
 * (assembly/guest/dom0-station.ts), with the options of any Linux.
 */

import { PAGE_BYTES } from "../../assembly/layout/limits";
import type { Scenario } from "../config/scenario";
import type { World } from "../core/world";
import { receiveFor } from "../device/paravirtual";
import { makeStack, OPTIONS, STACK_PAGES, type StackPlan } from "./flows";

/** What a socket holds each way. tcp_wmem and tcp_rmem of Linux let it grow to 4 MiB and more; assumed: what 10 Gb/s need at 400 us. */
const WINDOW_BYTES = 512 * 1024;
const SPARE_CONNECTIONS = 2;

/** Who a station is, and where. */
export interface Station {
  readonly machine: number;
  readonly mac: readonly [low: number, high: number];
  readonly ip: number;
}

/** Returns how many streams of migrations go over a host's ports. */
export function stationStreams({ vms, migrations }: Scenario, host: string): number {
  return migrations.reduce((sum, { vm: name, to, link, streamCount }) => {
    const isHere = to === host || vms.some((vm) => vm.name === name && vm.host === host);
    return isHere && link === null ? sum + streamCount : sum;
  }, 0);
}

/** Returns the stack that a host's dom0 needs for migrations; null where none goes over its ports. */
export function stationPlanOf(scenario: Scenario, host: string): StackPlan | null {
  const streamCount = stationStreams(scenario, host);
  if (streamCount === 0) return null;
  const connectionCount = streamCount + SPARE_CONNECTIONS;
  const tablePages = STACK_PAGES + Math.ceil(connectionCount / 4);
  const pageCount = tablePages + (connectionCount * 2 * WINDOW_BYTES) / PAGE_BYTES;
  return { connectionCount, windowBytes: WINDOW_BYTES, pageCount, tablePages, options: OPTIONS };
}

/** Puts a station on the bridge of a port, at which the physical function receives for it. */
export function addStation(
  world: World,
  port: number,
  rateBitsPerSecond: number,
  plan: StackPlan,
  { mac, ip }: Pick<Station, "mac" | "ip">,
): Station {
  const { plane } = world;
  const [low, high] = mac;
  const machine = plane.addMachine(low, high, ip, plan.pageCount + 1);
  plane.connectStation(machine, port, rateBitsPerSecond);
  makeStack(world, machine, plan);
  receiveFor(world, { mac: { low, high }, port });
  return { machine, mac, ip };
}
