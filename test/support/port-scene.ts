/**
 * One port, set up by hand and joined by a cable to a port of a dead host: what is sent is captured, what arrives is
 * made up. Its pools' memories are guests of the simulator, or live elsewhere.
 */
import { REASON_DRAIN, REASON_EXHAUSTED, REASON_QUIESCED, REASON_UNTIL } from "../../assembly/layout/event";
import type { TraceRecord } from "../../src/core/trace";
import type { World } from "../../src/core/world";
import { littleEndian32 } from "../reference/bytes";
import * as pf from "../reference/pf-registers";
import { outsideAddress, poolAddress } from "../reference/program-frames";
import { itemAt } from "./item-at";
import { enableMessages, openPool } from "./open-pool";
import { DRIVER_PAGE_COUNT, localMemory, PoolDriver } from "./pool-driver";
import { RemoteGuest, type RemoteGuestOptions } from "./remote-guest";
import { createSmallWorld } from "./small-world";

export interface PortSceneOptions {
  readonly module?: WebAssembly.Module;
  readonly vfCount?: number;
  /** How memories elsewhere answer; without it the memories are the simulator's. */
  readonly remote?: (vf: number) => RemoteGuestOptions;
  readonly parkedBytesMax?: number;
  readonly dma?: { readonly latencyNs: number; readonly readPs: number; readonly writePs: number };
}

/** 10 Gb/s. */
const WIRE_BITS_PER_SECOND = 10e9;
const PAGES_OF_CHUNK = 64;

export class PortScene {
  readonly world: World;
  readonly drivers: readonly PoolDriver[];
  /** Empty for memories of the simulator. */
  readonly remotes: readonly RemoteGuest[];
  /** The simulator's guests, by pool; empty for memories elsewhere. */
  readonly guests: readonly number[];
  readonly trace: TraceRecord[] = [];
  /** Virtual functions of which the run has said that they are quiesced. */
  readonly quiesced: number[] = [];
  readonly #sent: Uint8Array[] = [];

  constructor({ module, vfCount = 2, remote, parkedBytesMax = 1 << 20, dma }: PortSceneOptions = {}) {
    const chunkCount = remote ? 1 : Math.ceil((vfCount * DRIVER_PAGE_COUNT) / PAGES_OF_CHUNK);
    const arenaBytes = chunkCount * PAGES_OF_CHUNK * 4096 + 16 * 1024 ** 2;
    const world = createSmallWorld({ ...(module ? { module } : {}), chunkCount, arenaBytes, slotCount: 2048 });
    const { plane } = world;
    this.world = world;
    const hosts = [plane.addHost(), plane.addHost()];
    const port = plane.addPort(itemAt(hosts, 0), vfCount, parkedBytesMax);
    const other = plane.addPort(itemAt(hosts, 1), 1, 0);
    plane.connectPorts(port, other, WIRE_BITS_PER_SECOND, 0);
    if (dma) plane.setDma(port, dma.latencyNs, dma.readPs, dma.writePs);
    // Two loops, then the cable's two directions.
    plane.tapWire(2, plane.addClient(1, 0, 0));
    const pools = Array.from({ length: vfCount }, (_, pool) => pool);
    this.remotes = remote ? pools.map((pool) => createRemote(world, pool, remote(pool))) : [];
    this.guests = remote ? [] : pools.map((pool) => createLocal(world, pool, itemAt(hosts, 0)));
    this.drivers = pools.map((pool) => {
      const memory = this.remotes[pool] ?? localMemory(world, itemAt(this.guests, pool));
      return new PoolDriver(world, pool, memory);
    });
    plane.failHost(itemAt(hosts, 1));
    openPort(world, vfCount);
  }

  /** Puts a frame on the wire to the port, so that its last bit arrives at a time. */
  arrive(bytes: Uint8Array, ns: number): void {
    this.world.view(this.world.plane.exchange() >>> 0, bytes.length).set(bytes);
    this.world.plane.injectFrame(0, bytes.length, ns, 0);
  }

  /** Puts frames on the wire to the port at even distances. */
  arriveEvery(frames: readonly Uint8Array[], firstNs: number, gapNs: number): void {
    for (const [number, bytes] of frames.entries()) this.arrive(bytes, firstNs + number * gapNs);
  }

