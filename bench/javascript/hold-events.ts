/**
 * The hold model (Vaucher and Duval, 1975) over the heap, with the distances of assembly/bench-events.ts: Philox4x32-10 of a
 * counter (Salmon et al., SC'11), so that every engine draws the same ones.
 */
import { type EventQueue, schedule, take } from "./event-queue";

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUND_COUNT = 10;
const DISTANCE_MASK = 0xfffff;

/** Empties the queue and schedules so many events, each at the lesser of two distances: see there. */
export function fillEvents(queue: EventQueue, pending: number): void {
  while (queue.count > 0) take(queue);
  for (let i = 0; i < pending; i++) schedule(queue, i, queue.now + Math.min(distance(2 * i), distance(2 * i + 1)));
}

/** Draws so many distances into a table. */
export function drawDistances(to: Int32Array, count: number): void {
  for (let i = 0; i < count; i++) to[i] = distance(i);
}

/** Takes the first event and schedules it again, `count` times. Returns a word of the final time. */
export function holdEvents(queue: EventQueue, distances: Int32Array, count: number): number {
  for (let i = 0; i < count; i++) {
    const key = take(queue);
    schedule(queue, key & 0xffffff, queue.now + (distances[i] ?? 0));
  }
  return queue.now % 2 ** 32;
}

/** A distance below 2^20 ps, 1 us: uniform, from a counter. */
function distance(index: number): number {
  let c0 = index;
  let c1 = 0;
  let c2 = 0;
  let c3 = 0;
  let key0 = 1;
  let key1 = 2;
  for (let round = 0; round < ROUND_COUNT; round++) {
    const high0 = highProduct(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const high1 = highProduct(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = high1 ^ c1 ^ key0;
    c1 = low1;
    c2 = high0 ^ c3 ^ key1;
    c3 = low0;
    key0 = (key0 + WEYL_0) | 0;
    key1 = (key1 + WEYL_1) | 0;
  }
  return c0 & DISTANCE_MASK;
}

/** Returns the high word of a product of two words, from products of halves. */
function highProduct(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  // Neither sum exceeds 32 bits, whose sign does not matter to the shifts below.
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0;
  const carry = (Math.imul(aLow, bHigh) + (middle & 0xffff)) | 0;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (carry >>> 16)) | 0;
}
