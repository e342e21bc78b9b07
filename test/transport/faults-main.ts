/**
 * Entry of `npm run tcp-faults -- --count 10000 --seed 1`: runs of fault-run.ts with consecutive seeds. Progress, and
 * each seed on which something is wrong, are on stderr; the last line of stdout is JSON. Ends with code 1 when a byte was
 * wrong or a connection hung, 2 for arguments that cannot be used.
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import { Progress } from "../agreement/progress";
import { runFaults } from "./fault-run";

const USAGE = "npm run tcp-faults -- [--seed N] [--count N]   whole numbers; without, 1 and 1000";
const COUNT_MAX = 100_000_000;
const EXIT_USAGE = 2;

function readOptions(): { seed: number; count: number } {
  const options = { seed: { type: "string", default: "1" }, count: { type: "string", default: "1000" } } as const;
  const { values } = parseArgs({ options });
  const number = (text: string) => (/^\d{1,9}$/.test(text) ? Number(text) : Number.NaN);
  const [seed, count] = [number(values.seed), number(values.count)];
  if (!(seed >= 0) || !(count >= 1 && count <= COUNT_MAX)) throw new RangeError("a number is missing or out of range");
  return { seed, count };
}

function run({ seed, count }: { seed: number; count: number }): boolean {
  const module = new WebAssembly.Module(readFileSync("build/renic.wasm"));
  const progress = new Progress("seeds", count);
  const sums = { seeds: count, delivered: 0, reset: 0, wrongBytes: 0, hung: 0 };
  for (let at = seed; at < seed + count; at++) {
    const { delivered, reset, wrong, hung } = runFaults(module, at);
    sums.delivered += delivered;
    sums.reset += reset;
    sums.wrongBytes += wrong;
    sums.hung += hung;
    if (wrong > 0 || hung > 0) {
      progress.clear();
      console.error(`seed ${at}: ${wrong} wrong, ${hung} hung`);
    }
    progress.at(at - seed + 1, `, ${sums.reset} reset`);
  }
  progress.clear();
  console.log(JSON.stringify(sums));
  return sums.wrongBytes === 0 && sums.hung === 0;
}

try {
  process.exitCode = run(readOptions()) ? 0 : 1;
} catch (error) {
  if (!(error instanceof RangeError) && !(error instanceof TypeError && "code" in error)) throw error;
  console.error(`${error.message}\n${USAGE}`);
  process.exitCode = EXIT_USAGE;
}
