/**
 * The hold queue of a protected guest that dom0 serves: what it sends waits in dom0, by epoch, until the checkpoint that
 * explains it is safe. A task of the vCPU that has the guest's backend or device model takes orders, and gives frames that
 * may leave to the bridge, up to 64 a burst.
 *
 *     backend, device model --burst's end--> ring of bytes --order, then bursts--> bridge: port, or a neighbour's queue
 *
 *     order      takes effect                       means
 *     open       at once, in the pause              what comes from now on belongs to the next epoch, and waits
 *     release    when the task has carried it out   frames up to an epoch may leave
 *     stop       when the task has carried it out   every frame may leave; what comes then waits only behind others
 *
 *     ring       | 16 B + frame, padded | 16 B + frame, padded |      entry: bytes, follower | epoch | number | 0
 *                ^ head                                        ^ head + usedBytes; a frame may go on at the ring's start
 *
 * A frame that finds the queue at its limit, which counts bytes of frames, is dropped, as in Linux: the guest has had its
 * answer by then. Segments that dom0 cut from one packet wait one by one, each counted with its bytes, and are charged as
 * one packet when they come and when they leave. Invariant of output commit: a frame reaches the bridge only if its epoch
 * is below `releasedBelow`, or it was taken from the guest before anything was held.
 *
 * Source: Linux net/sched/sch_plug.c, which keeps counts of two epochs where this marks every frame with its own, since
 * several may be in flight; Xen tools/libxl/libxl_netbuffer.c. Left out: the second device that frames are redirected to,
 * which is in the cost of a held packet.
 */
import { cost } from "../cpu/cost";
import { addTask, NO_WORK, task, wakeTask } from "../cpu/task";
import { charge, cyclesOfNs, Vcpu } from "../cpu/vcpu";
import { ACTIVITY_BRIDGE, ACTIVITY_REPLICATION, COST_BRIDGE, COST_HOLD_PACKET, HOLD_ORDER_NS } from "../layout/cost";
import {
  BACKEND_BUDGET,
  HOLD_BYTES,
  HOLD_BYTES_PEAK,
  HOLD_COUNTER_COUNT,
  HOLD_DISCARDED,
  HOLD_DROPPED_FULL,
  HOLD_FRAMES,
  HOLD_FRAMES_PEAK,
  HOLD_HELD,
  HOLD_ORDERS,
} from "../layout/paravirtual";
import { TASK_HOLD } from "../layout/processor";
import { DROP_DISCARDED, DROP_HOLD_FULL, HELD_DOM0, TRACE_DROPPED, TRACE_HELD, TRACE_RELEASED } from "../layout/trace";
import { copy } from "../memory/copy";
import { trace } from "../sim/trace";
import { countDrop, reserve, world } from "../sim/world";
import { keptFrom, keptOf } from "../wire/content";
import { append, FRAME_START, FrameList, frame, freeSlot, removeFirst, takeSlot } from "../wire/frame";
import { drop } from "../wire/wire";
import { bridgeFromVif } from "./dom0-bridge";
import { tellPort } from "./dom0-port";
import { vif } from "./vif";

@unmanaged
export class HoldQueue {
  /** The ring, its bytes, the oldest entry's place and the bytes behind it. */
  at: u32;
  ringBytes: u32;
  head: u32;
  usedBytes: u32;
  /** Bytes of frames that may wait. */
  bytesMax: u32;
  /** Its task; the frames that the burst at hand gives to the bridge. */
  task: u32;
  leavingFirst: u32;
  leavingLast: u32;
  /** The open epoch; frames wait. */
  epoch: u32;
  isHolding: u32;
  /** Frames of epochs below this may leave, and will when the orders have been carried out. */
  releasedBelow: u32;
  orderedBelow: u32;
  /** Orders that are not carried out, and those that the burst at hand carries out. */
  orderCount: u32;
  atHandCount: u32;
  atHandBelow: u32;
  get leaving(): FrameList {
    return changetype<FrameList>(changetype<u32>(this) + offsetof<HoldQueue>("leavingFirst"));
  }
}

