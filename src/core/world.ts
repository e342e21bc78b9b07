/**
 * A simulated world: one instance of the data plane and the typed way to it. Only this folder knows of pointers and
 * views; a view is made for each use, because `memory.buffer` changes when memory grows.
 */

import { PAGE_BYTES } from "../../assembly/layout/limits";
import { type CapturedFrame, decodeCapture } from "./captured";
import type { DataPlane } from "./exports";
import { instantiate } from "./load";
import { decodeTrace, type TraceRecord } from "./trace";

/** How much of everything a world needs; see `arenaBytes`. */
export interface WorldPlan {
  readonly seed: number;
  /** Replication number: selects a substream of the seed. */
  readonly run: number;
  readonly eventCount: number;
  /** Chunks of 64 frames for all guests together. */
  readonly chunkCount: number;
  /** Frame slots of either size. */
  readonly slotCount: number;
  /** Bytes of the arena, an upper bound of all reservations. */
  readonly arenaBytes: number;
  /** Whether trace and captures are kept; benchmarks do without. */
  readonly isObserved: boolean;
  /** Whether payload has its bytes; absent for one that has. */
  readonly hasContent?: boolean;
}

/** Why the data plane returned, with a REASON_ of assembly/layout/event.ts. */
export interface Stop {
  readonly reason: number;
  readonly index: number;
}

const WASM_PAGE_BYTES = 65_536;
/** What a payload page has in place of its bytes. */
const VERSION_BYTES = 8;

export class World {
  private constructor(readonly plane: DataPlane) {}

  /** Makes an empty world. Throws RangeError when memory of that size is not to be had. */
  static create(module: WebAssembly.Module, plan: WorldPlan): World {
    const world = World.blank(module, plan.arenaBytes);
    const end = world.plane.arenaStart() + plan.arenaBytes;
    const { seed, run, eventCount, chunkCount, slotCount } = plan;
    world.plane.createWorld(seed >>> 0, Math.floor(seed / 2 ** 32), run, end, eventCount, chunkCount, slotCount);
    if (plan.hasContent === false) world.plane.leaveOutContent();
    if (plan.isObserved) world.plane.observe();
    return world;
  }

  /** Makes an instance whose memory has room for an arena, with nothing in it: for a world that is loaded. */
  static blank(module: WebAssembly.Module, arenaBytes: number): World {
    const plane = instantiate(module);
    const missing = plane.arenaStart() + arenaBytes - plane.memory.buffer.byteLength;
    if (missing > 0) plane.memory.grow(Math.ceil(missing / WASM_PAGE_BYTES));
    return new World(plane);
  }

  /** Takes events up to a time; the trace and the capture want to be read after each call. */
  advance(untilNs: number): Stop {
    const reason = this.plane.advance(untilNs);
    return { reason, index: this.plane.reasonIndex() };
  }

  /** Returns the time in whole nanoseconds. */
  nowNs(): number {
    return this.plane.nowNs();
  }

  /**
   * Returns a view of memory, valid until the next call that may grow it. Addresses from 2 GiB up come from the data
   * plane as negative numbers; both views take them.
   */
  view(at: number, byteCount: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.plane.memory.buffer as ArrayBuffer, at >>> 0, byteCount);
  }

  words(at: number, byteCount: number): DataView {
    return new DataView(this.plane.memory.buffer, at >>> 0, byteCount);
  }

  /** Reserves a buffer and fills it; set-up only. Returns its address. */
  place(bytes: Uint8Array): number {
    const at = this.plane.reserveBytes(Math.max(bytes.length, 8));
    this.view(at, bytes.length).set(bytes);
    return at;
  }

  /** Reads and empties the trace. */
  takeTrace(): TraceRecord[] {
    const records = decodeTrace(this.plane.memory.buffer, this.plane.traceAt() >>> 0, this.plane.traceCount());
    this.plane.clearTrace();
    return records;
  }

  /** Empties the trace without decoding it. */
  dropTrace(): void {
    this.plane.clearTrace();
  }

  /** Reads and empties the capture buffer. */
  takeCapture(): CapturedFrame[] {
    const frames = decodeCapture(this.plane.memory.buffer, this.plane.captureAt() >>> 0, this.plane.captureBytes());
    this.plane.clearCapture();
    return frames;
  }

  /** Returns a digest of everything: trace, memories, devices and the control state given, as 16 hex digits. */
  digest(control: Uint8Array): string {
    this.plane.digestWorld();
    const exchange = this.plane.exchange();
    const room = 4096;
    for (let from = 0; from < control.length; from += room) {
      const part = control.subarray(from, from + room);
      const padded = new Uint8Array(Math.ceil(part.length / 8) * 8);
      padded.set(part);
      this.view(exchange + 8, padded.length).set(padded);
      this.plane.digestExchange(padded.length);
    }
    const words = this.words(exchange, 8);
    const hex = (offset: number) => words.getUint32(offset, true).toString(16).padStart(8, "0");
    return hex(4) + hex(0);
  }

  /** Returns a copy of each present page of a guest, by page number; of a payload page without content its version. */
  exportMemory(guest: number): Map<number, Uint8Array> {
    const { plane } = this;
    return this.#exportPages(
      plane.pageCount(guest),
      (page) => plane.pageFrame(guest, page) >>> 0,
      (page) => plane.pageVersion(guest, page) >>> 0,
    );
  }

  /** Returns a copy of each block of a disk that was ever written, by its number; without content its version. */
  exportDisk(disk: number): Map<number, Uint8Array> {
    const { plane } = this;
    return this.#exportPages(
      plane.blockCount(disk),
      (block) => plane.blockFrame(disk, block) >>> 0,
      (block) => plane.blockVersion(disk, block) >>> 0,
    );
  }

  #exportPages(
    pageCount: number,
    frameOf: (page: number) => number,
    versionOf: (page: number) => number,
  ): Map<number, Uint8Array> {
    const found: [page: number, at: number, byteCount: number][] = [];
    for (let page = 0; page < pageCount; page++) {
      const frame = frameOf(page);
      const version = frame ? 0 : versionOf(page);
      if (frame) found.push([page, frame, PAGE_BYTES]);
      else if (version) found.push([page, version, VERSION_BYTES]);
    }
    const copy = new Uint8Array(found.reduce((sum, [, , byteCount]) => sum + byteCount, 0));
    let to = 0;
    return new Map(
      found.map(([page, at, byteCount]) => {
        const bytes = copy.subarray(to, to + byteCount);
        bytes.set(this.view(at, byteCount));
        to += byteCount;
        return [page, bytes];
      }),
    );
  }
}
