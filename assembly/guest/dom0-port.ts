/**
 * dom0's network of a port: the physical function's own rings (pool 7), driven by the driver that guests have for theirs
 * in a memory of dom0's, and the task that polls them.
 *
 *     pool 7 --interrupt--> task: reclaim, queue to ring, poll up to 64 --burst's end--> tail registers, bridge
 *     bridge, netback --> transmit ring, or the queue before it while that is full
 *
 * A frame that the device delivered to pool 7 has ended there; what the task takes off the ring is born anew, and what
 * goes into the transmit ring ends, because the device fetches it under a new number (docs/trace.md). Invariant: frames
 * leave in the order in which the bridge gave them, so nothing passes the queue.
 *
 * A packet that a guest gave to be cut is cut before it comes here (transmit-request.ts), and segments that are received
 * as one keep their frames (merging.ts): both are charged as one packet. What dom0 itself has to send comes over the bridge, too (dom0-station.ts).
 */
import { cost } from "../cpu/cost";
import { NO_WORK } from "../cpu/task";
import { charge, Vcpu } from "../cpu/vcpu";
import {
  ACTIVITY_BRIDGE,
  ACTIVITY_DRIVER,
  COST_BRIDGE,
  COST_DRIVER_RECEIVE,
  COST_DRIVER_TRANSMIT,
} from "../layout/cost";
import { BUFFER_BYTES, POLL_BUDGET } from "../layout/guest-software";
import { FRAME_BYTES_MIN } from "../layout/limits";
import { DOM0_PORT_BYTES, DOM0_PORTS } from "../layout/memory-map";
import {
  DOM0_COUNTER_COUNT,
  DOM0_DROPPED_FULL,
  DOM0_POLLS,
  DOM0_POSTED,
  DOM0_RECEIVED,
  PORT_QUEUE_COUNT_MAX,
} from "../layout/paravirtual";
import { BORN_DOM0, DROP_PORT_QUEUE_FULL, TRACE_BORN, TRACE_POSTED } from "../layout/trace";
import { copy } from "../memory/copy";
import { GuestMemory, memoryOf } from "../memory/guest-memory";
import { drain } from "../nic/port";
import { vf } from "../nic/virtual-function";
import { nextFrame, trace } from "../sim/trace";
import { world } from "../sim/world";
import { keptOf } from "../wire/content";
import { append, FRAME_START, FrameList, frame, freeSlot, removeFirst, takeSlot } from "../wire/frame";
import { drop } from "../wire/wire";
import { bridgeFromPort } from "./dom0-bridge";
import {
  Driver,
  driver,
  firstInSocket,
  isModerated,
  leaveSocket,
  pollReceive,
  receivedBytes,
  receivedLength,
  ringDoorbells,
  unmask,
} from "./driver";
import { hasRoom, nextPacket, post, reclaim } from "./driver-transmit";
import { guest } from "./guest";
import { beginMerging, followsMerged } from "./merging";
import { adapt } from "./moderation";

@unmanaged
export class Dom0Port {
  /** dom0's memory for the port, a guest's number + 1; 0 without one. */
  guest: u32;
  /** The first of the vifs on its bridge, as number + 1. */
  vifFirst: u32;
  /** The bridge's table of addresses, and how many it has. */
  table: u32;
  addressCount: u32;
  /** Frames that the burst at hand took off the receive ring: the bridge gets them at its end. */
  leavingFirst: u32;
  leavingLast: u32;
  /** Frames that wait for the transmit ring. */
  queueFirst: u32;
  queueLast: u32;
  queueCount: u32;
  /** Segments that are received as one packet, at most; 1 to merge none. */
  mergedCountMax: u32;
  /** Frames posted that are one packet with the one before, and not yet taken off what the driver is charged for. */
  followersPosted: u32;
  /** Towards dom0's own stack, where it has one on this bridge. */
  stationWire: u32;
  get leaving(): FrameList {
    return changetype<FrameList>(changetype<u32>(this) + offsetof<Dom0Port>("leavingFirst"));
  }
  get queue(): FrameList {
    return changetype<FrameList>(changetype<u32>(this) + offsetof<Dom0Port>("queueFirst"));
  }
}

const COUNTERS_AT: u32 = 64;
if (offsetof<Dom0Port>() > COUNTERS_AT) ERROR("layout: Dom0Port has grown into its counters");
if (COUNTERS_AT + DOM0_COUNTER_COUNT * 8 > DOM0_PORT_BYTES) ERROR("layout: Dom0Port does not fit DOM0_PORT_BYTES");

/** Returns the record of dom0's network of a port. */
export function dom0Port(port: u32): Dom0Port {
  return changetype<Dom0Port>(DOM0_PORTS + port * DOM0_PORT_BYTES);
}

function counterAt(port: u32, counter: u32): u32 {
  assert(counter < DOM0_COUNTER_COUNT, "a port of dom0's has the counter");
  return DOM0_PORTS + port * DOM0_PORT_BYTES + COUNTERS_AT + (counter << 3);
}

