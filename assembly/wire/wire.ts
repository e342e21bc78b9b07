/**
 * A wire: one direction of a link, with a rate, a latency, and the frames that are on it.
 *
 * A frame's fate is computed when it is put on the wire: it starts when the wire is free, ends after its bytes, and
 * arrives a latency later. The frames under way are a list sorted by arrival: a wire keeps order, unless it was made to
 * delay or double frames at random. There is at most one event for a wire, or for all that lead to a switch, and it comes
 * late while the receiver is not interested: a port whose virtual functions are all being polled looks at its wire when it
 * wants to know. Invariant: `armed` is the time of the pending event, NEVER without one; an event of another time is stale.
 */

import { WIRE_BYTES, WIRES } from "../layout/memory-map";
import { ETHERNET_GAP_BYTES, ETHERNET_WRAP_BYTES } from "../layout/packet";
import { BITS_PER_BYTE, PS_PER_US } from "../layout/time";
import {
  COPIED_WIRE,
  DROP_HOST_DEAD,
  DROP_LOSS,
  DROP_SWITCH_FULL,
  DROP_WIRE_CUT,
  TRACE_ARRIVED,
  TRACE_COPIED,
  TRACE_DROPPED,
  TRACE_SENT,
} from "../layout/trace";
import { copy } from "../memory/copy";
import { NEVER, schedule } from "../sim/event-queue";
import { draw, RandomStream } from "../sim/random";
import { nextFrame, trace } from "../sim/trace";
import { countDrop, world } from "../sim/world";
import { capture } from "./capture";
import { keptOf } from "./content";
import { append, FRAME_START, FrameList, frame, freeSlot, removeFirst, takeSlot } from "./frame";

/** No client taps the wire. */
export const UNTAPPED: u32 = 0xffffffff;

@unmanaged
export class Wire {
  /** When the sender may start its next frame. */
  freeAt: u64;
  latencyPs: u64;
  /** The pending event's time. */
  armed: u64;
  /** The receiver wants no event before this, though frames may arrive; NEVER for none at all. */
  notBefore: u64;
  /** Frames lie here for this long at most when it does not want to know. */
  unwatchedPsMax: u64;
  rateBitsPerSecond: u64;
  /** Picoseconds for a byte, when that is a whole number, else 0. */
  psPerByte: u32;
  /** The event that tells the receiver; its index is the wire's, or that of the wire which has the event for several. */
  arrivalKind: u32;
  leader: u32;
  /** The receiver sees a frame no earlier than so long after its arrival: a constant, and for each byte. */
  lagPsPerByte: u32;
  lagPs: u64;
  /** The switch, port or client at the end. */
  receiver: u32;
  /** Frames that would wait longer than this for the wire are dropped: the sender's output buffer, in picoseconds. */
  backlogPsMax: u64;
  /** A frame is lost when a draw of 32 bits is below this; 0 for a perfect wire, 2^32 for a dead one. */
  lossBelow: u64;
  underWayFirst: u32;
  underWayLast: u32;
  /** The client that captures here as sender or as receiver. */
  tapOut: u32;
  tapIn: u32;
  isCut: u32;
  /** A frame is held up by so much, and may be overtaken, or arrives twice, when a draw is below these; 0 for never. */
  delayBelow: u64;
  delayPs: u64;
  twiceBelow: u64;
  /** Of a replication link: when the last message of its connection arrives. */
  orderedAt: u64;
  get random(): RandomStream {
    return changetype<RandomStream>(changetype<u32>(this) + offsetof<Wire>());
  }
  get underWay(): FrameList {
    return changetype<FrameList>(changetype<u32>(this) + offsetof<Wire>("underWayFirst"));
  }
}

if (offsetof<Wire>() + offsetof<RandomStream>() > WIRE_BYTES) ERROR("layout: Wire does not fit WIRE_BYTES");

/** What `unwatchedPsMax` is of a port, that it may not hoard; a switch has its own (switch.ts). */
const UNWATCHED_PS_MAX: u64 = 100 * PS_PER_US;
const PS_PER_SECOND: u64 = 1000000000000;

export function wire(index: u32): Wire {
  return changetype<Wire>(WIRES + index * WIRE_BYTES);
}

