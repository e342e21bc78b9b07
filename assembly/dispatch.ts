/**
 * Takes events in order and decides where frames go: from a queue to its outbound buffer while that holds, else to the
 * wire. This is the only file that knows both the plain device and what ReNIC adds to it.
 *
 * A port commits frames to its wire up to a look-ahead of 10 us, eight full frames at 10 Gb/s, as a packet buffer would;
 * it takes one frame of each ready pool in turn. That decides when DD is set and how long a frame waits behind
 * another, and nothing else (docs/model.md).
 */

import { onSlice } from "./cpu/scheduler";
import { onDisk } from "./guest/block-back";
import { onVcpu } from "./guest/burst";
import { onThrottle } from "./guest/device-model";
import { onStationArrival } from "./guest/dom0-station";
import { onGuestTimer, onInterrupt } from "./guest/network-task";
import { LOOK_AHEAD_PS } from "./layout/control";
import {
  EVENT_ARRIVAL_CLIENT,
  EVENT_ARRIVAL_MACHINE,
  EVENT_ARRIVAL_PORT,
  EVENT_ARRIVAL_STATION,
  EVENT_ARRIVAL_SWITCH,
  EVENT_CLIENT,
  EVENT_CONTROL,
  EVENT_DISK,
  EVENT_GUEST_TIMER,
  EVENT_INDEX_BITS,
  EVENT_INDEX_MASK,
  EVENT_INTERRUPT,
  EVENT_MACHINE,
  EVENT_MODERATION,
  EVENT_QUIESCE,
  EVENT_SLICE,
  EVENT_THROTTLE,
  EVENT_TRANSMIT,
  EVENT_VCPU,
  EVENT_WRITE_BACK,
  REASON_DRAIN,
  REASON_MIRROR,
  REASON_PF,
  REASON_TIMER,
  REASON_UNTIL,
} from "./layout/event";
import { FRAME_BYTES_MIN } from "./layout/limits";
import { TIMER_BYTES, TIMERS } from "./layout/memory-map";
import { ETHERNET_CHECK_BYTES } from "./layout/packet";
import { PS_PER_US } from "./layout/time";
import { DROP_NO_POOL, DROP_TOO_LONG, TRACE_COPIED, TRACE_FETCHED } from "./layout/trace";
import { QUEUE_COUNT } from "./layout/virtual-function";
import { POOLS, poolsFromPool, TO_WIRE, TOO_LONG } from "./nic/bridge";
import { endTurn, fetchingPools, nextPool, passRead, rearmTransmit } from "./nic/fetching";
import { onModeration } from "./nic/interrupt";
import { packet } from "./nic/packet";
import { drain, goOn, onPortArrival, onQuiesce, refreshWake, takeTwin } from "./nic/port";
import { Port, poolOf, port } from "./nic/port-record";
import {
  forgetOperation,
  isDecided,
  isRemoteBusy,
  isWaiting,
  OPERATION_ENDING,
  OPERATION_NONE,
  OPERATION_TRANSMIT,
  remote,
} from "./nic/remote-memory";
import { buildFrame, frameBytes } from "./nic/segmentation";
import { sendRow } from "./nic/send-row";
import { countSent, isSpoofed, refuse } from "./nic/sender";
import { completePacket, completePlain, Found, findPacket, Read, readPacket, readPlain } from "./nic/tx-ring";
import { epochMark, indexOf, NO_GUEST, txQueue, Vf, vf } from "./nic/virtual-function";
import { onWriteBack, raiseFetched, WRITE_BACK_VF_SHIFT } from "./nic/write-back";
import { fetchIntoBuffer, hasReleased, isBuffering, takeReleased } from "./renic/outbound";
import { NEVER, peek, schedule, take } from "./sim/event-queue";
import { isTraceFull, nextFrame, trace } from "./sim/trace";
import { interruptRun, isPfWanted, takeWantedMirror, world } from "./sim/world";
import { onClient, onClientArrival } from "./transport/request-client";
import { onMachine, onMachineArrival } from "./transport/tcp-machine";
import { isCaptureFull } from "./wire/capture";
import { FRAME_START, frame, freeSlot, takeSlot } from "./wire/frame";
import { NO_SWITCH, onSwitchArrival, switchOutput, switchPortCount } from "./wire/switch";
import { drop, isDue, pass, send, wire } from "./wire/wire";

