/**
 * Entry of `npm run plans -- --count 50 --seed 1`: points of plan-point.ts with consecutive seeds, each planned and
 * simulated. Progress, and each point that is further off than 5 %, are on stderr; the last line of stdout is JSON. Ends
 * with code 1 when a point is, 2 for arguments that cannot be used.
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import { Progress } from "../agreement/progress";
import { agreementOf, isNear, type PlanAgreement } from "./plan-agreement";

const USAGE = "npm run plans -- [--seed N] [--count N]   whole numbers; without, 1 and 50";
const COUNT_MAX = 1_000_000;
const EXIT_USAGE = 2;

function readOptions(): { seed: number; count: number } {
  const options = { seed: { type: "string", default: "1" }, count: { type: "string", default: "50" } } as const;
  const { values } = parseArgs({ options });
  const number = (text: string) => (/^\d{1,9}$/.test(text) ? Number(text) : Number.NaN);
  const [seed, count] = [number(values.seed), number(values.count)];
  if (!(seed >= 0) || !(count >= 1 && count <= COUNT_MAX)) throw new RangeError("a number is missing or out of range");
  return { seed, count };
}

function run({ seed, count }: { seed: number; count: number }): boolean {
  const module = new WebAssembly.Module(readFileSync("build/renic.wasm"));
  const progress = new Progress("points", count);
  const points: PlanAgreement[] = [];
  for (let at = seed; at < seed + count; at++) {
    const point = agreementOf(module, at);
    points.push(point);
    if (!isNear(point) || point.planned !== point.simulated) {
      progress.clear();
      console.error(lineOf(point));
    }
    progress.at(at - seed + 1, "");
  }
  progress.clear();
  const failures = points.filter((point) => !isNear(point)).length;
  const otherEnds = points.filter(({ planned, simulated }) => planned !== simulated).length;
  const worst = {
    total: worstOf(points, "total"),
    bytes: worstOf(points, "bytes"),
    downtime: worstOf(points, "downtime"),
  };
  console.log(JSON.stringify({ cases: count, failures, otherEnds, worstPercent: worst }));
  return failures === 0;
}

function lineOf({ seed, total, bytes, downtime, planned, simulated }: PlanAgreement): string {
  const text = (error: number | null) => (error === null ? "-" : `${(100 * error).toFixed(2)} %`);
  const errors = `total ${text(total)}, bytes ${text(bytes)}, downtime ${text(downtime)}`;
  return `seed ${seed}: ${errors}; planned ${planned}, simulated ${simulated}`;
}

function worstOf(points: readonly PlanAgreement[], key: "total" | "bytes" | "downtime"): number {
  const errors = points.map((point) => Math.abs(point[key] ?? 0));
  return Number((100 * Math.max(...errors)).toFixed(3));
}

try {
  process.exitCode = run(readOptions()) ? 0 : 1;
} catch (error) {
  if (!(error instanceof RangeError) && !(error instanceof TypeError && "code" in error)) throw error;
  console.error(`${error.message}\n${USAGE}`);
  process.exitCode = EXIT_USAGE;
}
