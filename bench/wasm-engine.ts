/** The simulator's own data plane as an engine: the loops of assembly/bench*.ts over the world of world.ts. */
import type { Work } from "./cases";
import { encodeDump, type GuestDump } from "./dump";
import { type Engine, type Measured, measured, measuredTimes } from "./engine";
import { LOG_BYTES, LOG_PAGE_COUNT, markedLog } from "./log";
import { type BenchWorld, createBenchWorld, GUEST_PAGE_COUNT, type Place } from "./world";

export class WasmEngine implements Engine {
  readonly name = "wasm";
  readonly #bench: BenchWorld;
  /** What a harvest finds, and how many pages that is. */
  #marked: Uint8Array = new Uint8Array(LOG_BYTES);
  #markedCount = 0;
  /** Events that wait. */
  #pending = 0;

  constructor(module: WebAssembly.Module) {
    this.#bench = createBenchWorld(module);
  }

  async run(work: Work, count: number): Promise<Measured> {
    const { world, sender, receiver, distancesAt } = this.#bench;
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
    }
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
