/** Shows results: a table for people, a list for programs. */
import type { EngineName } from "./engine";
import type { CaseResult } from "./harness";
import type { Spread } from "./statistics";

/** An entry of out/bench.json; docs/benchmarks.md describes it. */
export interface BenchEntry {
  readonly case: string;
  readonly engine: EngineName;
  readonly nsPerOperation: number;
  readonly low: number;
  readonly high: number;
  /** Of traffic only. */
  readonly eventsPerPacket?: number;
  /** Of traffic only: elapsed seconds for a simulated one. */
  readonly elapsedPerSimulated?: number;
  /** Of datagrams over virtual functions only: nanoseconds for what is done with a packet's bytes, alone, in C. */
  readonly bytesAlone?: number;
}

const ENGINES = ["wasm", "js", "c"] as const satisfies readonly EngineName[];
const HEADINGS = ["case", "wasm", "js", "c", "wasm/c", "wasm/js"] as const;

/** Returns the list for programs. */
export function entriesOf(results: readonly CaseResult[]): BenchEntry[] {
  return results.flatMap(({ benchCase, spreads }) =>
    ENGINES.flatMap((engine) => {
      const spread = spreads.get(engine);
      return spread ? [entryOf(benchCase.name, engine, spread)] : [];
    }),
  );
}

/** Returns the entry of a case on an engine. */
export function entryOf(caseName: string, engine: EngineName, { median, low, high }: Spread): BenchEntry {
  return { case: caseName, engine, nsPerOperation: round(median), low: round(low), high: round(high) };
}

/** Returns nanoseconds as the list has them: to the hundredth. */
export function round(nanoseconds: number): number {
  return Math.round(nanoseconds * 100) / 100;
}

/** Returns the table for people: median for an operation, and its 10th and 90th percentile in brackets. */
export function tableOf(results: readonly CaseResult[]): string {
  return alignedRows([HEADINGS, ...results.map(rowOf)]);
}

/** Returns rows as lines, the first column to the left, the others to the right. */
export function alignedRows(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => row.map((cell, column) => pad(cell, widths[column] ?? 0, column === 0)).join("  "))
    .map((line) => line.trimEnd())
    .join("\n");
}

function rowOf({ benchCase, spreads }: CaseResult): string[] {
  const cells = ENGINES.map((engine) => spreadText(spreads.get(engine)));
  const ratios = [spreads.get("c"), spreads.get("js")].map((other) => ratioText(spreads.get("wasm"), other));
  return [`${benchCase.name}, per ${benchCase.operation}`, ...cells, ...ratios];
}

function pad(cell: string, width: number, isLeft: boolean): string {
  return isLeft ? cell.padEnd(width) : cell.padStart(width);
}

function spreadText(spread: Spread | undefined): string {
  if (!spread) return "-";
  const { median, low, high } = spread;
  const [scale, unit] = median < 10_000 ? [1, "ns"] : [1000, "us"];
  const text = (value: number) => (value / scale).toFixed(1);
  return `${text(median)} ${unit} [${text(low)}, ${text(high)}]`;
}

function ratioText(spread: Spread | undefined, other: Spread | undefined): string {
  return spread && other ? (spread.median / other.median).toFixed(2) : "-";
}
