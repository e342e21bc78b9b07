/**
 * The whole device at work: drivers, interrupts, bridge, links and events, UDP with real bytes and checksums; and the
 * same with paravirtual NICs, whose packets go through netback and dom0's bridge on both sides. Nothing
 * does the same in C: what is measured is simulated packets a second, and simulated against elapsed time. The yardstick
 * is C's ring path, a small part of that work, in turns with it: what slows the machine slows both.
 *
 * Processors cost nothing, so that no time is spent in waiting: guests poll when something is there. The line is 10
 * Gb/s at 95 % load, a link's latency 1 us. Long frames get igbvf's interval of 125 us between interrupts; of short ones
 * a ring would overflow meanwhile, so that theirs is shorter.
 */

import { performance } from "node:perf_hooks";
import {
  LIMIT_MERGED_SEGMENTS,
  LIMIT_SENT_SEGMENTS,
  TCP_TIMEOUT_FIRST_NS,
  TCP_TIMEOUT_LEAST_NS,
} from "../assembly/layout/cost";
import { PF_POOL } from "../assembly/layout/physical-function";
import {
  CUTS_SEGMENTS,
  MERGES_SEGMENTS,
  STACK_RECEIVED_DATA,
  STACK_SENT_DATA,
  USES_DELAYED_ACK,
  USES_SACK,
  USES_TIMESTAMPS,
  USES_WINDOW_SCALE,
} from "../assembly/layout/tcp";
import { VTEITR } from "../assembly/layout/vf-registers";
import { World } from "../src/core/world";
import { addFront, bootFrontGuest } from "../src/device/paravirtual";
import { bootGuest, giveAddress, startPort } from "../src/device/port-driver";
import { resolveCosts } from "../src/host/cost-table";
import type { Front } from "../src/host/place";
import { makeStack, placeStack, type StackPlan, stackOfGuest } from "../src/workload/flows";
import type { NativeEngine } from "./native-engine";
import { type Spread, spreadOf } from "./statistics";

/** A case: who sends to whom. */
export interface TrafficCase {
  readonly name: string;
  /** Bytes of a frame, without its check sequence. */
  readonly frameBytes: number;
  /** Senders and receivers, each pair a flow. */
  readonly pairCount: number;
  /** Virtual functions of a port; hosts hold as many guests. */
  readonly guestsPerHost: number;
  /** Share of the line that each host sends. */
  readonly load: number;
  /** Through a switch, or by a cable from each sending host to its receiving one. */
  readonly isSwitched: boolean;
  /** Simulated time of a round: long enough that what the yardstick has driven from the caches does not count. */
  readonly roundNs: number;
  /** The least time between two interrupts: short enough that what comes meanwhile fits half a ring. */
  readonly throttleUs: number;
  /** Guests have paravirtual NICs on their dom0's bridge; virtual functions otherwise. */
  readonly isParavirtual?: boolean;
  /** A stream over TCP in place of datagrams: its packets are segments with data, acknowledgments come on top. */
  readonly isTcp?: boolean;
  /** The stack hands its NIC several segments at once, and receives several as one, as a run with the preset now does. */
  readonly isOffloaded?: boolean;
}

export interface TrafficResult {
  readonly name: string;
  readonly frameBytes: number;
  /** Received packets. */
  readonly packetCount: number;
  /** Packets that were sent and not received, but for what was under way before and after. */
  readonly lostCount: number;
  /** Nanoseconds a packet, over all rounds, and of the best one. */
  readonly spread: Spread;
  readonly nsPerPacketBest: number;
  /** Of C's ring path, nanoseconds a packet of the same size, the median; undefined where there is no C. */
  readonly yardstickNs: number | undefined;
  /** Of C, for what a packet's way does with its bytes and nothing else, the median; undefined where there is none, or other work. */
  readonly bytesNs: number | undefined;
  readonly eventsPerPacket: number;
  /** Elapsed seconds for a simulated one. */
  readonly slowdown: number;
  readonly isLossless: boolean;
}

