/**
 * Takes events in order and decides where frames go: from a queue to its outbound buffer while that holds, else to the
 * wire. This is the only file that knows both the plain device and what ReNIC adds to it.
 *
 * A port commits frames to its wire up to a look-ahead of 2 us, two full frames at 10 Gb/s, as a packet buffer would;
 * it takes one frame of each ready pool in turn. That decides when DD is set and how long a frame waits behind
 * another, and nothing else (docs/model.md).
 */

import { onInterrupt, onVcpu } from "./guest/vcpu";
import { LOOK_AHEAD_PS } from "./layout/control";
import {
  EVENT_ARRIVAL_CLIENT,
  EVENT_ARRIVAL_PORT,
  EVENT_ARRIVAL_SWITCH,
  EVENT_CLIENT,
  EVENT_CONTROL,
  EVENT_INDEX_BITS,
  EVENT_INDEX_MASK,
  EVENT_INTERRUPT,
  EVENT_MODERATION,
  EVENT_TRANSMIT,
  EVENT_VCPU,
  REASON_DRAIN,
  REASON_TIMER,
  REASON_UNTIL,
} from "./layout/event";
import { TIMER_BYTES, TIMERS } from "./layout/memory-map";
import { TRACE_FETCHED } from "./layout/trace";
import { onModeration, setCause, txVector } from "./nic/interrupt";
import { drain, nextPool, onPortArrival, port, refreshWake } from "./nic/port";
import { Gathered, gather, measure } from "./nic/tx-ring";
import { vf } from "./nic/virtual-function";
import {
  FETCH_MORE,
  FETCH_REPORTED,
  fetchIntoBuffer,
  hasReleased,
  isBuffering,
  reasonOf,
  takeReleased,
} from "./renic/outbound";
import { NEVER, peek, schedule, take } from "./sim/event-queue";
import { isTraceFull, nextFrame, trace } from "./sim/trace";
import { interruptRun, world } from "./sim/world";
import { onClient, onClientArrival } from "./transport/request-client";
import { isCaptureFull } from "./wire/capture";
import { FRAME_START, frame, takeSlot } from "./wire/frame";
import { onSwitchArrival } from "./wire/switch";
import { drop, isDue, send, wire } from "./wire/wire";

/** Takes events up to and including a time; returns why it stopped. */
export function advanceTo(until: u64): u32 {
  const w = world();
  assert(until >= w.now, "time does not go back");
  while (w.reason == REASON_UNTIL) {
    if (isTraceFull() || isCaptureFull()) return REASON_DRAIN;
    const time = peek();
    if (time > until) {
      w.now = until;
      break;
    }
    const key = take(time);
    dispatch(key >>> EVENT_INDEX_BITS, key & EVENT_INDEX_MASK);
  }
  const reason = w.reason;
  w.reason = REASON_UNTIL;
  return reason;
}

function dispatch(kind: u32, index: u32): void {
  switch (kind) {
    case EVENT_ARRIVAL_SWITCH:
      onSwitchArrival(index);
      break;
    case EVENT_ARRIVAL_PORT:
      if (isDue(wire(index))) onPortArrival(wire(index).receiver);
      break;
    case EVENT_ARRIVAL_CLIENT:
      onClientArrival(index);
      break;
    case EVENT_TRANSMIT:
      onTransmit(index);
      break;
    case EVENT_MODERATION:
      if (onModeration(index >>> 2, index & 3)) refreshWake(vf(index >>> 2).port);
      break;
    case EVENT_CLIENT:
      onClient(index);
      break;
    case EVENT_INTERRUPT:
      onInterrupt(vf(index >>> 2).guest);
      break;
    case EVENT_VCPU:
      onVcpu(index);
      break;
    case EVENT_CONTROL:
      onTimer(index);
      break;
    default:
      assert(false, "every kind of event is dispatched");
  }
}

/** Moves frames of the ready pools to the wire, or to their outbound buffers. */
function onTransmit(index: u32): void {
  const p = port(index);
  const now = world().now;
  if (p.armedTransmit != now) return;
  p.armedTransmit = NEVER;
  const out = wire(p.wireOut);
  const horizon = now + LOOK_AHEAD_PS;
  let reportedPools: u32 = 0;
  let budget = STEP_BUDGET;
  while (p.readyPools && out.freeAt < horizon && budget--) {
    const pool = nextPool(p);
    const step = transmitOne(index, p.vfFirst + pool);
    if (step & STEP_REPORTED) reportedPools |= 1 << pool;
    if (step & STEP_EMPTY) p.readyPools &= ~(1 << pool);
    if (step & STEP_YIELD) budget = 0;
  }
  for (let pools = reportedPools; pools; pools &= pools - 1) {
    const vfIndex = p.vfFirst + <u32>ctz(pools);
    drain(index);
    setCause(vfIndex, txVector(vf(vfIndex)));
  }
  if (reportedPools) refreshWake(index);
  if (p.readyPools) {
    // A queue full of packets that come to nothing is worked off in turns, so that no event takes without bounds.
    p.armedTransmit = out.freeAt < horizon ? now : out.freeAt - LOOK_AHEAD_PS / 2;
    schedule(EVENT_TRANSMIT, index, p.armedTransmit);
  }
}

/** Frames that one transmit event takes at most; more than any look-ahead can hold. */
const STEP_BUDGET: u32 = 512;
/** A descriptor was written back. */
const STEP_REPORTED: u32 = 1;
/** The pool has nothing more to send now. */
const STEP_EMPTY: u32 = 2;
/** The pool has more, and has had its share of this event. */
const STEP_YIELD: u32 = 4;

/** Sends at most one frame of a pool. */
function transmitOne(portIndex: u32, vfIndex: u32): u32 {
  const v = vf(vfIndex);
  if (v.isQuiesced) return STEP_EMPTY;
  const out = port(portIndex).wireOut;
  const now = world().now;
  if (isBuffering(v)) {
    const fetched = fetchIntoBuffer(vfIndex, STEP_BUDGET);
    let step: u32 = fetched & FETCH_REPORTED ? STEP_REPORTED : 0;
    if (fetched & FETCH_MORE) step |= STEP_YIELD;
    if (!hasReleased(v)) return fetched & FETCH_MORE ? step : step | STEP_EMPTY;
    send(out, takeReleased(vfIndex), now);
    return step;
  }
  const bytes = measure(v);
  if (!bytes) return STEP_EMPTY;
  const slot = takeSlot(bytes);
  const f = frame(slot);
  const result = gather(v, slot + FRAME_START, bytes);
  f.id = nextFrame();
  f.epoch = v.isProtected ? v.epoch + 1 : 0;
  trace(TRACE_FETCHED, now, vfIndex, f.id, bytes, v.guest, 0);
  if (result <= Gathered.Reported) send(out, slot, now);
  else drop(slot, now, vfIndex, reasonOf(result));
  return result == Gathered.Reported ? STEP_REPORTED : 0;
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
