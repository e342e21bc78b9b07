/** The simulator's own data plane as an engine: the loops of assembly/bench.ts over the world of world.ts. */
import type { Work } from "./cases";
import { encodeDump, type GuestDump } from "./dump";
import { type Engine, type Measured, measured } from "./engine";
import { type BenchWorld, createBenchWorld, GUEST_PAGE_COUNT, type Place } from "./world";

export class WasmEngine implements Engine {
  readonly name = "wasm";
  readonly #bench: BenchWorld;

  constructor(module: WebAssembly.Module) {
    this.#bench = createBenchWorld(module);
  }

  async run(work: Work, count: number): Promise<Measured> {
    return measured(() => this.#work(work, count));
  }

  #work(work: Work, count: number): number {
    const { world, sender, receiver, logAt } = this.#bench;
    switch (work.kind) {
      case "ring-path":
        return world.plane.ringPath(sender.guest, receiver.guest, count, work.frameBytes);
      case "hold-events":
        return world.plane.holdEvents(work.pending, count);
      case "dirty-scan": {
        let sum = 0;
        for (let i = 0; i < count; i++) sum = world.plane.scanLog(logAt, work.pageCount, work.stride);
        return sum;
      }
    }
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
