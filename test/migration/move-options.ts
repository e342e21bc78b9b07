/** Options of `npm run migrations`, checked. */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import type { MoveCase } from "./drawn-move";

export const USAGE = `npm run migrations -- [--seed N] [--count N] [--jobs N]     random moves and troubles; 1 and 1000
npm run migrations -- --exhaustive [--worlds N] [--stride N] [--from N]   called off, source and target dead, link cut at
                                                           every moment of N small moves (10), or each so many
npm run migrations -- --case JSON                          one case, as a failure prints it`;

const COUNT_MAX = 100_000_000;

export type MoveOptions =
  | { readonly mode: "random"; readonly seed: number; readonly count: number; readonly jobs: number }
  | {
      readonly mode: "exhaustive";
      readonly worlds: number;
      readonly stride: number;
      /** Cases that are left out, because a run that was stopped has done them. */
      readonly from: number;
      readonly jobs: number;
    }
  | { readonly mode: "one"; readonly wanted: MoveCase; readonly jobs: number };

/** Reads them. Throws RangeError or TypeError with what is wrong. */
export function readOptions(): MoveOptions {
  const options = {
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "1000" },
    jobs: { type: "string", default: String(availableParallelism()) },
    exhaustive: { type: "boolean", default: false },
    worlds: { type: "string", default: "10" },
    stride: { type: "string", default: "1" },
    from: { type: "string", default: "0" },
    case: { type: "string" },
  } as const;
  const { values } = parseArgs({ options });
  const number = (name: "seed" | "count" | "jobs" | "worlds" | "stride" | "from", least: number) => {
    const value = /^\d{1,9}$/.test(values[name]) ? Number(values[name]) : Number.NaN;
    if (value >= least && value <= COUNT_MAX) return value;
    throw new RangeError(`--${name}: expected a whole number from ${least} to ${COUNT_MAX}, got "${values[name]}"`);
  };
  const jobs = number("jobs", 1);
  if (values.case !== undefined) return { mode: "one", wanted: readCase(values.case), jobs };
  if (!values.exhaustive) return { mode: "random", seed: number("seed", 0), count: number("count", 1), jobs };
  return {
    mode: "exhaustive",
    worlds: number("worlds", 1),
    stride: number("stride", 1),
    from: number("from", 0),
    jobs,
  };
}

function readCase(text: string): MoveCase {
  try {
    return JSON.parse(text);
  } catch {
    throw new RangeError(`--case: expected a case as a failure prints it, got "${text.slice(0, 40)}"`);
  }
}