/** Returns a wire's number. */
function numberOf(w: Wire): u32 {
  return (changetype<u32>(w) - WIRES) / WIRE_BYTES;
}

/** Returns the time that so many bytes take, rounded down: less than a picosecond a frame is lost at odd rates. */
export function serializationPs(w: Wire, bytes: u32): u64 {
  if (w.psPerByte) return <u64>bytes * w.psPerByte;
  return (<u64>bytes * BITS_PER_BYTE * PS_PER_SECOND) / w.rateBitsPerSecond;
}

/** Makes a wire of a rate and a latency towards a receiver. */
export function createWire(index: u32, rateBitsPerSecond: u64, latencyPs: u64, arrivalKind: u32, receiver: u32): void {
  const w = wire(index);
  setRate(index, rateBitsPerSecond);
  w.latencyPs = latencyPs;
  w.arrivalKind = arrivalKind;
  w.leader = index;
  w.receiver = receiver;
  w.armed = NEVER;
  w.notBefore = 0;
  w.unwatchedPsMax = UNWATCHED_PS_MAX;
  w.backlogPsMax = NEVER;
  w.tapIn = UNTAPPED;
  w.tapOut = UNTAPPED;
  w.random.component = index;
}

/** Gives a wire another rate, for what is sent from now on. */
export function setRate(index: u32, rateBitsPerSecond: u64): void {
  const w = wire(index);
  const scaled = BITS_PER_BYTE * PS_PER_SECOND;
  w.rateBitsPerSecond = rateBitsPerSecond;
  w.psPerByte = scaled % rateBitsPerSecond ? 0 : <u32>(scaled / rateBitsPerSecond);
}

/** Tells whether a wire carries every frame, in order and once, at so many picoseconds a byte. */
export function isFaultless(w: Wire): bool {
  const mayFail = (w.lossBelow | w.delayBelow | w.twiceBelow) != 0;
  return !w.isCut && !mayFail && w.backlogPsMax == NEVER && w.psPerByte != 0;
}

/** Puts a frame on the wire, no earlier than `ready`. */
export function send(index: u32, slot: u32, ready: u64): void {
  const w = wire(index);
  const f = frame(slot);
  if (w.isCut) {
    drop(slot, ready, index, DROP_HOST_DEAD);
    return;
  }
  const start = max<u64>(w.freeAt, ready);
  if (start - ready > w.backlogPsMax) {
    drop(slot, ready, index, DROP_SWITCH_FULL);
    return;
  }
  const end = start + serializationPs(w, f.bytes + ETHERNET_WRAP_BYTES);
  w.freeAt = end + serializationPs(w, ETHERNET_GAP_BYTES);
  noteStart(w, slot, start);
  if (w.lossBelow && draw(w.random) < w.lossBelow) {
    drop(slot, end, index, DROP_LOSS);
    return;
  }
  f.due = end + w.latencyPs;
  if (w.delayBelow | w.twiceBelow) {
    mislead(index, slot);
    return;
  }
  append(w.underWay, slot);
  if (w.underWayFirst == slot) arm(index, 0);
}

/** A frame's first bit goes onto a wire. */
export function noteStart(w: Wire, slot: u32, start: u64): void {
  const f = frame(slot);
  trace(TRACE_SENT, start, numberOf(w), f.id, f.bytes, 0, 0);
  if (w.tapOut != UNTAPPED) capture(w.tapOut, start, slot);
}

/**
 * Puts a frame on a wire that delays some and doubles some. A delayed frame waits at the sender's end, where a cut still
 * finds it; a copy follows right behind its frame, under a number of its own, and takes no time on the wire.
 */
function mislead(index: u32, slot: u32): void {
  const w = wire(index);
  const f = frame(slot);
  if (w.delayBelow && draw(w.random) < w.delayBelow) f.due += w.delayPs;
  insert(index, slot);
  if (!w.twiceBelow || draw(w.random) >= w.twiceBelow) return;
  const twin = takeSlot(f.bytes);
  const t = frame(twin);
  t.id = nextFrame();
  t.epoch = f.epoch;
  t.due = f.due;
  trace(TRACE_COPIED, f.due - w.latencyPs, index, f.id, t.id, t.bytes, COPIED_WIRE);
  trace(TRACE_SENT, f.due - w.latencyPs, index, t.id, t.bytes, 0, 0);
  copy(twin + FRAME_START, slot + FRAME_START, keptOf(f.bytes));
  insert(index, twin);
}

