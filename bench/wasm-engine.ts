/** The simulator's own data plane as an engine: the loops of assembly/bench*.ts over the world of world.ts. */
import { IMAGE_OK } from "../assembly/layout/state-image";
import { crc32c } from "../src/format/crc32c";
import type { Work } from "./cases";
import { encodeDump, type GuestDump } from "./dump";
import { type Engine, type Measured, measured, measuredTimes } from "./engine";
import { IMAGE_ROOM_BYTES, IMAGES } from "./image";
import { LOG_BYTES, LOG_PAGE_COUNT, markedLog } from "./log";
import { newerPages, olderPages, PAGE_BYTES, SET_BYTES, SET_PAGES } from "./pages";
import { type BenchWorld, createBenchWorld, GUEST_PAGE_COUNT, type Place } from "./world";

export class WasmEngine implements Engine {
  readonly name = "wasm";
  readonly #bench: BenchWorld;
  /** What a harvest finds, and how many pages that is. */
  #marked: Uint8Array = new Uint8Array(LOG_BYTES);
  #markedCount = 0;
  /** Events that wait. */
  #pending = 0;
  /** Words that differ between the two versions of a page; -1 before there are any. */
  #changedWords = -1;

  /** Makes the engine; it saves and restores the images given. */
  constructor(
    module: WebAssembly.Module,
    readonly images: readonly Uint8Array[] = IMAGES,
  ) {
    this.#bench = createBenchWorld(module);
  }

  async run(work: Work, count: number): Promise<Measured> {
    const { world, sender, receiver, distancesAt, pagesAt } = this.#bench;
    switch (work.kind) {
      case "ring-path":
        return measured(() => world.plane.ringPath(sender.guest, receiver.guest, count, work.frameBytes));
      case "harvest":
        return this.#harvest(work.markedCount, count);
      case "hold-events":
        if (work.pending !== this.#pending) world.plane.fillEvents(work.pending);
        this.#pending = work.pending;
        world.plane.drawDistances(distancesAt, count);
        return measured(() => world.plane.holdEvents(distancesAt, count));
      case "save-image":
        return this.#saveImages(work.image, count);
      case "restore-image":
        return this.#restoreImages(work.image, count);
      case "copy-page":
        return this.#copyPages(count);
      case "hash-page":
        this.#preparePages(0);
        return measured(() => world.plane.hashPages(pagesAt, SET_PAGES, count));
      case "delta-page":
        return this.#deltaPages(work.changedWords, count);
    }
  }

  /** Puts both versions of the pages where the data plane can read them. */
  #preparePages(changedWords: number): void {
    if (changedWords === this.#changedWords) return;
    const { world, pagesAt } = this.#bench;
    world.view(pagesAt, SET_BYTES).set(olderPages());
    world.view(pagesAt + SET_BYTES, SET_BYTES).set(newerPages(changedWords));
    this.#changedWords = changedWords;
  }

  #copyPages(count: number): Measured {
    const { world, pagesAt, madeAt } = this.#bench;
    this.#preparePages(0);
    const { nanoseconds } = measured(() => {
      world.plane.copyPages(pagesAt, madeAt, SET_PAGES, count);
      return 0;
    });
    return { nanoseconds, result: crc32c(world.view(madeAt, SET_BYTES)) };
  }

  #deltaPages(changedWords: number, count: number): Measured {
    const { world, pagesAt, madeAt } = this.#bench;
    this.#preparePages(changedWords);
    const runs = world.view(madeAt, PAGE_BYTES).fill(0);
    const newerAt = pagesAt + SET_BYTES;
    const { nanoseconds, result } = measured(() => {
      return world.plane.deltaPages(pagesAt, newerAt, SET_PAGES, madeAt, count);
    });
    return { nanoseconds, result: (result ^ crc32c(runs)) >>> 0 };
  }

  #saveImages(image: number, count: number): Measured {
    const { world, imageVf, savedAt } = this.#bench;
    const problem = this.#restore(image, 1).result;
    if (problem !== IMAGE_OK) throw new RangeError("the state to save is possible");
    const { nanoseconds, result } = measured(() => world.plane.saveImages(imageVf, savedAt, count));
    return { nanoseconds, result: crc32c(world.view(savedAt, result)) };
  }

  #restoreImages(image: number, count: number): Measured {
    const { nanoseconds, result } = this.#restore(image, count);
    return { nanoseconds, result: result || this.#stateCrc() };
  }

  /** Restores an image and its neighbour in turns; the result is IMAGE_OK, or why one was refused. */
  #restore(image: number, count: number): Measured {
    const { world, imageVf, imagesAt } = this.#bench;
    const secondAt = imagesAt + IMAGE_ROOM_BYTES;
    const firstBytes = this.#place(image, imagesAt);
    const secondBytes = this.#place(image ^ 1, secondAt);
    return measured(() => world.plane.restoreImages(imageVf, imagesAt, firstBytes, secondAt, secondBytes, count));
  }

  /** Puts an image where the data plane can read it; returns its bytes. */
  #place(image: number, at: number): number {
    const bytes = this.images[image] ?? new Uint8Array();
    const room = this.#bench.world.view(at, IMAGE_ROOM_BYTES);
    room.fill(0);
    room.set(bytes);
    return bytes.length;
  }

  #stateCrc(): number {
    const { world, imageVf, savedAt } = this.#bench;
    return crc32c(world.view(savedAt, world.plane.saveImage(imageVf, savedAt)));
  }

  #harvest(markedCount: number, count: number): Measured {
    const { world, logAt } = this.#bench;
    if (markedCount !== this.#markedCount) this.#marked = markedLog(markedCount);
    this.#markedCount = markedCount;
    return measuredTimes(
      count,
      () => world.view(logAt, LOG_BYTES).set(this.#marked),
      () => world.plane.harvestLog(logAt, LOG_PAGE_COUNT),
    );
  }

  async dump(): Promise<Uint8Array> {
    return encodeDump([this.#dumpGuest(this.#bench.sender), this.#dumpGuest(this.#bench.receiver)]);
  }

  #dumpGuest({ guest, vf }: Place): GuestDump {
    const { world } = this.#bench;
    const processorLog = this.#readLog(guest);
    // The boundary shows a device's log only by adding it to the processor's: that one is emptied first.
    world.plane.startLogging(guest, 0);
    world.plane.collectDmaLog(vf);
    const deviceLog = this.#readLog(guest);
    world.plane.startLogging(guest, 0);
    return { pages: world.exportMemory(guest), processorLog, deviceLog };
  }

  #readLog(guest: number): Uint8Array {
    const log = new Uint8Array(GUEST_PAGE_COUNT / 8);
    for (let page = 0; page < GUEST_PAGE_COUNT; page++) {
      if (this.#bench.world.plane.isPageDirty(guest, page))
        log[page >>> 3] = (log[page >>> 3] ?? 0) | (1 << (page & 7));
    }
    return log;
  }

  close(): void {}
}
