/**
 * Entry of `npm run content -- --count 1000 --seed 1`: random scenarios with consecutive seeds, each run with and without
 * content (comparison.ts). Progress, and each seed on which they differ, are on stderr; the last line of stdout is JSON.
 * Ends with code 1 when any differs, 2 for arguments that cannot be used.
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import { Progress } from "../agreement/progress";
import { compare } from "./comparison";

const USAGE = "npm run content -- [--seed N] [--count N]   whole numbers; without, 1 and 1000";
const EXIT_USAGE = 2;

function readOptions(): { seed: number; count: number } {
  const options = { seed: { type: "string", default: "1" }, count: { type: "string", default: "1000" } } as const;
  const { values } = parseArgs({ options });
  const number = (text: string) => (/^\d{1,9}$/.test(text) ? Number(text) : Number.NaN);
  const [seed, count] = [number(values.seed), number(values.count)];
  if (!(seed >= 0) || !(count >= 1)) throw new RangeError("a number is missing or out of range");
  return { seed, count };
}

function run({ seed, count }: { seed: number; count: number }): boolean {
  const module = new WebAssembly.Module(readFileSync("build/renic.wasm"));
  const progress = new Progress("seeds", count);
  const sums = { cases: count, failures: 0, records: 0, checkpoints: 0, failovers: 0 };
  for (let at = seed; at < seed + count; at++) {
    const { differences, counts } = compare(module, at);
    sums.records += counts.records;
    sums.checkpoints += counts.checkpoints;
    sums.failovers += counts.failovers;
    if (differences.length > 0) {
      sums.failures++;
      progress.clear();
      console.error(`seed ${at}: ${differences.join("\n    ")}`);
    }
    progress.at(at - seed + 1, `, ${sums.failures} differ`);
  }
  progress.clear();
  console.log(JSON.stringify(sums));
  return sums.failures === 0;
}

try {
  process.exitCode = run(readOptions()) ? 0 : 1;
} catch (error) {
  if (!(error instanceof RangeError) && !(error instanceof TypeError && "code" in error)) throw error;
  console.error(`${error.message}\n${USAGE}`);
  process.exitCode = EXIT_USAGE;
}
