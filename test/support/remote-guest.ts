/**
 * A guest whose memory lives elsewhere: it fulfils the device's requests after random times, in whatever order these
 * bring, and fails some when told to. Requests may be answered by nobody else.
 */
import {
  DMA_READ,
  DMA_REQUEST_ADDRESS,
  DMA_REQUEST_DATA,
  DMA_REQUEST_KIND,
  DMA_REQUEST_LENGTH,
} from "../../assembly/layout/remote-memory";
import type { World } from "../../src/core/world";
import type { GuestMemory } from "./pool-driver";
import type { RandomSource } from "./random-source";

/** What the device asks for: DMA_READ, DMA_WRITE or DMA_POST. */
export interface DmaRequest {
  readonly kind: number;
  readonly address: number;
  readonly bytes: number;
}

interface OpenRequest extends DmaRequest {
  readonly number: number;
  readonly dueNs: number;
}

export interface RemoteGuestOptions {
  readonly random: RandomSource;
  /** Answers come after 1 to so many nanoseconds. */
  readonly delayNsMax?: number;
  /** Whether a request is to fail. */
  readonly fails?: (request: DmaRequest) => boolean;
  /** Called when a request has been answered with success, after its bytes have been written. */
  readonly onDone?: (request: DmaRequest) => void;
}

export class RemoteGuest implements GuestMemory {
  readonly contents: Uint8Array;
  /** The most requests that were in flight at once. */
  inFlightMax = 0;
  /** Answers that came in another order than the requests were taken in. */
  overtakenCount = 0;
  /** Everything that was taken, in order. */
  readonly taken: DmaRequest[] = [];
  readonly #world: World;
  readonly #vf: number;
  readonly #options: RemoteGuestOptions;
  #open: OpenRequest[] = [];

  constructor(world: World, vf: number, memoryBytes: number, options: RemoteGuestOptions) {
    this.contents = new Uint8Array(memoryBytes);
    this.#world = world;
    this.#vf = vf;
    this.#options = options;
  }

  read(address: number, byteCount: number): Uint8Array {
    return this.contents.slice(address, address + byteCount);
  }

  write(address: number, bytes: Uint8Array): void {
    this.contents.set(bytes, address);
  }

  /** Requests that were taken and not answered yet. */
  get openCount(): number {
    return this.#open.length;
  }

  /** The kinds of the requests that were taken and not answered yet. */
  openKinds(): number[] {
    return this.#open.map(({ kind }) => kind);
  }

  /** Takes every request that may be asked for by now, and decides when each is answered. */
  take(): void {
    const { plane } = this.#world;
    for (let number = plane.takeDmaRequest(this.#vf); number >= 0; number = plane.takeDmaRequest(this.#vf)) {
      const words = this.#world.words(plane.dmaRequestAt(this.#vf, number) >>> 0, 32);
      const dueNs = this.#world.nowNs() + 1 + this.#options.random.below(this.#options.delayNsMax ?? 3000);
      const request = {
        number,
        dueNs,
        kind: words.getUint32(DMA_REQUEST_KIND, true),
        address: Number(words.getBigUint64(DMA_REQUEST_ADDRESS, true)),
        bytes: words.getUint32(DMA_REQUEST_LENGTH, true),
      };
      this.#open.push(request);
      this.taken.push(request);
    }
    this.inFlightMax = Math.max(this.inFlightMax, this.#open.length);
  }

  /** Returns when the next answer is due; Infinity without one. */
  nextDueNs(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...this.#open.map(({ dueNs }) => dueNs));
  }

  /** Answers what is due by now. */
  answerDue(): void {
    const now = this.#world.nowNs();
    const due = this.#open.filter(({ dueNs }) => dueNs <= now);
    while (due.length > 0) {
      const [request] = due.splice(this.#options.random.below(due.length), 1);
      if (request === undefined) continue;
      if (this.#open.indexOf(request) > 0) this.overtakenCount++;
      this.#open = this.#open.filter((other) => other !== request);
      this.#answer(request);
    }
  }

  /** Takes and answers everything that there is, and comes of that, in no time. */
  answerAll(): void {
    for (this.take(); this.#open.length > 0; this.take()) {
      for (const request of this.#open.splice(0)) this.#answer(request);
    }
  }

  #answer(request: OpenRequest): void {
    const { plane } = this.#world;
    const { number, kind, address, bytes } = request;
    const at = plane.dmaRequestAt(this.#vf, number) >>> 0;
    const isInside = address + bytes <= this.contents.length;
    const isDone = isInside && !this.#options.fails?.(request);
    if (at !== 0 && isDone) {
      const data = this.#world.view(this.#world.words(at, 32).getUint32(DMA_REQUEST_DATA, true), bytes);
      if (kind === DMA_READ) data.set(this.contents.subarray(address, address + bytes));
      else this.contents.set(data, address);
    }
    plane.answerDma(this.#vf, number, isDone ? 1 : 0);
    if (at !== 0 && isDone) this.#options.onDone?.(request);
  }
}
