/**
 * The composition root: makes the world that a scenario describes and the control state over it. Everything after this
 * happens by events.
 */

import { ACTIVITY_REPLICATION } from "../../assembly/layout/cost";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import {
  REQUEST_BYTES,
  REQUEST_PLANNED_AT,
  REQUEST_PORT,
  REQUEST_QUERY,
  REQUEST_QUERY_BYTES,
  REQUEST_REPLY,
  REQUEST_REPLY_BYTES,
} from "../../assembly/layout/request";
import { IMAGE_BYTES_MAX } from "../../assembly/layout/state-image";
import { stagingBytes } from "../checkpoint/replica";
import type { HostScenario, ReplayScenario, Scenario, VmScenario } from "../config/scenario";
import { World } from "../core/world";
import { bootGuest, giveAddress, startPort } from "../device/port-driver";
import type { Exchange } from "../format/conversation";
import { DATA_PLANE_COSTS } from "../host/cost-model";
import type { Costs } from "../host/cost-table";
import type { Place } from "../host/place";
import { after, type Timers } from "../host/timers";
import type { Protection } from "../remus/protection";
import { checkService, loadService } from "../workload/replay-service";
import type { ClientControl, Control, HostControl, VmControl } from "./control";
import type { RunInput } from "./input";
import { planWorld } from "./plan";

/** What a port keeps for a quiesced virtual function. assumed: about the receive packet buffer of the 82576. */
const PARKED_BYTES = 65_536;
/** Output buffer of a switch port. assumed: 512 KiB, a shallow-buffered datacentre switch divided among its ports. */
const SWITCH_BACKLOG_BYTES = 524_288;
const GUEST_MAC = 0x01;
const CLIENT_MAC = 0x02;

/** A world and its control state, before the first event. */
export interface Composition {
  readonly world: World;
  readonly control: Control;
}

/** Makes a scenario's world. Throws InputError for what does not fit: the world, or a service in its guest. */
export function compose(input: RunInput): Composition {
  const { scenario, replays } = input;
  checkServices(input);
  const world = World.create(input.module, planWorld(input));
  for (const [index, name] of DATA_PLANE_COSTS) world.plane.setCost(index, scenario.costs[name]);
  const network = world.plane.addSwitch(scenario.switchDelayNs);
  const sites = scenario.hosts.map((host) => new Site(world, host, network, scenario.costs));
  const siteOf = (name: string) => find(sites, (site) => site.name === name);
  const timers: Timers = [];
  const vms = scenario.vms.map((vm, index) => makeVm(world, siteOf(vm.host), scenario, vm, index, replays));
  const protections = scenario.protect.map((_, index) => makeProtection(world, siteOf, scenario, vms, index));
  const clients = scenario.clients.map((_, index) => makeClient(world, scenario, network, index, replays));
  for (const vm of vms) bootGuest(world, vm.place.guest);
  clients.forEach((client) => {
    if (client.requestCount) world.plane.startClient(client.index);
  });
  scenario.events.forEach((event, subject) => {
    after(world, timers, event.atNs, { kind: "fail", subject });
  });
  const hosts = sites.map((site) => site.control());
  return { world, control: { scenario, timers, hosts, vms, clients, protections, eventCount: 0 } };
}

/** A host while it is being filled: hands out processors and virtual functions. */
class Site {
  readonly name: string;
  readonly index: number;
  readonly #world: World;
  readonly #scenario: HostScenario;
  readonly #processors: number[] = [];
  readonly #dom0Vcpu: number;
  readonly #dom0Task: number;
  readonly #freeVfs: number[] = [];

