/**
 * Entry of `npm run content -- --count 1000 --seed 1`: random scenarios with consecutive seeds, each run with and without
 * content (comparison.ts). Progress, and each seed on which they differ, are on stderr; the last line of stdout is JSON.
 * Ends with code 1 when any differs, 2 for arguments that cannot be used.
 */
import { readFileSync } from "node:fs";
import { Progress } from "../agreement/progress";
import { runSeedsTool, type Seeds } from "../support/seeds-tool";
import { compare } from "./comparison";

const TOOL = { name: "content", countUsual: 1000, countMax: 999_999_999 };

function run({ seed, count }: Seeds): boolean {
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

await runSeedsTool(TOOL, run);