/** Packets were lost, so that what was measured is not what the case says. */
export class LostTraffic extends Error {
  override readonly name = "LostTraffic";
}

const LINE_BITS_PER_SECOND = 10e9;
/** Preamble, check sequence and gap of a frame. */
const WIRE_BYTES = 24;
/** Datagrams that a source sends at once, as a system call with many messages does. */
const COUNT_PER_TICK = 32;
/** Of EITR: the interval begins at this bit. */
const THROTTLE_SHIFT = 2;
const GUEST_PAGE_COUNT = 576;
const PORT = 9;
const PAGE_BYTES = 4096;
/** Pages that a stack with one connection takes at most, in whole chunks of 64. */
const STACK_PAGE_COUNT = 192;
/** One connection whose window holds a ring's worth of segments at most, so that nothing is lost. */
const STACK: StackPlan = {
  connectionCount: 1,
  windowBytes: 131_072,
  pageCount: STACK_PAGE_COUNT,
  tablePages: STACK_PAGE_COUNT,
  options: USES_SACK | USES_TIMESTAMPS | USES_WINDOW_SCALE | USES_DELAYED_ACK,
};
const WARM_UP_ROUNDS = 3;
/** Packets of a round of the yardstick, and before it, to bring back its caches. */
const YARDSTICK_PACKETS = 32_768;
const YARDSTICK_LEAD = 4096;
/** What is under way may grow by less than this for a pair: a ring, and what a link holds. */
const UNDER_WAY_MAX = 512;

const base = { load: 0.95, isSwitched: false, guestsPerHost: 1, pairCount: 1, throttleUs: 10 } as const;
const long = { ...base, frameBytes: 1514, throttleUs: 125 } as const;

export const TRAFFIC_CASES: readonly TrafficCase[] = [
  { ...base, name: "two hosts, 64 B", frameBytes: 60, roundNs: 2_000_000 },
  { ...long, name: "two hosts, 1500 B", roundNs: 20_000_000 },
  {
    ...base,
    name: "7 VFs a port, 64 B",
    frameBytes: 60,
    roundNs: 2_000_000,
    pairCount: 7,
    guestsPerHost: 7,
    throttleUs: 50,
  },
  { ...long, name: "7 VFs a port, 1500 B", roundNs: 20_000_000, pairCount: 7, guestsPerHost: 7 },
  { ...base, name: "32 pairs of hosts, 64 B", frameBytes: 60, roundNs: 1_000_000, pairCount: 32 },
  { ...long, name: "32 pairs of hosts, 1500 B", roundNs: 5_000_000, pairCount: 32 },
  { ...base, name: "64 hosts, 64 B", frameBytes: 60, roundNs: 1_000_000, pairCount: 32, load: 0.5, isSwitched: true },
  { ...long, name: "64 hosts, 1500 B", roundNs: 5_000_000, pairCount: 32, load: 0.5, isSwitched: true },
  { ...base, name: "two hosts, paravirtual, 64 B", frameBytes: 60, roundNs: 2_000_000, isParavirtual: true },
  { ...long, name: "two hosts, paravirtual, 1500 B", roundNs: 20_000_000, isParavirtual: true },
  {
    ...base,
    name: "7 paravirtual a port, 64 B",
    frameBytes: 60,
    roundNs: 2_000_000,
    pairCount: 7,
    guestsPerHost: 7,
    isParavirtual: true,
  },
  { ...long, name: "two hosts, TCP 1500 B", roundNs: 20_000_000, isTcp: true },
  { ...long, name: "7 VFs a port, TCP 1500 B", roundNs: 20_000_000, isTcp: true, pairCount: 7, guestsPerHost: 7 },
  { ...long, name: "two hosts, paravirtual, TCP 1500 B", roundNs: 20_000_000, isTcp: true, isParavirtual: true },
  {
    ...long,
    name: "7 paravirtual a port, TCP 1500 B",
    roundNs: 20_000_000,
    isTcp: true,
    pairCount: 7,
    guestsPerHost: 7,
    isParavirtual: true,
  },
  { ...long, name: "two hosts, TCP 1500 B, offloads", roundNs: 20_000_000, isTcp: true, isOffloaded: true },
  {
    ...long,
    name: "two hosts, paravirtual, TCP 1500 B, offloads",
    roundNs: 20_000_000,
    isTcp: true,
    isOffloaded: true,
    isParavirtual: true,
  },
];

