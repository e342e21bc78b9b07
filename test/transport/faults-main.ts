/**
 * Entry of `npm run tcp-faults -- --count 10000 --seed 1`: runs of fault-run.ts with consecutive seeds. Progress, and
 * each seed on which something is wrong, are on stderr; the last line of stdout is JSON. Ends with code 1 when a byte was
 * wrong or a connection hung, 2 for arguments that cannot be used.
 */
import { readFileSync } from "node:fs";
import { Progress } from "../agreement/progress";
import { runSeedsTool, type Seeds } from "../support/seeds-tool";
import { runFaults } from "./fault-run";

const TOOL = { name: "tcp-faults", countUsual: 1000, countMax: 100_000_000 };

function run({ seed, count }: Seeds): boolean {
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

await runSeedsTool(TOOL, run);
