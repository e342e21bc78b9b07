/**
 * Making a world: reserves every table and buffer from the arena and joins the parts. Nothing is reserved afterwards,
 * except by calls of this file while the clock still stands at zero.
 */

import { processor } from "./cpu/processor";
import { guest } from "./guest/guest";
import { GUEST_ABSENT } from "./layout/control";
import { ACTIVITY_COUNT } from "./layout/cost";
import { EVENT_ARRIVAL_CLIENT, EVENT_ARRIVAL_PORT, EVENT_ARRIVAL_SWITCH, EVENT_CONTROL } from "./layout/event";
import { PAGE_BYTES, POOL_COUNT, TIMER_COUNT_MAX } from "./layout/limits";
import {
  ARENA,
  COSTS,
  COSTS_BYTES,
  CRC_TABLE,
  TIMER_BYTES,
  TIMERS,
  WHEEL,
  WHEEL_BYTES,
  WORLD,
  ZERO_PAGE,
} from "./layout/memory-map";
import { createFramePool } from "./memory/frame-pool";
import { createMemory } from "./memory/guest-memory";
import { createMap, MAY_READ, MAY_WRITE, mapFrame } from "./memory/iommu";
import { port } from "./nic/port";
import { createRegisterMap, powerUp } from "./nic/registers";
import { NO_GUEST, vf } from "./nic/virtual-function";
import { createCrcTable } from "./sim/digest";
import { createEventQueue, NEVER } from "./sim/event-queue";
import { createTrace } from "./sim/trace";
import { reserve, world } from "./sim/world";
import { client } from "./transport/request-client";
import { createCapture } from "./wire/capture";
import { createSlots } from "./wire/frame";
import { addSwitchPort } from "./wire/switch";
import { createWire, serializationPs, wire } from "./wire/wire";

if (WHEEL + WHEEL_BYTES > ZERO_PAGE) ERROR("layout: the event wheel has grown into the zero page");
if (COSTS + COSTS_BYTES > ARENA || CRC_TABLE > ARENA) ERROR("layout: tables overlap the arena");

/** Bytes of the buffer through which the control plane hands in and takes out blocks. */
export const EXCHANGE_BYTES: u32 = 65536;

/** Makes an empty world whose arena ends at `end`; memory up to there exists and is zero from WORLD on. */
export function createWorld(seed: u64, run: u64, end: u32, eventCount: u32, chunkCount: u32, slotCount: u32): void {
  assert(__heap_base <= WORLD, "static data ends below the world");
  const w = world();
  w.seed = seed;
  w.run = run;
  w.arenaNext = ARENA;
  w.arenaEnd = end;
  createCrcTable();
  w.scratch = reserve(PAGE_BYTES);
  w.exchange = reserve(EXCHANGE_BYTES);
  createEventQueue(eventCount);
  createRegisterMap();
  createSlots(slotCount, slotCount);
  createFramePool(chunkCount);
  for (let i: u32 = 0; i < TIMER_COUNT_MAX; i++) store<u64>(TIMERS + i * TIMER_BYTES, NEVER);
}

/** Has every event that matters to a judge recorded, and the tapped wires captured. */
export function observe(): void {
  createTrace();
  createCapture();
}

/** Adds a processor whose cycle is numerator / denominator picoseconds. */
export function addProcessor(numerator: u32, denominator: u32): u32 {
  const index = world().processorCount++;
  const p = processor(index);
  p.numerator = numerator;
  p.denominator = denominator;
  p.account = reserve(ACTIVITY_COUNT * 8);
  return index;
}

/** Adds a wire and returns its number. */
export function addWire(rateBitsPerSecond: u64, latencyPs: u64, arrivalKind: u32, receiver: u32): u32 {
  const index = world().wireCount++;
  createWire(index, rateBitsPerSecond, latencyPs, arrivalKind, receiver);
  return index;
}

