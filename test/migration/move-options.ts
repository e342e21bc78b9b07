/** Options of `npm run migrations`, checked. */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { readCase, readNumber } from "../support/case-tool";
import { EACH_MOMENT, type MoveCase } from "./drawn-move";

export const USAGE = `npm run migrations -- [--seed N] [--count N] [--jobs N]     random moves and troubles; 1 and 1000
npm run migrations -- --exhaustive [--worlds N] [--stride N] [--from N]   called off, source and target dead, link cut at
                                                           every moment of N small moves (12), or each so many
                              [--troubles NAMES]           only some of cancel, source, target, link
npm run migrations -- --case JSON                          one case, as a failure prints it`;

export type MoveOptions =
  | { readonly mode: "random"; readonly seed: number; readonly count: number; readonly jobs: number }
  | {
      readonly mode: "exhaustive";
      readonly worlds: number;
      readonly stride: number;
      readonly troubles: readonly (typeof EACH_MOMENT)[number][];
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
    worlds: { type: "string", default: "12" },
    stride: { type: "string", default: "1" },
    from: { type: "string", default: "0" },
    troubles: { type: "string", default: EACH_MOMENT.join() },
    case: { type: "string" },
  } as const;
  const { values } = parseArgs({ options });
  const number = (name: "seed" | "count" | "jobs" | "worlds" | "stride" | "from", least: number) =>
    readNumber(name, values[name], least);
  const jobs = number("jobs", 1);
  if (values.case !== undefined) return { mode: "one", wanted: readCase<MoveCase>(values.case), jobs };
  if (!values.exhaustive) return { mode: "random", seed: number("seed", 0), count: number("count", 1), jobs };
  return {
    mode: "exhaustive",
    worlds: number("worlds", 1),
    stride: number("stride", 1),
    troubles: readTroubles(values.troubles),
    from: number("from", 0),
    jobs,
  };
}

function readTroubles(text: string): (typeof EACH_MOMENT)[number][] {
  return text.split(",").map((name) => {
    const trouble = EACH_MOMENT.find((known) => known === name);
    if (!trouble) throw new RangeError(`--troubles: expected names from ${EACH_MOMENT.join(", ")}, got "${name}"`);
    return trouble;
  });
}