/** Returns a counter, a DOM0_ of layout/paravirtual.ts. */
export function dom0Counter(port: u32, counter: u32): u64 {
  return load<u64>(counterAt(port, counter));
}

/** Adds to a counter. */
export function countDom0(port: u32, counter: u32, increase: u64): void {
  const at = counterAt(port, counter);
  store<u64>(at, load<u64>(at) + increase);
}

/** Begins a burst; returns its cycles, charged, or NO_WORK. */
export function workPort(port: u32, cpu: Vcpu): u32 {
  drain(port);
  const p = dom0Port(port);
  const m = memoryOf(p.guest - 1);
  const d = driver(m);
  const reclaimed = reclaim(m, d);
  while (p.queueFirst && hasRoom(d)) {
    p.queueCount--;
    postFrame(port, m, d, removeFirst(p.queue));
  }
  const received = pollReceive(m, d, POLL_BUDGET);
  const packetCount = takeReceived(port, p, m, d);
  if (!reclaimed && !received) return NO_WORK;
  if (received) countDom0(port, DOM0_POLLS, 1);
  countDom0(port, DOM0_RECEIVED, received);
  const followers = min<u32>(reclaimed, p.followersPosted);
  p.followersPosted -= followers;
  const drivers = received * cost(COST_DRIVER_RECEIVE) + (reclaimed - followers) * cost(COST_DRIVER_TRANSMIT);
  const bridge = packetCount * cost(COST_BRIDGE);
  charge(cpu, ACTIVITY_DRIVER, drivers);
  charge(cpu, ACTIVITY_BRIDGE, bridge);
  return drivers + bridge;
}

/** Makes frames of what the driver has received; returns how many packets they make when merged ones count as one. */
function takeReceived(port: u32, p: Dom0Port, m: GuestMemory, d: Driver): u32 {
  let packetCount: u32 = 0;
  if (d.socketCount) beginMerging();
  for (; d.socketCount; leaveSocket(m, d)) {
    const e = firstInSocket(m, d);
    const bytes = max<u32>(min<u32>(receivedLength(e), BUFFER_BYTES - FRAME_START), FRAME_BYTES_MIN);
    const slot = takeSlot(bytes);
    copy(slot + FRAME_START, receivedBytes(m, e), keptOf(bytes));
    const f = frame(slot);
    f.id = nextFrame();
    f.due = world().now;
    f.isFollower = p.mergedCountMax > 1 && followsMerged(slot + FRAME_START, p.mergedCountMax) ? 1 : 0;
    packetCount += 1 - f.isFollower;
    trace(TRACE_BORN, world().now, port, f.id, bytes, BORN_DOM0, 0);
    append(p.leaving, slot);
  }
  return packetCount;
}

/** A burst is over: the device learns of it, the bridge gets the frames. */
export function putOutPort(port: u32): void {
  const p = dom0Port(port);
  while (p.leavingFirst) bridgeFromPort(port, removeFirst(p.leaving));
  tellPort(port);
}

/** Tells the device of what has been posted and refilled. */
export function tellPort(port: u32): void {
  ringDoorbells(dom0Port(port).guest - 1);
}

/** The port's task has nothing to do: the device may interrupt. */
export function restPort(port: u32): void {
  const g = guest(dom0Port(port).guest - 1);
  if (isModerated(g.memory)) adapt(driver(g.memory), vf(g.vf));
  unmask(vf(g.vf));
}

/** Sends a frame out of the port: into its ring, or its queue while that is full; `tellPort` follows. */
export function sendFromDom0(port: u32, slot: u32): void {
  const p = dom0Port(port);
  const m = memoryOf(p.guest - 1);
  const d = driver(m);
  if (hasRoom(d)) {
    assert(!p.queueFirst, "frames wait only while the ring is full");
    postFrame(port, m, d, slot);
  } else if (p.queueCount < PORT_QUEUE_COUNT_MAX) {
    p.queueCount++;
    append(p.queue, slot);
  } else {
    countDom0(port, DOM0_DROPPED_FULL, 1);
    drop(slot, world().now, port, DROP_PORT_QUEUE_FULL);
  }
}

function postFrame(port: u32, m: GuestMemory, d: Driver, slot: u32): void {
  const p = dom0Port(port);
  const f = frame(slot);
  copy(nextPacket(m, d), slot + FRAME_START, keptOf(f.bytes));
  post(m, d, f.bytes);
  countDom0(port, DOM0_POSTED, 1);
  p.followersPosted += f.isFollower;
  trace(TRACE_POSTED, world().now, port, f.id, f.bytes, 0, 0);
  freeSlot(slot);
}

/** Ends every frame that dom0 has of a port. */
export function dropFromDom0(port: u32, reason: u32): void {
  const p = dom0Port(port);
  while (p.leavingFirst) drop(removeFirst(p.leaving), world().now, port, reason);
  while (p.queueFirst) drop(removeFirst(p.queue), world().now, port, reason);
  p.queueCount = 0;
}