/** Adds a port with virtual functions, not yet connected. */
export function addPort(host: u32, vfCount: u32, parkedBytesMax: u32): u32 {
  assert(vfCount < POOL_COUNT, "the physical function keeps the last pool");
  const w = world();
  const index = w.portCount++;
  const p = port(index);
  p.host = host;
  p.vfFirst = w.vfCount;
  p.vfCount = vfCount;
  p.parkedBytesMax = parkedBytesMax;
  p.armedTransmit = NEVER;
  for (let pool: u32 = 0; pool < vfCount; pool++) {
    const v = vf(w.vfCount++);
    v.port = index;
    v.pool = pool;
    v.guest = NO_GUEST;
  }
  return index;
}

/** Joins a port to a switch by a link. */
export function connectPort(index: u32, switchIndex: u32, rate: u64, latencyPs: u64, backlogBytes: u32): void {
  const p = port(index);
  const down = addWire(rate, latencyPs, EVENT_ARRIVAL_PORT, index);
  const switchPort = addSwitchPort(switchIndex, down);
  wire(down).backlogPsMax = serializationPs(wire(down), backlogBytes);
  wire(down).notBefore = NEVER;
  p.wireIn = down;
  p.wireOut = addWire(rate, latencyPs, EVENT_ARRIVAL_SWITCH, (switchIndex << 8) | switchPort);
  for (let pool: u32 = 0; pool < p.vfCount; pool++) powerUp(p.vfFirst + pool);
}

/** Joins a client to a switch by a link, with a tap at the client; returns its outgoing wire. */
export function connectClient(
  index: u32,
  switchIndex: u32,
  rate: u64,
  latencyPs: u64,
  lossBelow: u64,
  backlogBytes: u32,
): void {
  const c = client(index);
  c.wireIn = addWire(rate, latencyPs, EVENT_ARRIVAL_CLIENT, index);
  const switchPort = addSwitchPort(switchIndex, c.wireIn);
  c.wireOut = addWire(rate, latencyPs, EVENT_ARRIVAL_SWITCH, (switchIndex << 8) | switchPort);
  const down = wire(c.wireIn);
  down.backlogPsMax = serializationPs(down, backlogBytes);
  down.lossBelow = lossBelow;
  down.tapIn = index;
  wire(c.wireOut).lossBelow = lossBelow;
  wire(c.wireOut).tapOut = index;
}

/** Adds the wires of a replication link; they carry no frames. Returns the first, from primary to backup. */
export function addReplicationLink(rate: u64, latencyPs: u64): u32 {
  const first = addWire(rate, latencyPs, EVENT_CONTROL, 0);
  addWire(rate, latencyPs, EVENT_CONTROL, 0);
  return first;
}

/** Adds a guest that does not run yet, with an empty memory. */
export function addGuest(host: u32, processorIndex: u32, pageCount: u32, mac: u64, ip: u32, requestCycles: u32): u32 {
  const index = world().guestCount++;
  const g = guest(index);
  createMemory(g.memory, pageCount);
  g.host = host;
  g.processor = processorIndex;
  g.mac = mac;
  g.ip = ip;
  g.requestCycles = requestCycles;
  g.state = GUEST_ABSENT;
  g.armed = NEVER;
  return index;
}

/** Gives a virtual function to a guest: its IOMMU map has every page of the guest, at its own number. */
export function attachVf(vfIndex: u32, guestIndex: u32): void {
  const v = vf(vfIndex);
  const g = guest(guestIndex);
  v.guest = guestIndex;
  v.table = g.memory.table;
  g.vf = vfIndex;
  createMap(v.map, g.memory.pageCount);
  for (let page: u32 = 0; page < g.memory.pageCount; page++) mapFrame(v.map, page, page, MAY_READ | MAY_WRITE);
}

/** Reserves a buffer of the control plane's. */
export function reserveBytes(bytes: u32): u32 {
  return reserve(bytes);
}
