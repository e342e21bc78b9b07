/** Options of `npm run faults`, checked. */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { readCase, readNumber } from "../support/case-tool";
import type { FaultCase } from "./fault-scenario";

export const USAGE = `npm run faults -- [--seed N] [--count N] [--jobs N]     random worlds and failures; 1 and 1000
npm run faults -- --exhaustive [--worlds N] [--stride N]   every moment of N small worlds (20), or each so many
npm run faults -- --case JSON                              one case, as a failure prints it`;

export type FaultOptions =
  | { readonly mode: "random"; readonly seed: number; readonly count: number; readonly jobs: number }
  | { readonly mode: "exhaustive"; readonly worlds: number; readonly stride: number; readonly jobs: number }
  | { readonly mode: "one"; readonly wanted: FaultCase; readonly jobs: number };

/** Reads them. Throws RangeError or TypeError with what is wrong. */
export function readOptions(): FaultOptions {
  const options = {
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "1000" },
    jobs: { type: "string", default: String(availableParallelism()) },
    exhaustive: { type: "boolean", default: false },
    worlds: { type: "string", default: "20" },
    stride: { type: "string", default: "1" },
    case: { type: "string" },
  } as const;
  const { values } = parseArgs({ options });
  const number = (name: "seed" | "count" | "jobs" | "worlds" | "stride", least: number) =>
    readNumber(name, values[name], least);
  const jobs = number("jobs", 1);
  if (values.case !== undefined) return { mode: "one", wanted: readCase<FaultCase>(values.case), jobs };
  if (values.exhaustive) return { mode: "exhaustive", worlds: number("worlds", 1), stride: number("stride", 1), jobs };
  return { mode: "random", seed: number("seed", 0), count: number("count", 1), jobs };
}
