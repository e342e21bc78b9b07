/**
 * The guest's driver. All that it knows lies in guest memory: the pages are those of the simulator's guest, written
 * down here a second time. Every write goes through `touch`.
 *
 *     page 1    driver: ring positions, counts       2, 3    receive and transmit ring, 256 descriptors each
 *     page 4    buffer of each receive descriptor    5       stack of free receive buffers, 16 bits each
 *     page 6    socket queue: buffer and bytes       16      512 receive buffers of 2 KiB
 *                                                    272     256 transmit buffers of 2 KiB
 *
 * `d` is the address of the driver's page, as `driverOf` returns it.
 */
import {
  DESCRIPTOR_SHIFT,
  RX_ADDRESS,
  RX_DD,
  RX_LENGTH,
  RX_STATUS,
  TX_ADDRESS,
  TX_COMMAND,
  TX_DD,
  TX_DEXT,
  TX_EOP,
  TX_IFCS,
  TX_PAYLEN_SHIFT,
  TX_RS,
  TX_STATUS,
  TX_TYPE_DATA,
} from "./descriptor";
import { type GuestMemory, look, touch } from "./guest-memory";
import { load16, load32, PAGE_SHIFT, type Pool, store16, store32 } from "./pool";
import type { VirtualFunction } from "./virtual-function";

const DRIVER = 1 << PAGE_SHIFT;
const RX_RING = 2 << PAGE_SHIFT;
const TX_RING = 3 << PAGE_SHIFT;
const RX_BUFFER_OF = 4 << PAGE_SHIFT;
const FREE_BUFFERS = 5 << PAGE_SHIFT;
const SOCKET = 6 << PAGE_SHIFT;
const RX_BUFFERS = 16 << PAGE_SHIFT;
const TX_BUFFERS = 272 << PAGE_SHIFT;
const RING_COUNT = 256;
export const RING_MASK = 255;
const RX_BUFFER_COUNT = 512;
const RX_BUFFER_MASK = 511;
const BUFFER_SHIFT = 11;
/** Frames begin a few cache lines into their buffers, by a line more from one to the next, eight in turn. */
const START_SHIFT = 6;
const START_MASK = 7 << START_SHIFT;
const SOCKET_COUNT = 254;
const SOCKET_MASK = 255;

// Words of the driver's page.
export const RX_NEXT = 0;
export const TX_NEXT = 4;
const TX_CLEAN = 8;
const TX_START = 12;
const RX_TOLD = 16;
const FREE_COUNT = 24;
const SOCKET_FIRST = 28;
export const SOCKET_COUNT_AT = 32;
const SOCKET_DROPPED = 36;

/** Returns where the driver's page is, and marks it. */
export function driverOf(memory: GuestMemory): number {
  return touch(memory, DRIVER);
}

/** Initialises the rings and turns the queues on. */
export function boot(memory: GuestMemory, vf: VirtualFunction): void {
  const { pool } = memory;
  const d = driverOf(memory);
  const ring = touch(memory, RX_RING);
  touch(memory, TX_RING);
  const bufferOf = touch(memory, RX_BUFFER_OF);
  const free = touch(memory, FREE_BUFFERS);
  for (let i = 0; i < RX_BUFFER_MASK; i++) store16(pool, free + (i << 1), RX_BUFFER_MASK - 1 - i);
  store32(pool, d + FREE_COUNT, RX_BUFFER_COUNT - 1);
  // Every descriptor gets a buffer, also the one at the tail.
  for (let i = 0; i < RING_COUNT; i++) refill(pool, { ring, bufferOf, free }, d, i);
  store32(pool, d + RX_TOLD, RING_MASK);
  vf.rx.enable(RX_RING, RING_COUNT, RING_MASK);
  vf.tx.enable(TX_RING, RING_COUNT, 0);
}

/** Where the pages are that receiving writes, looked up once for a burst. */
interface ReceivePages {
  readonly ring: number;
  readonly bufferOf: number;
  readonly free: number;
}

/** Where in a buffer its frame begins. */
function startOf(buffer: number): number {
  return (buffer << START_SHIFT) & START_MASK;
}

/** Gives a receive descriptor a free buffer. */
function refill(pool: Pool, { ring, bufferOf, free }: ReceivePages, d: number, position: number): void {
  const freeCount = (load32(pool, d + FREE_COUNT) - 1) & RX_BUFFER_MASK;
  store32(pool, d + FREE_COUNT, freeCount);
  const buffer = load16(pool, free + (freeCount << 1));
  store32(pool, bufferOf + (position << 2), buffer);
  const at = ring + (position << DESCRIPTOR_SHIFT);
  store32(pool, at + RX_ADDRESS, RX_BUFFERS + (buffer << BUFFER_SHIFT) + startOf(buffer));
  store32(pool, at + RX_ADDRESS + 4, 0);
  store32(pool, at + RX_STATUS, 0);
  store32(pool, at + RX_LENGTH, 0);
}

