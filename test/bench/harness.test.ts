/** The harness measures what it says, and reports it. */
import { expect, test } from "vitest";
import type { BenchCase, Work } from "../../bench/cases";
import type { Engine, EngineName } from "../../bench/engine";
import { measureCases, ResultMismatch } from "../../bench/harness";
import { entriesOf, tableOf } from "../../bench/report";
import { spreadOf } from "../../bench/statistics";

const ROUNDS = { passes: 2, warmUp: 1, counted: 3 } as const;
const PACKETS: BenchCase = {
  name: "ring path",
  work: { kind: "ring-path", frameBytes: 60 },
  count: 64,
  lead: 32,
  operation: "packet",
};
/** An engine that says it took so many nanoseconds for each run, and keeps what it was asked to do. */
class ScriptedEngine implements Engine {
  readonly counts: number[] = [];
  isClosed = false;

  constructor(
    readonly name: EngineName,
    readonly nanoseconds: number,
    readonly result = 1,
  ) {}

  async run(_: Work, count: number) {
    this.counts.push(count);
    return { nanoseconds: this.nanoseconds, result: this.result };
  }

  async dump() {
    return Uint8Array.of(1, 2, 3);
  }

  close() {
    this.isClosed = true;
  }
}

test("two passes of one warm-up and three counted rounds, new engines each, every round led in", async () => {
  const made: ScriptedEngine[] = [];
  const makeEngines = () => {
    const engine = new ScriptedEngine("wasm", 6400);
    made.push(engine);
    return [engine];
  };
  const [result] = await measureCases(makeEngines, [PACKETS], ROUNDS);
  expect(made.map(({ counts, isClosed }) => [counts, isClosed])).toEqual([
    [[32, 64, 32, 64, 32, 64, 32, 64], true],
    [[32, 64, 32, 64, 32, 64, 32, 64], true],
  ]);
  expect(result?.spreads.get("wasm")).toEqual({ median: 100, low: 100, high: 100 });
});

test("engines that return different results, an error that names them, and all closed", async () => {
  const engines = [new ScriptedEngine("wasm", 1, 64), new ScriptedEngine("js", 1, 63)];
  const measuring = measureCases(() => engines, [PACKETS], ROUNDS);
  await expect(measuring).rejects.toThrow(ResultMismatch);
  await expect(measuring).rejects.toThrow("ring path: wasm 64, js 63");
  expect(engines.every(({ isClosed }) => isClosed)).toBe(true);
});

test("ten measurements, median and outer tenths by nearest rank", () => {
  expect(spreadOf([10, 9, 8, 7, 6, 5, 4, 3, 2, 1])).toEqual({ median: 5, low: 1, high: 9 });
});

test("no measurement, refused", () => {
  expect(() => spreadOf([])).toThrow(RangeError);
});

test("no C engine, its column and ratio empty, its entries left out", async () => {
  const makeEngines = () => [new ScriptedEngine("wasm", 6400), new ScriptedEngine("js", 12_800)];
  const results = await measureCases(makeEngines, [PACKETS], ROUNDS);
  const [heading, row] = tableOf(results).split("\n");
  expect(heading?.split(/ {2,}/)).toEqual(["case", "wasm", "js", "c", "wasm/c", "wasm/js"]);
  expect(row?.split(/ {2,}/)).toEqual([
    "ring path, per packet",
    "100.0 ns [100.0, 100.0]",
    "200.0 ns [200.0, 200.0]",
    "-",
    "-",
    "0.50",
  ]);
  expect(entriesOf(results)).toEqual([
    { case: "ring path", engine: "wasm", nsPerOperation: 100, low: 100, high: 100 },
    { case: "ring path", engine: "js", nsPerOperation: 200, low: 200, high: 200 },
  ]);
});
