/**
 * Making a world: reserves every table and buffer from the arena and joins the parts. Nothing is reserved afterwards,
 * except by calls of this file while the clock still stands at zero.
 */

import { processor } from "./cpu/processor";
import { addTask, task } from "./cpu/task";
import { vcpu } from "./cpu/vcpu";
import { createBlockFront } from "./disk/block-front";
import * as disks from "./disk/disk";
import { createBridge, joinStation } from "./guest/dom0-bridge";
import { dom0Port } from "./guest/dom0-port";
import { setUpRings } from "./guest/driver";
import { emulatedNic } from "./guest/emulated-nic";
import { guest } from "./guest/guest";
import { vif } from "./guest/vif";
import { CAPTURE_MACHINE } from "./layout/capture";
import { GUEST_ABSENT, GUEST_RUNNING } from "./layout/control";
import { ACTIVITY_COUNT } from "./layout/cost";
import {
  EVENT_ARRIVAL_CLIENT,
  EVENT_ARRIVAL_MACHINE,
  EVENT_ARRIVAL_PORT,
  EVENT_ARRIVAL_STATION,
  EVENT_ARRIVAL_SWITCH,
  EVENT_CONTROL,
} from "./layout/event";
import { BUFFERS_END_PAGE } from "./layout/guest-software";
import { FRAME_KEPT_BYTES, PAGE_BYTES, POOL_COUNT, SLOT_LARGE_BYTES, TIMER_COUNT_MAX } from "./layout/limits";
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
import { PF_POOL } from "./layout/physical-function";
import {
  CLASS_UNDER,
  TASK_BACKEND,
  TASK_BLOCK,
  TASK_BRIDGE,
  TASK_CONTROL,
  TASK_DEVICE_MODEL,
  TASK_NETWORK,
} from "./layout/processor";
import { createFramePool } from "./memory/frame-pool";
import { createMemory } from "./memory/guest-memory";
import { createMap, MAY_READ, MAY_WRITE, mapFrame } from "./memory/iommu";
import { createRuns } from "./nic/descriptor-run";
import { HEADERS_BYTES } from "./nic/headers";
import { PACKET_BYTES } from "./nic/packet";
import { forgetWakes, Port, poolOf, port } from "./nic/port-record";
import { createRegisterMaps } from "./nic/registers";
import { createRemote } from "./nic/remote-memory";
import { powerUp } from "./nic/reset";
import { ARRIVAL_BYTES } from "./nic/rx-ring";
import { DONE_AT_RELEASE, indexOf, NO_GUEST, vf } from "./nic/virtual-function";
import { createImageWords } from "./renic/image-words";
import { initAlarm } from "./sim/alarm";
import { createCrcTable } from "./sim/digest";
import { createEventQueue, NEVER } from "./sim/event-queue";
import { createTrace } from "./sim/trace";
import { reserve, world } from "./sim/world";
import { client } from "./transport/request-client";
import { machine } from "./transport/tcp-machine";
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
  w.keptBytes = u32.MAX_VALUE;
  createCrcTable();
  createImageWords();
  w.scratch = reserve(PAGE_BYTES);
  w.exchange = reserve(EXCHANGE_BYTES);
  createEventQueue(eventCount);
  createRegisterMaps();
  w.packet = reserve(PACKET_BYTES);
  w.headers = reserve(HEADERS_BYTES);
  w.arrival = reserve(ARRIVAL_BYTES);
  w.trial = reserve(SLOT_LARGE_BYTES);
  createRuns();
  createSlots(slotCount, slotCount);
  createFramePool(chunkCount);
  for (let i: u32 = 0; i < TIMER_COUNT_MAX; i++) store<u64>(TIMERS + i * TIMER_BYTES, NEVER);
}

/** Has payload go without its bytes; before anything is added. */
export function leaveOutContent(): void {
  assert(!world().guestCount && !world().machineCount, "what has memory is added afterwards");
  world().keptBytes = FRAME_KEPT_BYTES;
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
  p.groupFirst = index;
  p.groupCount = 1;
  p.slicePs = NEVER;
  initAlarm(p.slice);
  p.wakesAt = NEVER;
  return index;
}

/** Has processors of a host take vCPUs from each other, and a vCPU wait for another no longer than a time slice. */
export function shareProcessors(first: u32, count: u32, slicePs: u64): void {
  for (let index = first; index < first + count; index++) {
    const p = processor(index);
    p.groupFirst = first;
    p.groupCount = count;
    p.slicePs = slicePs;
  }
}

