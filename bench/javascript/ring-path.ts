/**
 * The ring path, without wires or time: driver posts, device fetches and copies, device receives and writes back,
 * driver polls and refills. The same steps in the same order as assembly/bench.ts, on typed arrays.
 */
import {
  boot,
  driverOf,
  leaveSocket,
  nextPacket,
  pollReceive,
  post,
  RING_MASK,
  RX_NEXT,
  reclaim,
  SOCKET_COUNT_AT,
  TX_NEXT,
} from "./driver";
import { FRAME_START, FrameSlots, freeSlot, takeSlot } from "./frame-slots";
import { GuestMemory } from "./guest-memory";
import { load32, Pool, store32 } from "./pool";
import { gather, measure, receive } from "./rings";
import { VirtualFunction } from "./virtual-function";

/** Packets between two doorbells. */
const BATCH = 32;
const POOL_BYTES = 32 * 1024 ** 2;

/** Two guests with a virtual function each, booted, both logs on and empty. */
export class RingWorld {
  readonly pool = new Pool(POOL_BYTES);
  readonly slots = new FrameSlots(this.pool);
  readonly sender: VirtualFunction;
  readonly receiver: VirtualFunction;

  constructor(pageCount: number) {
    this.sender = this.#addGuest(pageCount);
    this.receiver = this.#addGuest(pageCount);
  }

  #addGuest(pageCount: number): VirtualFunction {
    const memory = new GuestMemory(this.pool, pageCount);
    const vf = new VirtualFunction(memory);
    boot(memory, vf);
    memory.isLogging = true;
    vf.isLogging = true;
    return vf;
  }
}

/** Moves `count` packets, a multiple of 32; each starts with its number. Returns how many were received. */
export function ringPath(world: RingWorld, count: number, byteCount: number): number {
  let received = 0;
  for (let number = 0; number < count; number += BATCH) {
    postBatch(world, number, byteCount);
    carryBatch(world);
    received += pollBatch(world);
  }
  return received;
}

function postBatch(world: RingWorld, number: number, byteCount: number): void {
  const { pool, sender } = world;
  const { memory } = sender;
  const d = driverOf(memory);
  reclaim(memory, d);
  for (let i = 0; i < BATCH; i++) {
    store32(pool, nextPacket(memory, d), number + i);
    post(memory, d, byteCount);
  }
  sender.tx.tail = load32(pool, d + TX_NEXT);
}

function carryBatch(world: RingWorld): void {
  const { sender, receiver, slots } = world;
  for (let room = measure(sender); room !== 0; room = measure(sender)) {
    const slot = takeSlot(slots, room);
    gather(sender, slot + FRAME_START, room);
    receive(receiver, slot + FRAME_START, room);
    freeSlot(slots, slot);
  }
}

function pollBatch(world: RingWorld): number {
  const { pool, receiver } = world;
  const { memory } = receiver;
  const d = driverOf(memory);
  const received = pollReceive(memory, d, BATCH);
  while (load32(pool, d + SOCKET_COUNT_AT) !== 0) leaveSocket(memory, d);
  receiver.rx.tail = (load32(pool, d + RX_NEXT) + RING_MASK) & RING_MASK;
  return received;
}
