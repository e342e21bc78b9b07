/**
 * The arguments of `npm run agree`. Invariant: what is returned can be run; anything else is refused with the value, the
 * limit and what to write instead.
 */
import { parseArgs } from "node:util";
import { PLANTED_BUGS } from "./planted-bugs";

export type Mode = "programs" | "resumes" | "planted";

export interface Options {
  readonly mode: Mode;
  /** Of the first program. */
  readonly seed: number;
  /** Programs, or resumes; with `planted`, the most programs that are run on one planted bug. */
  readonly count: number;
  /** The seed to go on from. */
  readonly from: number;
  readonly workers: number;
  /** Of planted bugs, only those with this in their names. */
  readonly only: string;
}

/** An argument that cannot be used. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const USAGE = `npm run agree -- [options]

Runs random programs on the reference model and on the device, and compares everything that can be seen.

  --seed N        seed of the first program (1)
  --count N       programs (2000); each has the seed after the one before
  --from N        go on from this seed, which lies among those of --seed and --count
  --resumes N     instead: N programs on the device alone, saved and restored in their middle
  --planted       instead: device with planted bugs, until a disagreement shows each; --count is the most programs for
                  one of them (8000)
  --only TEXT     with --planted: only the bugs with TEXT in their names
  --workers N     threads (2)
  --help          this text`;

const SEED_MAX = 2 ** 32 - 1;
const COUNT_MAX = 100_000_000;
const COUNT_DEFAULT = 2000;
const PLANTED_COUNT_DEFAULT = 8000;
const WORKERS_MAX = 64;
const WORKERS_DEFAULT = 2;

function wholeNumber(name: string, text: string, least: number, most: number, example: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  const limits = `a whole number from ${least} to ${most}`;
  throw new UsageError(`--${name} is ${limits}, and not "${text}"; write for example --${name} ${example}`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seed: { type: "string", default: "1" },
        count: { type: "string" },
        from: { type: "string" },
        resumes: { type: "string" },
        planted: { type: "boolean", default: false },
        only: { type: "string" },
        workers: { type: "string", default: String(WORKERS_DEFAULT) },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Reads arguments; undefined when help is asked for. Throws UsageError. */
export function readOptions(args: readonly string[]): Options | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  if (values.planted && values.resumes !== undefined) throw new UsageError("--planted and --resumes: choose one");
  if (values.resumes !== undefined && values.count !== undefined) {
    throw new UsageError("--resumes has a number of its own; leave --count out");
  }
  if (values.only !== undefined && !PLANTED_BUGS.some(({ name }) => name.includes(values.only ?? ""))) {
    const example = PLANTED_BUGS[0]?.name ?? "";
    throw new UsageError(`--only "${values.only}": no planted bug has this in its name; one is "${example}"`);
  }
  if (values.only !== undefined && !values.planted) throw new UsageError("--only goes with --planted; add it");
  const mode = values.planted ? "planted" : values.resumes === undefined ? "programs" : "resumes";
  const name = mode === "resumes" ? "resumes" : "count";
  const most = mode === "planted" ? PLANTED_COUNT_DEFAULT : COUNT_DEFAULT;
  const seed = wholeNumber("seed", values.seed, 0, SEED_MAX, 1);
  const count = wholeNumber(name, values[name] ?? String(most), 1, COUNT_MAX, most);
  const last = seed + count - 1;
  if (last > SEED_MAX) {
    throw new UsageError(`the last seed would be ${last}, and the greatest is ${SEED_MAX}; take a lower --seed`);
  }
  const from = wholeNumber("from", values.from ?? String(seed), seed, last, seed);
  const workers = wholeNumber("workers", values.workers, 1, WORKERS_MAX, WORKERS_DEFAULT);
  return { mode, seed, count, from, workers, only: values.only ?? "" };
}
