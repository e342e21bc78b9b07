/** A host while a world is being composed: hands out processors and virtual functions. */
import { ACTIVITY_REPLICATION } from "../../assembly/layout/cost";
import {
  MODERATION_CONSERVATIVE,
  MODERATION_FIXED,
  MODERATION_FULL,
  MODERATION_THROUGHPUT,
} from "../../assembly/layout/guest-software";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { machinesOn } from "../config/copies";
import {
  BRIDGED_IO_MODELS,
  type CpuScenario,
  type HostScenario,
  type Moderation,
  type Scenario,
  type VmScenario,
} from "../config/scenario";
import type { World } from "../core/world";
import { addEmulated } from "../device/emulated";
import { addFront } from "../device/paravirtual";
import { startPort } from "../device/port-driver";
import type { DirtyRow } from "../format/dirty-trace";
import type { Costs } from "../host/cost-table";
import { type HostProcessorPlan, HostProcessors } from "../host/host-processors";
import type { Front, Place } from "../host/place";
import { addDisk } from "../workload/disk";
import { placeStack, stackPlanOf } from "../workload/flows";
import { placeJob } from "../workload/job";
import { addStation, type Station, stationPlanOf } from "../workload/station";
import { guestAddress, stationAddress } from "./addresses";
import type { HostControl } from "./control";

/** What a port keeps for a quiesced virtual function. assumed: about the receive packet buffer of the 82576. */
const PARKED_BYTES = 65_536;
/** Output buffer of a switch port. assumed: 512 KiB, a shallow-buffered datacentre switch divided among its ports. */
export const SWITCH_BACKLOG_BYTES = 524_288;

/** Dom0 among the domains of a pool; guests have numbers from 0. */
const DOM0 = -1;

const MODERATION_OF: Readonly<Record<Moderation, number>> = {
  fixed: MODERATION_FIXED,
  conservative: MODERATION_CONSERVATIVE,
  full: MODERATION_FULL,
  throughput: MODERATION_THROUGHPUT,
};

/** Who a guest is on the network. */
export interface GuestAddress {
  readonly mac: readonly [low: number, high: number];
  readonly ip: number;
}

/** Returns how the processors of a host are divided. */
export function processorPlanOf(scenario: Scenario, host: HostScenario): HostProcessorPlan {
  const domains = domainsOn(scenario, host);
  const owners = domains.filter(({ placement }) => placement === "own");
  return {
    coreCount: host.coreCount,
    clockHz: host.clockHz,
    ownCount: owners.reduce((sum, { vcpuCount }) => sum + vcpuCount, 0),
    hasShared: owners.length < domains.length,
    timeSliceNs: scenario.costs.timeSlice,
  };
}

/** Returns what a host carries: dom0, its VMs, the backups of others, and those that move to it. */
export function domainsOn(scenario: Scenario, host: HostScenario): CpuScenario[] {
  return [host.dom0, ...machinesOn(scenario, host.name)];
}

/** Returns how many VMs of a host, backups there, and VMs that move there have a disk. */
export function disksOn(scenario: Scenario, host: HostScenario): number {
  return machinesOn(scenario, host.name).filter(({ disk }) => disk !== null).length;
}

/** Returns how many VMs of a host, backups there, and VMs that move there have a NIC that dom0 serves. */
export function bridgedOn(scenario: Scenario, host: HostScenario): number {
  return machinesOn(scenario, host.name).filter(({ io }) => BRIDGED_IO_MODELS.includes(io)).length;
}

/** Tells whether dom0 of a host drives its ports: for guests that it serves, or for its own stack. */
export function bridgesPorts(scenario: Scenario, host: HostScenario): boolean {
  return bridgedOn(scenario, host) > 0 || stationPlanOf(scenario, host.name) !== null;
}

export class Site {
  readonly name: string;
  readonly index: number;
  readonly #world: World;
  readonly #processors: HostProcessors;
  readonly #dom0Vcpus: readonly number[];
  readonly #dom0Task: number;
  readonly #freeVfs: number[] = [];
  readonly #ports: number[] = [];
  #station: Station | null = null;
  #bridgedCount = 0;
  #diskCount = 0;

  constructor(world: World, scenario: Scenario, host: HostScenario, network: number) {
    const { plane } = world;
    this.#world = world;
    this.name = host.name;
    this.index = plane.addHost();
    this.#processors = new HostProcessors(world, processorPlanOf(scenario, host));
    this.#dom0Vcpus = Array.from({ length: host.dom0.vcpuCount }, () => this.#addDom0Vcpu(host.dom0));
    this.#dom0Task = plane.addControlTask(this.#dom0Vcpus[0] ?? 0, ACTIVITY_REPLICATION);
    for (const nic of host.nics) this.#addPort(nic, network, scenario.costs);
    if (!bridgesPorts(scenario, host)) return;
    this.#ports.forEach((port, number) => {
      const memory = plane.addDom0Port(port, this.#dom0VcpuFor(number));
      plane.setModeration(memory, MODERATION_OF[host.dom0.moderation]);
      plane.setDom0Merging(port, host.dom0.merging ? scenario.costs.dom0MergedSegments : 1);
    });
    const plan = stationPlanOf(scenario, host.name);
    const [port, nic] = [this.#ports[0], host.nics[0]];
    if (!plan || port === undefined || !nic) return;
    this.#station = addStation(world, port, nic.rateBitsPerSecond, plan, stationAddress(this.index));
  }