/** Takes events up to and including a time; returns why it stopped. */
export function advanceTo(until: u64): u32 {
  const w = world();
  assert(until >= w.now, "time does not go back");
  while (w.reason == REASON_UNTIL) {
    if (isTraceFull() || isCaptureFull()) return REASON_DRAIN;
    if (isPfWanted()) return REASON_PF;
    if (takeWantedMirror()) return REASON_MIRROR;
    const time = peek();
    if (time > until) {
      w.now = until;
      break;
    }
    const key = take(time);
    w.eventCount++;
    dispatch(key >>> EVENT_INDEX_BITS, key & EVENT_INDEX_MASK);
  }
  const reason = w.reason;
  w.reason = REASON_UNTIL;
  return reason;
}

function dispatch(kind: u32, index: u32): void {
  switch (kind) {
    case EVENT_ARRIVAL_SWITCH:
      relieve(onSwitchArrival(index));
      break;
    case EVENT_ARRIVAL_PORT:
      if (isDue(wire(index))) onPortArrival(wire(index).receiver);
      break;
    case EVENT_ARRIVAL_CLIENT:
      onClientArrival(index);
      break;
    case EVENT_ARRIVAL_MACHINE:
      onMachineArrival(index);
      break;
    case EVENT_ARRIVAL_STATION:
      onStationArrival(index);
      break;
    case EVENT_TRANSMIT:
      onTransmit(index);
      break;
    case EVENT_MODERATION:
      drain(vf(index >>> 2).port);
      if (onModeration(vf(index >>> 2), index & 3)) refreshWake(vf(index >>> 2).port);
      break;
    case EVENT_WRITE_BACK:
      drain(vf(index >>> WRITE_BACK_VF_SHIFT).port);
      if (onWriteBack(vf(index >>> WRITE_BACK_VF_SHIFT), index)) refreshWake(vf(index >>> WRITE_BACK_VF_SHIFT).port);
      break;
    case EVENT_QUIESCE:
      onQuiesce(index);
      break;
    case EVENT_CLIENT:
      onClient(index);
      break;
    case EVENT_GUEST_TIMER:
      onGuestTimer(index);
      break;
    case EVENT_MACHINE:
      onMachine(index);
      break;
    case EVENT_INTERRUPT:
      if (vf(index >>> 2).guest != NO_GUEST) onInterrupt(vf(index >>> 2).guest);
      break;
    case EVENT_VCPU:
      onVcpu(index);
      break;
    case EVENT_SLICE:
      onSlice(index);
      break;
    case EVENT_CONTROL:
      onTimer(index);
      break;
    case EVENT_THROTTLE:
      onThrottle(index);
      break;
    case EVENT_DISK:
      onDisk(index);
      break;
    default:
      assert(false, "every kind of event is dispatched");
  }
}

/** A port behind a switch looks at its wire when a frame has lain there for so long: not at each, which would be many looks. */
const HOARD_PS: u64 = 5 * PS_PER_US;

/** Has the ports of a switch take what has lain on their wires for a while. Nobody would notice if they did not; slots come round sooner. */
function relieve(index: u32): void {
  if (index == NO_SWITCH) return;
  const now = world().now;
  for (let number: u32 = 0; number < switchPortCount(index); number++) {
    const w = wire(switchOutput(index, number));
    const first = w.underWayFirst;
    if (w.arrivalKind == EVENT_ARRIVAL_PORT && first && frame(first).due + HOARD_PS <= now) drain(w.receiver);
  }
}