/** An entry of the ring, before its frame. */
@unmanaged
class Entry {
  bytes: u16;
  isFollower: u16;
  epoch: u32;
  id: u32;
}

const ENTRY_BYTES: u32 = 16;
if (offsetof<Entry>() > ENTRY_BYTES) ERROR("layout: Entry does not fit ENTRY_BYTES");

/** Counters of layout/paravirtual.ts stand behind the record. */
const COUNTERS_AT: u32 = 64;
if (offsetof<HoldQueue>() > COUNTERS_AT) ERROR("layout: HoldQueue has grown into its counters");

/** Gives a vif a hold queue for so many bytes of frames; set-up only. */
export function createHoldQueue(index: u32, bytesMax: u32): void {
  const v = vif(index);
  assert(!v.hold, "a vif has one hold queue");
  v.hold = reserve(COUNTERS_AT + HOLD_COUNTER_COUNT * 8);
  const h = holdQueue(index);
  h.bytesMax = bytesMax;
  // No frame takes more than half as much again: 65 bytes take 96.
  h.ringBytes = (bytesMax + (bytesMax >>> 1) + 15) & ~15;
  h.at = reserve(h.ringBytes);
  h.task = addTask(TASK_HOLD, index, task(v.task).vcpu);
}

/** Returns the hold queue of a vif that has one. */
function holdQueue(index: u32): HoldQueue {
  return changetype<HoldQueue>(vif(index).hold);
}

function counterAt(index: u32, counter: u32): u32 {
  assert(counter < HOLD_COUNTER_COUNT, "a hold queue has the counter");
  return vif(index).hold + COUNTERS_AT + (counter << 3);
}

/** Returns a counter, a HOLD_ of layout/paravirtual.ts; 0 of a vif without a hold queue. */
export function holdCounter(index: u32, counter: u32): u64 {
  return vif(index).hold ? load<u64>(counterAt(index, counter)) : 0;
}

function count(index: u32, counter: u32, increase: i64): void {
  const at = counterAt(index, counter);
  store<u64>(at, load<u64>(at) + increase);
}

/** Counts frames that wait, and keeps the most that have. */
function countWaiting(index: u32, frames: i64, bytes: i64): void {
  count(index, HOLD_FRAMES, frames);
  count(index, HOLD_BYTES, bytes);
  keepPeak(index, HOLD_FRAMES_PEAK, holdCounter(index, HOLD_FRAMES));
  keepPeak(index, HOLD_BYTES_PEAK, holdCounter(index, HOLD_BYTES));
}

function keepPeak(index: u32, counter: u32, level: u64): void {
  const at = counterAt(index, counter);
  if (level > load<u64>(at)) store<u64>(at, level);
}

/** Opens an epoch: what comes from now on belongs to it and waits. */
export function openHeldEpoch(index: u32, epoch: u32): void {
  const h = holdQueue(index);
  h.epoch = epoch;
  h.isHolding = 1;
  // Holding begins anew after it had ended: what comes now waits again.
  if (h.releasedBelow > epoch) h.releasedBelow = epoch;
  if (h.orderedBelow > epoch) h.orderedBelow = epoch;
  order(h, index);
}

/** Orders that every frame of epochs up to and including this one go. */
export function releaseHeldEpoch(index: u32, epoch: u32): void {
  const h = holdQueue(index);
  assert(epoch < h.epoch, "an open epoch is never released");
  if (epoch + 1 > h.orderedBelow) h.orderedBelow = epoch + 1;
  order(h, index);
}

/** Orders that holding end: what waits leaves in its order, what comes after it passes through. */
export function stopHoldQueue(index: u32): void {
  const h = holdQueue(index);
  h.isHolding = 0;
  h.orderedBelow = u32.MAX_VALUE;
  order(h, index);
}

