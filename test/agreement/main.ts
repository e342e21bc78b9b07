/**
 * Entry of `npm run agree`: see `USAGE` in options.ts. Runs from the root of the project, where build/renic.wasm is.
 * Results are on stdout, the last line of them JSON; progress is on stderr. Ends with code 1 when something is wrong, 2
 * for arguments that cannot be used, 130 when it was stopped by Ctrl-C.
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { isMainThread } from "node:worker_threads";
import { type Options, readOptions, USAGE, UsageError } from "./options";
import { runPlanted } from "./planted-mode";
import { runPrograms } from "./programs-mode";
import { runResumes } from "./resumes-mode";
import type { Session } from "./session";
import { serve, WorkerPool } from "./worker-pool";

const WASM_PATH = "build/renic.wasm";
const EXIT_USAGE = 2;
const EXIT_STOPPED = 130;

const MODES: Record<Options["mode"], (session: Session) => Promise<boolean>> = {
  programs: runPrograms,
  resumes: runResumes,
  planted: runPlanted,
};

/** Runs what the arguments ask for; returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === undefined) {
    console.log(USAGE);
    return 0;
  }
  const module = new WebAssembly.Module(readFileSync(WASM_PATH));
  const pool = new WorkerPool(new URL(import.meta.url), options.workers);
  const stop = { isAsked: false };
  process.once("SIGINT", () => {
    stop.isAsked = true;
    pool.close();
  });
  const isGood = await MODES[options.mode]({ options, module, pool, stop });
  pool.close();
  return stop.isAsked ? EXIT_STOPPED : isGood ? 0 : 1;
}

if (isMainThread) {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n(npm run agree -- --help)`);
    process.exitCode = EXIT_USAGE;
  }
} else serve();
