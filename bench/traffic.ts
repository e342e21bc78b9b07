/**
 * The whole device at work: drivers, interrupts, bridge, links and events, UDP with real bytes and checksums. Nothing
 * to compare it with in C: what is measured is simulated packets a second, and simulated against elapsed time.
 *
 * Processors cost nothing, so that no time is spent in waiting: guests poll when something is there. The line is 10
 * Gb/s at 95 % load, a link's latency 1 us. Long frames get igbvf's interval of 125 us between interrupts; of short ones
 * a ring would overflow meanwhile, so that theirs is shorter.
 */
import { performance } from "node:perf_hooks";
import { VTEITR } from "../assembly/layout/vf-registers";
import { World } from "../src/core/world";
import { bootGuest, giveAddress, startPort } from "../src/device/port-driver";

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
  /** Through a switch, or by a cable between two hosts. */
  readonly isSwitched: boolean;
  /** Simulated time of a round. */
  readonly roundNs: number;
  /** The least time between two interrupts: short enough that what comes meanwhile fits half a ring. */
  readonly throttleUs: number;
}

export interface TrafficResult {
  readonly name: string;
  /** Received packets. */
  readonly packetCount: number;
  readonly nsPerPacket: number;
  readonly nsPerPacketBest: number;
  readonly eventsPerPacket: number;
  /** Elapsed seconds for a simulated one. */
  readonly slowdown: number;
  readonly isLossless: boolean;
}

const LINE_BITS_PER_SECOND = 10e9;
/** Preamble, check sequence and gap of a frame. */
const WIRE_BYTES = 24;
const COUNT_PER_TICK_MAX = 32;
/** Of EITR: the interval begins at this bit. */
const THROTTLE_SHIFT = 2;
const GUEST_PAGE_COUNT = 576;
const PORT = 9;
const PAGE_BYTES = 4096;

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
  { ...base, name: "64 hosts, 64 B", frameBytes: 60, roundNs: 200_000, pairCount: 32, load: 0.5, isSwitched: true },
  { ...long, name: "64 hosts, 1500 B", roundNs: 2_000_000, pairCount: 32, load: 0.5, isSwitched: true },
];

/** A world in which a case's traffic flows. */
class Traffic {
  readonly #world: World;
  readonly #senders: number[] = [];
  readonly #receivers: number[] = [];
  #nowNs = 0;

  constructor(module: WebAssembly.Module, benchCase: TrafficCase) {
    const { pairCount, guestsPerHost } = benchCase;
    const guestCount = 2 * pairCount;
    this.#world = World.create(module, {
      seed: 1,
      run: 0,
      eventCount: 65_536,
      chunkCount: guestCount * (GUEST_PAGE_COUNT / 64),
      slotCount: 32_768,
      arenaBytes: guestCount * GUEST_PAGE_COUNT * (PAGE_BYTES + 16) + 128 * 1024 ** 2,
      isObserved: false,
    });
    const { plane } = this.#world;
    const hostCount = guestCount / guestsPerHost;
    const network = benchCase.isSwitched ? plane.addSwitch(500) : -1;
    const ports = Array.from({ length: hostCount }, () => {
      const port = plane.addPort(plane.addHost(), guestsPerHost, 65_536);
      if (network >= 0) plane.connectPort(port, network, LINE_BITS_PER_SECOND, 1000, 524_288);
      return port;
    });
    if (network < 0) plane.connectPorts(ports[0] ?? 0, ports[1] ?? 0, LINE_BITS_PER_SECOND, 1000);
    for (const port of ports) {
      plane.setDma(port, 500, 100, 100);
      startPort(this.#world, port);
    }
    const half = hostCount / 2;
    for (let pair = 0; pair < pairCount; pair++) {
      const host = Math.floor(pair / guestsPerHost);
      const pool = pair % guestsPerHost;
      this.#senders.push(this.#addGuest(ports[host] ?? 0, pool, 2 * pair));
      this.#receivers.push(this.#addGuest(ports[half + host] ?? 0, pool, 2 * pair + 1));
    }
    this.#start(benchCase);
  }

  #addGuest(port: number, pool: number, number: number): number {
    const { plane } = this.#world;
    const vf = plane.firstVf(port) + pool;
    const mac = macOf(number);
    const guest = plane.addGuest(
      port,
      plane.addProcessor(400, 1),
      GUEST_PAGE_COUNT,
      mac.low,
      mac.high,
      ipOf(number),
      0,
    );
    plane.attachVf(vf, guest);
    giveAddress(this.#world, vf, mac);
    return guest;
  }

  #start({ frameBytes, guestsPerHost, load, throttleUs }: TrafficCase): void {
    const { plane } = this.#world;
    const frameNs = ((frameBytes + WIRE_BYTES) * 8e9) / LINE_BITS_PER_SECOND / load;
    const countPerTick = frameBytes > 512 ? 8 : COUNT_PER_TICK_MAX;
    this.#receivers.forEach((guest) => {
      plane.createSink(guest);
    });
    this.#senders.forEach((guest, pair) => {
      const { low, high } = macOf(2 * pair + 1);
      const tickNs = Math.round(frameNs * countPerTick * guestsPerHost);
      plane.createSource(guest, low, high, ipOf(2 * pair + 1), PORT, frameBytes, countPerTick, tickNs);
    });
    // Receivers first, so that a switch learns them from their announcements.
    for (const guest of [...this.#receivers, ...this.#senders]) {
      bootGuest(this.#world, guest);
      plane.writeRegister(plane.vfOf(guest), VTEITR, throttleUs << THROTTLE_SHIFT);
      plane.announce(plane.vfOf(guest));
    }
  }

  run(ns: number): void {
    this.#nowNs += ns;
    this.#world.advance(this.#nowNs);
    this.#world.plane.settle();
  }

  get received(): number {
    return this.#receivers.reduce((sum, guest) => sum + this.#world.plane.streamCount(guest), 0);
  }

  get sent(): number {
    return this.#senders.reduce((sum, guest) => sum + this.#world.plane.streamCount(guest), 0);
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

/** Measures a case: so many rounds after a warm-up. */
export function measureTraffic(module: WebAssembly.Module, benchCase: TrafficCase, roundCount: number): TrafficResult {
  const traffic = new Traffic(module, benchCase);
  for (let round = 0; round < 3; round++) traffic.run(benchCase.roundNs);
  const lossBefore = traffic.sent - traffic.received;
  const eventsBefore = traffic.eventCount;
  const times: number[] = [];
  let packetCount = 0;
  for (let round = 0; round < roundCount; round++) {
    const before = traffic.received;
    const started = performance.now();
    traffic.run(benchCase.roundNs);
    const elapsedNs = (performance.now() - started) * 1e6;
    const count = traffic.received - before;
    packetCount += count;
    times.push(elapsedNs / count);
  }
  times.sort((one, other) => one - other);
  const nsPerPacket = times[Math.floor(times.length / 2)] ?? Number.NaN;
  const packetsPerNs = packetCount / (roundCount * benchCase.roundNs);
  return {
    name: benchCase.name,
    packetCount,
    nsPerPacket,
    nsPerPacketBest: times[0] ?? Number.NaN,
    eventsPerPacket: (traffic.eventCount - eventsBefore) / packetCount,
    slowdown: nsPerPacket * packetsPerNs,
    // What is under way grows by less than a ring.
    isLossless: traffic.sent - traffic.received - lossBefore < 1024,
  };
}