/** A world in which a case's traffic flows. */
class Traffic {
  readonly #world: World;
  readonly #senders: number[] = [];
  readonly #receivers: number[] = [];
  /** Of each port with a bridge, the vCPU of its dom0. */
  readonly #dom0s = new Map<number, number>();
  readonly #fronts = new Map<number, Front>();
  readonly #isTcp: boolean;
  readonly #stackOptions: number;
  #nowNs = 0;

  constructor(module: WebAssembly.Module, benchCase: TrafficCase) {
    const { pairCount, guestsPerHost, isTcp = false, isOffloaded = false } = benchCase;
    this.#isTcp = isTcp;
    this.#stackOptions = STACK.options | (isOffloaded ? CUTS_SEGMENTS | MERGES_SEGMENTS : 0);
    const guestCount = 2 * pairCount;
    const memoryCount = guestCount + (benchCase.isParavirtual ? guestCount / guestsPerHost : 0);
    this.#world = World.create(module, {
      seed: 1,
      run: 0,
      eventCount: 65_536,
      chunkCount: memoryCount * (this.#pageCount / 64),
      slotCount: 32_768,
      arenaBytes: memoryCount * this.#pageCount * (PAGE_BYTES + 16) + 128 * 1024 ** 2,
      isObserved: false,
    });
    const { plane } = this.#world;
    // Nothing costs simulated time here, but TCP has to know how long it waits and how much it may hand over.
    const { tcpTimeoutFirst, tcpTimeoutLeast, segmentsPerTransmit, guestMergedSegments } = resolveCosts("now", {});
    plane.setCost(LIMIT_MERGED_SEGMENTS, guestMergedSegments);
    plane.setCost(LIMIT_SENT_SEGMENTS, segmentsPerTransmit);
    plane.setCost(TCP_TIMEOUT_FIRST_NS, tcpTimeoutFirst);
    plane.setCost(TCP_TIMEOUT_LEAST_NS, tcpTimeoutLeast);
    const hostCount = guestCount / guestsPerHost;
    const network = benchCase.isSwitched ? plane.addSwitch(500) : -1;
    const ports = Array.from({ length: hostCount }, () => {
      const port = plane.addPort(plane.addHost(), guestsPerHost, 65_536);
      if (network >= 0) plane.connectPort(port, network, LINE_BITS_PER_SECOND, 1000, 524_288);
      return port;
    });
    const half = hostCount / 2;
    for (let host = 0; network < 0 && host < half; host++) {
      plane.connectPorts(ports[host] ?? 0, ports[half + host] ?? 0, LINE_BITS_PER_SECOND, 1000);
    }
    for (const port of ports) {
      plane.setDma(port, 500, 100, 100);
      startPort(this.#world, port);
      if (!benchCase.isParavirtual) continue;
      const vcpu = plane.addVcpu(port, plane.addProcessor(400, 1), 1);
      plane.addDom0Port(port, vcpu);
      this.#dom0s.set(port, vcpu);
    }
    for (let pair = 0; pair < pairCount; pair++) {
      const host = Math.floor(pair / guestsPerHost);
      const pool = pair % guestsPerHost;
      this.#senders.push(this.#addGuest(ports[host] ?? 0, pool, 2 * pair));
      this.#receivers.push(this.#addGuest(ports[half + host] ?? 0, pool, 2 * pair + 1));
    }
    this.#start(benchCase);
  }

