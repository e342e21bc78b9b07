/**
 * The composition root: makes the world that a scenario describes and the control state over it. Everything after this
 * happens by events.
 */

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
import { withLives } from "../config/lives";
import type { ProbeScenario, ReplayScenario, Scenario, VmScenario } from "../config/scenario";
import { World } from "../core/world";
import { bootBondedGuest } from "../device/bonded";
import { bootEmulatedGuest } from "../device/emulated";
import { bootFrontGuest } from "../device/paravirtual";
import { bootGuest, giveAddress } from "../device/port-driver";
import type { Exchange } from "../format/conversation";
import { dataPlaneCosts } from "../host/cost-model";
import { ACCOUNTING_PERIOD_NS } from "../host/credit-scheduler";
import { after, type Timers } from "../host/timers";
import { plan } from "../migration/timers";
import { InputError } from "../sim/input-error";
import { numbersTo } from "../sim/numbers";
import { prepareDisk, setFlowDisk } from "../workload/disk";
import {
  checkStack,
  type FlowControl,
  type FlowEnd,
  makeFlow,
  makeStack,
  NO_RECORDING,
  NO_WORKING_SET,
  placeStack,
  stackOfGuest,
  stackPlanOf,
  type WorkingSet,
} from "../workload/flows";
import { PROBE_TIMEOUT_NS, probeExchanges, probeOf } from "../workload/probe";
import { checkRecordings, type Recordings, recordingPage, recordingPages } from "../workload/recording";
import { checkService, loadService } from "../workload/replay-service";
import { CLIENT_MAC, clientIp, GUEST_MAC, guestAddress, guestIp, mac } from "./addresses";
import type { ClientControl, Control, VmControl } from "./control";
import type { RunInput } from "./input";
import { HEADER_BYTES } from "./migration-watch";
import { addTargets, makeMigration } from "./migrations";
import { planWorld } from "./plan";
import { makeProtection, makeSuccessions } from "./protections";
import { addCopy, prepareGuest, Site, SWITCH_BACKLOG_BYTES, vcpusOf } from "./site";

/** A world and its control state, before the first event. */
export interface Composition {
  readonly world: World;
  readonly control: Control;
}

/** Makes a scenario's world. Throws InputError for what does not fit: the world, or a service in its guest. */
export function compose(wanted: RunInput): Composition {
  const input = { ...wanted, scenario: withLives(wanted.scenario) };
  const { scenario, recordings = new Map(), snapBytes } = input;
  checkTraces(input);
  checkRecordings(scenario, recordings, input.source ?? "scenario");
  checkServices(input);
  const world = World.create(input.module, planWorld(input));
  for (const [index, value] of dataPlaneCosts(scenario.costs, scenario.interruptDelivery)) {
    world.plane.setCost(index, value);
  }
  const network = world.plane.addSwitch(scenario.switchDelayNs);
  const sites = scenario.hosts.map((host) => new Site(world, scenario, host, network));
  const siteOf = (name: string) => find(sites, (site) => site.name === name);
  const timers: Timers = [];
  const vms = scenario.vms.map((vm, index) => makeVm(world, siteOf(vm.host), input, vm, index));
  const protections = scenario.protect.map((_, index) => makeProtection(world, siteOf, scenario, vms, index));
  const successions = scenario.protect.flatMap((_, entry) => {
    return makeSuccessions(world, siteOf, scenario, protections, entry);
  });
  const targets = addTargets(scenario, (number, to) => addCopy(world, siteOf(to), scenario, number));
  const migrations = scenario.migrations.map(({ vm: name, to, streamCount, link }, index) => {
    const number = scenario.vms.findIndex((vm) => vm.name === name);
    const vm = item(scenario.vms, number);
    const target = item(targets, index);
    const { place: source } = item(vms, number);
    // Both hosts reach the storage that the disk is on.
    if (vm.disk) world.plane.shareBlocks(target.disk, source.disk);
    const [low, high] = guestAddress(number).mac;
    const whereabouts = { mac: { low, high }, source, target };
    const tasks = numbersTo(streamCount).map((stream) => siteOf(vm.host).addSender(stream));
    const stations = link === null ? ([siteOf(vm.host).station, siteOf(to).station] as const) : null;
    return makeMigration(world, scenario, index, vm, whereabouts, tasks, stations);
  });
  const stacks = new Map(vms.flatMap((vm) => makeGuestStack(world, scenario, vm)));
  const clients = scenario.clients.map((_, index) => makeClient(world, input, network, index, stacks));
  if (snapBytes !== undefined) tapMachines(world, clients, snapBytes);
  else if (migrations.length > 0) tapMachines(world, clients, HEADER_BYTES);
  const flows = scenario.flows.map((_, index) => makeFlowOf(world, scenario, index, vms, clients, stacks, recordings));
  for (const { place } of vms) {
    if (place.front && place.vf >= 0) bootBondedGuest(world, place);
    else if (place.front?.kind === "emulated") bootEmulatedGuest(world, place.front);
    else if (place.front) bootFrontGuest(world, place.front);
    else bootGuest(world, place.guest);
  }
  scenario.flows.forEach(({ startNs }, subject) => {
    after(world, timers, startNs, { kind: "flow", subject });
  });
  clients.forEach((client) => {
    if (client.requestCount) world.plane.startClient(client.index);
  });
  scenario.events.forEach((event, subject) => {
    after(world, timers, event.atNs, { kind: "misfortune", subject });
  });
  scenario.migrations.forEach((entry, index) => {
    plan({ world, timers }, index, entry);
  });
  const hosts = sites.map((site) => site.control());
  for (const host of hosts) {
    host.isAlive = !scenario.events.some((event) => "repair" in event && event.repair === host.name);
    if (!host.isAlive) world.plane.darkenHost(host.index);
  }
  hosts.forEach(({ pool, isAlive }, subject) => {
    if (pool && isAlive) after(world, timers, ACCOUNTING_PERIOD_NS, { kind: "account", subject });
  });
  const carried = { hosts, vms, clients, protections, successions, migrations, flows };
  return { world, control: { scenario, timers, ...carried, eventCount: 0 } };
}

