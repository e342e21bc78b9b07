/** Runs the built command line as a user would. */
import { spawnSync } from "node:child_process";
import process from "node:process";

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `renic` with arguments and waits for its end. */
export function renic(...args: string[]): Finished {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["dist/cli.js", ...args], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return { code: status, stdout, stderr };
}