function freeBuffer(pool: Pool, free: number, d: number, buffer: number): void {
  const freeCount = load32(pool, d + FREE_COUNT);
  store16(pool, free + (freeCount << 1), buffer);
  store32(pool, d + FREE_COUNT, (freeCount + 1) & RX_BUFFER_MASK);
}

function enqueue(pool: Pool, socket: number, free: number, d: number, buffer: number, byteCount: number): void {
  const count = load32(pool, d + SOCKET_COUNT_AT);
  if (count >= SOCKET_COUNT) {
    store32(pool, d + SOCKET_DROPPED, load32(pool, d + SOCKET_DROPPED) + 1);
    freeBuffer(pool, free, d, buffer);
    return;
  }
  const entry = socket + (((load32(pool, d + SOCKET_FIRST) + count) & SOCKET_MASK) << 3);
  store32(pool, d + SOCKET_COUNT_AT, count + 1);
  store16(pool, entry, buffer);
  store16(pool, entry + 2, startOf(buffer));
  store32(pool, entry + 4, byteCount);
}

/** Takes the frame that has waited longest off the socket queue; its buffer is free again. */
export function leaveSocket(memory: GuestMemory, d: number): void {
  const { pool } = memory;
  const first = load32(pool, d + SOCKET_FIRST);
  const entry = touch(memory, SOCKET) + ((first & SOCKET_MASK) << 3);
  freeBuffer(pool, touch(memory, FREE_BUFFERS), d, load16(pool, entry));
  store32(pool, d + SOCKET_FIRST, (first + 1) & SOCKET_MASK);
  store32(pool, d + SOCKET_COUNT_AT, load32(pool, d + SOCKET_COUNT_AT) - 1);
}

function isReceived(pool: Pool, ring: number, position: number): boolean {
  return (load32(pool, ring + (position << DESCRIPTOR_SHIFT) + RX_STATUS) & RX_DD) !== 0;
}

/** Moves received frames to the socket queue and refills the ring; returns how many frames there were. */
export function pollReceive(memory: GuestMemory, d: number, budget: number): number {
  const { pool } = memory;
  if (!isReceived(pool, look(memory, RX_RING), load32(pool, d + RX_NEXT) & RING_MASK)) return 0;
  const ring = touch(memory, RX_RING);
  const bufferOf = touch(memory, RX_BUFFER_OF);
  const free = touch(memory, FREE_BUFFERS);
  const socket = touch(memory, SOCKET);
  const pages = { ring, bufferOf, free };
  let count = 0;
  for (; count < budget; count++) {
    const position = load32(pool, d + RX_NEXT) & RING_MASK;
    if (!isReceived(pool, ring, position)) break;
    const byteCount = load16(pool, ring + (position << DESCRIPTOR_SHIFT) + RX_LENGTH);
    enqueue(pool, socket, free, d, load32(pool, bufferOf + (position << 2)), byteCount);
    refill(pool, pages, d, position);
    store32(pool, d + RX_NEXT, (position + 1) & RING_MASK);
  }
  return count;
}

/** Reclaims transmit descriptors that the device has completed; with the last one the buffers begin anew. */
export function reclaim(memory: GuestMemory, d: number): void {
  const { pool } = memory;
  const ring = look(memory, TX_RING);
  const end = load32(pool, d + TX_NEXT);
  let clean = load32(pool, d + TX_CLEAN);
  while (clean !== end && load32(pool, ring + ((clean & RING_MASK) << DESCRIPTOR_SHIFT) + TX_STATUS) & TX_DD) {
    clean = (clean + 1) & RING_MASK;
    store32(pool, d + TX_CLEAN, clean);
  }
  if (clean === end) store32(pool, d + TX_START, end);
}

/** Returns the guest address of the next packet's buffer. */
function nextBuffer(pool: Pool, d: number): number {
  const number = (load32(pool, d + TX_NEXT) - load32(pool, d + TX_START)) & RING_MASK;
  return TX_BUFFERS + (number << BUFFER_SHIFT) + startOf(number);
}

/** Returns where the next packet's bytes are to be written. */
export function nextPacket(memory: GuestMemory, d: number): number {
  return touch(memory, nextBuffer(memory.pool, d));
}

/** Posts the packet that was written to `nextPacket`. */
export function post(memory: GuestMemory, d: number, byteCount: number): void {
  const { pool } = memory;
  const position = load32(pool, d + TX_NEXT) & RING_MASK;
  const at = touch(memory, TX_RING) + (position << DESCRIPTOR_SHIFT);
  store32(pool, at + TX_ADDRESS, nextBuffer(pool, d));
  store32(pool, at + TX_ADDRESS + 4, 0);
  store32(pool, at + TX_COMMAND, byteCount | TX_TYPE_DATA | TX_DEXT | TX_IFCS | TX_EOP | TX_RS);
  store32(pool, at + TX_STATUS, byteCount << TX_PAYLEN_SHIFT);
  store32(pool, d + TX_NEXT, (position + 1) & RING_MASK);
}
