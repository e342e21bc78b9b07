/** Plain JavaScript on typed arrays as an engine. */
import type { Work } from "./cases";
import { encodeDump, type GuestDump } from "./dump";
import { type Engine, type Measured, measured } from "./engine";
import { createLog, scanLog } from "./javascript/dirty-log";
import { EventQueue } from "./javascript/event-queue";
import { holdEvents } from "./javascript/hold-events";
import { PAGE_BYTES } from "./javascript/pool";
import { RingWorld, ringPath } from "./javascript/ring-path";
import type { VirtualFunction } from "./javascript/virtual-function";
import { GUEST_PAGE_COUNT, SCAN_PAGE_COUNT } from "./world";

export class JavascriptEngine implements Engine {
  readonly name = "js";
  readonly #world = new RingWorld(GUEST_PAGE_COUNT);
  readonly #events = new EventQueue();
  readonly #log = createLog(SCAN_PAGE_COUNT);

  async run(work: Work, count: number): Promise<Measured> {
    return measured(() => this.#work(work, count));
  }

  #work(work: Work, count: number): number {
    switch (work.kind) {
      case "ring-path":
        return ringPath(this.#world, count, work.frameBytes);
      case "hold-events":
        return holdEvents(this.#events, work.pending, count);
      case "dirty-scan": {
        let sum = 0;
        for (let i = 0; i < count; i++) sum = scanLog(this.#log, work.pageCount, work.stride);
        return sum;
      }
    }
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
