/**
 * A port: one wire in, one wire out, and the virtual functions that share them.
 *
 * Receiving is lazy: a frame that has arrived is looked at when somebody could notice. `drain` moves all frames that
 * have arrived by now into their guests; a poll, a tail write, a quiesce, a log harvest and the end of a run go through
 * it first. An event exists only while some virtual function may raise an interrupt (`refreshWake`). Invariant:
 * whatever depends on arrivals is changed after `drain`, never before.
 *
 * The bridge here knows unicast addresses and broadcast; the full set of rules, loopback between virtual functions
 * and the physical function's own queues come with the whole device.
 */
import { EVENT_TRANSMIT } from "../layout/event";
import { POOL_COUNT } from "../layout/limits";
import { PORT_BYTES, PORTS } from "../layout/memory-map";
import {
  DROP_DMA_FAULT,
  DROP_HOST_DEAD,
  DROP_NO_DESCRIPTOR,
  DROP_NO_POOL,
  DROP_QUEUE_DISABLED,
  DROP_QUIESCE_FULL,
  DROP_REPLICATED,
  TRACE_COPIED,
  TRACE_DELIVERED,
  TRACE_QUIESCED,
  TRACE_UNQUIESCED,
} from "../layout/trace";
import { VECTOR_COUNT } from "../layout/virtual-function";
import { copy } from "../memory/copy";
import { NEVER, schedule } from "../sim/event-queue";
import { nextFrame, trace } from "../sim/trace";
import { world } from "../sim/world";
import { destination, isGroup } from "../wire/ethernet";
import { append, FRAME_START, frame, freeSlot, removeFirst, takeSlot } from "../wire/frame";
import { arm, arrived, drop, wire } from "../wire/wire";
import { deliver, rxVector, setCause } from "./interrupt";
import { Received, receive } from "./rx-ring";
import { moderation, vf } from "./virtual-function";

@unmanaged
export class Port {
  /** The pending transmit event's time. */
  armedTransmit: u64;
  wireIn: u32;
  wireOut: u32;
  /** Pool 0 is this virtual function; the others follow. */
  vfFirst: u32;
  vfCount: u32;
  host: u32;
  isDead: u32;
  /** Pools that may have frames to send, one bit each. */
  readyPools: u32;
  /** The pool after the last one served: round robin. */
  poolNext: u32;
  /** Receive buffer for frames that wait for a quiesced virtual function, in bytes, for each of them. */
  parkedBytesMax: u32;
}

if (offsetof<Port>() > PORT_BYTES) ERROR("layout: Port does not fit PORT_BYTES");

export function port(index: u32): Port {
  return changetype<Port>(PORTS + index * PORT_BYTES);
}

/** Moves every frame that has arrived by now to its pool. */
export function drain(index: u32): void {
  const p = port(index);
  for (let slot = arrived(p.wireIn); slot; slot = arrived(p.wireIn)) {
    if (p.isDead) drop(slot, frame(slot).due, index, DROP_HOST_DEAD);
    else bridge(index, slot);
  }
}

/** The port's wire has something, and somebody may want an interrupt for it. */
export function onPortArrival(index: u32): void {
  drain(index);
  refreshWake(index);
}

/** Decides which pools get a frame from the wire. */
function bridge(index: u32, slot: u32): void {
  const p = port(index);
  const to = destination(slot + FRAME_START);
  if (!isGroup(to)) {
    for (let pool: u32 = 0; pool < p.vfCount; pool++) {
      if (vf(p.vfFirst + pool).mac == to) {
        accept(p.vfFirst + pool, slot);
        return;
      }
    }
    drop(slot, frame(slot).due, index, DROP_NO_POOL);
    return;
  }
  for (let pool: u32 = 0; pool < p.vfCount; pool++) {
    if (!vf(p.vfFirst + pool).mac) continue;
    const twin = takeSlot(frame(slot).bytes);
    const f = frame(twin);
    f.id = nextFrame();
    f.due = frame(slot).due;
    trace(TRACE_COPIED, f.due, index, frame(slot).id, f.id, f.bytes, 1);
    copy(twin + FRAME_START, slot + FRAME_START, f.bytes);
    accept(p.vfFirst + pool, twin);
  }
  drop(slot, frame(slot).due, index, DROP_REPLICATED);
}

