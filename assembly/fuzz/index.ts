/** The boundary of the fuzz module: what test/fuzz calls. Built apart from the data plane, and not shipped. */
import * as fuzz from "./chunk";

/** Runs one chunk of so many cases in a world of its own; what it counted is then at `countersAt`, by rows.ts. */
export function runChunk(seedLow: u32, seedHigh: u32, chunk: u32, cases: u32): void {
  fuzz.runChunk(((<u64>seedHigh) << 32) | seedLow, chunk, cases);
}
export function countersAt(): u32 {
  return fuzz.countersAt();
}
