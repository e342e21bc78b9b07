/**
 * What a random program remembers while it is written: its steps, the tails of its rings, and where things are in the
 * memory of its guests. Invariant: it supposes that all goes well; what really happens is the device's business.
 * Source: docs/registers.md for the offsets.
 */

import { addressOf, itemAt, wordBytes } from "./bytes";
import type { DeviceSettings } from "./device-interface";
import { PAGE_BYTES } from "./memory";
import type { Mood } from "./mood";
import type { ProgramRandom } from "./random";
import type { Step } from "./step";
import * as vf from "./vf-registers";

const PF_POOL = 7;
const RINGS_PAGE = 1;
export const HEADS_PAGE = 5;
const TRANSMIT_PAGE = 6;
const TRANSMIT_PAGES = 20;
const RECEIVE_PAGE = TRANSMIT_PAGE + TRANSMIT_PAGES;
const RECEIVE_PAGES = 22;

/** A ring as the program believes it to be. */
export interface ProgramRing {
  readonly page: number;
  count: number;
  tail: number;
}

export class ProgramWriter {
  readonly random: ProgramRandom;
  readonly mood: Mood;
  readonly settings: DeviceSettings;
  readonly steps: Step[] = [];
  /** Pools that have somebody. */
  readonly pools: readonly number[];
  /** The high word of the addresses that each pool gives to the device. */
  readonly highWords: readonly number[];
  readonly epochs = new Map<number, number>();
  readonly #rings = new Map<number, ProgramRing>();
  readonly #transmitCursors = new Map<number, number>();

  constructor(random: ProgramRandom, mood: Mood, settings: DeviceSettings) {
    this.random = random;
    this.mood = mood;
    this.settings = settings;
    this.pools = [...Array.from({ length: settings.vfCount }, (_, index) => index), PF_POOL];
    this.highWords = Array.from({ length: 8 }, () =>
      mood.isHigh && random.chance(60) ? random.pick([1, 0x20, 0x1000, 0x80000]) : 0,
    );
  }

  add(step: Step): void {
    this.steps.push(step);
  }

  /** Writes a register of a pool, by itself or through the PF's view. */
  writePool(pool: number, register: number, value: number): void {
    const seenAt = this.viewOf(pool, register);
    const isByPf = pool === PF_POOL || (seenAt !== undefined && this.random.chance(4));
    if (!isByPf) this.add({ kind: "writeVf", pool, offset: register, value: value >>> 0 });
    else if (seenAt !== undefined) this.add({ kind: "writePf", offset: seenAt, value: value >>> 0 });
  }

  /** Where the PF sees a register. */
  viewOf(pool: number, register: number): number | undefined {
    if (!vf.isQueueRegister(register)) return undefined;
    const isTransmit = register >= vf.TDBAL;
    const first = isTransmit ? vf.TDBAL : vf.RDBAL;
    const queue = (register - first) >> 8;
    return (isTransmit ? 0xe000 : 0xc000) + pool * 0x40 + queue * 0x200 + ((register - first) & 0xff);
  }

  writeQueue(pool: number, register: number, queue: number, value: number): void {
    this.writePool(pool, register + queue * vf.QUEUE_STRIDE, value);
  }

  ring(pool: number, queue: number, isReceive: boolean): ProgramRing {
    const index = queue + (isReceive ? 2 : 0);
    const key = pool * 4 + index;
    const known = this.#rings.get(key);
    if (known !== undefined) return known;
    const ring = { page: RINGS_PAGE + index, count: 8, tail: 0 };
    this.#rings.set(key, ring);
    return ring;
  }

  /** An address of the guest's memory as the device is told it. */
  deviceWords(pool: number, address: number): readonly [low: number, high: number] {
    return [address, itemAt(this.highWords, pool)];
  }

  /** Room for bytes to transmit. */
  transmitBuffer(pool: number, bytes: number): number {
    const total = TRANSMIT_PAGES * PAGE_BYTES;
    const cursor = this.#transmitCursors.get(pool) ?? 0;
    const from = cursor + bytes > total ? 0 : cursor;
    this.#transmitCursors.set(pool, from + bytes + this.random.below(5));
    return TRANSMIT_PAGE * PAGE_BYTES + Math.min(from, total - Math.min(bytes, total));
  }

  /** Somewhere for received bytes. */
  receiveBuffer(bytes: number): number {
    const total = RECEIVE_PAGES * PAGE_BYTES - bytes;
    const at = this.random.chance(80) ? this.random.below(Math.floor(total / 256)) * 256 : this.random.below(total);
    return RECEIVE_PAGE * PAGE_BYTES + at;
  }

  /** Writes descriptors at a ring's tail and moves it, without telling the device. */
  putDescriptors(pool: number, ring: ProgramRing, descriptors: readonly (readonly number[])[]): void {
    for (let from = 0; from < descriptors.length; ) {
      const run = descriptors.slice(from, from + ring.count - ring.tail);
      const address = ring.page * PAGE_BYTES + ring.tail * 16;
      this.add({ kind: "writeMemory", pool, address, bytes: wordBytes(...run.flat()) });
      ring.tail = (ring.tail + run.length) % ring.count;
      from += run.length;
    }
  }

  ringTail(pool: number, queue: number, isReceive: boolean): void {
    const ring = this.ring(pool, queue, isReceive);
    this.writeQueue(pool, isReceive ? vf.RDT : vf.TDT, queue, ring.tail);
  }

  /** The first page of the device's address space in which a pool's memory is seen. */
  firstDevicePage(pool: number): number {
    return Number(addressOf(0, itemAt(this.highWords, pool))) / PAGE_BYTES;
  }
}
