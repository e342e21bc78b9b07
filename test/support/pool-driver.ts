/**
 * A driver of one pool that a test writes by hand: a transmit ring and a receive ring of queue 0 in a guest memory of
 * either kind. Descriptors are four words each, as docs/device.md counts them.
 *
 *      page 1          2              3              8 ...            128 ...
 *     +---------------+--------------+--------------+----------------+----------------------------+
 *     | transmit ring | receive ring | written head | bytes to send  | receive buffers, a page each |
 *     +---------------+--------------+--------------+----------------+----------------------------+
 */
import { PAGE_BYTES } from "../../assembly/layout/limits";
import {
  RDBAL,
  RDLEN,
  RDT,
  RXDCTL,
  SRRCTL,
  TDBAL,
  TDLEN,
  TDT,
  TDWBAL,
  TXDCTL,
} from "../../assembly/layout/vf-registers";
import { DESCRIPTOR_TYPE_SHIFT, HEADER_UNITS_SHIFT, QUEUE_ENABLE } from "../../assembly/layout/virtual-function";
import type { World } from "../../src/core/world";
import { littleEndian32, wordBytes } from "../reference/bytes";
import { readGuest, writeGuest } from "./guest-pages";
import { WHOLE_PACKET } from "./transmit-ring";

/** A guest's memory, wherever it is. */
export interface GuestMemory {
  read(address: number, byteCount: number): Uint8Array;
  write(address: number, bytes: Uint8Array): void;
}

/** The memory of a guest of the simulator. */
export function localMemory(world: World, guest: number): GuestMemory {
  return {
    read: (address, byteCount) => readGuest(world, guest, address, byteCount),
    write: (address, bytes) => writeGuest(world, guest, address, bytes),
  };
}

export const TRANSMIT_RING = PAGE_BYTES;
export const RECEIVE_RING = 2 * PAGE_BYTES;
export const HEAD_AT = 3 * PAGE_BYTES;
const DATA_FROM = 8 * PAGE_BYTES;
const DATA_TO = 128 * PAGE_BYTES;
export const BUFFERS_AT = DATA_TO;
/** Pages of a guest that such a driver needs. */
export const DRIVER_PAGE_COUNT = 384;

export interface ReceiveOptions {
  readonly count?: number;
  /** SRRCTL's descriptor type; one buffer unless told. */
  readonly type?: number;
  readonly kib?: number;
  readonly headerUnits?: number;
  /** How many descriptors hardware is to own; all but one unless told. */
  readonly owned?: number;
}

export class PoolDriver {
  #sendTail = 0;
  #sendCount = 0;
  #dataAt = DATA_FROM;

  constructor(
    readonly world: World,
    readonly vf: number,
    readonly memory: GuestMemory,
  ) {}

  write(offset: number, value: number): void {
    this.world.plane.writeRegister(this.vf, offset, value);
  }

  peek(offset: number): number {
    return this.world.plane.peekRegister(this.vf, offset) >>> 0;
  }

  startTransmit(count = 128, writesHead = false): void {
    this.write(TXDCTL, 0);
    this.write(TDBAL, TRANSMIT_RING);
    this.write(TDLEN, count * 16);
    this.write(TDWBAL, writesHead ? HEAD_AT + 1 : 0);
    this.write(TXDCTL, QUEUE_ENABLE);
    this.#sendTail = 0;
    this.#sendCount = count;
  }

  /** Puts bytes where the device may read them; returns where. */
  place(bytes: Uint8Array): number {
    if (this.#dataAt + bytes.length > DATA_TO) this.#dataAt = DATA_FROM;
    const at = this.#dataAt;
    this.memory.write(at, bytes);
    this.#dataAt += bytes.length;
    return at;
  }

  /** Puts descriptors behind those posted before; the device is not told. */
  post(descriptors: readonly (readonly number[])[]): void {
    for (const words of descriptors) {
      this.memory.write(TRANSMIT_RING + this.#sendTail * 16, wordBytes(...words));
      this.#sendTail = (this.#sendTail + 1) % this.#sendCount;
    }
  }

  /** Posts whole frames, each in a buffer of its own; `command` is beside the length. */
  postFrames(frames: readonly Uint8Array[], command = WHOLE_PACKET): void {
    this.post(frames.map((bytes) => [this.place(bytes), 0, (command | bytes.length) >>> 0, 0]));
  }

  /** Tells the device of everything posted. */
  ring(): void {
    this.write(TDT, this.#sendTail);
  }

  /** Writes to the first receive buffers: a page that is not there yet is brought in on the long way. */
  touchBuffers(count: number): void {
    for (let index = 0; index < count; index++) this.memory.write(packetBufferOf(index), Uint8Array.of(1));
  }

  /** Lays a receive ring whose descriptors have a page each: the header buffer, then the packet buffer. */
  startReceive({ count = 256, type = 1, kib = 2, headerUnits = 2, owned = count - 1 }: ReceiveOptions = {}): void {
    for (let index = 0; index < count; index++) {
      const words = wordBytes(packetBufferOf(index), 0, headerBufferOf(index), 0);
      this.memory.write(RECEIVE_RING + index * 16, words);
    }
    this.write(RXDCTL, 0);
    this.write(RDBAL, RECEIVE_RING);
    this.write(RDLEN, count * 16);
    this.write(SRRCTL, kib | (headerUnits << HEADER_UNITS_SHIFT) | (type << DESCRIPTOR_TYPE_SHIFT));
    this.write(RXDCTL, QUEUE_ENABLE);
    this.write(RDT, owned);
  }

  /** The four words of a receive descriptor as they stand in memory. */
  received(index: number): number[] {
    return wordsAt(this.memory, RECEIVE_RING + index * 16);
  }

  /** The four words of a transmit descriptor as they stand in memory. */
  sent(index: number): number[] {
    return wordsAt(this.memory, TRANSMIT_RING + index * 16);
  }
}

export function headerBufferOf(index: number): number {
  return BUFFERS_AT + index * PAGE_BYTES;
}

export function packetBufferOf(index: number): number {
  return BUFFERS_AT + index * PAGE_BYTES + PAGE_BYTES / 2;
}

function wordsAt(memory: GuestMemory, address: number): number[] {
  const bytes = memory.read(address, 16);
  return [0, 4, 8, 12].map((at) => littleEndian32(bytes, at));
}
