/**
 * A port: one wire in, one wire out, and eight pools that share them; between the pools a wire of its own, the loop.
 *
 * Receiving is lazy: a frame that has been delivered is looked at when somebody could notice. `drain` moves all frames
 * that are delivered by now into their guests; a poll, a register access, a quiesce, a log harvest and the end of a run
 * go through it first. An event exists only while some pool may raise an interrupt (`refreshWake`). Invariant: whatever
 * depends on arrivals is changed after `drain`, never before.
 *
 *     wire in --+                        +-> pool n: parked while it is quiesced
 *               +-> write channel -> bridge
 *     loop -----+  (by arrival)          +-> pool m
 *
 * Times of frames are exact, however late they are looked at: docs/device.md, DMA and time.
 */
import { EVENT_QUIESCE, REASON_QUIESCED } from "../layout/event";
import { POOL_COUNT } from "../layout/limits";
import { ETHERNET_CHECK_BYTES } from "../layout/packet";
import { PF_POOL } from "../layout/physical-function";
import {
  DROP_DMA_FAULT,
  DROP_HOST_DEAD,
  DROP_NO_DESCRIPTOR,
  DROP_NO_POOL,
  DROP_QUEUE_DISABLED,
  DROP_QUIESCE_FULL,
  DROP_TOO_LONG,
  TRACE_COPIED,
  TRACE_DELIVERED,
  TRACE_QUIESCED,
  TRACE_UNQUIESCED,
} from "../layout/trace";
import { QUEUE_COUNT, VECTOR_COUNT } from "../layout/virtual-function";
import { copy } from "../memory/copy";
import { NEVER, schedule } from "../sim/event-queue";
import { nextFrame, trace } from "../sim/trace";
import { interruptRun, world } from "../sim/world";
import { keptOf } from "../wire/content";
import { BROADCAST, destination, isGroup } from "../wire/ethernet";
import { append, FRAME_START, frame, freeSlot, removeFirst, takeSlot } from "../wire/frame";
import { arm, arrive, drop, firstDue, hasArrived, Wire, wire } from "../wire/wire";
import { INEXACT, POOLS, poolsFromWire, TOO_LONG } from "./bridge";
import { configureQueues } from "./configure";
import { armTransmit, rearmTransmit, requestTransmit } from "./fetching";
import { lookAgain, mayInterruptAt, releasePending, rxVector } from "./interrupt";
import { forgetDecisions } from "./known-destinations";
import { packFilters, pf, summarize } from "./physical-function";
import { forgetWake, Port, poolOf, port, setWake, wakeOf } from "./port-record";
import { deliverRow } from "./receive-row";
import {
  forgetOperation,
  isRemoteBusy,
  isWaiting,
  OPERATION_ENDING,
  OPERATION_RECEIVE,
  OPERATION_TRANSMIT,
  QUEUE_RECEIVES,
  remote,
} from "./remote-memory";
import { CAME_BACK, CAME_INEXACTLY, Received, receive } from "./rx-ring";
import { indexOf, QUIESCED, QUIESCING, RUNNING, rxQueue, txQueue, Vf, vf } from "./virtual-function";
import { disableAfterFault, flushPool, raiseReceived, raiseReceivedAt, raiseSent } from "./write-back";

/** Moves every frame that is delivered by now to its pools; most looks find none. */
export function drain(index: u32): void {
  const p = port(index);
  if (hasArrived(wire(p.wireIn)) || hasArrived(wire(p.loop))) deliverArrived(index);
}

function deliverArrived(index: u32): void {
  const p = port(index);
  const now = world().now;
  const inward = wire(p.wireIn);
  const loop = wire(p.loop);
  while (true) {
    if (!p.isDead) deliverRow(p, index, inward, firstDue(loop));
    const from = earlier(inward, loop);
    if (!from) return;
    const slot = from.underWayFirst;
    const f = frame(slot);
    if (f.due > now) return;
    const passed = max<u64>(f.due, p.writeFree) + <u64>f.bytes * p.writePsPerByte;
    const time = passed + p.dmaLatencyPs;
    if (time > now) return;
    p.writeFree = passed;
    const isLooped = from == loop;
    arrive(from, slot);
    if (p.isDead) {
      drop(slot, time, index, DROP_HOST_DEAD);
      continue;
    }
    const pools = isLooped ? comeBack(slot) : comeIn(index, slot, time);
    if (pools) distribute(index, slot, pools, time);
  }
}

