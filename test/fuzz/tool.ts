/** The fuzz tool as a test runs it: what it printed, and how it ended. */
import { spawnSync } from "node:child_process";
import process from "node:process";
import { z } from "zod";
import type { Verdict } from "./totals";

const VERDICT = z.object({
  cases: z.number(),
  traps: z.number(),
  escapes: z.number(),
  crossVfEffects: z.number(),
});

export interface ToolRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The last line; null when there is none. */
  readonly verdict: Verdict | null;
}

/** Runs the tool that was bundled into a folder. */
export function runTool(folder: string, ...args: readonly string[]): ToolRun {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`${folder}/fuzz.mjs`, ...args], { encoding: "utf8" });
  return { code: status, stdout, stderr, verdict: verdictIn(stdout) };
}

export function verdictIn(stdout: string): Verdict | null {
  const line = stdout.trimEnd().split("\n").at(-1) ?? "";
  return line.startsWith("{") ? VERDICT.parse(JSON.parse(line)) : null;
}
