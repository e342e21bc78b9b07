/** What the harness knows of an engine: it does work, says how long that took, and shows its guests' memory. */
import type { Work } from "./cases";

export type EngineName = "wasm" | "js" | "c";

/** Work that was done. */
export interface Measured {
  readonly nanoseconds: number;
  /** What the work returned; every engine must agree. */
  readonly result: number;
}

export interface Engine {
  readonly name: EngineName;
  run(work: Work, count: number): Promise<Measured>;
  /** Returns both guests' pages and logs (dump.ts), and clears the logs. */
  dump(): Promise<Uint8Array>;
  close(): void;
}

/** Does something and measures it. */
export function measured(action: () => number): Measured {
  const start = process.hrtime.bigint();
  const result = action();
  const end = process.hrtime.bigint();
  return { nanoseconds: Number(end - start), result: result >>> 0 };
}

/** Does something so many times, at least once, and measures it without the preparation that each time needs. */
export function measuredTimes(times: number, prepare: () => void, action: () => number): Measured {
  let nanoseconds = 0;
  let result = 0;
  for (let i = 0; i < times; i++) {
    prepare();
    const once = measured(action);
    nanoseconds += once.nanoseconds;
    result = once.result;
  }
  return { nanoseconds, result };
}