/** Returns the wire whose first frame arrives first, the outer one if both do; null without a frame. */
function earlier(inward: Wire, loop: Wire): Wire | null {
  const from = firstDue(inward) <= firstDue(loop) ? inward : loop;
  return from.underWayFirst ? from : null;
}

/** Returns when the next frame that has arrived will be delivered; 0 when none has. */
function nextDelivery(p: Port): u64 {
  const from = earlier(wire(p.wireIn), wire(p.loop));
  if (!from) return 0;
  const f = frame(from.underWayFirst);
  if (f.due > world().now) return 0;
  return max<u64>(f.due, p.writeFree) + <u64>f.bytes * p.writePsPerByte + p.dmaLatencyPs;
}

/** A port's wire has something, and somebody may want an interrupt for it. */
export function onPortArrival(index: u32): void {
  drain(index);
  refreshWake(index);
}

/** A frame has come in from the wire: notes how, and returns the pools that it goes to; 0 when it has ended here. */
function comeIn(index: u32, slot: u32, time: u64): u32 {
  const f = frame(slot);
  const at = slot + FRAME_START;
  const found = poolsFromWire(index, at, f.bytes);
  const pools = found & POOLS;
  const p = pf(index);
  if (!pools) {
    if (!(found & TOO_LONG)) p.mpc++;
    drop(slot, time, index, found & TOO_LONG ? DROP_TOO_LONG : DROP_NO_POOL);
    return 0;
  }
  const to = destination(at);
  const isToGroup = isGroup(to);
  p.gprc++;
  p.gorc += f.bytes + ETHERNET_CHECK_BYTES;
  if (to == BROADCAST) p.bprc++;
  else if (isToGroup) p.mprc++;
  f.how = found & INEXACT && isToGroup ? CAME_INEXACTLY : 0;
  return pools;
}

/** A frame has come back over the loop: notes how, and returns the pools that it goes to. */
function comeBack(slot: u32): u32 {
  const f = frame(slot);
  const isInexact = f.pools & INEXACT && isGroup(destination(slot + FRAME_START));
  f.how = isInexact ? CAME_BACK | CAME_INEXACTLY : CAME_BACK;
  return f.pools & POOLS;
}

/** Gives a frame to each of some pools; all but the last get copies. */
function distribute(index: u32, slot: u32, pools: u32, time: u64): void {
  const last = pools & (pools - 1) ? copyToAllButLast(index, slot, pools, time) : pools;
  accept(poolOf(index, <u32>ctz(last)), slot, time);
}

/** Gives a copy of a frame to each of some pools but the last, whose bit is returned: that one gets the frame itself. */
function copyToAllButLast(index: u32, slot: u32, pools: u32, time: u64): u32 {
  for (; pools & (pools - 1); pools &= pools - 1) {
    const twin = takeTwin(slot);
    frame(twin).how = frame(slot).how;
    trace(TRACE_COPIED, time, index, frame(slot).id, frame(twin).id, frame(twin).bytes, 1);
    accept(poolOf(index, <u32>ctz(pools)), twin, time);
  }
  return pools;
}

/** Returns a copy of a frame, with a number of its own. */
export function takeTwin(slot: u32): u32 {
  const twin = takeSlot(frame(slot).bytes);
  const f = frame(twin);
  f.id = nextFrame();
  f.due = frame(slot).due;
  f.epoch = frame(slot).epoch;
  copy(twin + FRAME_START, slot + FRAME_START, keptOf(f.bytes));
  return twin;
}

/** Gives a frame to a pool, or parks it while that one is quiesced or its memory is slow to answer. */
function accept(v: Vf, slot: u32, time: u64): void {
  const f = frame(slot);
  const waits = v.quiet == QUIESCED || (v.quiet == QUIESCING && f.due > v.quiesceAt);
  if (!waits && !v.remote) {
    deliverTo(v, slot, time);
  } else if (v.parkedBytes + f.bytes > port(v.port).parkedBytesMax) {
    drop(slot, time, indexOf(v), DROP_QUIESCE_FULL);
  } else {
    v.parkedBytes += f.bytes;
    append(v.parked, slot);
    if (v.remote) goOn(v);
  }
}