function makeVm(
  world: World,
  site: Site,
  { scenario, replays, dirtyTraces }: RunInput,
  vm: VmScenario,
  number: number,
): VmControl {
  const place = site.addGuest(vm, guestAddress(number));
  const { clockHz } = find(scenario.hosts, ({ name }) => name === vm.host);
  prepareGuest(world, place.guest, vm, clockHz, dirtyTraces?.get(vm.name) ?? []);
  const [low, high] = mac(GUEST_MAC, number);
  if (!place.front) giveAddress(world, place.vf, { low, high });
  if (vm.workload.kind === "replay-server") {
    const { port, exchanges } = serviceOf(scenario, vm, replays);
    loadService(world, place.guest, vm, port, exchanges);
  }
  prepareDisk(world, vm, place.guest, place.disk);
  return { name: vm.name, place, vcpus: vcpusOf(world, place.guest, vm) };
}

/** Throws InputError for a job whose trace was not given: whoever runs a scenario reads the files that it names. */
function checkTraces({ scenario, dirtyTraces, source = "scenario" }: RunInput): void {
  const problems = scenario.vms.flatMap(({ name, job }) => {
    if (!job?.trace || dirtyTraces?.get(name)?.length) return [];
    const reason = `names ${job.trace.path}, whose rows the run was not given; read them with readDirtyTrace and pass them as dirtyTraces`;
    return [{ place: "", subject: `vm ${name}: job.trace`, reason }];
  });
  if (problems.length > 0) throw new InputError(source, problems);
}

function checkServices({ scenario, replays, recordings = new Map(), source = "scenario" }: RunInput): void {
  for (const vm of scenario.vms) {
    if (vm.workload.kind === "replay-server") checkService(vm, serviceOf(scenario, vm, replays).exchanges, source);
    else checkStack(scenario, vm, recordings, source);
  }
}

/** What a machine is asked: the port, and the exchanges of every capture that is replayed to it, each once. */
function serviceOf(scenario: Scenario, vm: VmScenario, replays: RunInput["replays"]) {
  const sources = scenario.traffic.filter((traffic) => traffic.to === vm.name);
  const captures = new Set(sources.map(({ capture }) => capture));
  const exchanges = [...captures].flatMap((capture) => replays.get(capture) ?? []);
  return { port: sources[0]?.port ?? 0, exchanges };
}

/** Makes a client; the first page behind its stack, if it has one, is added to those of the others. */
function makeClient(
  world: World,
  { scenario, replays, recordings = new Map() }: RunInput,
  network: number,
  number: number,
  stacks: Map<string, number>,
): ClientControl {
  const { plane } = world;
  const { name, link } = item(scenario.clients, number);
  const [low, high] = mac(CLIENT_MAC, number);
  const lossBelow = Math.floor(link.loss * 2 ** 32);
  const plan = stackPlanOf(scenario, name);
  if (plan) {
    const pageCount = plan.pageCount + 1 + recordingPages(scenario, recordings, name);
    const machine = plane.addMachine(low, high, clientIp(number), pageCount);
    const wire = plane.connectMachine(machine, network, link.rateBitsPerSecond, link.latencyNs, SWITCH_BACKLOG_BYTES);
    for (const each of [wire, wire + 1]) plane.setWireFaults(each, lossBelow, 0, 0, 0);
    stacks.set(name, makeStack(world, machine, plan));
    return { name, index: machine, isMachine: true, requestsAt: 0, requestCount: 0 };
  }
  const index = plane.addClient(low, high, clientIp(number));
  plane.connectClient(index, network, link.rateBitsPerSecond, link.latencyNs, lossBelow, SWITCH_BACKLOG_BYTES);
  const probe = probeOf(scenario, name);
  if (probe) return makeProber(world, scenario, probe, index);
  const traffic = scenario.traffic.find((candidate) => candidate.from === name);
  if (!traffic) return { name, index, isMachine: false, requestsAt: 0, requestCount: 0 };
  const target = scenario.vms.findIndex((vm) => vm.name === traffic.to);
  const [targetLow, targetHigh] = mac(GUEST_MAC, target);
  const { port, timeoutNs, tryCount } = traffic;
  plane.setTarget(index, targetLow, targetHigh, guestIp(target), port, timeoutNs, tryCount);
  const exchanges = replays.get(traffic.capture) ?? [];
  const requestsAt = placeRequests(world, index, traffic, exchanges);
  return { name, index, isMachine: false, requestsAt, requestCount: exchanges.length };
}