/** Schedules the receiver's event for the first frame under way, not before `floor`, unless an earlier one is pending. */
export function arm(index: u32, floor: u64): void {
  const w = wire(index);
  if (!w.underWayFirst) return;
  const f = frame(w.underWayFirst);
  const seen = f.due + w.lagPs + <u64>f.bytes * w.lagPsPerByte;
  // A look that nobody waits for is exact at any time, and keeps a port that nobody polls from hoarding.
  const wanted = world().isEager ? seen : min<u64>(w.notBefore, seen + w.unwatchedPsMax);
  let time = max<u64>(max<u64>(seen, floor), wanted);
  const now = world().now;
  if (time < now) time = now;
  const leader = wire(w.leader);
  if (time >= leader.armed) return;
  leader.armed = time;
  schedule(w.arrivalKind, w.leader, time);
}

/** Tells whether the event at hand is the one that the wire waits for. */
export function isDue(w: Wire): bool {
  if (w.armed != world().now) return false;
  w.armed = NEVER;
  return true;
}

/** Returns when the first frame on a wire arrives at its end, NEVER without one. */
export function firstDue(w: Wire): u64 {
  return w.underWayFirst ? frame(w.underWayFirst).due : NEVER;
}

/** Tells whether a frame has come to the end of a wire by now. */
export function hasArrived(w: Wire): bool {
  return firstDue(w) <= world().now;
}

/** Takes the first frame that has arrived by now off the wire; 0 when there is none. */
export function arrived(index: u32): u32 {
  const w = wire(index);
  if (!hasArrived(w)) return 0;
  const slot = w.underWayFirst;
  arrive(w, slot);
  return slot;
}

/** Takes the first frame off the wire; it has arrived. */
export function arrive(w: Wire, slot: u32): void {
  removeFirst(w.underWay);
  noteArrival(w, slot);
}

/** A frame has come to the end of a wire. */
export function noteArrival(w: Wire, slot: u32): void {
  const f = frame(slot);
  trace(TRACE_ARRIVED, f.due, numberOf(w), f.id, f.bytes, 0, 0);
  if (w.tapIn != UNTAPPED) capture(w.tapIn, f.due, slot);
}

/** Puts a frame among those under way that arrives at a time of its own, behind those that arrive then or earlier. */
export function pass(index: u32, slot: u32, due: u64): void {
  const f = frame(slot);
  f.due = due;
  trace(TRACE_SENT, due, index, f.id, f.bytes, 0, 0);
  insert(index, slot);
}

/** Puts a frame among those under way, which are in the order of their arrival. */
function insert(index: u32, slot: u32): void {
  const w = wire(index);
  const f = frame(slot);
  const due = f.due;
  let before: u32 = 0;
  let after = w.underWayFirst;
  if (after && frame(w.underWayLast).due <= due) {
    before = w.underWayLast;
    after = 0;
  }
  while (after && frame(after).due <= due) {
    before = after;
    after = frame(after).next;
  }
  f.next = after;
  if (before) frame(before).next = slot;
  else w.underWayFirst = slot;
  if (!after) w.underWayLast = slot;
  if (!before) arm(index, 0);
}

/** Cuts the wire at its sender, now: what has not left whole is lost, what is under way arrives. */
export function cut(index: u32): void {
  const w = wire(index);
  const now = world().now;
  w.isCut = 1;
  let kept: u32 = 0;
  let slot = w.underWayFirst;
  while (slot && frame(slot).due - w.latencyPs <= now) {
    kept = slot;
    slot = frame(slot).next;
  }
  if (kept) frame(kept).next = 0;
  else w.underWayFirst = 0;
  w.underWayLast = kept;
  while (slot) {
    const next = frame(slot).next;
    drop(slot, now, index, DROP_WIRE_CUT);
    slot = next;
  }
}

/** Ends a frame, with the reason. */
export function drop(slot: u32, time: u64, subject: u32, reason: u32): void {
  const f = frame(slot);
  trace(TRACE_DROPPED, time, subject, f.id, f.bytes, reason, 0);
  countDrop(reason);
  freeSlot(slot);
}