/** Moves frames of the pools that may fetch to the wire, to other pools, or to their outbound buffers. */
function onTransmit(index: u32): void {
  const p = port(index);
  const now = world().now;
  if (p.armedTransmit != now) return;
  // What has been delivered by now may have been written where descriptors are read.
  drain(index);
  const out = wire(p.wireOut);
  if (out.arrivalKind == EVENT_ARRIVAL_PORT) drain(out.receiver);
  const horizon = now + LOOK_AHEAD_PS;
  let pools = fetchingPools(index);
  const served = pools;
  let budget = FRAME_BUDGET;
  const rowPools = poolsOfRows(index, pools);
  while (pools && out.freeAt < horizon && budget > 0) {
    if (pools & rowPools) {
      budget -= <i32>sendRow(p, index, pools, rowPools, budget, horizon);
      if (budget <= 0 || out.freeAt >= horizon) break;
    }
    const pool = nextPool(p, pools);
    const used = serve(p, index, poolOf(index, pool), budget);
    if (used & ~IS_EMPTY) endTurn(p, pool);
    if (used & IS_EMPTY) {
      pools &= ~(1 << pool);
      p.listedPools &= ~(1 << pool);
    }
    budget -= <i32>(used & ~IS_EMPTY);
  }
  raiseServed(index, served);
  // A queue full of packets that come to nothing is worked off in turns, so that no event takes without bounds.
  p.retryAt = NEVER;
  if (pools) p.retryAt = out.freeAt < horizon ? now : out.freeAt - LOOK_AHEAD_PS / 2;
  rearmTransmit(index);
}

/** Returns those of some pools that may send rows: their memory is at hand, and nothing holds their packets back. */
function poolsOfRows(index: u32, pools: u32): u32 {
  let found: u32 = 0;
  for (; pools; pools &= pools - 1) {
    const pool = <u32>ctz(pools);
    const v = poolOf(index, pool);
    if (!v.remote && !isBuffering(v)) found |= 1 << pool;
  }
  return found;
}

/**
 * Raises the causes of what some pools' queues have reported. A raised cause only puts off the next interrupt, so nobody
 * needs to look at the wire earlier than before.
 */
function raiseServed(index: u32, pools: u32): void {
  let isDrained = false;
  for (; pools; pools &= pools - 1) {
    const v = poolOf(index, <u32>ctz(pools));
    if (!txQueue(v, 0).hasNews && !txQueue(v, 1).hasNews) continue;
    // What has been received by now asked for its interrupts first.
    if (!isDrained) drain(index);
    isDrained = true;
    if (isRemoteBusy(v)) continue;
    for (let number: u32 = 0; number < QUEUE_COUNT; number++) raiseFetched(v, number);
  }
}

/** Frames and refused packets that one event takes at most, but for the last packet's: beyond 30 Gb/s a look-ahead is filled in several. */
const FRAME_BUDGET: i32 = 512;
/** The pool has nothing more to send now; beside how many frames it sent. */
const IS_EMPTY: u32 = 0x80000000;

/** A pool's turn: one packet, or what its outbound buffer takes and gives. Returns the frames used, and IS_EMPTY. */
function serve(p: Port, index: u32, v: Vf, budget: i32): u32 {
  if (v.remote) return serveRemote(p, index, v);
  if (isBuffering(v)) return serveBuffer(p, index, v, budget);
  return servePacket(p, index, v);
}

function serveBuffer(p: Port, index: u32, v: Vf, budget: i32): u32 {
  const left = fetchIntoBuffer(v, budget);
  const used = <u32>budget - left;
  if (!hasReleased(v)) return left ? used | IS_EMPTY : used;
  leave(p, index, v, takeReleased(v), world().now);
  return used + 1;
}

function servePacket(p: Port, index: u32, v: Vf): u32 {
  const found = findPacket(v);
  if (found == Found.Plain) return sendPlain(p, index, v);
  if (found == Found.Whole) return sendWhole(p, index, v);
  if (found == Found.Nothing) return IS_EMPTY;
  refuse(v, found);
  return 1;
}

/** A pool whose memory lives elsewhere: one operation at a time, which ends when everything has been answered. */
function serveRemote(p: Port, index: u32, v: Vf): u32 {
  const r = remote(v);
  if (isWaiting(v) || (r.operation != OPERATION_NONE && r.operation != OPERATION_TRANSMIT)) return IS_EMPTY;
  // What is under way when a pool is to be quiesced ends; nothing begins.
  if (r.operation == OPERATION_NONE && v.isQuiesced) return IS_EMPTY;
  r.operation = OPERATION_TRANSMIT;
  const turn = v.turn;
  const used = isBuffering(v) ? serveBuffer(p, index, v, 1) : servePacket(p, index, v);
  if (isWaiting(v) && !isDecided(v)) {
    v.turn = turn;
    return IS_EMPTY;
  }
  if (used == IS_EMPTY) forgetOperation(v);
  else r.operation = OPERATION_ENDING;
  goOn(v);
  return used;
}

