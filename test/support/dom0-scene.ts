/**
 * Hosts whose dom0 bridges a port: guests with paravirtual and emulated NICs beside guests with virtual functions, clients on the
 * other side of a switch, and judges of frames and of time that watch everything.
 */
import { ACTIVITY_COUNT } from "../../assembly/layout/cost";
import { REASON_DRAIN, REASON_PF, REASON_UNTIL } from "../../assembly/layout/event";
import type { TraceRecord } from "../../src/core/trace";
import type { World } from "../../src/core/world";
import { addEmulated, bootEmulatedGuest } from "../../src/device/emulated";
import { addFront, bootFrontGuest, type FrontOptions } from "../../src/device/paravirtual";
import type { MacAddress } from "../../src/device/pf-pool";
import { bootGuest, servePorts } from "../../src/device/port-driver";
import type { Front } from "../../src/host/place";
import { FrameConservationJudge } from "../checker/frame-conservation";
import type { Verdict } from "../checker/record";
import { TimeConservationJudge } from "../checker/time-conservation";
import { guestIp, guestMac, type MacWords } from "./addresses";
import { CYCLE_PS, GUEST_PAGE_COUNT, Network, type Server } from "./network";
import { createSmallWorld, type SmallWorldOptions } from "./small-world";

/** Costs and sizes for a dozen guests. */
const WORLD: SmallWorldOptions = { chunkCount: 160, slotCount: 4096, arenaBytes: 96 * 1024 ** 2 };

/** The address number of the first paravirtual guest. */
const FIRST_NUMBER = 100;

/** A host with a bridged port. */
export interface Dom0Host {
  readonly host: number;
  readonly port: number;
  readonly vcpu: number;
  /** dom0's memory for the port. */
  readonly memory: number;
}

/** A guest with a paravirtual or an emulated NIC. */
export interface FrontGuest {
  readonly front: Front;
  readonly guest: number;
  readonly vif: number;
  readonly number: number;
  readonly mac: MacWords;
  readonly ip: number;
}

export interface BridgedGuestOptions {
  /** A cycle of its processor, in picoseconds as a fraction; 2.5 GHz unless told. */
  readonly cyclePs?: readonly [number, number] | undefined;
  readonly requestCycles?: number | undefined;
  readonly pageCount?: number | undefined;
  /** Address number; one of its own unless told. */
  readonly number?: number | undefined;
}

export type FrontGuestOptions = BridgedGuestOptions & Partial<Pick<FrontOptions, "queueBytesMax" | "isMapping">>;

export class Dom0Scene {
  readonly world: World;
  readonly network: Network;
  readonly trace: TraceRecord[] = [];
  readonly #frames = new FrameConservationJudge();
  readonly #time = new TimeConservationJudge();
  /** Of each processor. */
  readonly #cyclePs: (readonly [number, number])[] = [];
  /** Of each vCPU, its processor. */
  readonly #processorOf: number[] = [];
  #number = FIRST_NUMBER;

  constructor(module: WebAssembly.Module, options: SmallWorldOptions = {}) {
    this.world = createSmallWorld({ module, ...WORLD, ...options });
    this.network = new Network(this.world);
  }

  /** Adds a server whose first virtual function has a guest, as `Network` does. */
  addServer(options: Parameters<Network["addServer"]>[0] = {}): Server {
    const server = this.network.addServer(options);
    this.#noteProcessor(CYCLE_PS);
    return server;
  }

