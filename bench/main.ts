/**
 * Entry of `npm run bench`: the engines compared, then the benny suites of the simulator alone. Runs from the root of
 * the project, where build/renic.wasm is.
 *
 *     --quick        fewer rounds, 15 s altogether
 *     --no-suites    the comparison only
 *     --only TEXT    of the comparison, the cases with TEXT in their names
 *
 * Writes out/bench.json (report.ts). Ends with code 1 when the engines do not agree.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compileDataPlane } from "../src/core/load";
import { CASES } from "./cases";
import { MemoryMismatch } from "./dump";
import type { Engine } from "./engine";
import { type CaseResult, measureCases, ResultMismatch, type Rounds } from "./harness";
import { JavascriptEngine } from "./javascript-engine";
import { buildNative } from "./native-build";
import { NativeEngine } from "./native-engine";
import { entriesOf, tableOf } from "./report";
import { SUITES } from "./suites/suites";
import { WasmEngine } from "./wasm-engine";

const WASM_PATH = join("build", "renic.wasm");
const OUTPUT_FOLDER = "out";
const ROUNDS: Rounds = { passes: 6, warmUp: 6, counted: 20 };
const ROUNDS_QUICK: Rounds = { passes: 2, warmUp: 3, counted: 4 };
/** Seconds that benny may spend on each of its cases. */
const SUITE_SECONDS = 2;
const SUITE_SECONDS_QUICK = 0.1;

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    "no-suites": { type: "boolean", default: false },
    only: { type: "string", default: "" },
  },
});
try {
  const module = await compileDataPlane(readFileSync(WASM_PATH));
  await compareEngines(module, options.quick ? ROUNDS_QUICK : ROUNDS);
  if (!options["no-suites"]) await runSuites(module, options.quick ? SUITE_SECONDS_QUICK : SUITE_SECONDS);
} catch (error) {
  if (!(error instanceof MemoryMismatch || error instanceof ResultMismatch)) throw error;
  console.error(`${error.name}: ${error.message}`);
  process.exit(1);
}

/** Measures all cases, prints the table and writes the list. */
async function compareEngines(module: WebAssembly.Module, rounds: Rounds): Promise<void> {
  const native = buildNative();
  if (!native) console.log("No C compiler (cc, gcc, clang) was found: the column c stays empty.\n");
  const makeEngines = (): Engine[] => [
    new WasmEngine(module),
    new JavascriptEngine(),
    ...(native ? [new NativeEngine(native.path)] : []),
  ];
  const cases = CASES.filter(({ name }) => name.includes(options.only));
  print(await measureCases(makeEngines, cases, rounds), rounds, native?.compiler);
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
  mkdirSync(OUTPUT_FOLDER, { recursive: true });
  writeFileSync(join(OUTPUT_FOLDER, "bench.json"), `${JSON.stringify(entriesOf(results), null, 2)}\n`);
}

async function runSuites(module: WebAssembly.Module, seconds: number): Promise<void> {
  for (const run of SUITES) {
    console.log();
    await run(module, seconds);
  }
}