function order(h: HoldQueue, index: u32): void {
  h.orderCount++;
  count(index, HOLD_ORDERS, 1);
  wakeHold(h);
}

function wakeHold(h: HoldQueue): void {
  if (!task(h.task).isReady) wakeTask(h.task, 0);
}

/** Ends up to `countMax` frames that wait, because the epoch that made them dies; returns how many are left. */
export function discardHeldFrames(index: u32, countMax: u32): u32 {
  if (!vif(index).hold) return 0;
  const h = holdQueue(index);
  for (let left = countMax; left && h.usedBytes; left--) {
    const e = oldest(h);
    trace(TRACE_DROPPED, world().now, index, e.id, e.bytes, DROP_DISCARDED, e.epoch);
    countDrop(DROP_DISCARDED);
    count(index, HOLD_DISCARDED, 1);
    remove(index, h, e);
  }
  return <u32>holdCounter(index, HOLD_FRAMES);
}

/** Ends the frames that were on their way to the bridge. */
export function dropLeaving(index: u32, reason: u32): void {
  if (!vif(index).hold) return;
  const h = holdQueue(index);
  while (h.leavingFirst) drop(removeFirst(h.leaving), world().now, index, reason);
}

/**
 * A burst begins to take packets from the guest: charges what becomes of so many of them afterwards, and remembers which
 * it is; returns the cycles.
 */
export function chargeOnward(index: u32, cpu: Vcpu, packetCount: u32): u32 {
  const v = vif(index);
  v.isHeld = isBuffering(index) ? 1 : 0;
  const cycles = packetCount * cost(v.isHeld ? COST_HOLD_PACKET : COST_BRIDGE);
  charge(cpu, v.isHeld ? ACTIVITY_REPLICATION : ACTIVITY_BRIDGE, cycles);
  return cycles;
}

/** Tells whether frames must go through the queue: it holds, or has not emptied since. */
function isBuffering(index: u32): bool {
  if (!vif(index).hold) return false;
  const h = holdQueue(index);
  return h.isHolding != 0 || h.usedBytes != 0 || h.leavingFirst != 0;
}

/** The burst is over: its frames go where it was charged for. */
export function sendOnward(index: u32): void {
  const v = vif(index);
  if (!v.leavingFirst) return;
  if (v.isHeld) {
    while (v.leavingFirst) hold(index, removeFirst(v.leaving));
    return;
  }
  while (v.leavingFirst) bridgeFromVif(v.port, index, removeFirst(v.leaving));
  tellPort(v.port);
}

/** Sends a frame that no burst charged for: where the vif's frames go, behind those that wait. */
export function sendUncharged(index: u32, slot: u32): void {
  if (isBuffering(index)) {
    hold(index, slot);
    return;
  }
  const v = vif(index);
  bridgeFromVif(v.port, index, slot);
  tellPort(v.port);
}

/** Puts a frame into the ring, unless the queue is full. */
function hold(index: u32, slot: u32): void {
  const h = holdQueue(index);
  const f = frame(slot);
  const bytes = f.bytes;
  if (holdCounter(index, HOLD_BYTES) + bytes > h.bytesMax) {
    count(index, HOLD_DROPPED_FULL, 1);
    drop(slot, world().now, index, DROP_HOLD_FULL);
    return;
  }
  assert(h.usedBytes + roomOf(bytes) <= h.ringBytes, "a ring of half as much again holds the limit");
  const tail = (h.head + h.usedBytes) % h.ringBytes;
  const e = changetype<Entry>(h.at + tail);
  e.bytes = <u16>bytes;
  e.isFollower = <u16>f.isFollower;
  e.epoch = h.epoch;
  e.id = f.id;
  const first = firstPart(h, tail, bytes);
  copy(h.at + tail + ENTRY_BYTES, slot + FRAME_START, keptOf(first));
  copy(h.at, slot + FRAME_START + first, keptFrom(first, bytes - first));
  h.usedBytes += roomOf(bytes);
  countWaiting(index, 1, bytes);
  count(index, HOLD_HELD, 1);
  trace(TRACE_HELD, world().now, index, f.id, bytes, h.epoch, HELD_DOM0);
  freeSlot(slot);
  if (h.epoch < h.releasedBelow) wakeHold(h);
}