/** Gives a frame to a virtual function, or parks it while that one is quiesced. */
function accept(index: u32, slot: u32): void {
  const v = vf(index);
  const f = frame(slot);
  if (!v.isQuiesced) {
    deliverFrame(index, slot, f.due);
  } else if (v.parkedBytes + f.bytes > port(v.port).parkedBytesMax) {
    drop(slot, f.due, index, DROP_QUIESCE_FULL);
  } else {
    v.parkedBytes += f.bytes;
    append(v.parked, slot);
  }
}

function deliverFrame(index: u32, slot: u32, time: u64): void {
  const v = vf(index);
  const f = frame(slot);
  const position = v.rx.head;
  const result = receive(v, slot + FRAME_START, f.bytes);
  if (result == Received.Ok) {
    trace(TRACE_DELIVERED, time, index, f.id, f.bytes, position, 0);
    freeSlot(slot);
    setCause(index, rxVector(v));
    return;
  }
  let reason = DROP_DMA_FAULT;
  if (result == Received.Disabled) reason = DROP_QUEUE_DISABLED;
  else if (result == Received.NoDescriptor) reason = DROP_NO_DESCRIPTOR;
  drop(slot, time, index, reason);
}

/** Tells the incoming wire from when on an arrival may matter: the earliest moment any interrupt may leave. */
export function refreshWake(index: u32): void {
  const p = port(index);
  // Frames for a dead port or a quiesced virtual function are ended or parked as they come, not hoarded on the wire.
  let earliest = p.isDead ? 0 : NEVER;
  for (let pool: u32 = 0; pool < p.vfCount; pool++) {
    const v = vf(p.vfFirst + pool);
    const vector = rxVector(v);
    if (v.isQuiesced) earliest = 0;
    if (v.isQuiesced || !v.rx.isEnabled || vector >= VECTOR_COUNT) continue;
    if (!((v.control.eims >>> vector) & 1)) continue;
    const nextAt = moderation(v, vector).nextAt;
    if (nextAt < earliest) earliest = nextAt;
  }
  wire(p.wireIn).notBefore = earliest;
  arm(p.wireIn);
}

/** Asks for a look at a virtual function's transmit queue, and at its outbound buffer. */
export function requestTransmit(vfIndex: u32): void {
  const v = vf(vfIndex);
  const p = port(v.port);
  if (p.isDead) return;
  p.readyPools |= 1 << v.pool;
  const now = world().now;
  if (p.armedTransmit <= now) return;
  p.armedTransmit = now;
  schedule(EVENT_TRANSMIT, v.port, now);
}

/** Returns the next ready pool in turn; there is one. */
export function nextPool(p: Port): u32 {
  assert(p.readyPools != 0, "some pool is ready");
  const wrapped = (p.readyPools | (p.readyPools << POOL_COUNT)) >>> p.poolNext;
  const pool = (p.poolNext + <u32>ctz(wrapped)) % POOL_COUNT;
  p.poolNext = (pool + 1) % POOL_COUNT;
  return pool;
}

/** Stops fetching, receiving and interrupting; what has arrived by now is still received. */
export function quiesce(index: u32): void {
  const v = vf(index);
  drain(v.port);
  v.isQuiesced = 1;
  port(v.port).readyPools &= ~(1 << v.pool);
  refreshWake(v.port);
  trace(TRACE_QUIESCED, world().now, index, 0, 0, 0, 0);
}

/** Goes on: parked frames are received now, remembered causes are delivered. */
export function unquiesce(index: u32): void {
  const v = vf(index);
  drain(v.port);
  v.isQuiesced = 0;
  trace(TRACE_UNQUIESCED, world().now, index, 0, 0, 0, 0);
  while (v.parkedFirst) deliverFrame(index, removeFirst(v.parked), world().now);
  v.parkedBytes = 0;
  for (let vector: u32 = 0; vector < VECTOR_COUNT; vector++) deliver(index, vector);
  requestTransmit(index);
  refreshWake(v.port);
}

/** Ends the frames that wait for a virtual function. */
export function dropParked(index: u32, reason: u32): void {
  const v = vf(index);
  while (v.parkedFirst) drop(removeFirst(v.parked), world().now, index, reason);
  v.parkedBytes = 0;
}
