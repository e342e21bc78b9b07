/**
 * Telling the driver: descriptors that are complete are reported, at once or, above a threshold of one, together.
 *
 *     complete, not reported: `pending` descriptors from `reported` up to the head
 *
 *     a descriptor is completed -> pending reaches the threshold, or no timer can run: report all
 *                                  else: they wait, at most for the throttle interval of the queue's vector
 *     SWFLUSH, disabling by a register, quiesce, the timer: report all
 *
 * Of a received descriptor everything but the word with DD is written when it is completed; that word waits in the
 * queue's hidden part. A transmitted descriptor's RS bit is read again when it is reported.
 *
 * Source: 82576 datasheet sections 7.1.4.4 and 7.2.3; docs/device.md, Completion and Thresholds.
 */
import {
  DESCRIPTOR_SHIFT,
  RX_EOP,
  RX_LEGACY_STATUS,
  RX_STATUS,
  TX_COMMAND,
  TX_DD,
  TX_RS,
  TX_STATUS,
} from "../layout/descriptor";
import { EVENT_WRITE_BACK } from "../layout/event";
import { LVMMC_FAULT, LVMMC_QUEUE, LVMMC_RECEIVE } from "../layout/physical-function";
import { QUEUE_COUNT, QUEUE_ENABLE } from "../layout/virtual-function";
import { NEVER, schedule } from "../sim/event-queue";
import { world } from "../sim/world";
import { configureQueues } from "./configure";
import { dmaStore, lookAtDescriptor } from "./dma";
import { intervalPs, rxVector, setCause, setCauseAt, txVector } from "./interrupt";
import { pf } from "./physical-function";
import { noteQueue, QUEUE_RECEIVES } from "./remote-memory";
import { indexOf, LEGACY_WORDS, Queue, rxQueue, txQueue, Vf } from "./virtual-function";

/** In an event's index, below the virtual function: direction, then queue. */
export const WRITE_BACK_VF_SHIFT: u32 = 2;
const IS_TRANSMIT: u32 = 2;
/** Heads and tails have sixteen bits. */
const POSITION_MASK: u32 = 0xffff;

/** Completes `count` descriptors at the head of a transmit queue. */
export function complete(v: Vf, number: u32, count: u32): void {
  const q = txQueue(v, number);
  noteQueue(v, number);
  if (!q.pending) q.reported = q.head;
  const head = q.head + count;
  // A guest may have shortened the ring while its packets were held: then the head lies beyond it, and nothing moves.
  q.head = (head < q.count ? head : head - q.count) & POSITION_MASK;
  q.pending += count;
  if (mayWait(v, q, txVector(v, number))) startTimer(v, q, number, txVector(v, number), IS_TRANSMIT);
  else if (report(v, number)) q.hasNews = true;
}

/** Tells whether what is pending may wait for more, or for a timer. */
function mayWait(v: Vf, q: Queue, vector: u32): bool {
  // A memory elsewhere would have to be asked again which descriptors want a report.
  return q.threshold > 1 && q.pending < q.threshold && intervalPs(v, vector) != 0 && !v.remote;
}

function startTimer(v: Vf, q: Queue, number: u32, vector: u32, direction: u32): void {
  if (q.flushAt != NEVER) return;
  q.flushAt = world().now + intervalPs(v, vector);
  const index = (indexOf(v) << WRITE_BACK_VF_SHIFT) | direction | number;
  schedule(EVENT_WRITE_BACK, index, q.flushAt);
}

/** Reports all that is pending in a transmit queue; returns whether any descriptor had asked for it. */
export function report(v: Vf, number: u32): bool {
  const q = txQueue(v, number);
  let position = q.reported;
  let hasAsked = false;
  q.flushAt = NEVER;
  for (let left = q.pending; left; left--) {
    const address = q.base + ((<u64>position) << DESCRIPTOR_SHIFT);
    const at = lookAtDescriptor(v, address);
    if (!at) return interrupted(v, q, hasAsked);
    if (load<u32>(at, TX_COMMAND) & TX_RS) {
      const isDone = q.writesHead || dmaStore(v, address + TX_STATUS, load<u32>(at, TX_STATUS) | TX_DD);
      if (!isDone) return interrupted(v, q, hasAsked);
      hasAsked = true;
    }
    position = q.after(position);
  }
  q.pending = 0;
  if (hasAsked && q.writesHead && !dmaStore(v, q.headAddress, q.head)) return interrupted(v, q, hasAsked);
  return hasAsked;
}

/** A report broke off: what was not written by then is lost, and the queue stops. Returns whether anything was written. */
function interrupted(v: Vf, q: Queue, hasAsked: bool): bool {
  q.pending = 0;
  disableAfterFault(v, q, false);
  return hasAsked && !q.writesHead;
}

