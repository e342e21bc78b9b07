/**
 * The boundary: every function that the control plane calls. Nothing here decides anything.
 *
 * No 64-bit integer crosses: times are f64 nanoseconds (exact below 2^53, a hundred days) with a u32 of picoseconds
 * where it matters, other 64-bit values are two words. Callers read u32 results with `>>> 0`.
 */

import { charge, occupy, processor } from "./cpu/processor";
import { advanceTo, armTimer as armTimerAt, disarmTimer as disarm } from "./dispatch";
import { initialise } from "./guest/driver";
import * as vcpu from "./guest/guest";
import * as service from "./guest/reply-service";
import { ACTIVITY_COUNT } from "./layout/cost";
import { GUEST_COUNT_MAX } from "./layout/limits";
import { ARENA, COSTS, VFS, WORLD } from "./layout/memory-map";
import { REQUEST_BYTES } from "./layout/request";
import { PS_PER_NS } from "./layout/time";
import { DROP_HOST_DEAD, TRACE_BORN, TRACE_HOST_FAILED } from "./layout/trace";
import { VF_BYTES, VF_CONTROL } from "./layout/virtual-function";
import * as checkpoint from "./memory/checkpoint";
import { countMarked, isMarked } from "./memory/dirty-log";
import { digestMemory, frameOf, memoryOf } from "./memory/guest-memory";
import { drain, dropParked, port, quiesce as quiesceVf, refreshWake, unquiesce as unquiesceVf } from "./nic/port";
import {
  peekRegister as peekRow,
  readRegister as readVfRegister,
  rowAt,
  writeRegister as writeVfRegister,
} from "./nic/registers";
import { vf } from "./nic/virtual-function";
import { armDmaLog as armLog, collectDmaLog as collectLog } from "./renic/dma-log";
import * as buffer from "./renic/outbound";
import * as image from "./renic/state-image";
import * as setup from "./setup";
import { digestBytes, mix } from "./sim/digest";
import { philox } from "./sim/random";
import { nextFrame, trace } from "./sim/trace";
import { world } from "./sim/world";
import { client, createRequests as createClientRequests, startClient as start } from "./transport/request-client";
import { writeAnnouncement } from "./wire/ethernet";
import { FRAME_START, frame, takeSlot } from "./wire/frame";
import { isSending, sendMessage, sendStream } from "./wire/replication-link";
import { createSwitch } from "./wire/switch";
import { cut, send, wire } from "./wire/wire";

function u64Of(low: u32, high: u32): u64 {
  return ((<u64>high) << 32) | low;
}

function psOf(ns: f64): u64 {
  return <u64>ns * PS_PER_NS;
}

// World.

/** First byte of a world, and of its arena: what memory must hold before `createWorld`. */
export function worldStart(): u32 {
  return WORLD;
}
export function arenaStart(): u32 {
  return ARENA;
}
export function arenaUsedEnd(): u32 {
  return world().arenaNext;
}
/** End of the frames that guests have been given: behind it the frame pool is untouched. */
export function framesUsedEnd(): u32 {
  return world().framesNext;
}
export function framesStart(): u32 {
  return world().framesAt;
}
export function framesEnd(): u32 {
  return world().framesEnd;
}

export function createWorld(
  seedLow: u32,
  seedHigh: u32,
  run: u32,
  end: u32,
  eventCount: u32,
  chunkCount: u32,
  slotCount: u32,
): void {
  setup.createWorld(u64Of(seedLow, seedHigh), run, end, eventCount, chunkCount, slotCount);
}
export function observe(): void {
  setup.observe();
}
export function reserveBytes(bytes: u32): u32 {
  return setup.reserveBytes(bytes);
}
export function exchange(): u32 {
  return world().exchange;
}
export function setCost(index: u32, cycles: u32): void {
  store<u32>(COSTS + (index << 2), cycles);
}

// Time.

export function nowNs(): f64 {
  return <f64>(world().now / PS_PER_NS);
}
export function nowPs(): u32 {
  return <u32>(world().now % PS_PER_NS);
}
/** Takes events up to a time and returns a REASON_. */
export function advance(untilNs: f64): u32 {
  return advanceTo(psOf(untilNs));
}
/** What the last reason was about. */
export function reasonIndex(): u32 {
  return world().reasonIndex;
}
export function armTimerAfter(index: u32, ns: f64): void {
  armTimerAt(index, world().now + psOf(ns));
}
export function armTimer(index: u32, ns: f64): void {
  armTimerAt(index, psOf(ns));
}
export function disarmTimer(index: u32): void {
  disarm(index);
}