  /** Runs to a time; memories elsewhere answer meanwhile. */
  runTo(untilNs: number): void {
    while (true) {
      for (const remote of this.remotes) remote.take();
      const dueNs = Math.min(untilNs, ...this.remotes.map((remote) => remote.nextDueNs()));
      const isAtEnd = this.#advance(Math.max(dueNs, this.world.nowNs()));
      const now = this.world.nowNs();
      const isNothingDue = this.remotes.every((remote) => remote.nextDueNs() > now);
      if (isAtEnd && now >= untilNs && isNothingDue) break;
      for (const remote of this.remotes) remote.answerDue();
    }
    this.world.plane.settle();
    this.#collect();
  }

  /** Runs for so long from now; see `runTo`. */
  runFor(ns: number): void {
    this.runTo(this.world.nowNs() + ns);
  }

  #advance(ns: number): boolean {
    const { reason, index } = this.world.advance(ns);
    this.#collect();
    while (this.world.plane.takeWantedPf() >= 0);
    if (reason === REASON_QUIESCED) this.quiesced.push(index);
    if (reason === REASON_EXHAUSTED) throw new Error(`the world is exhausted, pool ${index}`);
    return reason === REASON_UNTIL || reason === REASON_DRAIN;
  }

  #collect(): void {
    for (const record of this.world.takeTrace()) this.trace.push(record);
    for (const { bytes } of this.world.takeCapture()) this.#sent.push(bytes);
  }

  /** Lets every pool send and receive, as after a reset of its virtual function. */
  openPools(): void {
    for (const { vf } of this.drivers) openPool(this.world, vf);
  }

  /** Returns the frames that were sent since the last call, in order. */
  takeSent(): Uint8Array[] {
    return this.#sent.splice(0);
  }

  writePf(offset: number, value: number): void {
    this.world.plane.writePfRegister(0, offset, value);
  }

  peekPf(offset: number): number {
    return this.world.plane.peekPfRegister(0, offset) >>> 0;
  }
}

/** A frame from outside to a pool, told apart by its number. */
export function frameTo(pool: number, number: number, byteCount = 100): Uint8Array {
  return numberedFrame(poolAddress(pool), outsideAddress(1), number, byteCount);
}

/** A frame from a pool to outside. */
export function frameFrom(pool: number, number: number, byteCount = 100): Uint8Array {
  return numberedFrame(outsideAddress(1), poolAddress(pool), number, byteCount);
}

/** No IP: type 88B5, then bytes that count up from the number. */
export function numberedFrame(to: Uint8Array, from: Uint8Array, number: number, byteCount: number): Uint8Array {
  const bytes = Uint8Array.from({ length: byteCount }, (_, at) => number + at);
  bytes.set([...to, ...from, 0x88, 0xb5, number >> 8, number & 0xff]);
  return bytes;
}

function createRemote(world: World, pool: number, options: RemoteGuestOptions): RemoteGuest {
  world.plane.attachRemote(pool);
  return new RemoteGuest(world, pool, DRIVER_PAGE_COUNT * 4096, options);
}

function createLocal(world: World, pool: number, host: number): number {
  const guest = world.plane.addGuest(host, world.plane.addProcessor(400, 1), DRIVER_PAGE_COUNT, 0, 0, 0, 0);
  world.plane.attachVf(pool, guest);
  return guest;
}

/** RAH of a valid entry: the end of an address, and the pools that it goes to. */
export function addressHigh(address: Uint8Array, pools: number): number {
  return 0x80000000 + pools * 2 ** 18 + littleEndian32(Uint8Array.from([...address.subarray(4), 0, 0]), 0);
}

/** What a physical function's driver does: everything on, an address and loopback for each pool. */
function openPort(world: World, vfCount: number): void {
  const write = (offset: number, value: number) => world.plane.writePfRegister(0, offset, value);
  write(pf.RCTL, 2);
  write(pf.TCTL, 2);
  write(pf.MRQC, 3);
  write(pf.VT_CTL, 1 << 30);
  write(pf.DTXSWC, 0x80000000);
  for (let pool = 0; pool < vfCount; pool++) {
    const address = poolAddress(pool);
    write(pf.ral(pool), littleEndian32(address, 0));
    write(pf.rah(pool), addressHigh(address, 1 << pool));
    enableMessages(world, pool);
  }
}