  #noteProcessor(cyclePs: readonly [number, number]): number {
    this.#cyclePs.push(cyclePs);
    return this.#processorOf.push(this.#cyclePs.length - 1) - 1;
  }

  /** Gives the dom0 of a server's host a vCPU on a processor of its own, and a network on the server's port. */
  addDom0({ host, port }: Server, cyclePs: readonly [number, number] = CYCLE_PS): Dom0Host {
    const vcpu = this.addDom0Vcpu(host, cyclePs);
    return { host, port, vcpu, memory: this.world.plane.addDom0Port(port, vcpu) };
  }

  /** Gives a dom0 a vCPU on a processor of its own. */
  addDom0Vcpu(host: number, cyclePs: readonly [number, number] = CYCLE_PS): number {
    const { plane } = this.world;
    const vcpu = plane.addVcpu(host, plane.addProcessor(...cyclePs), 1);
    this.#noteProcessor(cyclePs);
    return vcpu;
  }

  /** Adds a guest with a paravirtual NIC, which does not run yet. */
  addFrontGuest({ host, port, vcpu }: Dom0Host, options: FrontGuestOptions = {}): FrontGuest {
    const { cyclePs, requestCycles, pageCount, number, ...others } = options;
    return this.#addGuest(host, { cyclePs, requestCycles, pageCount, number }, (guest, mac) => {
      return addFront(this.world, { guest, mac, port, vcpu, ...others });
    });
  }

  /** Adds a guest with an emulated NIC, which does not run yet. */
  addEmulatedGuest({ host, port, vcpu }: Dom0Host, options: BridgedGuestOptions = {}): FrontGuest {
    return this.#addGuest(host, options, (guest, mac) => addEmulated(this.world, { guest, mac, port, vcpu }));
  }

  #addGuest(host: number, options: BridgedGuestOptions, addNic: (guest: number, mac: MacAddress) => Front): FrontGuest {
    const { cyclePs = CYCLE_PS, requestCycles = 10_000 } = options;
    const { pageCount = GUEST_PAGE_COUNT, number = this.#number++ } = options;
    const { plane } = this.world;
    const mac = guestMac(number);
    const processor = plane.addProcessor(...cyclePs);
    const guest = plane.addGuest(host, processor, pageCount, ...mac, guestIp(number), requestCycles);
    this.#noteProcessor(cyclePs);
    const front = addNic(guest, { low: mac[0], high: mac[1] });
    return { front, guest, vif: front.vif, number, mac, ip: guestIp(number) };
  }

  boot(...guests: FrontGuest[]): void {
    for (const { front } of guests) {
      if (front.kind === "emulated") bootEmulatedGuest(this.world, front);
      else bootFrontGuest(this.world, front);
    }
  }

  bootServer({ guest }: Server): void {
    bootGuest(this.world, guest);
  }

  /** Runs to a time; returns the reason of the stop. */
  runToStop(ns: number): { reason: number; index: number } {
    while (true) {
      const stop = this.world.advance(ns);
      this.#take();
      if (stop.reason === REASON_PF) servePorts(this.world);
      else if (stop.reason !== REASON_DRAIN) return stop;
    }
  }

  runTo(ns: number): void {
    const { reason } = this.runToStop(ns);
    if (reason !== REASON_UNTIL) throw new Error(`the world stopped for reason ${reason}`);
  }

  #take(): void {
    const records = this.world.takeTrace();
    this.#frames.take(records);
    this.#time.take(records);
    for (const record of records) this.trace.push(record);
  }

  /** Ends the run: returns everything that the judges have to say. */
  faults(underWayMax = 0): readonly string[] {
    const { plane } = this.world;
    plane.settle();
    plane.closeStretches();
    this.#take();
    return [this.#frames.verdict(underWayMax), this.#timeVerdict()].flatMap((verdict) => verdict.faults);
  }

  #timeVerdict(): Verdict {
    const { plane } = this.world;
    const accounts = this.#processorOf.map((processor, vcpu) => ({
      cycles: this.cyclesOf(vcpu),
      cyclePs: this.#cyclePs[processor] ?? CYCLE_PS,
      owedPs: plane.vcpuOwedPs(vcpu),
    }));
    const processors = this.#cyclePs.map((_, index) => ({ busyPs: plane.busyPs(index), idlePs: plane.idlePs(index) }));
    return this.#time.verdict(this.world.nowNs() * 1000, accounts, processors);
  }

  /** Returns the cycles of all activities of a vCPU. */
  cyclesOf(vcpu: number): number {
    let sum = 0;
    for (let activity = 0; activity < ACTIVITY_COUNT; activity++) sum += this.world.plane.chargedCycles(vcpu, activity);
    return sum;
  }

  count({ vif }: FrontGuest, counter: number): number {
    return this.world.plane.countOfVif(vif, counter);
  }
}

/** A host with a VF guest that does nothing, a bridged port, and what else a test adds. */
export function createDom0Scene(module: WebAssembly.Module, dom0CyclePs?: readonly [number, number]) {
  const scene = new Dom0Scene(module);
  const server = scene.addServer({ vfCount: 2 });
  const dom0 = scene.addDom0(server, dom0CyclePs);
  return { scene, server, dom0, world: scene.world, plane: scene.world.plane };
}