// Trace, capture, digest.

export function traceAt(): u32 {
  return world().traceAt;
}
export function traceCount(): u32 {
  return world().traceCount;
}
export function clearTrace(): void {
  world().traceCount = 0;
}
export function captureAt(): u32 {
  return world().captureAt;
}
export function captureBytes(): u32 {
  return world().captureBytes;
}
export function clearCapture(): void {
  world().captureBytes = 0;
}
/** Writes a record of the control plane, stamped now. */
export function traceControl(kind: u32, subject: u32, a: u32, b: u32, c: u32): void {
  trace(kind, world().now, subject, 0, a, b, c);
}
/** Looks at everything that has arrived, as if every port were asked. */
export function settle(): void {
  const w = world();
  for (let index: u32 = 0; index < w.portCount; index++) drain(index);
}
/** Leaves the digest of the trace, every memory and every device in the exchange buffer, 8 bytes. */
export function digestWorld(): void {
  const w = world();
  let digest = mix(w.traceDigest, w.now);
  for (let index: u32 = 0; index < w.guestCount; index++) digest = mix(digest, digestMemory(memoryOf(index)));
  for (let index: u32 = 0; index < w.vfCount; index++) {
    digest = digestBytes(digest, VFS + index * VF_BYTES + VF_CONTROL, VF_BYTES - VF_CONTROL);
  }
  for (let index: u32 = 0; index < w.clientCount; index++) {
    const c = client(index);
    digest = digestBytes(digest, c.requests, c.requestCount * REQUEST_BYTES);
  }
  store<u64>(w.exchange, digest);
}
/** Mixes a block of the exchange buffer, a multiple of 8 bytes long, into the digest that stands before it. */
export function digestExchange(bytes: u32): void {
  const at = world().exchange;
  store<u64>(at, digestBytes(load<u64>(at), at + 8, bytes));
}
export function philoxBlock(at: u32, key0: u32, key1: u32): void {
  philox(at, key0, key1);
}

// Machines and links.

export function addHost(): u32 {
  return world().hostCount++;
}
export function addProcessor(numerator: u32, denominator: u32): u32 {
  return setup.addProcessor(numerator, denominator);
}
export function addSwitch(delayNs: f64): u32 {
  const index = world().switchCount++;
  createSwitch(index, psOf(delayNs));
  return index;
}
export function addPort(host: u32, vfCount: u32, parkedBytesMax: u32): u32 {
  return setup.addPort(host, vfCount, parkedBytesMax);
}
export function connectPort(index: u32, switchIndex: u32, rate: f64, latencyNs: f64, backlogBytes: u32): void {
  setup.connectPort(index, switchIndex, <u64>rate, psOf(latencyNs), backlogBytes);
}
export function addClient(macLow: u32, macHigh: u32, ip: u32): u32 {
  const index = world().clientCount++;
  const c = client(index);
  c.selfMac = u64Of(macLow, macHigh);
  c.selfIp = ip;
  return index;
}
export function connectClient(
  index: u32,
  switchIndex: u32,
  rate: f64,
  latencyNs: f64,
  lossBelow: f64,
  backlogBytes: u32,
): void {
  setup.connectClient(index, switchIndex, <u64>rate, psOf(latencyNs), <u64>lossBelow, backlogBytes);
}
export function addReplicationLink(rate: f64, latencyNs: f64): u32 {
  return setup.addReplicationLink(<u64>rate, psOf(latencyNs));
}

// Clients.

export function createRequests(index: u32, count: u32): u32 {
  return createClientRequests(index, count);
}
export function setTarget(
  index: u32,
  macLow: u32,
  macHigh: u32,
  ip: u32,
  portNumber: u32,
  timeoutNs: f64,
  tryCountMax: u32,
): void {
  const c = client(index);
  c.targetMac = u64Of(macLow, macHigh);
  c.targetIp = ip;
  c.targetPort = portNumber;
  c.timeoutPs = psOf(timeoutNs);
  c.tryCountMax = tryCountMax;
}
/** Returns how many answers came to ports that were closed by then. */
export function lateCount(index: u32): u32 {
  return client(index).lateCount;
}
export function startClient(index: u32): void {
  start(index);
}

