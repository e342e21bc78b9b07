/**
 * Entry of `npm run migrations -- --count 5000 --seed 1`: moves of drawn-move.ts with consecutive seeds. Progress, and each
 * seed on which something does not hold, are on stderr; the last line of stdout is JSON. Ends with code 1 when there
 * is one, 2 for arguments that cannot be used.
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { Progress } from "../agreement/progress";
import { movingInput, movingTcpInput } from "../support/migration-scenario";
import { drawMove } from "./drawn-move";

const USAGE = "npm run migrations -- [--seed N] [--count N]   whole numbers; without, 1 and 1000";
const COUNT_MAX = 1_000_000;
const EXIT_USAGE = 2;

function readOptions(): { seed: number; count: number } {
  const options = { seed: { type: "string", default: "1" }, count: { type: "string", default: "1000" } } as const;
  const { values } = parseArgs({ options });
  const number = (text: string) => (/^\d{1,9}$/.test(text) ? Number(text) : Number.NaN);
  const [seed, count] = [number(values.seed), number(values.count)];
  if (!(seed >= 0) || !(count >= 1 && count <= COUNT_MAX)) throw new RangeError("a number is missing or out of range");
  return { seed, count };
}

async function run({ seed, count }: { seed: number; count: number }): Promise<boolean> {
  const inputs = { udp: await movingInput(), tcp: await movingTcpInput() };
  const progress = new Progress("moves", count);
  const states: Record<string, number> = {};
  let failures = 0;
  for (let at = seed; at < seed + count; at++) {
    const move = drawMove(inputs, at);
    states[move.state] = (states[move.state] ?? 0) + 1;
    if (move.failures.length > 0) {
      failures++;
      progress.clear();
      console.error(`seed ${at}, again with --seed ${at} --count 1: ${move.failures.slice(0, 4).join("; ")}`);
    }
    progress.at(at - seed + 1, `, ${failures} with a failure`);
  }
  progress.clear();
  console.log(JSON.stringify({ cases: count, failures, states }));
  return failures === 0;
}

try {
  process.exitCode = (await run(readOptions())) ? 0 : 1;
} catch (error) {
  if (!(error instanceof RangeError) && !(error instanceof TypeError && "code" in error)) throw error;
  console.error(`${error.message}\n${USAGE}`);
  process.exitCode = EXIT_USAGE;
}
