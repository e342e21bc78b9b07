/**
 * Entry of `npm run fuzz`: hostile guests against the device, at a million cases a second (docs/testing.md). Runs from
 * the root of the project, where build/fuzz.wasm is. The same file is the script of its workers.
 *
 * Exit codes: 0 nothing found and enough tried, 1 otherwise, 2 a wrong command line, 130 interrupted.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { ROW_CASES } from "../../assembly/fuzz/rows";
import { gapsOf } from "./coverage";
import { Crew, type Task } from "./crew";
import { FuzzModule } from "./fuzz-module";
import { type FuzzOptions, parseOptions, USAGE, UsageError } from "./options";
import { Progress } from "./progress";
import { reportOf, whole } from "./report";
import { dropState, loadState, type Run, StateError, saveState } from "./state-file";
import { addChunk, countOf, NOTHING, type Totals, verdictOf } from "./totals";

/** Cases of a chunk: a world's set-up is a hundredth of it, and a finding is looked at again in a tenth of a second. */
const CASES_PER_CHUNK = 65_536;
const SAVE_EVERY_MS = 3000;
const EXIT = { ok: 0, found: 1, usage: 2, interrupted: 130 } as const;

if (isMainThread) process.exitCode = await main();
else work();

function work(): void {
  const fuzz = new FuzzModule(workerData);
  parentPort?.on("message", ({ seed, chunk, cases }: Task) => parentPort?.postMessage(fuzz.run(seed, chunk, cases)));
}

async function main(): Promise<number> {
  try {
    return await fuzz(parseOptions(process.argv.slice(2)));
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof StateError)) throw error;
    console.error(`fuzz: ${error.message}`);
    if (error instanceof UsageError) console.error(USAGE);
    return EXIT.usage;
  }
}

async function fuzz(options: FuzzOptions): Promise<number> {
  const bytes = readModule(options.modulePath);
  const build = createHash("sha256").update(bytes).digest("hex");
  const run: Run = { build, seed: options.seed, casesPerChunk: CASES_PER_CHUNK };
  let totals: Totals = options.isResumed ? loadState(run) : NOTHING;
  const tasks = tasksOf(options, totals.chunkNext);
  const progress = new Progress(options.count, countOf(totals, ROW_CASES));
  const isKept = options.chunk === null;
  let savedMs = Date.now();
  const crew = new Crew({
    script: fileURLToPath(import.meta.url),
    module: await WebAssembly.compile(bytes),
    workers: options.workers,
    tasks,
    onResult(result) {
      totals = addChunk(totals, result);
      const cases = countOf(totals, ROW_CASES);
      progress.at(cases);
      if (!isKept || Date.now() - savedMs < SAVE_EVERY_MS) return;
      savedMs = Date.now();
      saveState(run, totals);
    },
  });
  process.once("SIGINT", () => {
    progress.done();
    if (isKept) {
      saveState(run, totals);
      const { count, seed } = options;
      console.error(`fuzz: interrupted after ${whole(countOf(totals, ROW_CASES))} cases; go on with`);
      console.error(`  npm run fuzz -- --count ${count} --seed ${seed} --resume`);
    }
    process.exit(EXIT.interrupted);
  });
  await crew.run();
  progress.done();
  if (isKept) dropState(options.seed);
  console.error(`fuzz: ${whole(Math.round(progress.rate(countOf(totals, ROW_CASES))))} cases a second`);
  return judge(options, totals);
}

function readModule(path: string): Buffer<ArrayBuffer> {
  try {
    return readFileSync(path);
  } catch {
    throw new UsageError(`--module ${path} cannot be read; build it with \`node scripts/setup.mjs --fuzz\``);
  }
}

/** The chunks to run; the last one has what is left of the count. */
function tasksOf({ count, seed, chunk }: FuzzOptions, first: number): Task[] {
  if (chunk !== null) return [{ seed, chunk, cases: CASES_PER_CHUNK }];
  const tasks: Task[] = [];
  for (let index = first; index * CASES_PER_CHUNK < count; index++) {
    tasks.push({ seed, chunk: index, cases: Math.min(CASES_PER_CHUNK, count - index * CASES_PER_CHUNK) });
  }
  return tasks;
}

/** Prints what a run has found, and whether it has tried enough; returns the exit code. */
function judge({ seed }: FuzzOptions, totals: Totals): number {
  const gaps = gapsOf(totals);
  for (const line of reportOf(totals)) console.log(line);
  for (const { chunk, what } of totals.findings) {
    console.error(`fuzz: chunk ${chunk}: ${what}\n  npm run fuzz -- --seed ${seed} --chunk ${chunk}`);
  }
  for (const gap of gaps) console.error(`fuzz: too little tried: ${gap}`);
  const verdict = verdictOf(totals);
  console.log(`\n${JSON.stringify(verdict)}`);
  const isClean = verdict.traps + verdict.escapes + verdict.crossVfEffects === 0;
  return isClean && gaps.length === 0 ? EXIT.ok : EXIT.found;
}
