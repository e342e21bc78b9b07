/**
 * The world that is measured: two hosts with a port each on one switch, a guest of 8 MiB on either, its driver booted,
 * and both dirty logs on, the processor's and the device's. Everything is set up through the boundary, as the
 * composition root does it. Nothing is observed: a trace would be measured too.
 *
 * The page counts here are the facts that the other engines are told; the layout inside a page they know themselves.
 */
import { World, type WorldPlan } from "../src/core/world";
import { bootGuest, giveAddress, startPort } from "../src/device/port-driver";
import { EVENT_COUNT_MAX, HOLD_COUNT_MAX } from "./holds";
import { IMAGE_ROOM_BYTES } from "./image";
import { LOG_BYTES } from "./log";
import { SET_BYTES } from "./pages";

/** Pages of each guest: 8 MiB. */
export const GUEST_PAGE_COUNT = 2048;

/** A guest with its virtual function. */
export interface Place {
  readonly guest: number;
  readonly vf: number;
}

/** A world that is ready to be measured. */
export interface BenchWorld {
  readonly world: World;
  readonly sender: Place;
  readonly receiver: Place;
  /** A log for LOG_PAGE_COUNT pages, empty. */
  readonly logAt: number;
  /** A table for HOLD_COUNT_MAX words. */
  readonly distancesAt: number;
  /** A quiesced virtual function without a guest, on a port of its own: state images are saved of it and restored into it. */
  readonly imageVf: number;
  /** Room for two images, and for one that is saved. */
  readonly imagesAt: number;
  readonly savedAt: number;
  /** Two versions of a set of pages, and room for a third. */
  readonly pagesAt: number;
  readonly madeAt: number;
}

const PLAN: WorldPlan = {
  seed: 1,
  run: 0,
  eventCount: EVENT_COUNT_MAX,
  // 64 pages each, for both guests.
  chunkCount: (2 * GUEST_PAGE_COUNT) / 64,
  slotCount: 64,
  arenaBytes: 72 * 1024 ** 2,
  isObserved: false,
};

const RATE_BITS_PER_SECOND = 10e9;
const LATENCY_NS = 1000;
const SWITCH_DELAY_NS = 800;
const BUFFER_BYTES = 65_536;
/** A cycle in picoseconds as a fraction: 5000/13 is 2.6 GHz. */
const CYCLE_PS = [5000, 13] as const;
/** 02:52:4e:01:00:NN as two words, first byte lowest. */
const MAC_LOW = 0x014e5202;
const IP_FIRST = 0x0a000001;

/** Makes the world. */
export function createBenchWorld(module: WebAssembly.Module): BenchWorld {
  const world = World.create(module, PLAN);
  const network = world.plane.addSwitch(SWITCH_DELAY_NS);
  const sender = addPlace(world, network, 0);
  const receiver = addPlace(world, network, 1);
  for (const place of [sender, receiver]) {
    bootGuest(world, place.guest);
    // Logging starts behind the boot, with nothing dirty: what is marked later, traffic has marked.
    world.plane.startLogging(place.guest, 0);
    world.plane.armDmaLog(place.vf);
  }
  const logAt = world.plane.reserveBytes(LOG_BYTES) >>> 0;
  const distancesAt = world.plane.reserveBytes(HOLD_COUNT_MAX * 4) >>> 0;
  const imageVf = addImageVf(world, network);
  const imagesAt = world.plane.reserveBytes(2 * IMAGE_ROOM_BYTES) >>> 0;
  const savedAt = world.plane.reserveBytes(IMAGE_ROOM_BYTES) >>> 0;
  const pagesAt = world.plane.reserveBytes(2 * SET_BYTES) >>> 0;
  const madeAt = world.plane.reserveBytes(SET_BYTES) >>> 0;
  return { world, sender, receiver, logAt, distancesAt, imageVf, imagesAt, savedAt, pagesAt, madeAt };
}

/** Adds a host with a port whose virtual function has no guest and is quiesced. */
function addImageVf(world: World, network: number): number {
  const { plane } = world;
  const port = plane.addPort(plane.addHost(), 1, BUFFER_BYTES);
  plane.connectPort(port, network, RATE_BITS_PER_SECOND, LATENCY_NS, BUFFER_BYTES);
  startPort(world, port);
  plane.quiesce(plane.firstVf(port));
  return plane.firstVf(port);
}

/** Adds a host with a port of one virtual function, and a guest that owns it. */
function addPlace(world: World, network: number, number: number): Place {
  const { plane } = world;
  const host = plane.addHost();
  const processor = plane.addProcessor(...CYCLE_PS);
  const port = plane.addPort(host, 1, BUFFER_BYTES);
  plane.connectPort(port, network, RATE_BITS_PER_SECOND, LATENCY_NS, BUFFER_BYTES);
  const macHigh = (number + 1) << 8;
  const guest = plane.addGuest(host, processor, GUEST_PAGE_COUNT, MAC_LOW, macHigh, IP_FIRST + number, 0);
  const vf = plane.firstVf(port);
  plane.attachVf(vf, guest);
  startPort(world, port);
  giveAddress(world, vf, { low: MAC_LOW, high: macHigh });
  return { guest, vf };
}
