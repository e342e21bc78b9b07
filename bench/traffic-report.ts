/** Shows traffic: a table for people, entries for programs. */
import { alignedRows, type BenchEntry, entryOf, round } from "./report";
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
const FLAT_HEADINGS = [
  "of two hosts",
  "a packet",
  "best",
  "bytes alone in C",
  "ns a packet",
  "ns of the bytes alone",
] as const;
/** The case that others are compared with begins so. */
const ONE_FLOW = "two hosts, ";

/** Returns the entries for programs: as those of the compared cases, with what only traffic has. */
export function trafficEntriesOf(results: readonly TrafficResult[]): BenchEntry[] {
  return results.map(({ name, spread, eventsPerPacket, slowdown, bytesNs }) => ({
    ...entryOf(name, "wasm", spread),
    eventsPerPacket,
    elapsedPerSimulated: slowdown,
    ...(bytesNs === undefined ? {} : { bytesAlone: round(bytesNs) }),
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

/**
 * Returns a table of what many functions and ports cost beside one flow, for people: the whole device's cost of a packet
 * and that of its bytes alone, relative to two hosts with frames of the same size. Empty without cases to compare.
 */
export function flatTableOf(results: readonly TrafficResult[]): string {
  const rows = results.flatMap((result) => {
    const one = results.find(({ name, frameBytes, bytesNs }) => {
      return name.startsWith(ONE_FLOW) && frameBytes === result.frameBytes && bytesNs !== undefined;
    });
    if (!one?.bytesNs || !result.bytesNs || result === one) return [];
    return [
      [
        result.name,
        (result.spread.median / one.spread.median).toFixed(2),
        (result.nsPerPacketBest / one.nsPerPacketBest).toFixed(2),
        (result.bytesNs / one.bytesNs).toFixed(2),
        `${one.spread.median.toFixed(0)} -> ${result.spread.median.toFixed(0)}`,
        `${one.bytesNs.toFixed(0)} -> ${result.bytesNs.toFixed(0)}`,
      ],
    ];
  });
  return rows.length === 0 ? "" : alignedRows([FLAT_HEADINGS, ...rows]);
}
