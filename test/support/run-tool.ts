/** Runs a tool of `scripts/tool.mjs` as a user does, in a process of its own. */
import { spawnSync } from "node:child_process";
import process from "node:process";

export function runTool(name: string, ...options: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/tool.mjs", name, ...options], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}