/** A word that completes a received descriptor: written now, or kept until it is reported with others. */
export function completeReceived(v: Vf, number: u32, isLegacy: bool, word: u32): bool {
  const q = rxQueue(v, number);
  noteQueue(v, QUEUE_RECEIVES | number);
  const position = q.head;
  q.head = q.after(position);
  if (q.threshold <= 1 && !q.pending) return storeWord(v, q, position, isLegacy, word);
  if (!q.pending) q.reported = position;
  store<u32>(q.hidden + (q.pending << 2), word);
  const legacy = q.hidden + LEGACY_WORDS;
  const bit: u32 = 1 << q.pending;
  store<u32>(legacy, isLegacy ? load<u32>(legacy) | bit : load<u32>(legacy) & ~bit);
  q.pending++;
  const vector = rxVector(v, number);
  if (mayWait(v, q, vector)) {
    startTimer(v, q, number, vector, 0);
    return true;
  }
  return reportReceived(v, number);
}

function storeWord(v: Vf, q: Queue, position: u32, isLegacy: bool, word: u32): bool {
  const address = q.base + ((<u64>position) << DESCRIPTOR_SHIFT);
  if (!dmaStore(v, address + (isLegacy ? RX_LEGACY_STATUS : RX_STATUS), word)) {
    disableAfterFault(v, q, true);
    return false;
  }
  if (word & RX_EOP) q.hasNews = true;
  return true;
}

/** Writes the words that wait in a receive queue; false after a fault. */
export function reportReceived(v: Vf, number: u32): bool {
  const q = rxQueue(v, number);
  const legacy = load<u32>(q.hidden + LEGACY_WORDS);
  const count = q.pending;
  let position = q.reported;
  q.flushAt = NEVER;
  q.pending = 0;
  for (let i: u32 = 0; i < count; i++) {
    if (!storeWord(v, q, position, ((legacy >>> i) & 1) != 0, load<u32>(q.hidden + (i << 2)))) return false;
    position = q.after(position);
  }
  return true;
}

/** A queue's timer has ended, unless the event is stale. */
export function onWriteBack(v: Vf, index: u32): bool {
  const number = index % QUEUE_COUNT;
  const isTransmit = (index & IS_TRANSMIT) != 0;
  const q = isTransmit ? txQueue(v, number) : rxQueue(v, number);
  if (q.flushAt != world().now) return false;
  if (isTransmit) flushTransmit(v, number);
  else flushReceive(v, number);
  return true;
}

/** Reports what is pending in a transmit queue, and raises its cause if anybody had asked. */
export function flushTransmit(v: Vf, number: u32): void {
  if (txQueue(v, number).pending && report(v, number)) setCause(v, txVector(v, number));
}

/** Reports what is pending in a receive queue, and raises its cause if a frame ended in it. */
export function flushReceive(v: Vf, number: u32): void {
  const q = rxQueue(v, number);
  if (!q.pending) return;
  reportReceived(v, number);
  raiseReceived(v, number);
}

/** Raises a receive queue's cause now if a frame's last descriptor has been written since the last time. */
export function raiseReceived(v: Vf, number: u32): void {
  if (takeNews(rxQueue(v, number))) setCause(v, rxVector(v, number));
}

/** The same, for what was delivered at a time. */
export function raiseReceivedAt(v: Vf, number: u32, time: u64): void {
  if (takeNews(rxQueue(v, number))) setCauseAt(v, rxVector(v, number), time);
}

function takeNews(q: Queue): bool {
  const hadNews = q.hasNews;
  q.hasNews = false;
  return hadNews;
}

/** Raises a transmit queue's cause if a descriptor that asked for it has been reported since the last time. */
export function raiseSent(v: Vf, number: u32): void {
  if (takeNews(txQueue(v, number))) setCause(v, txVector(v, number));
}

/** The same, for what the port has just fetched. */
export function raiseFetched(v: Vf, number: u32): void {
  if (takeNews(txQueue(v, number))) setCauseAt(v, txVector(v, number), world().now);
}

/** Reports everything that is pending in a pool. */
export function flushPool(v: Vf): void {
  for (let number: u32 = 0; number < QUEUE_COUNT; number++) flushReceive(v, number);
  for (let number: u32 = 0; number < QUEUE_COUNT; number++) flushTransmit(v, number);
}

/** A queue's ring or a buffer could not be reached: the queue stops, and the physical function can read which. */
export function disableAfterFault(v: Vf, q: Queue, isReceive: bool): void {
  const first = isReceive ? rxQueue(v, 0) : txQueue(v, 0);
  const number: u32 = changetype<u32>(q) == changetype<u32>(first) ? 0 : LVMMC_QUEUE;
  pf(v.port).lvmmc = v.pool | number | LVMMC_FAULT | (isReceive ? LVMMC_RECEIVE : 0);
  q.control &= ~QUEUE_ENABLE;
  configureQueues(v);
}

/** What is pending in a queue is never reported. */
export function forgetPending(q: Queue): void {
  q.pending = 0;
  q.flushAt = NEVER;
}
