/**
 * Entry of `npm run plans -- --count 50 --seed 1`: points of plan-point.ts with consecutive seeds, each planned and
 * simulated. Progress, and each point that is further off than 5 %, are on stderr; the last line of stdout is JSON. Ends
 * with code 1 when a point is, 2 for arguments that cannot be used.
 */
import { readFileSync } from "node:fs";
import { Progress } from "../agreement/progress";
import { runSeedsTool, type Seeds } from "../support/seeds-tool";
import { agreementOf, isNear, type PlanAgreement } from "./plan-agreement";

const TOOL = { name: "plans", countUsual: 50, countMax: 1_000_000 };

function run({ seed, count }: Seeds): boolean {
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

await runSeedsTool(TOOL, run);
