/**
 * Loops for the benchmarks, over the functions that the simulation itself calls and no others. Each does a known
 * amount of work on a world that was set up through the boundary; none is part of a run.
 */

import { driver, leaveSocket, nextPacket, pollReceive, post, reclaim } from "./guest/driver";
import { guest } from "./guest/guest";
import { RING_MASK } from "./layout/guest-software";
import { clearLog, mark, nextMarked } from "./memory/dirty-log";
import { receive } from "./nic/rx-ring";
import { gather, measure } from "./nic/tx-ring";
import { vf } from "./nic/virtual-function";
import { NEVER, peek, schedule, take } from "./sim/event-queue";
import { philox } from "./sim/random";
import { world } from "./sim/world";
import { FRAME_START, freeSlot, takeSlot } from "./wire/frame";

/** Packets between two doorbells. */
const BATCH: u32 = 32;

/**
 * Moves packets from one guest to another without wires or time: driver posts, device fetches and copies, device
 * receives and writes back, driver polls and refills. `count` is a multiple of 32. Each packet starts with its number.
 * Returns how many were received.
 */
export function ringPath(from: u32, to: u32, count: u32, bytes: u32): u32 {
  const source = guest(from);
  const target = guest(to);
  const sender = vf(source.vf);
  const receiver = vf(target.vf);
  let received: u32 = 0;
  for (let number: u32 = 0; number < count; number += BATCH) {
    const d = driver(source.memory);
    reclaim(source.memory, d);
    for (let i: u32 = 0; i < BATCH; i++) {
      store<u32>(nextPacket(source.memory, d), number + i);
      post(source.memory, d, bytes);
    }
    sender.tx.tail = d.txNext;
    for (let room = measure(sender); room; room = measure(sender)) {
      const slot = takeSlot(room);
      gather(sender, slot + FRAME_START, room);
      receive(receiver, slot + FRAME_START, room);
      freeSlot(slot);
    }
    const e = driver(target.memory);
    received += pollReceive(target.memory, e, BATCH);
    while (e.socketCount) leaveSocket(target.memory, e);
    receiver.rx.tail = (e.rxNext + RING_MASK) & RING_MASK;
  }
  return received;
}

/**
 * The hold model (Vaucher and Duval, 1975): `pending` events wait; `count` times the first is taken and scheduled
 * again at a random distance. Returns a word of the final time, so that nothing is optimised away.
 */
export function holdEvents(pending: u32, count: u32): u32 {
  const scratch = world().scratch;
  for (let i: u32 = 0; i < pending; i++) schedule(0, i, world().now + distance(scratch, i));
  for (let i: u32 = 0; i < count; i++) {
    const key = take(peek());
    schedule(0, key & 0xffffff, world().now + distance(scratch, pending + i));
  }
  const end = <u32>world().now;
  while (peek() != NEVER) take(peek());
  return end;
}

/** A distance below 2^20 ps, 1 us: uniform, from a counter. */
function distance(scratch: u32, index: u32): u64 {
  store<u64>(scratch, index);
  store<u64>(scratch, 0, 8);
  philox(scratch, 1, 2);
  return load<u32>(scratch) & 0xfffff;
}

/** Marks every `stride`-th page of a log, finds all marks, clears the log; returns the sum of the pages found. */
export function scanLog(log: u32, pageCount: u32, stride: u32): u32 {
  for (let page: u32 = 0; page < pageCount; page += stride) mark(log, page);
  let sum: u32 = 0;
  for (let page = nextMarked(log, 0, pageCount); page < pageCount; page = nextMarked(log, page + 1, pageCount)) {
    sum += page;
  }
  clearLog(log, pageCount);
  return sum;
}