// Guests.

export function addGuest(
  host: u32,
  processorIndex: u32,
  pageCount: u32,
  macLow: u32,
  macHigh: u32,
  ip: u32,
  requestCycles: u32,
): u32 {
  return setup.addGuest(host, processorIndex, pageCount, u64Of(macLow, macHigh), ip, requestCycles);
}
export function createService(
  index: u32,
  portNumber: u32,
  slotBytes: u32,
  bucketCount: u32,
  slotCountMax: u32,
  workPages: u32,
  dirtyPages: u32,
): void {
  service.createService(memoryOf(index), portNumber, slotBytes, bucketCount, slotCountMax, workPages, dirtyPages);
}
export function addReply(index: u32, query: u32, queryBytes: u32, reply: u32, replyBytes: u32): void {
  service.addReply(memoryOf(index), query, queryBytes, reply, replyBytes);
}
/** Starts a guest from its own software: the driver initialises its device. */
export function bootGuest(index: u32): void {
  vf(vcpu.guest(index).vf).mac = vcpu.guest(index).mac;
  initialise(index);
  vcpu.resume(index);
}
/** Has the guest's driver initialise its device anew. */
export function resetDriver(index: u32): void {
  initialise(index);
}
export function suspendGuest(index: u32): bool {
  return vcpu.suspend(index);
}
export function resumeGuest(index: u32): void {
  vcpu.resume(index);
}
export function guestState(index: u32): u32 {
  return vcpu.guest(index).state;
}
export function vcpuFlags(index: u32): u32 {
  return vcpu.vcpuFlags(index);
}
export function setVcpuFlags(index: u32, flags: u32): void {
  vcpu.setVcpuFlags(index, flags);
}
/** Returns the address of a page's frame, 0 when it is absent. */
export function pageFrame(index: u32, page: u32): u32 {
  return frameOf(memoryOf(index), page);
}
export function pageCount(index: u32): u32 {
  return memoryOf(index).pageCount;
}
export function chargeProcessor(index: u32, activity: u32, cycles: u32): void {
  charge(processor(index), activity, cycles);
  occupy(processor(index), cycles);
}
/** Returns the cycles charged to an activity. */
export function chargedCycles(index: u32, activity: u32): f64 {
  assert(activity < ACTIVITY_COUNT, "an activity has a row");
  return <f64>load<u64>(processor(index).account + (activity << 3));
}
export function busyNs(index: u32): f64 {
  return <f64>(processor(index).busyPs / PS_PER_NS);
}

// Virtual functions.

export function firstVf(portIndex: u32): u32 {
  return port(portIndex).vfFirst;
}
export function attachVf(index: u32, guestIndex: u32): void {
  assert(guestIndex < GUEST_COUNT_MAX, "a guest's number is in its table");
  setup.attachVf(index, guestIndex);
}
export function readRegister(index: u32, offset: u32): u32 {
  return readVfRegister(index, offset);
}
export function writeRegister(index: u32, offset: u32, value: u32): void {
  writeVfRegister(index, offset, value);
}
/** Reads a register without the side effect of reading it. */
export function peekRegister(index: u32, offset: u32): u32 {
  const row = rowAt(offset);
  return row < 0 ? 0 : peekRow(index, row);
}
export function quiesce(index: u32): void {
  quiesceVf(index);
}
export function unquiesce(index: u32): void {
  unquiesceVf(index);
}
/** Sends a gratuitous ARP for a virtual function's address out of its port, as the physical function does. */
export function announce(index: u32): void {
  const v = vf(index);
  const slot = takeSlot(64);
  const f = frame(slot);
  f.bytes = writeAnnouncement(slot + FRAME_START, v.mac, vcpu.guest(v.guest).ip);
  f.id = nextFrame();
  trace(TRACE_BORN, world().now, v.port, f.id, f.bytes, 1, 0);
  send(port(v.port).wireOut, slot, world().now);
}

// What ReNIC adds.

