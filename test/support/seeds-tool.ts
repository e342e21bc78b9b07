/**
 * A tool that runs consecutive seeds: `--seed` and `--count`, checked, and the exit code: 0 when all is well, 1 when the
 * run found something, 2 for arguments that cannot be used.
 */
import { parseArgs } from "node:util";
import { exitWith } from "./tool-exit";

export interface Seeds {
  readonly seed: number;
  readonly count: number;
}

export interface SeedsTool {
  /** As it stands behind `npm run`. */
  readonly name: string;
  /** Seeds without `--count`, and with it at most. */
  readonly countUsual: number;
  readonly countMax: number;
}

function readSeeds({ countUsual, countMax }: SeedsTool): Seeds {
  const options = {
    seed: { type: "string", default: "1" },
    count: { type: "string", default: String(countUsual) },
  } as const;
  const { values } = parseArgs({ options });
  const number = (text: string) => (/^\d{1,9}$/.test(text) ? Number(text) : Number.NaN);
  const [seed, count] = [number(values.seed), number(values.count)];
  if (!(seed >= 0) || !(count >= 1 && count <= countMax)) throw new RangeError("a number is missing or out of range");
  return { seed, count };
}

/** Runs a tool, which returns whether all is well, and sets the exit code. */
export async function runSeedsTool(tool: SeedsTool, run: (seeds: Seeds) => boolean | Promise<boolean>): Promise<void> {
  const usage = `npm run ${tool.name} -- [--seed N] [--count N]   whole numbers; without, 1 and ${tool.countUsual}`;
  await exitWith(usage, async () => ((await run(readSeeds(tool))) ? 0 : 1));
}