/** Adds a vCPU of a host's dom0, which may run on so many processors from one on. */
export function addVcpu(host: u32, firstProcessor: u32, processorCount: u32): u32 {
  const index = world().vcpuCount++;
  const v = vcpu(index);
  v.host = host;
  v.processor = firstProcessor;
  v.affinityFirst = firstProcessor;
  v.affinityCount = processorCount;
  v.basicClass = CLASS_UNDER;
  v.presentClass = CLASS_UNDER;
  v.armed = NEVER;
  v.account = reserve(ACTIVITY_COUNT * 8);
  return index;
}

/** Adds a task of dom0 that works off what the control plane owes, on an activity's account. */
export function addControlTask(vcpuIndex: u32, activity: u32): u32 {
  const index = addTask(TASK_CONTROL, 0, vcpuIndex);
  task(index).subject = index;
  task(index).activity = activity;
  return index;
}

/** Adds a vCPU of the guest that was added last, which does not run yet. */
export function addGuestVcpu(guestIndex: u32, firstProcessor: u32, processorCount: u32): u32 {
  const g = guest(guestIndex);
  const index = addVcpu(g.host, firstProcessor, processorCount);
  assert(index == g.vcpuFirst + g.vcpuCount, "a guest's vCPUs are added one after the other");
  g.vcpuCount++;
  vcpu(index).guest = guestIndex + 1;
  vcpu(index).isHalted = 1;
  return index;
}

/** Adds a wire and returns its number. */
export function addWire(rateBitsPerSecond: u64, latencyPs: u64, arrivalKind: u32, receiver: u32): u32 {
  const index = world().wireCount++;
  createWire(index, rateBitsPerSecond, latencyPs, arrivalKind, receiver);
  return index;
}

/** Adds a port with virtual functions, not yet connected. Its pools' records lie behind those of the ports before it. */
export function addPort(host: u32, vfCount: u32, parkedBytesMax: u32): u32 {
  assert(vfCount < POOL_COUNT, "the physical function keeps the last pool");
  const w = world();
  const index = w.portCount++;
  const p = port(index);
  p.host = host;
  p.vfCount = vfCount;
  forgetWakes(p);
  p.parkedBytesMax = parkedBytesMax;
  p.armedTransmit = NEVER;
  p.retryAt = NEVER;
  w.vfCount += POOL_COUNT;
  for (let pool: u32 = 0; pool < POOL_COUNT; pool++) {
    const v = poolOf(index, pool);
    v.port = index;
    v.pool = pool;
    v.guest = NO_GUEST;
  }
  p.loop = addWire(LOOP_RATE, 0, EVENT_ARRIVAL_PORT, index);
  return index;
}

/** The wire between a port's pools is passed, not sent over: it needs some rate, which nothing depends on. */
const LOOP_RATE: u64 = 10000000000;

/** Sets a port's DMA engine: the latency of a transfer, and how long each channel takes for a byte. */
export function setDma(index: u32, latencyPs: u64, readPsPerByte: u32, writePsPerByte: u32): void {
  const p = port(index);
  p.dmaLatencyPs = latencyPs;
  p.readPsPerByte = readPsPerByte;
  p.writePsPerByte = writePsPerByte;
  setLag(p.wireIn, latencyPs, writePsPerByte);
  setLag(p.loop, latencyPs, writePsPerByte);
}

function setLag(wireIndex: u32, latencyPs: u64, psPerByte: u32): void {
  wire(wireIndex).lagPs = latencyPs;
  wire(wireIndex).lagPsPerByte = psPerByte;
}

/** Joins somebody to a switch by a link; returns the wire from the switch, the one to it is the next. */
function joinSwitch(
  switchIndex: u32,
  rate: u64,
  latencyPs: u64,
  backlogBytes: u32,
  arrivalKind: u32,
  receiver: u32,
): u32 {
  const down = addWire(rate, latencyPs, arrivalKind, receiver);
  const up = addWire(rate, latencyPs, EVENT_ARRIVAL_SWITCH, switchIndex);
  assert(up == down + 1, "the wires of a link are neighbours");
  wire(down).backlogPsMax = serializationPs(wire(down), backlogBytes);
  addSwitchPort(switchIndex, down, up);
  return down;
}

/** Joins a port to a switch by a link. */
export function connectPort(index: u32, switchIndex: u32, rate: u64, latencyPs: u64, backlogBytes: u32): void {
  const down = joinSwitch(switchIndex, rate, latencyPs, backlogBytes, EVENT_ARRIVAL_PORT, index);
  startPort(port(index), index, down, down + 1);
}

