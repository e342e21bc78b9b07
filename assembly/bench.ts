/**
 * Loops for the benchmarks, over the functions that the simulation itself calls and no others. Each does a known
 * amount of work on a world that was set up through the boundary; none is part of a run.
 */

import { driver, leaveSocket, pollReceive } from "./guest/driver";
import { nextPacket, post, reclaim } from "./guest/driver-transmit";
import { guest } from "./guest/guest";
import { RING_MASK } from "./layout/guest-software";
import { FRAME_BYTES_MIN } from "./layout/limits";
import { packet } from "./nic/packet";
import { receive } from "./nic/rx-ring";
import { completePlain, Found, findPacket, readPlain } from "./nic/tx-ring";
import { vf } from "./nic/virtual-function";
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
    while (findPacket(sender) == Found.Plain) {
      const room = max<u32>(packet().bytes, FRAME_BYTES_MIN);
      const slot = takeSlot(room);
      readPlain(sender, slot + FRAME_START);
      completePlain(sender);
      receive(receiver, slot + FRAME_START, room, 0);
      freeSlot(slot);
    }
    const e = driver(target.memory);
    received += pollReceive(target.memory, e, BATCH);
    while (e.socketCount) leaveSocket(target.memory, e);
    receiver.rx.tail = (e.rxNext + RING_MASK) & RING_MASK;
  }
  return received;
}