/** Returns how many bytes of an entry's frame lie before the ring's end. */
function firstPart(h: HoldQueue, at: u32, bytes: u32): u32 {
  return min<u32>(bytes, h.ringBytes - at - ENTRY_BYTES);
}

/** Returns the room that a frame takes; entries lie on multiples of 16, so that none is cut by the ring's end. */
function roomOf(bytes: u32): u32 {
  return ENTRY_BYTES + ((bytes + 15) & ~15);
}

function oldest(h: HoldQueue): Entry {
  return changetype<Entry>(h.at + h.head);
}

function remove(index: u32, h: HoldQueue, e: Entry): void {
  const bytes = <u32>e.bytes;
  h.head = (h.head + roomOf(bytes)) % h.ringBytes;
  h.usedBytes -= roomOf(bytes);
  countWaiting(index, -1, -(<i64>bytes));
}

/** Begins a burst: of orders, or of frames that may leave. Returns its cycles, charged, or NO_WORK. */
export function workHold(index: u32, cpu: Vcpu): u32 {
  const h = holdQueue(index);
  if (h.orderCount) {
    h.atHandCount = h.orderCount;
    h.atHandBelow = h.orderedBelow;
    const cycles = h.orderCount * cyclesOfNs(cpu, cost(HOLD_ORDER_NS));
    charge(cpu, ACTIVITY_REPLICATION, cycles);
    return cycles;
  }
  let packetCount: u32 = 0;
  let frames: u32 = 0;
  for (; frames < BACKEND_BUDGET && h.usedBytes && oldest(h).epoch < h.releasedBelow; frames++) {
    const slot = takeReleased(index, h);
    packetCount += 1 - frame(slot).isFollower;
    append(h.leaving, slot);
  }
  if (!frames) return NO_WORK;
  const bridge = packetCount * cost(COST_BRIDGE);
  charge(cpu, ACTIVITY_BRIDGE, bridge);
  return bridge;
}

/** Takes the oldest frame, which may leave, into a slot. */
function takeReleased(index: u32, h: HoldQueue): u32 {
  const e = oldest(h);
  assert(e.epoch < h.releasedBelow, "no frame of an unreleased epoch leaves");
  const bytes = <u32>e.bytes;
  const slot = takeSlot(bytes);
  const f = frame(slot);
  f.id = e.id;
  f.due = world().now;
  f.isFollower = e.isFollower;
  const first = firstPart(h, h.head, bytes);
  copy(slot + FRAME_START, changetype<u32>(e) + ENTRY_BYTES, keptOf(first));
  copy(slot + FRAME_START + first, h.at, keptFrom(first, bytes - first));
  trace(TRACE_RELEASED, world().now, index, f.id, bytes, e.epoch, HELD_DOM0);
  remove(index, h, e);
  return slot;
}

/** A burst is over: orders are carried out, frames are on the bridge. */
export function putOutHold(index: u32): void {
  const h = holdQueue(index);
  if (h.atHandCount) {
    h.orderCount -= h.atHandCount;
    h.atHandCount = 0;
    // Holding may have begun anew meanwhile, which takes an order to stop back.
    h.releasedBelow = min<u32>(h.atHandBelow, h.orderedBelow);
    return;
  }
  if (!h.leavingFirst) return;
  const v = vif(index);
  while (h.leavingFirst) bridgeFromVif(v.port, index, removeFirst(h.leaving));
  tellPort(v.port);
}