  /** A guest's, or as many of dom0's of a port. */
  get #pageCount(): number {
    return GUEST_PAGE_COUNT + (this.#isTcp ? STACK_PAGE_COUNT : 0);
  }

  #addGuest(port: number, pool: number, number: number): number {
    const { plane } = this.#world;
    const vf = plane.firstVf(port) + pool;
    const mac = macOf(number);
    const guest = plane.addGuest(port, plane.addProcessor(400, 1), this.#pageCount, mac.low, mac.high, ipOf(number), 0);
    const vcpu = this.#dom0s.get(port);
    if (vcpu !== undefined) {
      this.#fronts.set(guest, addFront(this.#world, { guest, mac, port, vcpu }));
      return guest;
    }
    plane.attachVf(vf, guest);
    giveAddress(this.#world, vf, mac);
    return guest;
  }

  #start({ frameBytes, guestsPerHost, load, throttleUs }: TrafficCase): void {
    const { plane } = this.#world;
    const frameNs = ((frameBytes + WIRE_BYTES) * 8e9) / LINE_BITS_PER_SECOND / load;
    if (this.#isTcp) this.#makeStacks();
    else for (const guest of this.#receivers) plane.createSink(guest);
    this.#senders.forEach((guest, pair) => {
      const { low, high } = macOf(2 * pair + 1);
      if (this.#isTcp) {
        const source = plane.addTcpSource(stackOfGuest(guest), low, high, ipOf(2 * pair + 1), PORT, 1, 0);
        plane.startTcpWork(stackOfGuest(guest), source);
        return;
      }
      const tickNs = Math.round(frameNs * COUNT_PER_TICK * guestsPerHost);
      plane.createSource(guest, low, high, ipOf(2 * pair + 1), PORT, frameBytes, COUNT_PER_TICK, tickNs);
    });
    for (const port of this.#dom0s.keys()) {
      plane.writeRegister(plane.firstVf(port) + PF_POOL, VTEITR, throttleUs << THROTTLE_SHIFT);
    }
    // Receivers first, so that a switch learns them from their announcements.
    for (const guest of [...this.#receivers, ...this.#senders]) {
      const front = this.#fronts.get(guest);
      if (front) {
        bootFrontGuest(this.#world, front);
        plane.announceFront(guest);
        continue;
      }
      bootGuest(this.#world, guest);
      plane.writeRegister(plane.vfOf(guest), VTEITR, throttleUs << THROTTLE_SHIFT);
      plane.announce(plane.vfOf(guest));
    }
  }

  #makeStacks(): void {
    for (const guest of [...this.#receivers, ...this.#senders]) {
      placeStack(this.#world, guest);
      makeStack(this.#world, stackOfGuest(guest), { ...STACK, options: this.#stackOptions });
    }
    for (const guest of this.#receivers) this.#world.plane.addTcpSink(stackOfGuest(guest), PORT);
  }

  run(ns: number): void {
    this.#nowNs += ns;
    this.#world.advance(this.#nowNs);
    this.#world.plane.settle();
  }

  get received(): number {
    return this.#count(this.#receivers, STACK_RECEIVED_DATA);
  }

  get sent(): number {
    return this.#count(this.#senders, STACK_SENT_DATA);
  }

  /** Datagrams of guests' streams, or a tally of their stacks. */
  #count(guests: readonly number[], tally: number): number {
    const { plane } = this.#world;
    if (!this.#isTcp) return guests.reduce((sum, guest) => sum + plane.streamCount(guest), 0);
    return guests.reduce((sum, guest) => {
      const words = this.#world.words(plane.tcpStackAt(stackOfGuest(guest)) >>> 0, 128);
      return sum + Number(words.getBigUint64(tally, true));
    }, 0);
  }

  get eventCount(): number {
    return this.#world.plane.eventCount();
  }
}

function macOf(number: number): { low: number; high: number } {
  return { low: 0x00000002, high: (number + 1) << 8 };
}

function ipOf(number: number): number {
  return 0x0a000001 + number;
}

/** What a case is measured with. */
export interface TrafficMeasuring {
  readonly roundCount: number;
  /** The engine that is the yardstick. */
  readonly yardstick?: NativeEngine;
}

/** Measures a case: so many rounds after a warm-up, each beside one of the yardstick. */
export async function measureTraffic(
  module: WebAssembly.Module,
  benchCase: TrafficCase,
  { roundCount, yardstick }: TrafficMeasuring,
): Promise<TrafficResult> {
  const traffic = new Traffic(module, benchCase);
  for (let round = 0; round < WARM_UP_ROUNDS; round++) traffic.run(benchCase.roundNs);
  const lossBefore = traffic.sent - traffic.received;
  const eventsBefore = traffic.eventCount;
  const costs: number[] = [];
  const yardstickCosts: number[] = [];
  const bytesCosts: number[] = [];
  let packetCount = 0;
  for (let round = 0; round < roundCount; round++) {
    const before = traffic.received;
    const started = performance.now();
    traffic.run(benchCase.roundNs);
    const elapsedNs = (performance.now() - started) * 1e6;
    const count = traffic.received - before;
    packetCount += count;
    costs.push(elapsedNs / count);
    if (!yardstick) continue;
    yardstickCosts.push(await measureYardstick(yardstick, benchCase.frameBytes));
    if (isDatagramOfVf(benchCase)) bytesCosts.push(await measureBytes(yardstick, benchCase));
  }
  const spread = spreadOf(costs);
  const packetsPerNs = packetCount / (roundCount * benchCase.roundNs);
  const lostCount = traffic.sent - traffic.received - lossBefore;
  return {
    name: benchCase.name,
    frameBytes: benchCase.frameBytes,
    packetCount,
    lostCount,
    spread,
    nsPerPacketBest: Math.min(...costs),
    yardstickNs: yardstick && spreadOf(yardstickCosts).median,
    bytesNs: bytesCosts.length > 0 ? spreadOf(bytesCosts).median : undefined,
    eventsPerPacket: (traffic.eventCount - eventsBefore) / packetCount,
    slowdown: spread.median * packetsPerNs,
    isLossless: lostCount < UNDER_WAY_MAX * benchCase.pairCount,
  };
}

async function measureYardstick(engine: NativeEngine, frameBytes: number): Promise<number> {
  await engine.run({ kind: "ring-path", frameBytes }, YARDSTICK_LEAD);
  const { nanoseconds } = await engine.run({ kind: "ring-path", frameBytes }, YARDSTICK_PACKETS);
  return nanoseconds / YARDSTICK_PACKETS;
}

/** The cases whose bytes have the way of native/carry.c. */
function isDatagramOfVf({ isTcp = false, isParavirtual = false }: TrafficCase): boolean {
  return !isTcp && !isParavirtual;
}

async function measureBytes(engine: NativeEngine, { frameBytes, pairCount }: TrafficCase): Promise<number> {
  await engine.carryBytes(YARDSTICK_LEAD, frameBytes, pairCount);
  const { nanoseconds } = await engine.carryBytes(YARDSTICK_PACKETS, frameBytes, pairCount);
  return nanoseconds / YARDSTICK_PACKETS;
}

/** Throws LostTraffic when a case has lost packets. */
export function checkLossless(results: readonly TrafficResult[]): void {
  const lossy = results.filter(({ isLossless }) => !isLossless);
  if (lossy.length === 0) return;
  const list = lossy.map(({ name, lostCount, packetCount }) => `${name}: ${lostCount} lost, ${packetCount} received`);
  throw new LostTraffic(`packets were lost, so the costs above are not those of the case: ${list.join("; ")}`);
}
