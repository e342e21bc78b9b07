/** `renic study checkpoint` from its command line: tables, files that are equal to the byte, goals, what it refuses. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renic } from "./command";

const SMALL = ["--quick", "--models", "renic", "--workloads", "compute-hot,request-64", "--intervals", "25ms,100ms"];
const RUNS = "checkpoint-runs.jsonl";
/** On a machine that is busy with other tests. */
const START_MS = 120_000;

const folder = mkdtempSync(join(tmpdir(), "renic-"));
afterAll(() => rmSync(folder, { recursive: true }));

function study(out: string, ...options: string[]) {
  return renic("study", "checkpoint", ...SMALL, "--out", join(folder, out), ...options);
}

function results(out: string): Record<string, string> {
  const names = readdirSync(join(folder, out)).filter((name) => name !== RUNS && name !== "scenarios");
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, out, name), "utf8")]));
}

describe("a small grid", () => {
  let printed = "";
  beforeAll(() => {
    const { code, stdout, stderr } = study("one", "--jobs", "1", "--goal", "p99<50ms");
    expect(code, stderr).toBe(0);
    printed = stdout;
  }, START_MS);

  it("prints a table for each workload, and where the pause goes", () => {
    expect(printed).toMatch(/compute, hot memory \(compute-hot\), work in pages/);
    expect(printed).toMatch(/never {2}renic/);
    expect(printed).toMatch(/where the pause goes, checkpoints every 25ms/);
  });

  it("prints which interval meets the goal", () => {
    expect(printed).toMatch(/p99<50ms is met\n {2}era request-64 renic: up to \d\dms/);
  });

  it("on two threads, and again from the runs that are there, the same tables and files", () => {
    const two = study("two", "--jobs", "2", "--goal", "p99<50ms");
    expect(two.stdout).toBe(printed);
    expect(results("two")).toEqual(results("one"));
    const again = study("two", "--goal", "p99<50ms");
    expect(again.stdout).toBe(printed);
    expect(again.stderr).toContain("6 runs are there from an earlier start");
  }, 120_000);

  it("writes a line for each cell, and a scenario that `renic run` takes", () => {
    const files = results("one");
    expect(files["checkpoint.csv"]?.trim().split("\n")).toHaveLength(1 + 6);
    const scenario = join(folder, "one", "scenarios", "era-renic-request-64-25ms.yaml");
    const { code, stdout } = renic("inspect", scenario);
    expect(code).toBe(0);
    expect(stdout).toContain("25");
  });
});

describe("a study that cannot be begun", () => {
  it("with wrong options, each of them with what is allowed, exit 65", () => {
    const { code, stderr } = renic("study", "checkpoint", "--intervals", "30ms", "--goal", "p99>1s", "--runs", "0");
    expect(code).toBe(65);
    expect(stderr).toContain("--intervals: expected some of 10ms, 25ms, 50ms, 100ms, 200ms, 500ms, 1s");
    expect(stderr).toContain("--goal: expected one of p99, median, pause, longer");
    expect(stderr).toContain("--runs: expected a whole number");
  });
});