/** Writes a frame into a pool's buffers now; false while its memory has not answered. */
export function deliverTo(v: Vf, slot: u32, time: u64): bool {
  const f = frame(slot);
  const at = slot + FRAME_START;
  const index = indexOf(v);
  const position = rxQueue(v, 0).head;
  const result = receive(v, at, f.bytes, f.how);
  if (result == Received.Waiting) return false;
  if (result == Received.Ok) {
    count(v, at, f.bytes, (f.how & CAME_BACK) != 0);
    trace(TRACE_DELIVERED, time, index, f.id, f.bytes, position, 0);
    freeSlot(slot);
  } else {
    let reason = DROP_DMA_FAULT;
    if (result == Received.Disabled) reason = DROP_QUEUE_DISABLED;
    else if (result == Received.NoDescriptor) reason = DROP_NO_DESCRIPTOR;
    drop(slot, time, index, reason);
  }
  if (!v.remote) for (let number: u32 = 0; number < QUEUE_COUNT; number++) raiseReceivedAt(v, number, time);
  return true;
}

function count(v: Vf, at: u32, bytes: u32, isLooped: bool): void {
  const c = v.control;
  const octets = bytes + ETHERNET_CHECK_BYTES;
  c.gprc++;
  c.gorc += octets;
  if (isGroup(destination(at))) c.mprc++;
  if (!isLooped) return;
  c.gprlbc++;
  c.gorlbc += octets;
}

/**
 * Tells the incoming wires from when on an arrival may matter: the earliest moment any interrupt may leave. Worked out
 * anew only for pools of which something has changed since (`forgetWake`).
 */
export function refreshWake(index: u32): void {
  const p = port(index);
  // Frames for a dead port or a quiesced pool are ended or parked as they come, not hoarded on the wire.
  for (let stale = p.staleWakes; stale; stale &= stale - 1) {
    const pool = <u32>ctz(stale);
    setWake(p, pool, wakeOfPool(poolOf(index, pool)));
  }
  p.staleWakes = 0;
  let earliest = p.isDead ? 0 : wakeOf(p, PF_POOL);
  for (let pool: u32 = 0; pool < p.vfCount; pool++) earliest = min<u64>(earliest, wakeOf(p, pool));
  wire(p.wireIn).notBefore = earliest;
  wire(p.loop).notBefore = earliest;
  // What has arrived and is still in the channel is not worth a look before it is through.
  const floor = nextDelivery(p);
  arm(p.wireIn, floor);
  arm(p.loop, floor);
}

function wakeOfPool(v: Vf): u64 {
  return v.quiet != RUNNING || v.remote ? 0 : min<u64>(wakeOfQueue(v, 0), wakeOfQueue(v, 1));
}

function wakeOfQueue(v: Vf, number: u32): u64 {
  const q = rxQueue(v, number);
  if (!q.isActive) return NEVER;
  // What waits for its threshold starts a timer when it comes.
  if (q.threshold > 1) return 0;
  return mayInterruptAt(v, rxVector(v, number));
}

/**
 * Stops fetching and interrupting; what has arrived by now is still delivered, each frame at its time. Returns whether
 * that is done already; otherwise `advance` will say so (REASON_QUIESCED).
 */
export function quiesce(v: Vf): bool {
  assert(v.quiet == RUNNING, "a running pool is quiesced");
  drain(v.port);
  v.quiet = QUIESCING;
  forgetWake(v);
  v.quiesceAt = world().now;
  port(v.port).listedPools &= ~(1 << v.pool);
  rearmTransmit(v.port);
  refreshWake(v.port);
  return settleQuiesce(v);
}

/** Looks whether a pool that is to be quiesced is. */
function settleQuiesce(v: Vf): bool {
  v.quietAt = lastDelivery(port(v.port), v.quiesceAt);
  if (v.quietAt > world().now) {
    schedule(EVENT_QUIESCE, indexOf(v), v.quietAt);
    return false;
  }
  if (isRemoteBusy(v)) return false;
  flushPool(v);
  v.quiet = QUIESCED;
  forgetWake(v);
  trace(TRACE_QUIESCED, world().now, indexOf(v), 0, 0, 0, 0);
  return true;
}

/** Returns when the last of the frames that had arrived by a time will have been delivered; 0 if all have been. */
function lastDelivery(p: Port, time: u64): u64 {
  let a = wire(p.wireIn).underWayFirst;
  let b = wire(p.loop).underWayFirst;
  let free = p.writeFree;
  let last: u64 = 0;
  while (true) {
    const slot = a && (!b || frame(a).due <= frame(b).due) ? a : b;
    if (!slot || frame(slot).due > time) return last;
    free = max<u64>(frame(slot).due, free) + <u64>frame(slot).bytes * p.writePsPerByte;
    last = free + p.dmaLatencyPs;
    if (slot == a) a = frame(a).next;
    else b = frame(b).next;
  }
}