function sendPlain(p: Port, index: u32, v: Vf): u32 {
  const bytes = max<u32>(packet().bytes, FRAME_BYTES_MIN);
  const slot = takeSlot(bytes);
  const read = readPlain(v, slot + FRAME_START);
  if (read != Read.Done) {
    freeSlot(slot);
    return unread(v, read);
  }
  const ready = passRead(p, packet().bytes);
  completePlain(v);
  launch(p, index, v, slot, ready);
  return 1;
}

function sendWhole(p: Port, index: u32, v: Vf): u32 {
  const read = readPacket(v);
  if (read != Read.Done) return unread(v, read);
  const whole = packet();
  const ready = passRead(p, whole.bytes);
  if (isSpoofed(v)) {
    refuse(v, Found.Spoofed);
    return whole.frameCount;
  }
  completePacket(v, false);
  for (let i: u32 = 0; i < whole.frameCount; i++) {
    const bytes = frameBytes(whole, i);
    const slot = takeSlot(bytes);
    buildFrame(whole, i, slot + FRAME_START);
    launch(p, index, v, slot, ready);
  }
  return whole.frameCount;
}

function unread(v: Vf, read: Read): u32 {
  if (read == Read.Waiting) return IS_EMPTY;
  refuse(v, Found.Fault);
  return 1;
}

/** A frame has been fetched: it leaves for the bridge. */
function launch(p: Port, index: u32, v: Vf, slot: u32, ready: u64): void {
  admit(v, slot);
  leave(p, index, v, slot, ready);
}

/** A frame gets its number and its epoch, and is counted. */
function admit(v: Vf, slot: u32): void {
  const f = frame(slot);
  f.id = nextFrame();
  f.epoch = epochMark(v);
  trace(TRACE_FETCHED, world().now, indexOf(v), f.id, f.bytes, v.guest, 0);
  countSent(v, f.bytes);
}

/** The bridge decides where a pool's frame goes: to the wire, to other pools, or both. */
function leave(p: Port, index: u32, v: Vf, slot: u32, ready: u64): void {
  const f = frame(slot);
  const found = poolsFromPool(index, v.pool, slot + FRAME_START, f.bytes);
  const pools = found & POOLS;
  if (!pools) {
    if (found & TO_WIRE) send(p.wireOut, slot, ready);
    else drop(slot, world().now, indexOf(v), found & TOO_LONG ? DROP_TOO_LONG : DROP_NO_POOL);
    return;
  }
  const c = v.control;
  c.gptlbc++;
  c.gotlbc += f.bytes + ETHERNET_CHECK_BYTES;
  let inside = slot;
  if (found & TO_WIRE) {
    inside = takeTwin(slot);
    trace(TRACE_COPIED, world().now, index, f.id, frame(inside).id, f.bytes, 1);
    send(p.wireOut, slot, ready);
  }
  frame(inside).pools = found;
  pass(p.loop, inside, ready);
}

/** The control plane's timers: each has at most one event that counts. */
function onTimer(index: u32): void {
  const at = TIMERS + index * TIMER_BYTES;
  if (load<u64>(at) != world().now) return;
  store<u64>(at, NEVER);
  interruptRun(REASON_TIMER, index);
}

/** Arms a timer of the control plane, in place of whatever it was armed for. */
export function armTimer(index: u32, time: u64): void {
  const now = world().now;
  if (time < now) time = now;
  store<u64>(TIMERS + index * TIMER_BYTES, time);
  schedule(EVENT_CONTROL, index, time);
}

/** Disarms a timer of the control plane. */
export function disarmTimer(index: u32): void {
  store<u64>(TIMERS + index * TIMER_BYTES, NEVER);
}
