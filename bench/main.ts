/**
 * Entry of `npm run bench`: the engines compared, then the whole device at work, then the benny suites of the simulator
 * alone. Runs from the root of the project, where build/renic.wasm is; options.ts has the usage.
 *
 * Writes out/bench.json (report.ts). Ends with code 1 when the engines do not agree or traffic is lost.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT } from "../src/cli/exit";
import { compileDataPlane } from "../src/core/load";
import { type BenchCase, CASES } from "./cases";
import { MemoryMismatch } from "./dump";
import type { Engine } from "./engine";
import { type CaseResult, measureCases, ResultMismatch, type Rounds } from "./harness";
import { JavascriptEngine } from "./javascript-engine";
import { buildNative, type NativeProgram } from "./native-build";
import { NativeEngine } from "./native-engine";
import { type BenchOptions, readOptions, USAGE, UsageError } from "./options";
import { entriesOf, tableOf } from "./report";
import { SUITES } from "./suites/suites";
import {
  checkLossless,
  LostTraffic,
  measureTraffic,
  TRAFFIC_CASES,
  type TrafficCase,
  type TrafficResult,
} from "./traffic";
import { flatTableOf, trafficEntriesOf, trafficTableOf } from "./traffic-report";
import { WasmEngine } from "./wasm-engine";

const WASM_PATH = join("build", "renic.wasm");
const OUTPUT_FOLDER = "out";
const ROUNDS: Rounds = { passes: 6, warmUp: 6, counted: 20 };
const ROUNDS_QUICK: Rounds = { passes: 2, warmUp: 3, counted: 4 };
const TRAFFIC_ROUNDS = 20;
const TRAFFIC_ROUNDS_QUICK = 3;
/** Seconds that benny may spend on each of its cases. */
const SUITE_SECONDS = 2;
const SUITE_SECONDS_QUICK = 0.1;

try {
  process.exitCode = await run(readOptions(process.argv.slice(2)));
} catch (error) {
  if (error instanceof UsageError) {
    console.error(`bench: ${error.message}`);
    process.exitCode = EXIT.usage;
  } else if (error instanceof MemoryMismatch || error instanceof ResultMismatch || error instanceof LostTraffic) {
    console.error(`${error.name}: ${error.message}`);
    process.exitCode = EXIT.judged;
  } else {
    throw error;
  }
}

/** Does what is asked and returns the exit code. */
async function run(options: BenchOptions): Promise<number> {
  if (options.wantsHelp) {
    console.log(USAGE);
    return EXIT.ok;
  }
  const isWanted = ({ name }: { readonly name: string }) => name.includes(options.only);
  const cases = CASES.filter(isWanted);
  const trafficCases = options.hasTraffic ? TRAFFIC_CASES.filter(isWanted) : [];
  if (cases.length + trafficCases.length === 0) throw new UsageError(`no case has "${options.only}" in its name`);
  const module = await compileDataPlane(readFileSync(WASM_PATH));
  const native = buildNative();
  if (!native) console.log("No C compiler (cc, gcc, clang) was found: there is nothing of C below.\n");
  const results = await compareEngines(module, native, cases, options.isQuick ? ROUNDS_QUICK : ROUNDS);
  const traffic = await compareTraffic(module, native, trafficCases, options.isQuick);
  writeResults(results, traffic);
  checkLossless(traffic);
  if (options.hasSuites) await runSuites(module, options.isQuick ? SUITE_SECONDS_QUICK : SUITE_SECONDS);
  return EXIT.ok;
}

/** Measures cases, and prints the table. */
async function compareEngines(
  module: WebAssembly.Module,
  native: NativeProgram | undefined,
  cases: readonly BenchCase[],
  rounds: Rounds,
): Promise<CaseResult[]> {
  if (cases.length === 0) return [];
  const makeEngines = (): Engine[] => [
    new WasmEngine(module),
    new JavascriptEngine(),
    ...(native ? [new NativeEngine(native.path)] : []),
  ];
  const results = await measureCases(makeEngines, cases, rounds);
  print(results, rounds, native?.compiler);
  return results;
}

function print(results: readonly CaseResult[], rounds: Rounds, compiler: string | undefined): void {
  console.log(tableOf(results));
  const count = rounds.passes * rounds.counted;
  console.log(`\nMedian of ${count} interleaved rounds, in brackets the 10th and the 90th percentile.`);
  console.log(
    `wasm, js: Node ${process.versions.node} (V8 ${process.versions.v8})${compiler ? `; c: ${compiler}` : ""}`,
  );
  console.log("The event queues are different algorithms: a radix wheel in wasm, a 4-ary heap in js and c.");
  for (const { benchCase, hash } of results) {
    if (benchCase.work.kind !== "ring-path") continue;
    console.log(`Guest memory and dirty logs are equal after ${benchCase.name}: sha256 ${hash}`);
  }
}

/** Measures traffic, and prints the table. */
async function compareTraffic(
  module: WebAssembly.Module,
  native: NativeProgram | undefined,
  cases: readonly TrafficCase[],
  isQuick: boolean,
): Promise<TrafficResult[]> {
  const roundCount = isQuick ? TRAFFIC_ROUNDS_QUICK : TRAFFIC_ROUNDS;
  const results: TrafficResult[] = [];
  for (const entry of cases) {
    const yardstick = native && new NativeEngine(native.path);
    results.push(await measureTraffic(module, entry, { roundCount, ...(yardstick ? { yardstick } : {}) }));
    yardstick?.close();
  }
  if (results.length === 0) return results;
  console.log(`\n${trafficTableOf(results)}`);
  console.log(`\nThe whole device, wasm alone: median and best of ${roundCount} rounds, in turns with C's ring path.`);
  const flat = flatTableOf(results);
  if (flat) console.log(`\n${flat}`);
  return results;
}

function writeResults(compared: readonly CaseResult[], traffic: readonly TrafficResult[]): void {
  mkdirSync(OUTPUT_FOLDER, { recursive: true });
  const entries = [...entriesOf(compared), ...trafficEntriesOf(traffic)];
  writeFileSync(join(OUTPUT_FOLDER, "bench.json"), `${JSON.stringify(entries, null, 2)}\n`);
}

async function runSuites(module: WebAssembly.Module, seconds: number): Promise<void> {
  for (const runSuite of SUITES) {
    console.log();
    await runSuite(module, seconds);
  }
}
