/** A world with one port that matters: it is joined by a cable to a port of a dead host, and what arrives there is nobody's. */
import { IMAGE_BYTES_MAX } from "../../assembly/layout/state-image";
import { World } from "../../src/core/world";
import type { DeviceSettings } from "../reference/device-interface";

const POOL_COUNT = 8;
const PF_POOL = 7;
const PAGE_BYTES = 4096;
const CHUNK_PAGES = 64;
const PS_PER_NS = 1000;
/** Bits a second of a wire that takes one picosecond for a byte. */
const BITS_OF_ONE_PS = 8e12;
const COUNT_MAX = 4096;
/** Frame slots of both sizes, events, the trace and the capture. */
const WORLD_BYTES = 24 * 1024 ** 2;
/** What an image for a migration has beyond the frames: the other records, and headers of its own. */
const MIGRATION_BYTES = 2 ** 16;
/** Images that can be saved. */
export const SLOT_COUNT = 4;

export interface PortWorld {
  readonly world: World;
  readonly port: number;
  /** By pool. */
  readonly guests: ReadonlyMap<number, number>;
  /** Room for `SLOT_COUNT` images, and for one of a migration. */
  readonly imagesAt: number;
  readonly migrationAt: number;
}

/** The number of a port's pool in its world. */
export function vfNumber(port: number, pool: number): number {
  return port * POOL_COUNT + pool;
}

function createWorld(module: WebAssembly.Module, settings: DeviceSettings): World {
  const poolCount = settings.vfCount + 1;
  const chunkCount = poolCount * Math.ceil(settings.guestPages / CHUNK_PAGES);
  return World.create(module, {
    seed: 1,
    run: 0,
    eventCount: COUNT_MAX,
    chunkCount,
    slotCount: COUNT_MAX,
    arenaBytes: chunkCount * CHUNK_PAGES * PAGE_BYTES + WORLD_BYTES + (poolCount + 2) * settings.outboundBytes,
    isObserved: true,
  });
}

/** Makes the port that matters the world's first or second; returns it, and the host of the other one. */
function addPorts(world: World, settings: DeviceSettings, isSecondPort: boolean): { port: number; otherHost: number } {
  const { plane } = world;
  const host = plane.addHost();
  const otherHost = plane.addHost();
  const addOther = () => plane.addPort(otherHost, 1, 0);
  const first = isSecondPort ? addOther() : undefined;
  const port = plane.addPort(host, settings.vfCount, settings.parkedBytesMax);
  plane.connectPorts(port, first ?? addOther(), BITS_OF_ONE_PS / settings.wirePsPerByte, 0);
  plane.setDma(port, settings.dmaLatencyPs / PS_PER_NS, settings.readPsPerByte, settings.writePsPerByte);
  // Each port's loop, then the cable's two directions.
  plane.tapWire(2, plane.addClient(1, 0, 0));
  return { port, otherHost };
}

function addGuests(world: World, settings: DeviceSettings, port: number, windows: ReadonlyMap<number, number>) {
  const { plane } = world;
  const guests = new Map<number, number>();
  for (const pool of [...Array(settings.vfCount).keys(), PF_POOL]) {
    const vf = vfNumber(port, pool);
    const guest = plane.addGuest(0, plane.addProcessor(400, 1), settings.guestPages, 0, 0, 0, 0);
    plane.attachVfWithWindow(vf, guest, windows.get(pool) ?? 0, settings.guestPages);
    plane.createOutbound(vf, settings.outboundBytes);
    plane.setDeviceOptions(vf, settings.isHeadWritable ? 1 : 0, settings.isDoneAtRelease ? 1 : 0);
    guests.set(pool, guest);
  }
  return guests;
}

/** Builds the world; `windows` has the first device frame of a second window of each pool that is to have one. */
export function buildPortWorld(
  module: WebAssembly.Module,
  settings: DeviceSettings,
  windows: ReadonlyMap<number, number>,
  isSecondPort: boolean,
): PortWorld {
  const world = createWorld(module, settings);
  const { port, otherHost } = addPorts(world, settings, isSecondPort);
  const guests = addGuests(world, settings, port, windows);
  const imagesAt = world.plane.reserveBytes(SLOT_COUNT * IMAGE_BYTES_MAX) >>> 0;
  const migrationAt = world.plane.reserveBytes(MIGRATION_BYTES + 2 * settings.outboundBytes) >>> 0;
  world.plane.failHost(otherHost);
  return { world, port, guests, imagesAt, migrationAt };
}