/** Joins two ports by a cable, without a switch. */
export function connectPorts(a: u32, b: u32, rate: u64, latencyPs: u64): void {
  const toB = addWire(rate, latencyPs, EVENT_ARRIVAL_PORT, b);
  const toA = addWire(rate, latencyPs, EVENT_ARRIVAL_PORT, a);
  startPort(port(a), a, toA, toB);
  startPort(port(b), b, toB, toA);
}

function startPort(p: Port, index: u32, wireIn: u32, wireOut: u32): void {
  p.wireIn = wireIn;
  p.wireOut = wireOut;
  wire(wireIn).notBefore = NEVER;
  wire(p.loop).notBefore = NEVER;
  powerUp(index);
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
  c.wireIn = joinSwitch(switchIndex, rate, latencyPs, backlogBytes, EVENT_ARRIVAL_CLIENT, index);
  c.wireOut = c.wireIn + 1;
  const down = wire(c.wireIn);
  down.lossBelow = lossBelow;
  down.tapIn = index;
  wire(c.wireOut).lossBelow = lossBelow;
  wire(c.wireOut).tapOut = index;
}

/** Adds an external machine with a stack's memory, not yet connected. */
export function addMachine(mac: u64, ip: u32, pageCount: u32): u32 {
  const index = world().machineCount++;
  const x = machine(index);
  x.mac = mac;
  x.ip = ip;
  initAlarm(x.alarm);
  createMemory(x.memory, pageCount);
  return index;
}

/** Joins a machine to a switch by a link; returns the wire towards the machine, the other is the next. */
export function connectMachine(index: u32, switchIndex: u32, rate: u64, latencyPs: u64, backlogBytes: u32): u32 {
  const x = machine(index);
  x.wireIn = joinSwitch(switchIndex, rate, latencyPs, backlogBytes, EVENT_ARRIVAL_MACHINE, index);
  x.wireOut = x.wireIn + 1;
  return x.wireIn;
}

/** Joins two machines by a cable; returns the wire from the first to the second, the other is the next. */
export function connectMachines(a: u32, b: u32, rate: u64, latencyPs: u64): u32 {
  const toB = addWire(rate, latencyPs, EVENT_ARRIVAL_MACHINE, b);
  const toA = addWire(rate, latencyPs, EVENT_ARRIVAL_MACHINE, a);
  machine(a).wireOut = toB;
  machine(a).wireIn = toA;
  machine(b).wireOut = toA;
  machine(b).wireIn = toB;
  return toB;
}

/** Puts a machine on the bridge of a port, as dom0's own stack. */
export function connectStation(index: u32, portIndex: u32, rate: u64): void {
  const x = machine(index);
  x.wireIn = addWire(rate, 0, EVENT_ARRIVAL_MACHINE, index);
  x.wireOut = addWire(rate, 0, EVENT_ARRIVAL_STATION, portIndex);
  joinStation(portIndex, x.mac, x.wireIn);
}

/** Has a machine's tap see both of its wires. */
export function tapMachine(index: u32): void {
  const x = machine(index);
  wire(x.wireIn).tapIn = CAPTURE_MACHINE + index;
  wire(x.wireOut).tapOut = CAPTURE_MACHINE + index;
}

/** Adds the wires of a replication link; they carry no frames. Returns the first, from primary to backup. */
export function addReplicationLink(rate: u64, latencyPs: u64): u32 {
  const first = addWire(rate, latencyPs, EVENT_CONTROL, 0);
  addWire(rate, latencyPs, EVENT_CONTROL, 0);
  return first;
}

/** Adds a guest that does not run yet, with an empty memory and a vCPU on a processor. */
export function addGuest(host: u32, processorIndex: u32, pageCount: u32, mac: u64, ip: u32, requestCycles: u32): u32 {
  const index = world().guestCount++;
  const g = guest(index);
  createMemory(g.memory, pageCount);
  g.host = host;
  g.mac = mac;
  g.ip = ip;
  g.requestCycles = requestCycles;
  g.state = GUEST_ABSENT;
  g.tickAt = NEVER;
  initAlarm(g.deadline);
  g.index = index;
  g.vcpuFirst = world().vcpuCount;
  g.task = addTask(TASK_NETWORK, index, addGuestVcpu(index, processorIndex, 1));
  return index;
}

/**
 * Gives a virtual function to a guest: its IOMMU map has every page of the guest, at its own number, and an empty window
 * of device frames elsewhere.
 */
