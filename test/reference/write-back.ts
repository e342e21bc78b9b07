/**
 * Reports of descriptors to the guest: at once, or batched by WTHRESH until there are enough or the timer ends.
 * Invariant: what is pending is in the order of completion, and a timer runs only while something is pending.
 * Source: docs/device.md, "Completion" and "Thresholds".
 */

import { addressOf, bits, hasBit, itemAt, littleEndian32, wordBytes } from "./bytes";
import { queueIntervalPs, setQueueCause } from "./interrupts";
import {
  descriptorAddress,
  type PendingWord,
  type Pool,
  QUEUE_COUNT,
  type ReceiveQueue,
  type TransmitQueue,
} from "./pool";
import type { Port } from "./port";
import { RXDCTL, TDH, TDWBAH, TDWBAL, TXDCTL } from "./vf-registers";

/** RS, in dw2 of a descriptor for transmission. */
const REPORT_BIT = 27;

/** The descriptors of a packet that are complete. */
export interface Completion {
  readonly queue: number;
  readonly positions: readonly number[];
}

/** Whether a queue's pending descriptors are to be reported now; otherwise its timer runs. */
function isDue(port: Port, pool: Pool, queue: number, isReceive: boolean, pending: number): boolean {
  const threshold = bits(pool.queueRegister(isReceive ? RXDCTL : TXDCTL, queue), 20, 16);
  const interval = queueIntervalPs(pool, queue, isReceive);
  if (threshold <= 1 || interval === 0) return true;
  const kind = isReceive ? "receive" : "transmit";
  if (pending >= threshold) {
    port.seen(`${kind}.threshold.full`);
    return true;
  }
  const state: TransmitQueue | ReceiveQueue = isReceive
    ? itemAt(pool.receiveQueues, queue)
    : itemAt(pool.transmitQueues, queue);
  if (state.timerPs === undefined) {
    port.seen(`${kind}.threshold.timer`);
    state.timerPs = port.now + interval;
  }
  return false;
}

/** A packet's descriptors are complete. */
export function completePacket(port: Port, pool: Pool, completion: Completion): void {
  const state = itemAt(pool.transmitQueues, completion.queue);
  const head = pool.queueRegister(TDH, completion.queue);
  pool.setQueueRegister(TDH, completion.queue, advance(pool, completion.queue, head, completion.positions.length));
  state.pending.push(completion);
  const count = state.pending.reduce((sum, packet) => sum + packet.positions.length, 0);
  if (isDue(port, pool, completion.queue, false, count)) reportTransmit(port, pool, completion.queue);
}

/** The position so many descriptors behind another. */
export function advance(pool: Pool, queue: number, position: number, descriptors: number): number {
  const { count } = pool.transmitRing(queue);
  const next = position + descriptors;
  return (next < count ? next : next - count) & 0xffff;
}

/** Whether a descriptor asks for a report, as the ring says now; undefined after a fault. */
function asksForReport(pool: Pool, address: bigint): boolean | undefined {
  const descriptor = pool.memory.read(address, 16);
  return descriptor === undefined ? undefined : hasBit(littleEndian32(descriptor, 8), REPORT_BIT);
}

/** Sets DD in a descriptor. */
function writeDone(pool: Pool, address: bigint): boolean {
  const word = pool.memory.read(address + 12n, 4);
  return word !== undefined && pool.memory.write(address + 12n, wordBytes(littleEndian32(word, 0) | 1));
}

/** Writes the reports that are pending; a fault disables the queue and loses the rest. */
export function reportTransmit(port: Port, pool: Pool, queue: number): void {
  const state = itemAt(pool.transmitQueues, queue);
  const batch = state.pending;
  state.pending = [];
  state.timerPs = undefined;
  if (batch.length === 0) return;
  const headControl = pool.queueRegister(TDWBAL, queue);
  const isHead = hasBit(headControl, 0);
  const ring = pool.transmitRing(queue);
  let isReported = false;
  let isFaulted = false;
  const positions = batch.flatMap((packet) => packet.positions);
  for (const position of positions.map((_, index) => walked(itemAt(positions, 0), index, ring.count))) {
    const address = descriptorAddress(ring, position);
    const isAsked = asksForReport(pool, address);
    isFaulted = isAsked === undefined || (isAsked && !isHead && !writeDone(pool, address));
    if (isFaulted) break;
    if (isAsked === true) isReported = true;
  }
  if (isHead && isReported && !isFaulted) {
    const address = addressOf(headControl & ~3, pool.queueRegister(TDWBAH, queue));
    isFaulted = !pool.memory.write(address, wordBytes(pool.queueRegister(TDH, queue)));
  }
  if (isFaulted) {
    port.seen("transmit.fault.report");
    port.disableByFault(pool, queue, false);
    if (isHead) isReported = false;
  }
  if (!isReported) return;
  port.seen(isHead ? "transmit.report.head" : "transmit.report.descriptor");
  if (port.reportedInRound === undefined) setQueueCause(port, pool, queue, false);
  else port.reportedInRound.add(pool.index * QUEUE_COUNT + queue);
}

/** The position so many descriptors on, by the ring's length now: a guest may have changed it meanwhile. */
function walked(first: number, steps: number, count: number): number {
  let position = first;
  for (let left = steps; left > 0; left--) position = position + 1 === count ? 0 : position + 1;
  return position;
}

/** Keeps the word with DD of a completed receive descriptor, or writes it; false after a fault. */
export function completeReceive(port: Port, pool: Pool, queue: number, word: PendingWord): boolean {
  const state = itemAt(pool.receiveQueues, queue);
  state.pending.push(word);
  return isDue(port, pool, queue, true, state.pending.length) ? reportReceive(port, pool, queue) : true;
}

/** Writes the words that are pending; a fault disables the queue and loses the rest. */
export function reportReceive(port: Port, pool: Pool, queue: number): boolean {
  const state = itemAt(pool.receiveQueues, queue);
  const batch = state.pending;
  state.pending = [];
  state.timerPs = undefined;
  const ring = pool.receiveRing(queue);
  let isLastWritten = false;
  let isFaulted = false;
  for (const [index, { inDescriptor, word, isLast }] of batch.entries()) {
    const position = walked(itemAt(batch, 0).position, index, ring.count);
    const address = descriptorAddress(ring, position) + BigInt(inDescriptor);
    isFaulted = !pool.memory.write(address, wordBytes(word));
    if (isFaulted) break;
    if (isLast) isLastWritten = true;
  }
  if (isFaulted) {
    port.seen("receive.fault.report");
    port.disableByFault(pool, queue, true);
  }
  if (isLastWritten) {
    if (port.reportedByFrame === undefined) setQueueCause(port, pool, queue, true);
    else port.reportedByFrame.add(queue);
  }
  return !isFaulted;
}

/** Receives a frame; what it has reported sets its queue's cause once, after the frame. */
export function causedOnce(port: Port, pool: Pool, receive: () => void): void {
  const reported = new Set<number>();
  port.reportedByFrame = reported;
  receive();
  port.reportedByFrame = undefined;
  for (let queue = 0; queue < QUEUE_COUNT; queue++) if (reported.has(queue)) setQueueCause(port, pool, queue, true);
}

/** Reports everything that is pending in a pool, receive queues first. */
export function reportAll(port: Port, pool: Pool): void {
  for (let queue = 0; queue < QUEUE_COUNT; queue++) reportReceive(port, pool, queue);
  for (let queue = 0; queue < QUEUE_COUNT; queue++) reportTransmit(port, pool, queue);
}
