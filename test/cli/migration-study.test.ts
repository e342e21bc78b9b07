/** `renic study migration` as a user has it: results that do not depend on threads, going on, refusing, its files. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renic } from "./command";

const SMALL = [
  ...["study", "migration", "--presets", "now", "--workloads", "probe", "--guests", "128MiB"],
  ...["--dirty", "0,20000", "--links", "10Gbps", "--models", "renic,teaming,vf"],
];
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "renic-migration-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function results(out: string): string[] {
  return ["migration.json", "migration.csv"].map((name) => readFileSync(join(folder, out, name), "utf8"));
}

describe("a small grid", () => {
  it("on two threads instead of one, the same table and files; started again, nothing is simulated", () => {
    const one = renic(...SMALL, "--jobs", "1", "--out", join(folder, "one"));
    expect(one.code, one.stderr).toBe(0);
    expect(one.stdout).toMatch(/^128MiB +20,000 +10Gbps +\d+\.\d \/ \d+\.\d +\d+\.\d \/ \d+\.\d +x +/m);
    expect(one.stdout).toMatch(/^what moves the median against teaming/m);
    const two = renic(...SMALL, "--jobs", "2", "--out", join(folder, "two"));
    expect(two.stdout).toBe(one.stdout);
    expect(results("two")).toEqual(results("one"));
    const again = renic(...SMALL, "--out", join(folder, "one"));
    expect(again.stderr).toContain("4 runs are there from an earlier start");
    expect(again.stdout).toBe(one.stdout);
    const scenario = join(folder, "one", "scenarios", "now-renic-probe-128MiB-0-10Gbps.yaml");
    expect(renic("inspect", scenario).code).toBe(0);
  });

  it("without packets, every figure is planned", () => {
    const { code, stdout } = renic(...SMALL, "--no-packets", "--no-sensitivity");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^128MiB +20,000 +10Gbps +~\d+\.\d \/ \d+\.\d +~\d+\.\d \/ \d+\.\d +x +/m);
    expect(stdout).not.toContain("what moves");
  });
});

describe("refused", () => {
  it("several options at once, exit 65 and each with what is allowed", () => {
    const { code, stderr } = renic("study", "migration", "--guests", "64MiB", "--models", "renik", "--jobs", "0");
    expect(code).toBe(65);
    expect(stderr.trim().split("\n")).toEqual([
      'renic study migration: --models: expected some of renic, compsc, paravirtual, emulated, teaming, vf, with commas between them, got "renik"; did you mean "renic"?',
      'renic study migration: --guests: expected some of 128MiB, 512MiB, 1GiB, with commas between them, got "64MiB"',
      'renic study migration: --jobs: expected a whole number from 1 to 256, got "0"',
    ]);
  });

  it("more memory than is allowed, exit 65 before anything runs", () => {
    const { code, stderr } = renic(...SMALL, "--memory", "100MiB");
    expect(code).toBe(65);
    expect(stderr).toMatch(/grid: 4 runs, .* need up to .* of memory, and 100 MiB are there; .*--no-packets/);
  });
});
