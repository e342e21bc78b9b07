/** Shows traffic: a table for people, entries for programs. */
import type { CaseResult } from "./harness";
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

/** Returns the table for people; the ring path of C is that of the same run and frame size, if it was measured. */
export function trafficTableOf(results: readonly TrafficResult[], compared: readonly CaseResult[]): string {
  const rows = results.map((result) => [
    result.name,
    result.spread.median.toFixed(0),
    result.nsPerPacketBest.toFixed(0),
    (1000 / result.spread.median).toFixed(2),
    result.eventsPerPacket.toFixed(2),
    result.slowdown.toFixed(2),
    ratioText(result, compared),
  ]);
  return alignedRows([HEADINGS, ...rows]);
}

function ratioText({ spread, frameBytes }: TrafficResult, compared: readonly CaseResult[]): string {
  const found = compared.find(({ benchCase: { work } }) => work.kind === "ring-path" && work.frameBytes === frameBytes);
  const native = found?.spreads.get("c");
  return native ? (spread.median / native.median).toFixed(1) : "-";
}
