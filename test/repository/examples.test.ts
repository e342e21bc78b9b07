/** Each example does what its first lines say. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import process from "node:process";
import { describe, expect, it } from "vitest";
import { renic } from "../cli/command";

function run(file: string): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, [file], { encoding: "utf8" });
  expect(status, stderr).toBe(0);
  return stdout;
}

describe("examples", () => {
  it("library.mjs, a world saved in the middle ends like the one it was saved from", () => {
    const [, first, second] = run("examples/library.mjs").match(/digests (\w{16}) and (\w{16})/) ?? [];
    expect(first).toBeDefined();
    expect(second).toBe(first);
  });

  it("plan.mjs, finds a rate up to which a migration comes to its end", () => {
    const [, possible, impossible] =
      run("examples/plan.mjs").match(/^up to (\d+) MiB\/s: .* with (\d+) MiB\/s never$/m) ?? [];
    expect(Number(impossible) - Number(possible)).toBe(1);
  });

  it.each(readdirSync("examples").filter((name) => name.endsWith(".yaml")))("%s, is a valid scenario", (name) => {
    expect(renic("inspect", `examples/${name}`).code).toBe(0);
  });
});