  constructor(world: World, scenario: HostScenario, network: number, costs: Costs) {
    this.#world = world;
    this.#scenario = scenario;
    this.name = scenario.name;
    this.index = world.plane.addHost();
    this.#dom0Vcpu = world.plane.addVcpu(this.index, this.takeProcessor(), 1);
    this.#dom0Task = world.plane.addControlTask(this.#dom0Vcpu, ACTIVITY_REPLICATION);
    for (const nic of scenario.nics) {
      const port = world.plane.addPort(this.index, nic.vfCount, PARKED_BYTES);
      world.plane.connectPort(port, network, nic.rateBitsPerSecond, nic.latencyNs, SWITCH_BACKLOG_BYTES);
      world.plane.setDma(port, costs.dmaLatency, costs.dmaByte, costs.dmaByte);
      startPort(world, port);
      for (let pool = 0; pool < nic.vfCount; pool++) this.#freeVfs.push(world.plane.firstVf(port) + pool);
    }
  }

  takeProcessor(): number {
    // A cycle is 10^12 / Hz picoseconds, in lowest terms.
    const divisor = greatestCommonDivisor(1e12, this.#scenario.clockHz);
    const index = this.#world.plane.addProcessor(1e12 / divisor, this.#scenario.clockHz / divisor);
    this.#processors.push(index);
    return index;
  }

  /** Adds a guest with a processor and a virtual function of its own. */
  addGuest(vm: VmScenario, number: number): Place {
    const { plane } = this.#world;
    const processor = this.takeProcessor();
    const [low, high] = mac(GUEST_MAC, number);
    const pages = vm.memoryBytes / PAGE_BYTES;
    const cycles = vm.workload.cyclesPerRequest;
    const guest = plane.addGuest(this.index, processor, pages, low, high, guestIp(number), cycles);
    const vf = this.#freeVfs.shift();
    if (vf === undefined) throw new Error("the scenario was checked for virtual functions");
    plane.attachVf(vf, guest);
    return { host: this.index, guest, vf, dom0Task: this.#dom0Task };
  }

  control(): HostControl {
    return {
      name: this.name,
      index: this.index,
      processors: this.#processors,
      dom0Vcpu: this.#dom0Vcpu,
      isAlive: true,
    };
  }
}

function makeVm(
  world: World,
  site: Site,
  scenario: Scenario,
  vm: VmScenario,
  number: number,
  replays: ReadonlyMap<string, readonly Exchange[]>,
): VmControl {
  const place = site.addGuest(vm, number);
  const [low, high] = mac(GUEST_MAC, number);
  giveAddress(world, place.vf, { low, high });
  const { port, exchanges } = serviceOf(scenario, vm, replays);
  loadService(world, place.guest, vm, port, exchanges);
  return { name: vm.name, place, vcpu: world.plane.vcpuOf(place.guest) };
}

function checkServices({ scenario, replays, source = "scenario" }: RunInput): void {
  for (const vm of scenario.vms) checkService(vm, serviceOf(scenario, vm, replays).exchanges, source);
}

/** What a machine is asked: the port, and the exchanges of every capture that is replayed to it, each once. */
function serviceOf(scenario: Scenario, vm: VmScenario, replays: RunInput["replays"]) {
  const sources = scenario.traffic.filter((traffic) => traffic.to === vm.name);
  const captures = new Set(sources.map(({ capture }) => capture));
  const exchanges = [...captures].flatMap((capture) => replays.get(capture) ?? []);
  return { port: sources[0]?.port ?? 0, exchanges };
}

function makeProtection(
  world: World,
  siteOf: (name: string) => Site,
  scenario: Scenario,
  vms: readonly VmControl[],
  index: number,
): Protection {
  const wanted = item(scenario.protect, index);
  const number = scenario.vms.findIndex((candidate) => candidate.name === wanted.vm);
  const vm = item(scenario.vms, number);
  const primary = item(vms, number).place;
  const backup = siteOf(wanted.to).addGuest(vm, number);
  const stagingPages = vm.memoryBytes / PAGE_BYTES;
  const { plane } = world;
  plane.createOutbound(primary.vf, wanted.outboundBytes);
  return {
    index,
    vm: vm.name,
    replica: {
      primary,
      backup,
      wire: plane.addReplicationLink(wanted.link.rateBitsPerSecond, wanted.link.latencyNs),
      stagingAt: plane.reserveBytes(stagingBytes(stagingPages)) >>> 0,
      stagingPages,
      backupImageAt: plane.reserveBytes(IMAGE_BYTES_MAX) >>> 0,
    },
    abilities: vm.abilities,
    costs: scenario.costs,
    intervalNs: wanted.intervalNs,
    heartbeatNs: wanted.heartbeatNs,
    timeoutNs: wanted.timeoutNs,
    driverResetNs: wanted.driverResetNs,
    state: "synchronizing",
    epoch: { number: 0, state: "running" },
    dueAtNs: 0,
    stoppedAtNs: 0,
    isPrimaryAlive: true,
    isBackupAlive: true,
    staged: null,
    syncPagesLeft: 0,
    held: null,
    announcedCount: 0,
    suspectedAtNs: null,
    activatedAtNs: null,
    sums: {
      count: 0,
      lateCount: 0,
      pageCount: 0,
      byteCount: 0,
      pauseNs: 0,
      pauseNsMin: 0,
      pauseNsMax: 0,
      syncPageCount: 0,
    },
  };
}

function makeClient(
  world: World,
  scenario: Scenario,
  network: number,
  number: number,
  replays: ReadonlyMap<string, readonly Exchange[]>,
): ClientControl {
  const { plane } = world;
  const { name, link } = item(scenario.clients, number);
  const [low, high] = mac(CLIENT_MAC, number);
  const index = plane.addClient(low, high, clientIp(number));
  const lossBelow = Math.floor(link.loss * 2 ** 32);
  plane.connectClient(index, network, link.rateBitsPerSecond, link.latencyNs, lossBelow, SWITCH_BACKLOG_BYTES);
  const traffic = scenario.traffic.find((candidate) => candidate.from === name);
  if (!traffic) return { name, index, requestsAt: 0, requestCount: 0 };
  const target = scenario.vms.findIndex((vm) => vm.name === traffic.to);
  const [targetLow, targetHigh] = mac(GUEST_MAC, target);
  const { port, timeoutNs, tryCount } = traffic;
  plane.setTarget(index, targetLow, targetHigh, guestIp(target), port, timeoutNs, tryCount);
  const exchanges = replays.get(traffic.capture) ?? [];
  return { name, index, requestsAt: placeRequests(world, index, traffic, exchanges), requestCount: exchanges.length };
}

/** Writes the requests that a client will send, and the replies it expects; returns where they lie. */
function placeRequests(world: World, client: number, traffic: ReplayScenario, exchanges: readonly Exchange[]): number {
  const requestsAt = world.plane.createRequests(client, exchanges.length) >>> 0;
  exchanges.forEach(({ timeNs, sourcePort, request, reply }, index) => {
    const query = world.place(request);
    const answer = world.place(reply);
    const plannedNs = traffic.startNs + Math.floor(timeNs * traffic.scale);
    const words = world.words(requestsAt + index * REQUEST_BYTES, REQUEST_BYTES);
    words.setBigUint64(REQUEST_PLANNED_AT, BigInt(plannedNs) * 1000n, true);
    words.setUint32(REQUEST_QUERY, query, true);
    words.setUint32(REQUEST_QUERY_BYTES, request.length, true);
    words.setUint32(REQUEST_REPLY, answer, true);
    words.setUint32(REQUEST_REPLY_BYTES, reply.length, true);
    words.setUint32(REQUEST_PORT, sourcePort, true);
  });
  return requestsAt;
}

/** A locally administered address 02:52:4e:KK:00:NN ("RN") as two words, first byte lowest. */
function mac(kind: number, number: number): [number, number] {
  return [(0x004e5202 | (kind << 24)) >>> 0, (number + 1) << 8];
}

/** 10.0.0.N for guests. */
function guestIp(number: number): number {
  return 0x0a000001 + number;
}

/** 10.0.1.N for clients. */
function clientIp(number: number): number {
  return 0x0a000101 + number;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b ? greatestCommonDivisor(b, a % b) : a;
}

function item<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new Error("the scenario was checked for names");
  return found;
}

function find<T>(list: readonly T[], isWanted: (candidate: T) => boolean): T {
  return item(list, list.findIndex(isWanted));
}
