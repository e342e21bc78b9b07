/**
 * Entry of `npm run migrations -- --count 5000 --seed 1`: moves of drawn-move.ts with consecutive seeds. Progress, and each
 * seed on which something does not hold, are on stderr; the last line of stdout is JSON. Ends with code 1 when there
 * is one, 2 for arguments that cannot be used.
 */
import { Progress } from "../agreement/progress";
import { movingInput, movingTcpInput } from "../support/migration-scenario";
import { runSeedsTool, type Seeds } from "../support/seeds-tool";
import { drawMove } from "./drawn-move";

const TOOL = { name: "migrations", countUsual: 1000, countMax: 1_000_000 };

async function run({ seed, count }: Seeds): Promise<boolean> {
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

await runSeedsTool(TOOL, run);
