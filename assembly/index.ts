/**
 * The boundary: every function that the control plane calls. Nothing here decides anything.
 *
 * No 64-bit integer crosses: times are f64 nanoseconds (exact below 2^53, a hundred days) with a u32 of picoseconds
 * where it matters, other 64-bit values are two words. Callers read u32 results with `>>> 0`.
 */

import { createStreamReader as createReader, readStream as readWholeStream } from "./checkpoint/stream-reader";
import { StreamReader } from "./checkpoint/stream-reader-record";
import * as streamWriter from "./checkpoint/stream-writer";
import { processor } from "./cpu/processor";
import { closeStretch, halt, reconsider, setClass as setVcpuClass } from "./cpu/scheduler";
import { addTask, owedPs, setReady } from "./cpu/task";
import { ranPs, vcpu } from "./cpu/vcpu";
import * as disks from "./disk/disk";
import * as mirror from "./disk/mirror";
import { advanceTo, armTimer as armTimerAt, disarmTimer as disarm } from "./dispatch";
import * as blockBack from "./guest/block-back";
import * as bond from "./guest/bond";
import * as computation from "./guest/compute";
import { owe, workOff as work } from "./guest/control-task";
import * as cooperation from "./guest/cooperation";
import {
  announceEmulated as announceTap,
  attachEmulated as attachTap,
  disconnectEmulated,
  quiesceDeviceModel,
  connectEmulated as resetEmulated,
  unquiesceDeviceModel,
} from "./guest/device-model";
import { writeRow } from "./guest/dirty-trace";
import { dom0Counter, dom0Port, dropFromDom0 } from "./guest/dom0-port";
import { beginReset, driver, initialise, setModeration as setDriverModeration, setUpRings } from "./guest/driver";
import { answerOf, beginAccess, initialiseEmulated } from "./guest/emulated-driver";
import * as emulatedImage from "./guest/emulated-image";
import { emulatedCounter, emulatedNic, isEmulated } from "./guest/emulated-nic";
import { peekRegister as peekEmulatedRegister } from "./guest/emulated-registers";
import { signalBackend } from "./guest/event-channel";
import * as guests from "./guest/guest";
import * as hold from "./guest/hold-queue";
import { connectBackend, disconnectBackend } from "./guest/netback";
import { initialiseFront, announceFront as sendAnnouncement } from "./guest/netfront";
import { resumeFront as resumeRings } from "./guest/netfront-resume";
import { wakeNetwork } from "./guest/network-task";
import * as service from "./guest/reply-service";
import * as stream from "./guest/stream";
import { resumeTcp } from "./guest/tcp";
import { vif, vifCounter } from "./guest/vif";
import { GUEST_RUNNING, GUEST_SUSPENDED, STACK_OF_GUEST } from "./layout/control";
import { ACTIVITY_COUNT } from "./layout/cost";
import { GUEST_COUNT_MAX, PAGE_BYTES, POOL_COUNT } from "./layout/limits";
import { ARENA, COSTS, PFS, VFS, WORLD } from "./layout/memory-map";
import { VIF_COUNTER_COUNT } from "./layout/paravirtual";
import { NOTE_MAC, PF_BYTES } from "./layout/physical-function";
import { TASK_COMPUTE } from "./layout/processor";
import { REQUEST_BYTES } from "./layout/request";
import { HISTOGRAM_PAGES } from "./layout/tcp";
import { PS_PER_NS } from "./layout/time";
import { DROP_BACKEND_DOWN, DROP_HOST_DEAD, TRACE_BORN, TRACE_HOST_FAILED, TRACE_HOST_LIT } from "./layout/trace";
import { VF_BYTES, VF_CONTROL } from "./layout/virtual-function";
import * as checkpoint from "./memory/checkpoint";
import { countMarked, isMarked, logBytes } from "./memory/dirty-log";
import {
  digestMemory,
  frameOf,
  GuestMemory,
  isPayload,
  memoryOf,
  readGuest,
  versionOf,
  writeGuest,
} from "./memory/guest-memory";
import { entryCountOf, entryNumberOf, mapFrame, NO_ENTRY } from "./memory/iommu";
import { cachedPage } from "./memory/page-cache";
import { versionAt } from "./memory/payload";
import * as round from "./memory/round-log";
import { configureQueues } from "./nic/configure";
import { noteAt, pf } from "./nic/physical-function";
import { drain, dropParked, goOn, quiesce as quiescePool, refreshWake, unquiesce as unquiescePool } from "./nic/port";
import { forgetWake, poolOf, port } from "./nic/port-record";
import * as registers from "./nic/registers";
import * as remote from "./nic/remote-memory";
import { resetFunction as resetVfFunction } from "./nic/reset";
import { DONE_AT_RELEASE, HEADS_ARE_WRITABLE, QUIESCED, vf } from "./nic/virtual-function";
import { armDmaLog as armLog, collectDmaLog as collectLog, disarmDmaLog as disarmLog } from "./renic/dma-log";
import { checkImage as checkStateImage } from "./renic/image-check";
import * as delta from "./renic/image-delta";
import * as buffer from "./renic/outbound";
import { migrationBytes as outboundRecordBytes } from "./renic/outbound-record";
import * as image from "./renic/state-image";
import * as setup from "./setup";
import { digestBytes, mix } from "./sim/digest";
import { NEVER } from "./sim/event-queue";
import { philox } from "./sim/random";
import { nextFrame, trace } from "./sim/trace";
import { takeWantedPf as takeWanted, world } from "./sim/world";
import { client, createRequests as createClientRequests, startClient as start } from "./transport/request-client";
import { addFeed, addSink, addSource } from "./transport/tcp-bulk";
import { goOn as goOnMachine, MACHINE_STACK_PAGE, machine, machineStack } from "./transport/tcp-machine";
import { pullSegment } from "./transport/tcp-output";
import { addReplayClient, addReplayServer } from "./transport/tcp-replay";
import { addRequester, addResponder, setResponderDisk as setBlocksOfResponder } from "./transport/tcp-request";
import * as tcp from "./transport/tcp-socket";
import { connection, Stack, stackAt } from "./transport/tcp-stack";
import { offer, pauseWork, startWork } from "./transport/tcp-work";
import { workOf } from "./transport/tcp-work-record";
import { writeAnnouncement } from "./wire/ethernet";
import { FRAME_START, frame, takeSlot } from "./wire/frame";
import { recallStream, sendDatagram, sendMessage, sendStream } from "./wire/replication-link";
import { createSwitch, relayAll } from "./wire/switch";
import { cut, pass, send, serializationPs, setRate, wire } from "./wire/wire";

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
/** Has payload go without its bytes; the first thing that is said of a world. */
export function leaveOutContent(): void {
  setup.leaveOutContent();
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
/** Records what processors have done up to now. */
export function closeStretches(): void {
  for (let index: u32 = 0; index < world().processorCount; index++) closeStretch(index);
}
/** Looks at everything that has arrived, as if every port were asked. */
export function settle(): void {
  const w = world();
  relayAll();
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
  for (let index: u32 = 0; index < w.portCount; index++) digest = digestBytes(digest, PFS + index * PF_BYTES, PF_BYTES);
  for (let index: u32 = 0; index < w.vifCount; index++) {
    for (let counter: u32 = 0; counter < VIF_COUNTER_COUNT; counter++) digest = mix(digest, vifCounter(index, counter));
  }
  for (let index: u32 = 0; index < w.clientCount; index++) {
    const c = client(index);
    digest = digestBytes(digest, c.requests, c.requestCount * REQUEST_BYTES);
  }
  for (let index: u32 = 0; index < w.machineCount; index++) digest = mix(digest, digestMemory(machine(index).memory));
  for (let index: u32 = 0; index < w.diskCount; index++) digest = mix(digest, digestMemory(disks.disk(index).blocks));
  store<u64>(w.exchange, digest);
}
/** Leaves the digest of every dirty log, the processors' and the devices', in the exchange buffer, 8 bytes. */
export function digestMarks(): void {
  const w = world();
  let digest: u64 = 0;
  for (let index: u32 = 0; index < w.guestCount; index++) {
    const m = memoryOf(index);
    digest = digestBytes(digest, m.log, logBytes(m.pageCount));
  }
  for (let index: u32 = 0; index < w.vfCount; index++) {
    const map = vf(index).map;
    if (map.log) digest = digestBytes(mix(digest, index), map.log, logBytes(entryCountOf(map)));
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

// External machines with a TCP stack.

export function addMachine(macLow: u32, macHigh: u32, ip: u32, machinePageCount: u32): u32 {
  return setup.addMachine(u64Of(macLow, macHigh), ip, machinePageCount);
}
export function connectMachine(index: u32, switchIndex: u32, rate: f64, latencyNs: f64, backlogBytes: u32): u32 {
  return setup.connectMachine(index, switchIndex, <u64>rate, psOf(latencyNs), backlogBytes);
}
export function connectMachines(a: u32, b: u32, rate: f64, latencyNs: f64): u32 {
  return setup.connectMachines(a, b, <u64>rate, psOf(latencyNs));
}
/** Puts a machine on the bridge of a port that dom0 drives, as dom0's own stack; its wires have that rate. */
export function connectStation(index: u32, portIndex: u32, rate: f64): void {
  setup.connectStation(index, portIndex, <u64>rate);
}
export function tapMachine(index: u32): void {
  setup.tapMachine(index);
}
/** Has the taps of all machines keep no more of a frame than this. */
export function setSnap(bytes: u32): void {
  world().snapBytes = bytes;
}
/** Sets what goes wrong on a wire: shares of 2^32 of frames that are lost, held up for so long, doubled. */
export function setWireFaults(index: u32, lossBelow: f64, delayBelow: f64, delayNs: f64, twiceBelow: f64): void {
  relayAll();
  const w = wire(index);
  w.lossBelow = <u64>lossBelow;
  w.delayBelow = <u64>delayBelow;
  w.delayPs = psOf(delayNs);
  w.twiceBelow = <u64>twiceBelow;
}
/** Sets how many bytes may wait for a wire; more are dropped. */
export function setWireBacklog(index: u32, bytes: u32): void {
  relayAll();
  wire(index).backlogPsMax = serializationPs(wire(index), bytes);
}
// TCP stacks: of a machine by its number, of a guest by its own with STACK_OF_GUEST.

function stackMemory(owner: u32): GuestMemory {
  return owner & STACK_OF_GUEST ? memoryOf(owner & ~STACK_OF_GUEST) : machine(owner).memory;
}
function stackOf(owner: u32): Stack {
  if (!(owner & STACK_OF_GUEST)) return machineStack(owner);
  return stackAt(stackMemory(owner), guests.guest(owner & ~STACK_OF_GUEST).stackPage);
}
/** What was done to a stack from outside takes effect: at once, or when its guest's network task has its turn. */
function goOnStack(owner: u32): void {
  if (owner & STACK_OF_GUEST) wakeNetwork(owner & ~STACK_OF_GUEST);
  else goOnMachine(owner);
}
/** Gives a guest the place of a stack that its memory has, or will have from a checkpoint. */
export function setGuestStack(index: u32, page: u32): void {
  guests.guest(index).stackPage = page;
}
/** Makes a stack with USES_ options, a machine's or that of a guest whose place is set; returns the page behind it. */
export function createTcpStack(
  owner: u32,
  connectionCountMax: u32,
  sendRingBytes: u32,
  receiveRingBytes: u32,
  mss: u32,
  options: u32,
): u32 {
  const isGuest = (owner & STACK_OF_GUEST) != 0;
  const index = owner & ~STACK_OF_GUEST;
  const page = isGuest ? guests.guest(index).stackPage : MACHINE_STACK_PAGE;
  const pageCount = tcp.createStack(
    stackMemory(owner),
    page,
    isGuest ? guests.guest(index).mac : machine(index).mac,
    isGuest ? guests.guest(index).ip : machine(index).ip,
    connectionCountMax,
    sendRingBytes,
    receiveRingBytes,
    mss,
    options,
    mix(world().seed, owner),
  );
  return page + pageCount;
}
/** Sets how long TIME-WAIT lasts, and after how many tries in vain a SYN and data are given up. */
export function setTcpLimits(owner: u32, timeWaitNs: f64, synRetryCountMax: u32, retryCountMax: u32): void {
  const s = stackOf(owner);
  s.timeWaitPs = psOf(timeWaitNs);
  s.synRetryCountMax = synRetryCountMax;
  s.retryCountMax = retryCountMax;
}
/** Has an owner of a stack send a stream of so many bytes, 0 for ever, on each of so many connections; returns the work. */
export function addTcpSource(
  owner: u32,
  macLow: u32,
  macHigh: u32,
  ip: u32,
  portNumber: u32,
  connectionCount: u32,
  bytes: f64,
): u32 {
  const s = stackOf(owner);
  return addSource(stackMemory(owner), s, u64Of(macLow, macHigh), ip, portNumber, connectionCount, <u64>bytes);
}
/** Has an owner of a stack keep a connection over which it sends what it is offered; returns the work. */
export function addTcpFeed(owner: u32, macLow: u32, macHigh: u32, ip: u32, portNumber: u32): u32 {
  return addFeed(stackMemory(owner), stackOf(owner), u64Of(macLow, macHigh), ip, portNumber);
}
/** Offers such a work so many bytes more. */
export function offerTcpBytes(owner: u32, number: u32, bytes: f64): void {
  offer(stackMemory(owner), stackOf(owner), number, <u64>bytes);
  goOnStack(owner);
}
/** Has a sink tell the control plane, by REASON_STREAM, when it has read so many bytes in all, which it has not yet. */
export function markTcpSink(owner: u32, number: u32, bytes: f64): void {
  workOf(stackMemory(owner), stackOf(owner), number).mark = <u64>bytes;
}
export function addTcpSink(owner: u32, portNumber: u32): u32 {
  return addSink(stackMemory(owner), stackOf(owner), portNumber);
}
/** Has an owner of a stack ask: so many transactions, 0 for ever, on so many connections. */
export function addTcpRequester(
  owner: u32,
  macLow: u32,
  macHigh: u32,
  ip: u32,
  portNumber: u32,
  connectionCount: u32,
  transactionCount: f64,
  requestBytes: u32,
  replyBytes: u32,
  thinkNs: f64,
  options: u32,
): u32 {
  return addRequester(
    stackMemory(owner),
    stackOf(owner),
    u64Of(macLow, macHigh),
    ip,
    portNumber,
    connectionCount,
    <u64>transactionCount,
    requestBytes,
    replyBytes,
    psOf(thinkNs),
    options,
  );
}
/** Has an owner of a stack answer, and dirty so many pages of a working set for each request. */
export function addTcpResponder(
  owner: u32,
  portNumber: u32,
  requestBytes: u32,
  replyBytes: u32,
  setPage: u32,
  setPages: u32,
  dirtyPages: u32,
): u32 {
  const m = stackMemory(owner);
  const s = stackOf(owner);
  return addResponder(m, s, portNumber, requestBytes, replyBytes, setPage, setPages, dirtyPages);
}
/** Has an owner of a stack play the client of a recording (layout/recording.ts) that its memory has. */
export function addTcpReplayClient(
  owner: u32,
  macLow: u32,
  macHigh: u32,
  ip: u32,
  portNumber: u32,
  recordingAt: u32,
  connectionCount: u32,
): u32 {
  const m = stackMemory(owner);
  const s = stackOf(owner);
  return addReplayClient(m, s, u64Of(macLow, macHigh), ip, portNumber, recordingAt, connectionCount);
}
/** Has an owner of a stack play the server of a recording, and dirty so many pages of a working set for each answer. */
export function addTcpReplayServer(
  owner: u32,
  portNumber: u32,
  recordingAt: u32,
  connectionCount: u32,
  setPage: u32,
  setPages: u32,
  dirtyPages: u32,
): u32 {
  const m = stackMemory(owner);
  const s = stackOf(owner);
  return addReplayServer(m, s, portNumber, recordingAt, connectionCount, setPage, setPages, dirtyPages);
}
/** Opens the connections of a work, or has a replay begin. */
export function startTcpWork(owner: u32, number: u32): void {
  startWork(stackMemory(owner), stackOf(owner), number);
  goOnStack(owner);
}
export function pauseTcpWork(owner: u32, number: u32, isPaused: bool): void {
  pauseWork(stackMemory(owner), stackOf(owner), number, isPaused);
  goOnStack(owner);
}
/** Closes a connection from its side, whatever its work is at. */
export function closeTcpConnection(owner: u32, number: u32): void {
  const m = stackMemory(owner);
  const s = stackOf(owner);
  tcp.close(m, s, connection(m, s, number));
  goOnStack(owner);
}
/** Ends a connection; its peer gets a reset. */
export function abortTcpConnection(owner: u32, number: u32): void {
  const m = stackMemory(owner);
  const s = stackOf(owner);
  tcp.abort(m, s, connection(m, s, number));
  goOnStack(owner);
}
/**
 * Writes the next frame of a stack to a buffer, with so much payload at most, as a device that cuts segments
 * would pull it; returns its bytes, 0 for none.
 */
export function pullTcpSegment(owner: u32, to: u32, payloadBytesMax: u32): u32 {
  return pullSegment(stackMemory(owner), stackOf(owner), to, payloadBytesMax);
}
/** Returns the payload that is not in the frame that was pulled last, and that of the segments it is to be cut into. */
export function pulledPayloadBytes(owner: u32): u32 {
  return stackOf(owner).pulledPayloadBytes;
}
export function pulledSegmentBytes(owner: u32): u32 {
  return stackOf(owner).pulledSegmentBytes;
}
/** Returns where a stack, one of its connections or works, and a work's histogram stand. */
export function tcpStackAt(owner: u32): u32 {
  return changetype<u32>(stackOf(owner));
}
export function tcpConnectionAt(owner: u32, number: u32): u32 {
  return changetype<u32>(connection(stackMemory(owner), stackOf(owner), number));
}
export function tcpWorkAt(owner: u32, number: u32): u32 {
  return changetype<u32>(workOf(stackMemory(owner), stackOf(owner), number));
}
/** Copies bytes of a stack's memory to a buffer. */
export function readMachine(owner: u32, address: u32, to: u32, bytes: u32): void {
  readGuest(stackMemory(owner), address, to, bytes);
}
/** Copies bytes into a stack's memory. */
export function writeMachine(owner: u32, address: u32, from: u32, bytes: u32): void {
  writeGuest(stackMemory(owner), address, from, bytes);
}
/** Returns the address of a work's histogram in its owner's memory. */
export function tcpHistogram(owner: u32, number: u32): u32 {
  return stackOf(owner).histogramsAt + number * HISTOGRAM_PAGES * PAGE_BYTES;
}
/** Puts a frame of the exchange buffer on the wire to a machine, so that its last bit arrives at a time. */
export function injectToMachine(index: u32, bytes: u32, ns: f64): void {
  const slot = takeSlot(bytes);
  const f = frame(slot);
  memory.copy(slot + FRAME_START, world().exchange, bytes);
  f.id = nextFrame();
  trace(TRACE_BORN, world().now, index, f.id, bytes, 2, 0);
  pass(machine(index).wireIn, slot, psOf(ns));
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
/** Has a guest send datagrams to a peer: so many each tick, in frames of so many bytes. */
export function createSource(
  index: u32,
  macLow: u32,
  macHigh: u32,
  ip: u32,
  portNumber: u32,
  frameBytes: u32,
  countPerTick: u32,
  tickNs: f64,
): void {
  stream.createSource(index, u64Of(macLow, macHigh), ip, portNumber, frameBytes, countPerTick, psOf(tickNs));
}
/** Has a guest that runs begin to send its stream. */
export function startStream(index: u32): void {
  if (guests.guest(index).state == GUEST_RUNNING) stream.resumeStream(index);
}
/** Has a guest take and count whatever frames come. */
export function createSink(index: u32): void {
  stream.createSink(index);
}
/** Returns how many datagrams a stream has sent or received. */
export function streamCount(index: u32): f64 {
  return <f64>stream.streamOf(memoryOf(index)).count;
}
/** Returns how many events have been taken. */
export function eventCount(): f64 {
  return <f64>world().eventCount;
}
export function addReply(index: u32, query: u32, queryBytes: u32, reply: u32, replyBytes: u32): void {
  service.addReply(memoryOf(index), query, queryBytes, reply, replyBytes);
}
/** Has the guest's driver reset its device and ask the physical function for its address. */
export function beginDriver(index: u32): void {
  beginReset(index);
}
/** Has the guest's driver take the physical function's answer and set its device up; false without an answer. */
export function startDriver(index: u32): bool {
  return initialise(index);
}
/** Has the guest's driver moderate interrupts in a MODERATION_ way; before it starts. */
export function setModeration(index: u32, moderation: u32): void {
  setDriverModeration(memoryOf(index), moderation);
}
/** Has the frontend of a guest's paravirtual NIC make its rings anew, and its backend connect to them. */
export function connectFront(index: u32): bool {
  const g = guests.guest(index);
  assert(g.vif != 0, "the guest has a paravirtual NIC");
  initialiseFront(g.memory);
  return connectBackend(g.vif - 1);
}
/**
 * Has the frontend of a guest that was carried over from another host make its rings anew around what the guest has
 * received, and its backend connect to them. The guest looks what it can send as soon as it runs.
 */
export function resumeFront(index: u32): bool {
  const g = guests.guest(index);
  assert(g.vif != 0, "the guest has a paravirtual NIC");
  resumeRings(g.memory);
  wakeNetwork(index);
  return connectBackend(g.vif - 1);
}
/** Has the backend of a guest's paravirtual NIC let go of it: its bridge takes the address to be elsewhere. */
export function disconnectFront(index: u32): void {
  const g = guests.guest(index);
  assert(g.vif != 0, "the guest has a paravirtual NIC");
  disconnectBackend(g.vif - 1, DROP_BACKEND_DOWN);
}
/** Has a guest with a paravirtual NIC announce its address by a gratuitous ARP; the guest's part takes no time. */
export function announceFront(index: u32): void {
  const g = guests.guest(index);
  assert(g.vif != 0, "the guest has a paravirtual NIC");
  sendAnnouncement(g.memory, g.mac, g.ip);
  signalBackend(g.vif - 1);
}
/** Has the guest's driver set up a device that was reset, whatever the physical function has answered. */
export function setUpDriver(index: u32): void {
  const g = guests.guest(index);
  setUpRings(g.memory, vf(g.vf));
}
/** Has the guest's driver let go of its bond's virtual function: nobody carries, and the physical function is told of a reset. */
export function closeVf(index: u32): void {
  bond.closeVf(index);
}
/** Has a bond turn to its paravirtual NIC; false if the backend cannot use its rings. */
export function joinFront(index: u32): bool {
  return bond.joinFront(index);
}
/** Has a bond post its paravirtual NIC nothing any more. */
export function closeFront(index: u32): void {
  bond.closeFront(index);
}
/** Has a bond turn back to its virtual function, which was reset; false if too many buffers are taken. */
export function joinVf(index: u32): bool {
  return bond.joinVf(index);
}
/** Has the guest's driver ask for its address. */
export function askAddress(index: u32): void {
  bond.askAddress(index);
}
/** Has the guest's driver take the physical function's answer; returns its first word, 0 for none. */
export function takeAnswer(index: u32): u32 {
  return bond.takeAnswer(index);
}
/** Has the guest's driver take part in migrations; before it starts. One that does not mark is there to be caught. */
export function cooperate(index: u32, isMarking: bool): void {
  const d = driver(memoryOf(index));
  d.isRecording = 1;
  d.isMarking = isMarking ? 1 : 0;
}
/** The guest's device is stopped: its driver marks what it has not polled. */
export function markUnpolled(index: u32): void {
  cooperation.markUnpolled(index);
}
/** A guest that is to run here has a driver without a device, until that has played its record back. */
export function awaitReplay(index: u32): void {
  cooperation.awaitReplay(index);
}
/** Has the guest's driver play its record back to a device that was reset; returns how many registers that were. */
export function replay(index: u32): u32 {
  return cooperation.replay(index);
}
/** Has the device model of a guest's emulated NIC reset it, and the guest's driver set it up. */
export function connectEmulated(index: u32): void {
  const g = guests.guest(index);
  assert(isEmulated(g), "the guest has an emulated NIC");
  resetEmulated(g.vif - 1);
  initialiseEmulated(index);
}
/** Has the device model of a vif stand still; false while a turn is at hand. */
export function quiesceVif(index: u32): bool {
  return quiesceDeviceModel(index);
}
export function unquiesceVif(index: u32): void {
  unquiesceDeviceModel(index);
}
/** Saves the state of an emulated NIC that stands still; returns its bytes. */
export function saveEmulated(index: u32, at: u32): u32 {
  return emulatedImage.saveEmulated(index, at);
}
/** Restores an emulated NIC that is not attached; returns EMULATED_IMAGE_OK or why not. */
export function restoreEmulated(index: u32, at: u32, bytes: u32): u32 {
  return emulatedImage.restoreEmulated(index, at, bytes);
}
/** Puts the tap of a restored emulated NIC on its bridge, and lets its device model work. */
export function attachEmulated(index: u32): void {
  attachTap(index);
}
/** Has a device model announce its guest's address by a gratuitous ARP, which takes no time. */
export function announceEmulated(index: u32): void {
  announceTap(index);
}
/** Reads a register of an emulated NIC without an effect; those of its rings as they were written. */
export function peekEmulated(index: u32, register: u32): u32 {
  return peekEmulatedRegister(index, register);
}
/** Returns the virtual function that a guest has. */
export function vfOf(index: u32): u32 {
  return guests.guest(index).vf;
}
export function suspendGuest(index: u32): bool {
  return guests.suspend(index);
}
export function resumeGuest(index: u32): void {
  guests.resume(index);
  stream.resumeStream(index);
  resumeTcp(index);
}
/**
 * A guest that stands still goes on elsewhere: what is left of it here never runs again, its virtual function is reset as
 * by its function, or dom0 lets go of its NIC, and what waited for it is dropped.
 */
export function leaveGuest(index: u32): void {
  const g = guests.guest(index);
  assert(g.state == GUEST_SUSPENDED, "a guest that leaves stands still");
  guests.kill(index);
  if (g.disk) blockBack.disconnectDisk(g.disk - 1);
  if (g.vif) {
    if (isEmulated(g)) disconnectEmulated(g.vif - 1, DROP_BACKEND_DOWN);
    else disconnectBackend(g.vif - 1, DROP_BACKEND_DOWN);
    return;
  }
  resetFunction(g.vf);
  unquiescePool(vf(g.vf));
}
export function guestState(index: u32): u32 {
  return guests.guest(index).state;
}
export function vcpuFlags(index: u32): u32 {
  return guests.vcpuFlags(index);
}
export function setVcpuFlags(index: u32, flags: u32): void {
  guests.setVcpuFlags(index, flags);
}
/** Writes bytes into a guest's memory, as its software does. */
export function writeMemory(index: u32, address: u32, from: u32, bytes: u32): void {
  writeGuest(memoryOf(index), address, from, bytes);
}
/** Reads bytes of a guest's memory, as its software does. */
export function readMemory(index: u32, address: u32, to: u32, bytes: u32): void {
  readGuest(memoryOf(index), address, to, bytes);
}
/** Has a client's tap see what is sent on a wire. */
export function tapWire(index: u32, clientIndex: u32): void {
  wire(index).tapOut = clientIndex;
}
/** Returns the address of a payload page's version, 8 bytes; 0 for another page, and for one of zeros. */
export function pageVersion(index: u32, page: u32): u32 {
  const m = memoryOf(index);
  return isPayload(m, page) && versionOf(m, page) ? versionAt(m.versions, page) : 0;
}
/** Returns the address of a page's frame, 0 when it is absent. */
export function pageFrame(index: u32, page: u32): u32 {
  return frameOf(memoryOf(index), page);
}
export function pageCount(index: u32): u32 {
  return memoryOf(index).pageCount;
}

// Processors and vCPUs.

/** Has so many processors, from one on, take vCPUs from each other, and sets the time slice. */
export function shareProcessors(first: u32, count: u32, sliceNs: f64): void {
  setup.shareProcessors(first, count, psOf(sliceNs));
}
/** Adds a vCPU of a host's dom0. */
export function addVcpu(host: u32, firstProcessor: u32, processorCount: u32): u32 {
  return setup.addVcpu(host, firstProcessor, processorCount);
}
/** Adds a further vCPU of the guest that was added last. */
export function addGuestVcpu(index: u32, firstProcessor: u32, processorCount: u32): u32 {
  return setup.addGuestVcpu(index, firstProcessor, processorCount);
}
/** Has a vCPU run on other processors than before; it does not run yet. */
export function setAffinity(index: u32, firstProcessor: u32, processorCount: u32): void {
  const v = vcpu(index);
  assert(v.isHalted != 0, "a vCPU that does not run is placed");
  v.processor = firstProcessor;
  v.affinityFirst = firstProcessor;
  v.affinityCount = processorCount;
}
/** Returns a guest's first vCPU; the others follow it. */
export function vcpuOf(index: u32): u32 {
  return guests.guest(index).vcpuFirst;
}
/** Adds a task of dom0 that works off what the control plane owes. */
export function addControlTask(vcpuIndex: u32, activity: u32): u32 {
  return setup.addControlTask(vcpuIndex, activity);
}
/** Has such a task work so many cycles more. */
export function oweCycles(taskIndex: u32, cycles: f64): void {
  owe(taskIndex, <u64>cycles);
}
/** The same; REASON_WORKED says when it has. At least one cycle. */
export function workOff(taskIndex: u32, cycles: f64): void {
  work(taskIndex, <u64>cycles);
}
/** Gives one of a guest's vCPUs a job in the background; all of them work at the same one. Before it runs. */
export function createComputation(
  index: u32,
  burstCycles: u32,
  firstPage: u32,
  hotPages: u32,
  coldPages: u32,
  hotWrites: u32,
  coldWrites: u32,
): void {
  computation.createComputation(memoryOf(index), burstCycles, firstPage, hotPages, coldPages, hotWrites, coldWrites);
}
/** Has a guest's job play a trace whose rows lie from a page on; each burst plays so many nanoseconds of it. */
export function createDirtyTrace(index: u32, firstPage: u32, rowCount: u32, isRepeating: u32, burstNs: u32): void {
  computation.createTrace(memoryOf(index), firstPage, rowCount, isRepeating != 0, burstNs);
}
/** Writes a row of a guest's trace, whose rows lie from a page on. */
export function writeDirtyRow(index: u32, firstPage: u32, row: u32, rowNs: f64, hot: u32, cold: u32): void {
  writeRow(memoryOf(index), firstPage, row, <u64>rowNs, hot, cold);
}
/** Has a vCPU, which does not run yet, work at its guest's job. */
export function addComputeTask(index: u32, vcpuIndex: u32): void {
  setReady(addTask(TASK_COMPUTE, index, vcpuIndex), true);
}
/** Returns how many bursts a guest's job has done. */
export function computedCount(index: u32): f64 {
  return <f64>computation.computationOf(memoryOf(index)).burstCount;
}
/** Returns how many there are of each, of all hosts. */
export function processorCount(): u32 {
  return world().processorCount;
}
export function vcpuCount(): u32 {
  return world().vcpuCount;
}
/** Returns the host of a vCPU. */
export function vcpuHost(index: u32): u32 {
  return vcpu(index).host;
}
/** Returns a VCPU_ of layout/processor.ts. */
export function vcpuState(index: u32): u32 {
  return vcpu(index).state;
}
/** Sets the class that a vCPU has by its credit. */
export function setClass(index: u32, basicClass: u32): void {
  setVcpuClass(vcpu(index), basicClass);
}
/** After classes have changed: lets each of so many processors, from one on, do what is most important now. */
export function reconsiderProcessors(first: u32, count: u32): void {
  for (let index = first; index < first + count; index++) reconsider(index);
}
/** Returns the cycles charged to an activity. */
export function chargedCycles(vcpuIndex: u32, activity: u32): f64 {
  assert(activity < ACTIVITY_COUNT, "an activity has a row");
  return <f64>load<u64>(vcpu(vcpuIndex).account + (activity << 3));
}
/** Returns for how long a vCPU has run, in picoseconds; exact below 2^53, two and a half hours. */
export function vcpuRanPs(index: u32): f64 {
  return <f64>ranPs(vcpu(index));
}
/** Returns for how long a vCPU has still to run for what it has been charged, in picoseconds. */
export function vcpuOwedPs(index: u32): f64 {
  return <f64>owedPs(vcpu(index));
}
/** Returns how long a processor was busy, and idle, in picoseconds; exact below 2^53. */
export function busyPs(index: u32): f64 {
  const p = processor(index);
  return <f64>(p.busyPs + (p.running ? world().now - p.since : 0));
}
export function idlePs(index: u32): f64 {
  const p = processor(index);
  return <f64>(p.idlePs + (p.running ? 0 : world().now - p.since));
}

// dom0's network.

/** Gives a host's dom0 a network on a connected port, on a vCPU of its own; returns its memory, as a guest's number. */
export function addDom0Port(portIndex: u32, vcpuIndex: u32): u32 {
  return setup.addDom0Port(portIndex, vcpuIndex);
}
/** Has dom0 receive so many segments from a port as one packet, at most; 1, as at first, for none. */
export function setDom0Merging(portIndex: u32, countMax: u32): void {
  dom0Port(portIndex).mergedCountMax = countMax;
}
/** Gives a guest a paravirtual NIC on the bridge of a port, its backend on a vCPU of dom0's; returns the vif. */
export function addFront(index: u32, portIndex: u32, vcpuIndex: u32, queueBytesMax: u32): u32 {
  return setup.addFront(index, portIndex, vcpuIndex, queueBytesMax);
}
/** Gives a guest an emulated NIC on the bridge of a port, its device model on a vCPU of dom0's; returns the vif of its tap. */
export function addEmulated(index: u32, portIndex: u32, vcpuIndex: u32): u32 {
  return setup.addEmulated(index, portIndex, vcpuIndex);
}
/** Accesses a register of the emulated NIC of a guest that stands still, as software that follows no rule may. */
export function accessEmulated(index: u32, register: u32, value: u32, isWrite: bool): void {
  assert(guests.guest(index).state != GUEST_RUNNING, "the guest's own software accesses nothing meanwhile");
  beginAccess(guests.guest(index), register, value, isWrite);
}
/** Returns what such an access came to, or -1 while it is not answered. */
export function emulatedAnswer(index: u32): f64 {
  return answerOf(guests.guest(index));
}
/** Returns a counter of an emulated NIC, an EMULATED_ of layout/emulated.ts. */
export function countOfEmulated(index: u32, counter: u32): f64 {
  return <f64>emulatedCounter(index, counter);
}
/** Says whether a backend pays for a mapping of each packet that its guest sends, or for a copy of the bytes. */
export function setMapping(index: u32, isMapping: bool): void {
  vif(index).isMapping = isMapping ? 1 : 0;
}
/** Sends a vif's backend an event, as its guest's software does. */
export function signalVif(index: u32): void {
  signalBackend(index);
}
/** Returns the state of a vif, a VIF_ of guest/vif.ts: 0 disconnected, 1 connected, 2 broken. */
export function vifState(index: u32): u32 {
  return vif(index).state;
}
/** Returns a counter of a vif, a VIF_ of layout/paravirtual.ts. */
export function countOfVif(index: u32, counter: u32): f64 {
  return <f64>vifCounter(index, counter);
}
/** Gives a vif a hold queue in its dom0, for so many bytes of frames. */
export function createHold(index: u32, bytesMax: u32): void {
  hold.createHoldQueue(index, bytesMax);
}
/** Has what a vif's guest sends wait from now on, as of an epoch. */
export function openHeld(index: u32, epoch: u32): void {
  hold.openHeldEpoch(index, epoch);
}
/** Orders that what waits of a vif's epochs up to this one go. */
export function releaseHeld(index: u32, epoch: u32): void {
  hold.releaseHeldEpoch(index, epoch);
}
/** Orders that a vif's frames wait no longer. */
export function stopHeld(index: u32): void {
  hold.stopHoldQueue(index);
}
/** Ends frames that wait in a vif's hold queue, at most so many; returns how many are left. */
export function discardHeldOfVif(index: u32, countMax: u32): u32 {
  return hold.discardHeldFrames(index, countMax);
}
/** Returns a counter of a vif's hold queue, a HOLD_ of layout/paravirtual.ts; 0 without one. */
export function countOfHold(index: u32, counter: u32): f64 {
  return <f64>hold.holdCounter(index, counter);
}
/** Returns a counter of dom0's network of a port, a DOM0_ of layout/paravirtual.ts. */
export function countOfDom0(portIndex: u32, counter: u32): f64 {
  return <f64>dom0Counter(portIndex, counter);
}

// Ports and pools. A pool's number is its port's times eight, and its own.

export function setDma(index: u32, latencyNs: f64, readPsPerByte: u32, writePsPerByte: u32): void {
  setup.setDma(index, psOf(latencyNs), readPsPerByte, writePsPerByte);
}
export function connectPorts(a: u32, b: u32, rate: f64, latencyNs: f64): void {
  setup.connectPorts(a, b, <u64>rate, psOf(latencyNs));
}
/** Has every arrival be an event, as the slow schedule has it. */
export function setEager(isEager: bool): void {
  world().isEager = isEager ? 1 : 0;
}
export function firstVf(portIndex: u32): u32 {
  return portIndex * POOL_COUNT;
}
/** The wires of a port: from its switch or peer, and towards it. */
export function wireIntoPort(portIndex: u32): u32 {
  return port(portIndex).wireIn;
}
export function wireOutOfPort(portIndex: u32): u32 {
  return port(portIndex).wireOut;
}
export function vfCountOf(portIndex: u32): u32 {
  return port(portIndex).vfCount;
}
export function attachVf(index: u32, guestIndex: u32): void {
  attachVfWithWindow(index, guestIndex, 0, 0);
}
/** The same, with entries for so many device frames more, from a frame on. */
export function attachVfWithWindow(index: u32, guestIndex: u32, windowFrame: f64, windowCount: u32): void {
  assert(guestIndex < GUEST_COUNT_MAX, "a guest's number is in its table");
  setup.attachVf(index, guestIndex, <u64>windowFrame, windowCount);
}
export function attachRemote(index: u32): void {
  setup.attachRemote(index);
}
/** Sets options of the model: heads that can be written, completion when a held packet is released. */
export function setDeviceOptions(index: u32, areHeadsWritable: bool, isDoneAtRelease: bool): void {
  const v = vf(index);
  assert(!isDoneAtRelease || !v.remote, "a memory elsewhere goes with completion at acceptance");
  v.options &= ~(HEADS_ARE_WRITABLE | DONE_AT_RELEASE);
  if (areHeadsWritable) v.options |= HEADS_ARE_WRITABLE;
  if (isDoneAtRelease) v.options |= DONE_AT_RELEASE;
  configureQueues(v);
}
export function readRegister(index: u32, offset: u32): u32 {
  return registers.readVf(vf(index), offset);
}
export function writeRegister(index: u32, offset: u32, value: u32): void {
  registers.writeVf(vf(index), offset, value);
}
/** Reads a register without the side effect of reading it. */
export function peekRegister(index: u32, offset: u32): u32 {
  return registers.peekVf(vf(index), offset);
}
export function readPfRegister(portIndex: u32, offset: u32): u32 {
  return registers.readPf(portIndex, offset);
}
export function writePfRegister(portIndex: u32, offset: u32, value: u32): void {
  registers.writePf(portIndex, offset, value);
}
export function peekPfRegister(portIndex: u32, offset: u32): u32 {
  return registers.peekPf(portIndex, offset);
}
/** Returns where the physical function's driver keeps its notes about a pool. */
export function notesAt(portIndex: u32, pool: u32): u32 {
  return noteAt(pf(portIndex), pool);
}
/** Takes a port whose physical function's driver is wanted; -1 for none. */
export function takeWantedPf(): i32 {
  return takeWanted();
}
export function readMsix(index: u32, offset: u32): u32 {
  return registers.readMsix(vf(index), offset);
}
export function writeMsix(index: u32, offset: u32, value: u32): void {
  registers.writeMsix(vf(index), offset, value);
}
export function writeMsixControl(index: u32, value: u32): void {
  registers.writeMsixControl(vf(index), value);
}
export function resetFunction(index: u32): void {
  const v = vf(index);
  drain(v.port);
  resetVfFunction(v);
  refreshWake(v.port);
}
/** Maps a device frame of a virtual function to a guest frame; access bit 0 read, bit 1 write, none unmaps it. */
export function mapDeviceFrame(index: u32, deviceFrame: f64, guestFrame: u32, access: u32): void {
  drain(vf(index).port);
  mapFrame(vf(index).map, <u64>deviceFrame, guestFrame, access);
}
export function dmaFaultCount(index: u32): u32 {
  return vf(index).map.faultCount;
}
export function dmaFaultAccess(index: u32): u32 {
  return vf(index).map.faultAccess;
}
export function dmaFaultLow(index: u32): u32 {
  return <u32>vf(index).map.faultAddress;
}
export function dmaFaultHigh(index: u32): u32 {
  return <u32>(vf(index).map.faultAddress >> 32);
}
/** Begins to quiesce a pool; returns whether it is quiesced already. */
export function quiesce(index: u32): bool {
  return quiescePool(vf(index));
}
export function isQuiesced(index: u32): bool {
  return vf(index).quiet == QUIESCED;
}
export function unquiesce(index: u32): void {
  unquiescePool(vf(index));
}
/** Takes the next request of a memory that lives elsewhere; -1 for none. */
export function takeDmaRequest(index: u32): i32 {
  return remote.takeRequest(vf(index));
}
/** Returns where a request is (layout/remote-memory.ts); 0 when its operation has been forgotten. */
export function dmaRequestAt(index: u32, number: u32): u32 {
  return remote.requestOf(vf(index), number);
}
/** Answers a request; what was read stands where the request says. */
export function answerDma(index: u32, number: u32, isDone: bool): void {
  const v = vf(index);
  if (!remote.answerRequest(v, number, isDone)) return;
  drain(v.port);
  goOn(v);
  refreshWake(v.port);
}
/** Sends a gratuitous ARP for a virtual function's address out of its port, as the physical function does. */
export function announce(index: u32): void {
  const v = vf(index);
  const slot = takeSlot(64);
  const f = frame(slot);
  f.bytes = writeAnnouncement(slot + FRAME_START, macOf(index), guests.guest(v.guest).ip);
  f.id = nextFrame();
  trace(TRACE_BORN, world().now, v.port, f.id, f.bytes, 1, 0);
  send(port(v.port).wireOut, slot, world().now);
}
function macOf(index: u32): u64 {
  const v = vf(index);
  return load<u64>(noteAt(pf(v.port), v.pool), NOTE_MAC);
}
/** Puts a frame of the exchange buffer on the wire to a port, so that its last bit arrives at a time. */
export function injectFrame(portIndex: u32, bytes: u32, ns: f64, ps: u32): void {
  const slot = takeSlot(bytes);
  const f = frame(slot);
  memory.copy(slot + FRAME_START, world().exchange, bytes);
  f.id = nextFrame();
  trace(TRACE_BORN, world().now, portIndex, f.id, bytes, 2, 0);
  pass(port(portIndex).wireIn, slot, psOf(ns) + ps);
}
export function advanceToPs(ns: f64, ps: u32): u32 {
  return advanceTo(psOf(ns) + ps);
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
  return checkStateImage(at, bytes);
}
/** Returns the bytes that a migration's image needs beyond IMAGE_BYTES_MAX. */
export function migrationBytes(index: u32): u32 {
  return outboundRecordBytes(index);
}
export function saveForMigration(index: u32, at: u32): u32 {
  return image.saveForMigration(index, at);
}
export function makeDelta(base: u32, baseBytes: u32, epoch: u32, newer: u32, to: u32): u32 {
  return delta.makeDelta(base, baseBytes, epoch, newer, to);
}
export function checkDelta(base: u32, baseBytes: u32, epoch: u32, at: u32, bytes: u32): u32 {
  return delta.checkDelta(base, baseBytes, epoch, at, bytes);
}
export function joinDelta(base: u32, at: u32, to: u32): u32 {
  return delta.joinDelta(base, at, to);
}
/** Tells whether a device frame is in the device's own log. */
export function isDeviceFrameLogged(index: u32, deviceFrame: f64): bool {
  const v = vf(index);
  drain(v.port);
  const number = entryNumberOf(v.map, <u64>deviceFrame);
  return v.map.log != 0 && number != NO_ENTRY && isMarked(v.map.log, number);
}
export function armDmaLog(index: u32): void {
  armLog(index);
}
export function disarmDmaLog(index: u32): void {
  disarmLog(index);
}
export function collectDmaLog(index: u32): u32 {
  return collectLog(index);
}
export function createOutbound(index: u32, bytes: u32): void {
  buffer.createOutbound(index, bytes);
}
/** Has a full outbound buffer drop what is fetched, instead of stopping the fetching. */
export function setOutboundDropping(index: u32, isDropping: bool): void {
  buffer.setDropping(index, isDropping);
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
/** Frames that a full outbound buffer has dropped. */
export function outboundOverflowCount(index: u32): u32 {
  return buffer.outbound(vf(index)).overflowCount;
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
/** Returns the bytes of page records as they cross the link: with the content that payload does not have here. */
export function wholeRecordBytes(from: u32, bytes: u32): f64 {
  return <f64>checkpoint.wholeRecordBytes(from, bytes);
}
export function applyPages(index: u32, from: u32, bytes: u32): u32 {
  return checkpoint.applyPages(memoryOf(index), from, bytes);
}
/** Reserves what a guest needs to be migrated away; set-up only. */
export function createRoundLog(index: u32): void {
  round.createRoundLog(memoryOf(index));
}
/** Begins the first round of a pre-copy, with every page, or a further one with those that are dirty; returns their number. */
export function openWholeRound(index: u32): u32 {
  return round.openWholeRound(memoryOf(index));
}
export function openRound(index: u32): u32 {
  return round.openRound(memoryOf(index));
}
/** Moves up to so many pages of a round to a staging buffer as they are now; returns the bytes of their records. */
export function collectRound(index: u32, to: u32, pageCountMax: u32): u32 {
  return round.collectRound(memoryOf(index), to, pageCountMax);
}
/** Makes the primary's end of a guest's checkpoint stream, which remembers so many pages; returns its address. */
export function createStreamWriter(index: u32, slotCount: u32): u32 {
  return changetype<u32>(streamWriter.createStreamWriter(memoryOf(index).pageCount, slotCount));
}
/** Writes page records as a batch of the first copy; returns the stream's bytes. */
export function writeBatch(writer: u32, records: u32, bytes: u32, to: u32): u32 {
  return streamWriter.writeBatch(changetype<streamWriter.StreamWriter>(writer), records, bytes, to);
}
/** Writes a checkpoint as a stream; returns its bytes. */
export function writeCheckpoint(
  writer: u32,
  epoch: u32,
  flags: u32,
  imageAt: u32,
  imageBytes: u32,
  records: u32,
  bytes: u32,
  to: u32,
): u32 {
  const w = changetype<streamWriter.StreamWriter>(writer);
  return streamWriter.writeCheckpoint(w, epoch, flags, imageAt, imageBytes, records, bytes, to);
}
/** Returns where a writer keeps the version of a page that it sent last, 0 when it does not. */
export function sentPage(writer: u32, page: u32): u32 {
  return cachedPage(changetype<streamWriter.StreamWriter>(writer).cache, page);
}
/** Makes the backup's end, which keeps the device's state at an address with room for IMAGE_BYTES_MAX. */
export function createStreamReader(imageAt: u32): u32 {
  return changetype<u32>(createReader(imageAt));
}
/** Applies a stream that has arrived to a guest's memory, all or nothing; returns STREAM_OK or why not. */
export function readStream(reader: u32, index: u32, at: u32, bytes: u32): u32 {
  return readWholeStream(changetype<StreamReader>(reader), memoryOf(index), at, bytes);
}
/** Sends checkpoint bytes over a replication wire; the timer fires when the last bit has arrived. */
export function sendCheckpoint(wireIndex: u32, bytes: f64, timer: u32): void {
  armTimerAt(timer, sendStream(wireIndex, <u64>bytes));
}
/** The same; the timer fires when the last bit has left, so that the next one may follow at once. */
export function sendPart(wireIndex: u32, bytes: u32, timer: u32): void {
  armTimerAt(timer, sendStream(wireIndex, bytes) - wire(wireIndex).latencyPs);
}
/** Sends a short message of the connection over a replication wire; the timer fires when it arrives. */
export function sendNote(wireIndex: u32, timer: u32): void {
  armTimerAt(timer, sendMessage(wireIndex));
}
/** Sends a datagram over a replication wire; the timer fires when it arrives. Returns whether it will. */
export function sendBeat(wireIndex: u32, timer: u32): bool {
  const due = sendDatagram(wireIndex);
  if (due == NEVER) return false;
  armTimerAt(timer, due);
  return true;
}
/** Takes back what of the stream has not left yet; returns how many bytes that is, at most. */
export function recallCheckpoints(wireIndex: u32): f64 {
  return <f64>recallStream(wireIndex);
}
/** Changes a replication link in both directions: its rate, and how likely a frame is lost, out of 2^32. */
export function setReplicationLink(wireIndex: u32, rate: f64, lossBelow: f64): void {
  for (let i: u32 = 0; i < 2; i++) {
    setRate(wireIndex + i, <u64>rate);
    wire(wireIndex + i).lossBelow = <u64>lossBelow;
  }
}
/** Cuts a replication link in both directions, or mends it. */
export function cutReplicationLink(wireIndex: u32, isCut: bool): void {
  for (let i: u32 = 0; i < 2; i++) wire(wireIndex + i).isCut = isCut ? 1 : 0;
}
/** Returns when the last bit of what was sent over a replication wire leaves, or left, in picoseconds. */
export function streamEndPs(wireIndex: u32): f64 {
  return <f64>wire(wireIndex).freeAt;
}

// Disks.

/** Gives a guest a disk of so many blocks of 4 KiB, its backend on a vCPU of dom0's; returns its number. */
export function addDisk(guestIndex: u32, vcpuIndex: u32, blockCount: u32): u32 {
  return setup.addDisk(guestIndex, vcpuIndex, blockCount);
}
/** Has a guest's software know its disk, before it runs. */
export function prepareDisk(index: u32): void {
  setup.prepareDisk(index);
}
/** Has a guest send back whatever comes to a UDP port. */
export function setEcho(guestIndex: u32, port: u32): void {
  service.setEcho(memoryOf(guestIndex), port);
}
/** Has each request of a guest's service, or of a responder on its stack, write so many blocks before it is answered. */
export function setServiceDisk(guestIndex: u32, blockCount: u32): void {
  service.setDiskBlocks(memoryOf(guestIndex), blockCount);
}
export function setResponderDisk(owner: u32, work: u32, blockCount: u32): void {
  setBlocksOfResponder(stackMemory(owner), stackOf(owner), work, blockCount);
}
/** Connects both ends of a disk, for the first time or anew: what was not answered is asked for again. */
export function connectDisk(index: u32): bool {
  return blockBack.connectDisk(index);
}
/** Has dom0 let go of a disk, whose blocks stay. */
export function disconnectDisk(index: u32): void {
  blockBack.disconnectDisk(index);
}
/** Has a disk be another way to the blocks of one that further hosts reach. */
export function shareBlocks(index: u32, store: u32): void {
  disks.disk(index).store = store;
}
/** Returns how many blocks a disk has, where one lies (0 if it was never written), and where its version does without content. */
export function blockCount(index: u32): u32 {
  return disks.blocksOf(index).pageCount;
}
export function blockFrame(index: u32, block: u32): u32 {
  return frameOf(disks.blocksOf(index), block);
}
export function blockVersion(index: u32, block: u32): u32 {
  const m = disks.blocksOf(index);
  return isPayload(m, block) && versionOf(m, block) ? versionAt(m.versions, block) : 0;
}
/** Marks every block that was ever written, so that it is copied, and returns how many there are. */
export function openFirstCopy(index: u32): u32 {
  const m = disks.blocksOf(index);
  checkpoint.startLogging(m, true);
  checkpoint.stopLogging(m);
  return countMarked(m.log, m.pageCount);
}
/** Moves up to so many marked blocks of a disk to a staging buffer as page records; returns their bytes. */
export function collectBlocks(index: u32, to: u32, blockCountMax: u32): u32 {
  return checkpoint.collectPages(disks.blocksOf(index), to, blockCountMax);
}
export function applyBlocks(index: u32, from: u32, bytes: u32): u32 {
  return checkpoint.applyPages(disks.blocksOf(index), from, bytes);
}
/** Reserves a mirror with room for so many blocks (disk/mirror.ts); set-up only. Returns where it is. */
export function createMirror(entryCount: u32): u32 {
  return mirror.createMirror(entryCount);
}
/** Has a disk be mirrored on another from now on. */
export function beginMirror(at: u32, index: u32, target: u32): void {
  mirror.beginMirror(at, index, target);
}
export function endMirror(index: u32): void {
  blockBack.stopMirroring(index);
}
export function setMirrorTag(index: u32, tag: u32): void {
  mirror.setMirrorTag(index, tag);
}
/** Returns how many blocks were written to a mirrored disk since this was last asked. */
export function takeMirrored(index: u32): u32 {
  return mirror.takeWritten(index);
}
/** Applies what has arrived of a mirrored disk's writes, so many in all, up to a tag; returns how many blocks that was. */
export function applyMirrored(index: u32, arrivedCount: u32, tagMax: u32): u32 {
  return mirror.applyWritten(index, arrivedCount, tagMax);
}
/** Lets go of what has arrived and was not applied; returns how many blocks that was. */
export function dropMirrored(index: u32, arrivedCount: u32): u32 {
  return mirror.dropWritten(index, arrivedCount);
}
export function freeMirrored(index: u32, count: u32): void {
  blockBack.freeMirrored(index, count);
}
/** Returns the state of a disk, a DISK_ of disk/disk.ts: 0 disconnected, 1 connected, 2 broken. */
export function diskState(index: u32): u32 {
  return disks.disk(index).state;
}
/** Returns a counter of a disk, a DISK_ of layout/disk.ts. */
export function countOfDisk(index: u32, counter: u32): f64 {
  return <f64>disks.diskCounter(index, counter);
}

// Misfortune.

/** A domain is destroyed: its vCPUs stop for good, its NIC goes quiet, what waits for it there is lost. */
export function destroyGuest(index: u32): void {
  settle();
  guests.kill(index);
  const w = world();
  for (let portIndex: u32 = 0; portIndex < w.portCount; portIndex++) {
    for (let pool: u32 = 0; pool < POOL_COUNT; pool++) {
      const v = poolOf(portIndex, pool);
      if (v.guest != index) continue;
      v.quiet = QUIESCED;
      forgetWake(v);
      remote.forgetOperation(v);
      dropParked(v, DROP_HOST_DEAD);
    }
    refreshWake(portIndex);
  }
  for (let number: u32 = 0; number < w.vifCount; number++) {
    if (vif(number).guest != index) continue;
    if (emulatedNic(number).isThere) disconnectEmulated(number, DROP_HOST_DEAD);
    else disconnectBackend(number, DROP_HOST_DEAD);
  }
  if (guests.guest(index).disk) blockBack.disconnectDisk(guests.guest(index).disk - 1);
}

/** A host loses power: its guests stop, its ports go dark, what its NICs held is lost. */
export function failHost(host: u32): void {
  const w = world();
  settle();
  trace(TRACE_HOST_FAILED, w.now, host, 0, 0, 0, 0);
  for (let index: u32 = 0; index < w.guestCount; index++) {
    if (guests.guest(index).host == host) guests.kill(index);
  }
  for (let index: u32 = 0; index < w.vcpuCount; index++) {
    if (vcpu(index).host == host) halt(vcpu(index));
  }
  for (let index: u32 = 0; index < w.portCount; index++) {
    const p = port(index);
    if (p.host != host) continue;
    p.isDead = 1;
    p.listedPools = 0;
    cut(p.wireOut);
    for (let pool: u32 = 0; pool < POOL_COUNT; pool++) {
      const v = poolOf(index, pool);
      v.quiet = QUIESCED;
      forgetWake(v);
      remote.forgetOperation(v);
      dropParked(v, DROP_HOST_DEAD);
    }
    refreshWake(index);
    dropFromDom0(index, DROP_HOST_DEAD);
  }
  for (let index: u32 = 0; index < w.vifCount; index++) {
    if (guests.guest(vif(index).guest).host != host) continue;
    if (emulatedNic(index).isThere) disconnectEmulated(index, DROP_HOST_DEAD);
    else disconnectBackend(index, DROP_HOST_DEAD);
  }
  for (let index: u32 = 0; index < w.diskCount; index++) {
    if (guests.guest(disks.disk(index).guest).host == host) blockBack.disconnectDisk(index);
  }
}
/** A host is not there yet: what its ports receive is lost. Nothing has ever run on it. */
export function darkenHost(host: u32): void {
  setDark(host, 1);
}
/** It is there now. */
export function lightHost(host: u32): void {
  settle();
  trace(TRACE_HOST_LIT, world().now, host, 0, 0, 0, 0);
  setDark(host, 0);
}
function setDark(host: u32, isDark: u32): void {
  for (let index: u32 = 0; index < world().portCount; index++) {
    const p = port(index);
    if (p.host != host) continue;
    p.isDead = isDark;
    refreshWake(index);
  }
}
/** Ends frames that wait in an outbound buffer, at most so many; returns how many are left. */
export function discardHeld(index: u32, countMax: u32): u32 {
  return buffer.discard(index, countMax);
}

// Benchmarks.

export { ringPath } from "./bench";
export { drawDistances, fillEvents, holdEvents } from "./bench-events";
export { restoreImages, saveImages } from "./bench-image";
export { harvestLog } from "./bench-log";
export { copyPages, deltaPages, hashPages } from "./bench-pages";