export function saveImage(index: u32, at: u32): u32 {
  return image.saveImage(index, at);
}
export function restoreImage(index: u32, at: u32, bytes: u32): u32 {
  return image.restoreImage(index, at, bytes);
}
export function restoreByRegisterWrites(index: u32, at: u32, bytes: u32): u32 {
  return image.restoreByRegisterWrites(index, at, bytes);
}
export function checkImage(at: u32, bytes: u32): u32 {
  return image.checkImage(at, bytes);
}
export function armDmaLog(index: u32): void {
  armLog(index);
}
export function collectDmaLog(index: u32): u32 {
  return collectLog(index);
}
export function createOutbound(index: u32, bytes: u32): void {
  buffer.createOutbound(index, bytes);
}
export function openEpoch(index: u32, epoch: u32, isHolding: bool): void {
  buffer.openEpoch(index, epoch, isHolding);
}
export function releaseEpoch(index: u32, epoch: u32): void {
  buffer.release(index, epoch);
}
export function stopHolding(index: u32): void {
  buffer.stopHolding(index);
}
export function outboundFrames(index: u32): u32 {
  return buffer.outbound(vf(index)).frameCount;
}
export function outboundFramesPeak(index: u32): u32 {
  return buffer.outbound(vf(index)).frameCountPeak;
}
export function outboundBytesPeak(index: u32): u32 {
  return buffer.outbound(vf(index)).usedBytesPeak;
}
export function outboundFullCount(index: u32): u32 {
  return buffer.outbound(vf(index)).fullCount;
}
export function heldCount(index: u32): u32 {
  return buffer.outbound(vf(index)).heldCount;
}
export function discardedCount(index: u32): u32 {
  return buffer.outbound(vf(index)).discardedCount;
}

// Checkpoints.

export function startLogging(index: u32, isPresentDirty: bool): void {
  checkpoint.startLogging(memoryOf(index), isPresentDirty);
}
export function stopLogging(index: u32): void {
  checkpoint.stopLogging(memoryOf(index));
}
export function dirtyPageCount(index: u32): u32 {
  return countMarked(memoryOf(index).log, memoryOf(index).pageCount);
}
export function isPageDirty(index: u32, page: u32): bool {
  assert(page < memoryOf(index).pageCount, "a page's number lies in its memory");
  return isMarked(memoryOf(index).log, page);
}
export function collectPages(index: u32, to: u32, pageCountMax: u32): u32 {
  return checkpoint.collectPages(memoryOf(index), to, pageCountMax);
}
export function applyPages(index: u32, from: u32, bytes: u32): u32 {
  return checkpoint.applyPages(memoryOf(index), from, bytes);
}
/** Sends checkpoint bytes over a replication wire; the timer fires when the last bit has arrived. */
export function sendCheckpoint(wireIndex: u32, bytes: u32, timer: u32): void {
  armTimerAt(timer, sendStream(wireIndex, bytes));
}
/** Sends a short message over a replication wire; the timer fires when it arrives. */
export function sendNote(wireIndex: u32, timer: u32): void {
  armTimerAt(timer, sendMessage(wireIndex));
}
export function isStreamLeaving(wireIndex: u32): bool {
  return isSending(wire(wireIndex));
}

// Misfortune.

/** A host loses power: its guests stop, its ports go dark, what its NICs held is lost. */
export function failHost(host: u32): void {
  const w = world();
  settle();
  trace(TRACE_HOST_FAILED, w.now, host, 0, 0, 0, 0);
  for (let index: u32 = 0; index < w.guestCount; index++) {
    if (vcpu.guest(index).host == host) vcpu.kill(index);
  }
  for (let index: u32 = 0; index < w.portCount; index++) {
    const p = port(index);
    if (p.host != host) continue;
    p.isDead = 1;
    p.readyPools = 0;
    cut(p.wireOut);
    for (let pool: u32 = 0; pool < p.vfCount; pool++) {
      vf(p.vfFirst + pool).isQuiesced = 1;
      dropParked(p.vfFirst + pool, DROP_HOST_DEAD);
    }
    refreshWake(index);
  }
}
/** Ends frames that wait in an outbound buffer, at most so many; returns how many are left. */
export function discardHeld(index: u32, countMax: u32): u32 {
  return buffer.discard(index, countMax);
}

// Benchmarks.

export { holdEvents, ringPath, scanLog } from "./bench";