/** Has a client send a probe's datagrams. */
function makeProber(world: World, scenario: Scenario, probe: ProbeScenario, index: number): ClientControl {
  const target = scenario.vms.findIndex((vm) => vm.name === probe.to);
  const { mac: low, ip } = guestAddress(target);
  world.plane.setTarget(index, ...low, ip, probe.port, PROBE_TIMEOUT_NS, 1);
  const exchanges = probeExchanges(probe, scenario.durationNs);
  const requestsAt = placeRequests(world, index, { startNs: probe.startNs, scale: 1 }, exchanges);
  return { name: probe.from, index, isMachine: false, requestsAt, requestCount: exchanges.length };
}

function tapMachines({ plane }: World, clients: readonly ClientControl[], snapBytes: number): void {
  plane.setSnap(snapBytes);
  for (const { index, isMachine } of clients) if (isMachine) plane.tapMachine(index);
}

/** Makes the stack of a VM that takes part in flows over TCP; returns its name and the first page behind the stack. */
function makeGuestStack(world: World, scenario: Scenario, { name, place }: VmControl): [string, number][] {
  const plan = stackPlanOf(scenario, name);
  if (!plan) return [];
  placeStack(world, place.guest);
  return [[name, makeStack(world, stackOfGuest(place.guest), plan)]];
}

/**
 * Sets a flow up. Requests that a VM answers dirty its working set, which lies behind its stack; what a machine plays
 * lies behind both.
 */
function makeFlowOf(
  world: World,
  scenario: Scenario,
  index: number,
  vms: readonly VmControl[],
  clients: readonly ClientControl[],
  stacks: ReadonlyMap<string, number>,
  recordings: Recordings,
): FlowControl {
  const flow = item(scenario.flows, index);
  const endOf = (name: string): FlowEnd => {
    const number = scenario.vms.findIndex((vm) => vm.name === name);
    if (number >= 0) return { name, owner: stackOfGuest(item(vms, number).place.guest), ...guestAddress(number) };
    const client = scenario.clients.findIndex((candidate) => candidate.name === name);
    return { name, owner: item(clients, client).index, mac: mac(CLIENT_MAC, client), ip: clientIp(client) };
  };
  const vm = scenario.vms.find((candidate) => candidate.name === flow.to);
  const firstPage = stacks.get(flow.to) ?? 0;
  const set = vm ? workingSetOf(vm, firstPage) : NO_WORKING_SET;
  const connections = recordings.get(index);
  const pageOf = (name: string) => {
    const owner = scenario.vms.find((candidate) => candidate.name === name);
    const behindStack = stacks.get(name) ?? 0;
    const firstPage = owner ? behindStack + workingSetOf(owner, behindStack).pageCount : behindStack;
    return recordingPage(scenario, recordings, name, index, firstPage);
  };
  const recording = connections && { connections, fromPage: pageOf(flow.from), toPage: pageOf(flow.to) };
  const made = makeFlow(world, flow, endOf(flow.from), endOf(flow.to), set, recording ?? NO_RECORDING);
  if (vm && flow.kind === "requests") setFlowDisk(world, vm, made);
  return made;
}

function workingSetOf({ workload }: VmScenario, firstPage: number): WorkingSet {
  const pageCount = Math.floor(workload.workingSetBytes / PAGE_BYTES);
  return { firstPage, pageCount, dirtyPages: Math.ceil(workload.dirtyPerRequestBytes / PAGE_BYTES) };
}

/** Writes the requests that a client will send, and the replies it expects; returns where they lie. Equal bytes lie once. */
function placeRequests(
  world: World,
  client: number,
  { startNs, scale }: Pick<ReplayScenario, "startNs" | "scale">,
  exchanges: readonly Exchange[],
): number {
  const requestsAt = world.plane.createRequests(client, exchanges.length) >>> 0;
  const placed = new Map<Uint8Array, number>();
  const place = (bytes: Uint8Array) => {
    const at = placed.get(bytes) ?? world.place(bytes);
    placed.set(bytes, at);
    return at;
  };
  exchanges.forEach(({ timeNs, sourcePort, request, reply }, index) => {
    const query = place(request);
    const answer = place(reply);
    const plannedNs = startNs + Math.floor(timeNs * scale);
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

function item<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new Error("the scenario was checked for names");
  return found;
}

function find<T>(list: readonly T[], isWanted: (candidate: T) => boolean): T {
  return item(list, list.findIndex(isWanted));
}
