/**
 * What the port keeps for one pool: registers, queues, vectors, MSI-X, memory, and where it stands in the scheme of
 * fetching and quiescing. Invariant: a register's stored value is in `registers`; the rest has no register.
 * Source: docs/device.md, "Pools and queues".
 */

import { addressOf } from "./bytes";
import type { DeviceSettings } from "./device-interface";
import { PoolMemory } from "./memory";
import { OutboundBuffer } from "./outbound";
import { RegisterFile } from "./register-file";
import * as vf from "./vf-registers";
import type { Completion } from "./write-back";

export const PF_POOL = 7;
export const POOL_COUNT = 8;
export const VECTOR_COUNT = 3;
export const QUEUE_COUNT = 2;

/** The words of a context descriptor that matter. */
export interface Context {
  readonly dw0: number;
  readonly dw2: number;
  readonly dw3: number;
}

export const EMPTY_CONTEXT: Context = { dw0: 0, dw2: 0, dw3: 0 };

/** A word of a receive descriptor that is kept until it is written. */
export interface PendingWord {
  readonly position: number;
  readonly inDescriptor: number;
  readonly word: number;
  readonly isLast: boolean;
}

export interface TransmitQueue {
  contexts: readonly Context[];
  /** Where the next packet is fetched: the head, or beyond it while packets wait for their release. */
  fetchedAt: number;
  pending: Completion[];
  timerPs: number | undefined;
}

export interface ReceiveQueue {
  pending: PendingWord[];
  timerPs: number | undefined;
}

export interface Vector {
  /** When the running interval ends. */
  endsAtPs: number | undefined;
  isRemembered: boolean;
}

export interface Msix {
  readonly table: number[];
  control: number;
  pending: number;
}

/** A frame for a pool, and what the bridge knows about it. */
export interface ArrivedFrame {
  readonly bytes: Uint8Array;
  readonly isLooped: boolean;
  /** The destination was found among the receive addresses. */
  readonly isExact: boolean;
}

/** A ring as its registers give it now. */
export interface Ring {
  readonly base: bigint;
  readonly count: number;
  readonly head: number;
  readonly tail: number;
  /** Descriptors that hardware owns. */
  readonly owned: number;
}

function newMsix(): Msix {
  return { table: [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1], control: 0, pending: 0 };
}

export class Pool {
  readonly index: number;
  readonly hasVf: boolean;
  readonly registers = new RegisterFile(vf.VF_REGISTERS);
  readonly memory: PoolMemory;
  readonly outbound: OutboundBuffer;
  readonly msix = newMsix();
  readonly transmitQueues: readonly TransmitQueue[] = [newTransmitQueue(), newTransmitQueue()];
  readonly receiveQueues: readonly ReceiveQueue[] = [newReceiveQueue(), newReceiveQueue()];
  readonly vectors: readonly Vector[] = [newVector(), newVector(), newVector()];
  /** When the free-running timer was 0. */
  timerBasePs = 0;
  /** The transmit queue that was served last. */
  lastQueue = 1;
  /** When a listed pool may fetch, and whether the port has yet to fetch because of it. */
  listed: { readonly mayFetchPs: number; isAwaited: boolean } | undefined;
  /** Set from a quiesce until the pool goes on; frames up to `lastArrival` had arrived before. */
  stop: { readonly lastArrival: number; readonly endsAtPs: number; isDone: boolean } | undefined;
  waiting: ArrivedFrame[] = [];
  waitingBytes = 0;

  constructor(index: number, settings: DeviceSettings) {
    this.index = index;
    this.hasVf = index < settings.vfCount;
    this.memory = new PoolMemory(this.hasVf || index === PF_POOL ? settings.guestPages : 0);
    this.outbound = new OutboundBuffer(settings.outboundBytes);
  }

  /** A queue's register. */
  queueRegister(register: number, queue: number): number {
    return this.registers.get(register + queue * vf.QUEUE_STRIDE);
  }

  setQueueRegister(register: number, queue: number, value: number): void {
    this.registers.set(register + queue * vf.QUEUE_STRIDE, value);
  }

  receiveRing(queue: number): Ring {
    return this.#ring(vf.RDBAL, vf.RDBAH, vf.RDLEN, vf.RDH, vf.RDT, queue);
  }

  transmitRing(queue: number): Ring {
    return this.#ring(vf.TDBAL, vf.TDBAH, vf.TDLEN, vf.TDH, vf.TDT, queue);
  }

  /** Descriptors that hardware owns from a position on. */
  ownedFrom(ring: Ring, position: number): number {
    return position < ring.count && ring.tail < ring.count ? (ring.tail - position + ring.count) % ring.count : 0;
  }

  #ring(low: number, high: number, length: number, headAt: number, tailAt: number, queue: number): Ring {
    const count = this.queueRegister(length, queue) / 16;
    const head = this.queueRegister(headAt, queue);
    const tail = this.queueRegister(tailAt, queue);
    const base = addressOf(this.queueRegister(low, queue), this.queueRegister(high, queue));
    const owned = head < count && tail < count ? (tail - head + count) % count : 0;
    return { base, count, head, tail, owned };
  }

  /** Forgets contexts and pending reports of a transmit queue. */
  forgetTransmit(queue: number): void {
    const state = this.transmitQueues[queue];
    if (state === undefined) return;
    state.contexts = [EMPTY_CONTEXT, EMPTY_CONTEXT];
    state.fetchedAt = this.queueRegister(vf.TDH, queue);
    state.pending = [];
    state.timerPs = undefined;
    this.outbound.forgetCompletions(queue);
  }

  forgetReceive(queue: number): void {
    const state = this.receiveQueues[queue];
    if (state === undefined) return;
    state.pending = [];
    state.timerPs = undefined;
  }
}

function newTransmitQueue(): TransmitQueue {
  return { contexts: [EMPTY_CONTEXT, EMPTY_CONTEXT], fetchedAt: 0, pending: [], timerPs: undefined };
}

function newReceiveQueue(): ReceiveQueue {
  return { pending: [], timerPs: undefined };
}

function newVector(): Vector {
  return { endsAtPs: undefined, isRemembered: false };
}

/** The address of a descriptor of a ring. */
export function descriptorAddress(ring: Ring, position: number): bigint {
  return BigInt.asUintN(64, ring.base + BigInt(position * 16));
}
