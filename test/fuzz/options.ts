/** The command line of the fuzz tool. What is wrong with it is said with value, limit and remedy. */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

export interface FuzzOptions {
  readonly count: number;
  readonly seed: number;
  readonly workers: number;
  readonly isResumed: boolean;
  /** Only this chunk, to look at a finding again. */
  readonly chunk: number | null;
  readonly modulePath: string;
}

/** A command line that cannot be carried out. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const USAGE = `usage: npm run fuzz -- [--count N] [--seed N] [--workers N] [--resume] [--chunk N] [--module FILE]

  --count N      fuzzed descriptors and register writes, 1 to 100,000,000,000; 1,000,000 by default
  --seed N       0 to 9,007,199,254,740,991; 1 by default
  --workers N    threads, 1 to 64; by default one for each processor
  --resume       go on where an interrupted run with this seed has stopped
  --chunk N      run this chunk only, to look at a finding again
  --module FILE  another build of the fuzz module than build/fuzz.wasm`;

const COUNT_MAX = 1e11;
const WORKERS_MAX = 64;
const CHUNK_MAX = 2 ** 30;

export function parseOptions(args: readonly string[]): FuzzOptions {
  const values = readArguments(args);
  const resumed = values.resume ?? false;
  const chunk = values.chunk === undefined ? null : wholeNumber("--chunk", values.chunk, 0, CHUNK_MAX);
  if (resumed && chunk !== null) {
    throw new UsageError(
      "--resume and --chunk exclude each other: a single chunk has nothing to resume; leave one out",
    );
  }
  return {
    count: wholeNumber("--count", values.count ?? "1000000", 1, COUNT_MAX),
    seed: wholeNumber("--seed", values.seed ?? "1", 0, Number.MAX_SAFE_INTEGER),
    workers: wholeNumber("--workers", values.workers ?? String(availableParallelism()), 1, WORKERS_MAX),
    isResumed: resumed,
    chunk,
    modulePath: values.module ?? "build/fuzz.wasm",
  };
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        count: { type: "string" },
        seed: { type: "string" },
        workers: { type: "string" },
        resume: { type: "boolean" },
        chunk: { type: "string" },
        module: { type: "string" },
      },
    }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(". ")[0] : String(error);
    throw new UsageError(`${reason}; the options are listed below`);
  }
}

function wholeNumber(option: string, text: string, low: number, high: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= low && value <= high) return value;
  const range = `${low.toLocaleString("en-US")} to ${high.toLocaleString("en-US")}`;
  throw new UsageError(
    `${option} ${text || '""'} is not a whole number from ${range}; give one, like ${option} ${low || 1}`,
  );
}
