/** Plain JavaScript on typed arrays as an engine. */
import type { Work } from "./cases";
import { encodeDump, type GuestDump } from "./dump";
import { type Engine, type Measured, measured, measuredTimes } from "./engine";
import { HOLD_COUNT_MAX } from "./holds";
import { IMAGE_ROOM_BYTES, IMAGES } from "./image";
import { createLog, harvestLog } from "./javascript/dirty-log";
import { EventQueue } from "./javascript/event-queue";
import { drawDistances, fillEvents, holdEvents } from "./javascript/hold-events";
import { ImageBench } from "./javascript/images";
import { PageBench } from "./javascript/pages";
import { PAGE_BYTES } from "./javascript/pool";
import { RingWorld, ringPath } from "./javascript/ring-path";
import type { VirtualFunction } from "./javascript/virtual-function";
import { LOG_PAGE_COUNT, markedLog } from "./log";
import { GUEST_PAGE_COUNT } from "./world";

export class JavascriptEngine implements Engine {
  readonly name = "js";
  readonly #world = new RingWorld(GUEST_PAGE_COUNT);
  readonly #events = new EventQueue();
  readonly #distances = new Int32Array(HOLD_COUNT_MAX);
  readonly #log = createLog(LOG_PAGE_COUNT);
  /** What a harvest finds, and how many pages that is. */
  #marked = createLog(LOG_PAGE_COUNT);
  #markedCount = 0;
  readonly #images: ImageBench;
  readonly #pages = new PageBench();

  /** Makes the engine; it saves and restores the images given. */
  constructor(images: readonly Uint8Array[] = IMAGES) {
    this.#images = new ImageBench(images, IMAGE_ROOM_BYTES);
  }

  async run(work: Work, count: number): Promise<Measured> {
    switch (work.kind) {
      case "ring-path":
        return measured(() => ringPath(this.#world, count, work.frameBytes));
      case "harvest":
        return this.#harvest(work.markedCount, count);
      case "hold-events":
        if (work.pending !== this.#events.count) fillEvents(this.#events, work.pending);
        drawDistances(this.#distances, count);
        return measured(() => holdEvents(this.#events, this.#distances, count));
      case "save-image":
        return this.#saveImages(work.image, count);
      case "restore-image":
        return this.#restoreImages(work.image, count);
      case "copy-page":
        return this.#copyPages(count);
      case "hash-page":
        return measured(() => this.#pages.hash(count));
      case "delta-page":
        return this.#deltaPages(work.changedWords, count);
    }
  }

  #copyPages(count: number): Measured {
    const { nanoseconds } = measured(() => {
      this.#pages.copy(count);
      return 0;
    });
    return { nanoseconds, result: this.#pages.copiedCrc() };
  }

  #deltaPages(changedWords: number, count: number): Measured {
    this.#pages.prepareDelta(changedWords);
    const { nanoseconds, result } = measured(() => this.#pages.delta(count));
    return { nanoseconds, result: (result ^ this.#pages.runsCrc()) >>> 0 };
  }

  #saveImages(image: number, count: number): Measured {
    this.#images.prepareSave(image);
    const { nanoseconds } = measured(() => {
      this.#images.save(count);
      return 0;
    });
    return { nanoseconds, result: this.#images.savedCrc() };
  }

  #restoreImages(image: number, count: number): Measured {
    const { nanoseconds, result } = measured(() => this.#images.restore(image, count));
    return { nanoseconds, result: result || this.#images.stateCrc() };
  }

  #harvest(markedCount: number, count: number): Measured {
    if (markedCount !== this.#markedCount) this.#marked = new Int32Array(markedLog(markedCount).buffer);
    this.#markedCount = markedCount;
    return measuredTimes(
      count,
      () => this.#log.set(this.#marked),
      () => harvestLog(this.#log),
    );
  }

  async dump(): Promise<Uint8Array> {
    const { sender, receiver } = this.#world;
    return encodeDump([dumpGuest(sender), dumpGuest(receiver)]);
  }

  close(): void {}
}

function dumpGuest(vf: VirtualFunction): GuestDump {
  const { table, log, pool } = vf.memory;
  const pages = new Map<number, Uint8Array>();
  table.forEach((frame, page) => {
    if (frame !== 0) pages.set(page, pool.bytes.slice(frame, frame + PAGE_BYTES));
  });
  return { pages, processorLog: takeBytes(log), deviceLog: takeBytes(vf.log) };
}

/** Returns a log's bytes and clears it. */
function takeBytes(log: Int32Array): Uint8Array {
  const bytes = new Uint8Array(log.buffer).slice();
  log.fill(0);
  return bytes;
}