  #addDom0Vcpu({ placement, weight }: CpuScenario): number {
    const { firstProcessor, processorCount } = this.#processors.placeFor(placement === "shared");
    const vcpu = this.#world.plane.addVcpu(this.index, firstProcessor, processorCount);
    if (placement === "shared") this.#processors.govern(vcpu, DOM0, weight);
    return vcpu;
  }

  #addPort(nic: HostScenario["nics"][number], network: number, costs: Costs): void {
    const { plane } = this.#world;
    const port = plane.addPort(this.index, nic.vfCount, PARKED_BYTES);
    plane.connectPort(port, network, nic.rateBitsPerSecond, nic.latencyNs, SWITCH_BACKLOG_BYTES);
    plane.setDma(port, costs.dmaLatency, costs.dmaByte, costs.dmaByte);
    startPort(this.#world, port);
    this.#ports.push(port);
    for (let pool = 0; pool < nic.vfCount; pool++) this.#freeVfs.push(plane.firstVf(port) + pool);
  }

  /** Adds a guest with its vCPUs and a virtual function of its own, a bond with one that is free; with a job, if it has one. */
  addGuest(vm: VmScenario, { mac, ip }: GuestAddress): Place {
    const { plane } = this.#world;
    const isShared = vm.placement === "shared";
    const first = this.#processors.placeFor(isShared);
    const pageCount = vm.memoryBytes / PAGE_BYTES;
    const guest = plane.addGuest(this.index, first.firstProcessor, pageCount, ...mac, ip, vm.workload.cyclesPerRequest);
    plane.setAffinity(plane.vcpuOf(guest), first.firstProcessor, first.processorCount);
    for (let number = 1; number < vm.vcpuCount; number++) {
      const { firstProcessor, processorCount } = this.#processors.placeFor(isShared);
      plane.addGuestVcpu(guest, firstProcessor, processorCount);
    }
    for (const vcpu of vcpusOf(this.#world, guest, vm)) {
      if (isShared) this.#processors.govern(vcpu, guest, vm.weight);
      if (vm.job) plane.addComputeTask(guest, vcpu);
    }
    const disk = addDisk(this.#world, vm, guest, this.#dom0VcpuFor(vm.disk ? this.#diskCount++ : 0));
    const common = { host: this.index, guest, disk, dom0Task: this.#dom0Task };
    const front = BRIDGED_IO_MODELS.includes(vm.io) ? this.#bridge(vm, guest, mac) : null;
    if (front && vm.io !== "teaming") return { ...common, vf: -1, front };
    const vf = this.#freeVfs.shift();
    if (vf === undefined && !front) throw new Error("the scenario was checked for virtual functions");
    if (vf !== undefined) plane.attachVf(vf, guest);
    return { ...common, vf: vf ?? -1, front };
  }

  /** Puts a guest's NIC on the bridge of a port; ports and dom0's vCPUs take turns. */
  #bridge({ io }: VmScenario, guest: number, [low, high]: GuestAddress["mac"]): Front {
    const number = this.#bridgedCount++;
    const port = this.#ports[number % this.#ports.length];
    if (port === undefined) throw new Error("the scenario was checked for ports");
    const options = { guest, mac: { low, high }, port, vcpu: this.#dom0VcpuFor(number) };
    return io === "emulated" ? addEmulated(this.#world, options) : addFront(this.#world, options);
  }

  /** dom0's own stack, of a host that moves a VM over its ports. */
  get station(): Station {
    if (!this.#station) throw new Error("the scenario was checked for ports");
    return this.#station;
  }

  /** Adds a process of dom0 that sends pages; dom0's vCPUs take turns. */
  addSender(number: number): number {
    return this.#world.plane.addControlTask(this.#dom0VcpuFor(number), ACTIVITY_REPLICATION);
  }

  #dom0VcpuFor(number: number): number {
    return this.#dom0Vcpus[number % this.#dom0Vcpus.length] ?? 0;
  }

  control(): HostControl {
    return {
      name: this.name,
      index: this.index,
      processors: this.#processors.all,
      dom0Vcpus: this.#dom0Vcpus,
      pool: this.#processors.pool,
      isAlive: true,
    };
  }
}

/** Returns the numbers of a guest's vCPUs. */
export function vcpusOf({ plane }: World, guest: number, { vcpuCount }: CpuScenario): number[] {
  return Array.from({ length: vcpuCount }, (_, number) => plane.vcpuOf(guest) + number);
}

/** Sets up what a guest's memory says of its driver and its job: once, a backup gets it with the first copy. */
export function prepareGuest(
  world: World,
  guest: number,
  vm: VmScenario,
  clockHz: number,
  dirtyRows: readonly DirtyRow[],
): void {
  world.plane.setModeration(guest, MODERATION_OF[vm.moderation]);
  if (vm.io === "compsc") world.plane.cooperate(guest, vm.abilities.dmaLog ? 1 : 0);
  placeJob(world, guest, vm, clockHz, dirtyRows);
}

/** Adds a further place of a VM, by its number in the scenario, to a host: a backup's, or where it moves to. */
export function addCopy(world: World, site: Site, scenario: Scenario, number: number): Place {
  const vm = scenario.vms[number];
  if (!vm) throw new Error("the scenario was checked for names");
  const place = site.addGuest(vm, guestAddress(number));
  if (stackPlanOf(scenario, vm.name)) placeStack(world, place.guest);
  return place;
}