/** What had arrived when a pool was to be quiesced may be delivered now. */
export function onQuiesce(index: u32): void {
  const v = vf(index);
  if (v.quiet != QUIESCING || v.quietAt != world().now) return;
  drain(v.port);
  finishQuiesce(v);
}

/** Says that a pool is quiesced, if nothing is in the way any more. */
export function finishQuiesce(v: Vf): void {
  if (v.quiet == QUIESCING && settleQuiesce(v)) interruptRun(REASON_QUIESCED, indexOf(v));
}

/** Goes on: parked frames are received now, remembered requests and pending messages are looked at. */
export function unquiesce(v: Vf): void {
  drain(v.port);
  trace(TRACE_UNQUIESCED, world().now, indexOf(v), 0, 0, 0, 0);
  if (!v.remote) {
    // Still quiet, so that all these frames ask for one message together.
    while (v.parkedFirst) deliverTo(v, removeFirst(v.parked), world().now);
    v.parkedBytes = 0;
  }
  v.quiet = RUNNING;
  forgetWake(v);
  if (v.remote) goOn(v);
  for (let vector: u32 = 0; vector < VECTOR_COUNT; vector++) {
    lookAgain(v, vector);
    releasePending(v, vector);
  }
  requestTransmit(v);
  refreshWake(v.port);
}

/**
 * What a pool whose memory lives elsewhere does when that has answered, or when there is something new to do: first it
 * ends the operation under way, then it receives what waits, then it may send.
 */
export function goOn(v: Vf): void {
  const r = remote(v);
  while (!isWaiting(v)) {
    if (r.operation == OPERATION_ENDING) {
      if (r.postedCount) return;
      endOperation(v);
    } else if (r.operation == OPERATION_TRANSMIT) {
      v.fetchAt = world().now;
      port(v.port).listedPools |= 1 << v.pool;
      armTransmit(v.port, v.fetchAt);
      return;
    } else if (v.parkedFirst && (v.quiet == RUNNING || frame(v.parkedFirst).due <= v.quiesceAt)) {
      r.operation = OPERATION_RECEIVE;
      const bytes = frame(v.parkedFirst).bytes;
      const next = frame(v.parkedFirst).next;
      if (!deliverTo(v, v.parkedFirst, world().now)) return;
      v.parked.first = next;
      v.parkedBytes -= bytes;
      r.operation = OPERATION_ENDING;
    } else {
      finishQuiesce(v);
      return;
    }
  }
}

function endOperation(v: Vf): void {
  if (remote(v).hasFailedPost) stopQueue(v, remote(v).queue);
  forgetOperation(v);
  for (let number: u32 = 0; number < QUEUE_COUNT; number++) {
    raiseReceived(v, number);
    raiseSent(v, number);
  }
  requestTransmit(v);
}

/** A completion could not be written: its queue stops, and has nothing to tell. */
function stopQueue(v: Vf, queue: u32): void {
  const isReceive = (queue & QUEUE_RECEIVES) != 0;
  const q = isReceive ? rxQueue(v, queue & ~QUEUE_RECEIVES) : txQueue(v, queue);
  q.hasNews = false;
  disableAfterFault(v, q, isReceive);
}

/** A queue was enabled anew: what was read from it before counts no more, unless it has come to something. */
export function startOver(v: Vf): void {
  if (!isRemoteBusy(v) || remote(v).operation == OPERATION_ENDING) return;
  forgetOperation(v);
  goOn(v);
  requestTransmit(v);
}

/** Ends the frames that wait for a pool. */
export function dropParked(v: Vf, reason: u32): void {
  while (v.parkedFirst) drop(removeFirst(v.parked), world().now, indexOf(v), reason);
  v.parkedBytes = 0;
}

/** Works out anew what a pool may do, where nothing has changed for others. */
export function configurePool(v: Vf): void {
  settleRules(v.port);
  if (configureQueues(v)) requestTransmit(v);
}

/** Works out anew what all pools may do; a pool that may send now, and has not been able to, is listed. */
export function configurePort(index: u32): void {
  settleRules(index);
  for (let pool: u32 = 0; pool < POOL_COUNT; pool++) {
    const v = poolOf(index, pool);
    if (configureQueues(v)) requestTransmit(v);
  }
}

/** The registers have changed by which a port's bridge decides. */
function settleRules(index: u32): void {
  packFilters(pf(index));
  summarize(pf(index));
  forgetDecisions();
}