export function attachVf(vfIndex: u32, guestIndex: u32, windowFrame: u64, windowCount: u32): void {
  const v = vf(vfIndex);
  const g = guest(guestIndex);
  v.guest = guestIndex;
  v.table = g.memory.table;
  g.vf = vfIndex;
  createMap(v.map, g.memory.pageCount, windowFrame, windowCount);
  for (let page: u32 = 0; page < g.memory.pageCount; page++) mapFrame(v.map, page, page, MAY_READ | MAY_WRITE);
}

/**
 * Gives a virtual function to a guest whose memory lives elsewhere: every DMA becomes a request that the caller fulfils.
 * The outbound buffer then completes packets when it accepts them: a report at release would have to read the ring.
 */
export function attachRemote(vfIndex: u32): void {
  const v = vf(vfIndex);
  assert(!(v.options & DONE_AT_RELEASE), "a memory elsewhere goes with completion at acceptance");
  createRemote(v);
}

/**
 * Gives dom0 a network on a port: a memory with the physical function's own rings, and a task that drives them on a vCPU
 * of dom0's, which may have others. The port is connected. Returns the memory, as a guest's number.
 */
export function addDom0Port(portIndex: u32, vcpuIndex: u32): u32 {
  const p = dom0Port(portIndex);
  assert(!p.guest && vcpu(vcpuIndex).host == port(portIndex).host, "a host's dom0 has one network on each port");
  const index = world().guestCount++;
  const g = guest(index);
  createMemory(g.memory, BUFFERS_END_PAGE);
  g.host = port(portIndex).host;
  g.state = GUEST_RUNNING;
  g.tickAt = NEVER;
  g.vcpuFirst = vcpuIndex;
  g.task = addTask(TASK_BRIDGE, portIndex, vcpuIndex);
  p.guest = index + 1;
  createBridge(portIndex);
  const own = poolOf(portIndex, PF_POOL);
  attachVf(indexOf(own), index, 0, 0);
  setUpRings(g.memory, own);
  return index;
}

/**
 * Gives a guest a paravirtual NIC on a port's bridge, with its backend on a vCPU of dom0's. So many bytes may wait for
 * the guest. Nothing moves before both ends are connected. Returns the vif.
 */
export function addFront(guestIndex: u32, portIndex: u32, vcpuIndex: u32, queueBytesMax: u32): u32 {
  const index = addVif(guestIndex, portIndex);
  const v = vif(index);
  v.queueBytesMax = queueBytesMax;
  v.isMapping = 1;
  v.task = addTask(TASK_BACKEND, index, vcpuIndex);
  return index;
}

/** Gives a guest an emulated NIC on a port's bridge, with its device model on a vCPU of dom0's; returns the vif of its tap. */
export function addEmulated(guestIndex: u32, portIndex: u32, vcpuIndex: u32): u32 {
  const index = addVif(guestIndex, portIndex);
  vif(index).task = addTask(TASK_DEVICE_MODEL, index, vcpuIndex);
  emulatedNic(index).isThere = 1;
  emulatedNic(index).throttleAt = NEVER;
  return index;
}

function addVif(guestIndex: u32, portIndex: u32): u32 {
  const g = guest(guestIndex);
  assert(g.host == port(portIndex).host && dom0Port(portIndex).guest != 0, "a guest's port has a bridge in its dom0");
  assert(!g.vif && g.memory.pageCount >= BUFFERS_END_PAGE, "a guest has one NIC, and room for its buffers");
  const index = world().vifCount++;
  vif(index).guest = guestIndex;
  vif(index).port = portIndex;
  g.vif = index + 1;
  return index;
}

/** Gives a guest a disk of so many blocks, with its backend on a vCPU of dom0's; nothing moves before both ends are connected. */
export function addDisk(guestIndex: u32, vcpuIndex: u32, blockCount: u32): u32 {
  const g = guest(guestIndex);
  assert(!g.disk && vcpu(vcpuIndex).host == g.host, "a guest has one disk, served by its host");
  const index = world().diskCount;
  assert(
    disks.addDisk(guestIndex, addTask(TASK_BLOCK, index, vcpuIndex), blockCount) == index,
    "disks are numbered in order",
  );
  g.disk = index + 1;
  return index;
}

/** Has a guest's software know its disk; a backup gets that with the first copy. */
export function prepareDisk(index: u32): void {
  createBlockFront(guest(disks.disk(index).guest).memory, disks.disk(index).blocks.pageCount);
}

/** Reserves a buffer of the control plane's. */
export function reserveBytes(bytes: u32): u32 {
  return reserve(bytes);
}
