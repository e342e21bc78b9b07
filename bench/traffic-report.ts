/** Shows traffic: a table for people, entries for programs. */
import { alignedRows, type BenchEntry, entryOf } from "./report";
import type { TrafficResult } from "./traffic";

const HEADINGS = [
  "traffic",
  "ns a packet",
  "best",
  "M packets/s",
  "events a packet",
  "elapsed/simulated",
  "of C's ring path",
] as const;

/** Returns the entries for programs: as those of the compared cases, with what only traffic has. */
export function trafficEntriesOf(results: readonly TrafficResult[]): BenchEntry[] {
  return results.map(({ name, spread, eventsPerPacket, slowdown }) => ({
    ...entryOf(name, "wasm", spread),
    eventsPerPacket,
    elapsedPerSimulated: slowdown,
  }));
}

/** Returns the table for people. */
export function trafficTableOf(results: readonly TrafficResult[]): string {
  const rows = results.map((result) => [
    result.name,
    result.spread.median.toFixed(0),
    result.nsPerPacketBest.toFixed(0),
    (1000 / result.spread.median).toFixed(2),
    result.eventsPerPacket.toFixed(2),
    result.slowdown.toFixed(2),
    result.yardstickNs === undefined ? "-" : (result.spread.median / result.yardstickNs).toFixed(1),
  ]);
  return alignedRows([HEADINGS, ...rows]);
}
