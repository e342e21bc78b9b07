/**
 * The outbound buffer of a protected pool: a ring of bytes in which frames wait for their epoch's release.
 * Invariant: an entry is 16 bytes and the frame's, rounded up to 16, and contiguous; what is skipped at the ring's end
 * counts as used until the reader passes it; an empty ring begins at offset 0. A packet enters whole or not at all.
 * Source: docs/device.md, "Where a frame goes" and "DMA and time"; the sizes of entries are stated here.
 */

import type { Completion } from "./write-back";

const ENTRY_HEADER_BYTES = 16;
const ALIGNMENT = 16;

/** A frame that waits. */
export interface HeldFrame {
  readonly bytes: Uint8Array;
  readonly epoch: number;
  /** What is completed when this frame has gone: "DD at release", on the last frame of a packet. */
  readonly completion: Completion | undefined;
}

interface Entry {
  readonly frame: HeldFrame;
  readonly bytes: number;
  /** What was skipped before it and counts as used until the reader passes it. */
  readonly skipped: number;
}

interface Placement {
  readonly tail: number;
  readonly used: number;
}

function entryBytes(frameBytes: number): number {
  return Math.ceil((ENTRY_HEADER_BYTES + frameBytes) / ALIGNMENT) * ALIGNMENT;
}

/** The buffer of one pool. */
export class OutboundBuffer {
  readonly #capacity: number;
  #entries: Entry[] = [];
  #tail = 0;
  #used = 0;
  #epoch = 0;
  #releasedBelow = 0;
  #isHolding = false;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** Whether a frame passes through without waiting. */
  get isOpen(): boolean {
    return !this.#isHolding && this.isEmpty;
  }

  openEpoch(epoch: number, isHolding: boolean): void {
    this.#epoch = epoch;
    this.#isHolding = isHolding;
    this.#releasedBelow = Math.min(this.#releasedBelow, epoch);
  }

  release(epoch: number): void {
    this.#releasedBelow = Math.max(this.#releasedBelow, epoch + 1);
  }

  stopHolding(): void {
    this.#isHolding = false;
    this.#releasedBelow = Number.POSITIVE_INFINITY;
  }

  /** Whether frames of these lengths can be placed one after another. */
  hasRoom(frameLengths: readonly number[]): boolean {
    let placement: Placement | undefined = { tail: this.#tail, used: this.#used };
    for (const length of frameLengths) {
      if (placement === undefined) return false;
      placement = this.#place(placement, entryBytes(length));
    }
    return placement !== undefined;
  }

  /** Where the tail is after an entry of so many bytes; undefined without room. */
  #place(before: Placement, bytes: number): Placement | undefined {
    const tail = before.used === 0 ? 0 : before.tail;
    const isWrapping = tail + bytes > this.#capacity;
    const used = before.used + (isWrapping ? this.#capacity - tail : 0) + bytes;
    if (used > this.#capacity) return undefined;
    return { tail: isWrapping ? bytes : tail + bytes, used };
  }

  /** Puts a frame in, that has room. */
  enter(bytes: Uint8Array, completion: Completion | undefined): void {
    const before = this.#used;
    const placement = this.#place({ tail: this.#tail, used: before }, entryBytes(bytes.length));
    if (placement === undefined) throw new Error("a frame enters the outbound buffer only with room for it");
    this.#tail = placement.tail;
    this.#used = placement.used;
    const room = entryBytes(bytes.length);
    const frame = { bytes, epoch: this.#epoch, completion };
    this.#entries.push({ frame, bytes: room, skipped: placement.used - before - room });
    this.#passSkipped();
  }

  /** What is skipped at the ring's end is free as soon as it is the reader's turn. */
  #passSkipped(): void {
    const first = this.#entries[0];
    if (first === undefined) return;
    this.#used -= first.skipped;
    this.#entries[0] = { ...first, skipped: 0 };
  }

  /** Lets the first frame go if it is released. */
  leave(): HeldFrame | undefined {
    const first = this.#entries[0];
    if (first === undefined || first.frame.epoch >= this.#releasedBelow) return undefined;
    this.#entries.shift();
    this.#used -= first.bytes;
    this.#passSkipped();
    return first.frame;
  }

  /** Empties the buffer of everything. */
  discard(): HeldFrame[] {
    const frames = this.#entries.map((entry) => entry.frame);
    this.#entries = [];
    this.#used = 0;
    return frames;
  }

  /** Has a dropped packet be complete with the last packet of its queue that waits to be; false if none does. */
  joinLast(completion: Completion): boolean {
    const index = this.#entries.findLastIndex(({ frame }) => frame.completion?.queue === completion.queue);
    const last = this.#entries[index];
    if (last?.frame.completion === undefined) return false;
    const positions = [...last.frame.completion.positions, ...completion.positions];
    this.#entries[index] = { ...last, frame: { ...last.frame, completion: { ...completion, positions } } };
    return true;
  }

  /** Forgets the completions of a queue's packets that wait. */
  forgetCompletions(queue: number): void {
    this.#entries = this.#entries.map((entry) =>
      entry.frame.completion?.queue === queue ? { ...entry, frame: { ...entry.frame, completion: undefined } } : entry,
    );
  }
}
