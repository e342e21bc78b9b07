/** `renic study runtime` as a user has it: results that do not depend on threads, going on, refusing, its files. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renic } from "./command";

const SMALL = [
  ...["--presets", "era", "--workloads", "udp-256,request-64", "--vms", "1,2", "--duration", "30ms"],
  ...["--models", "renic,vf,paravirtual"],
];
const RUNS = "runtime-runs.jsonl";
/** On a machine that is busy with other tests. */
const START_MS = 120_000;
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "renic-study-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function study(out: string, ...args: string[]) {
  return renic("study", "runtime", ...SMALL, "--no-sensitivity", "--out", join(folder, out), ...args);
}

function results(out: string): string[] {
  return ["runtime.json", "runtime.csv"].map((name) => readFileSync(join(folder, out, name), "utf8"));
}

function keptRuns(out: string): string[] {
  return readFileSync(join(folder, out, RUNS), "utf8")
    .split("\n")
    .slice(0, -1);
}

describe("a small grid", () => {
  let printed = "";
  beforeAll(() => {
    const { code, stdout, stderr } = study("one", "--jobs", "1", "--runs", "2");
    expect(code, stderr).toBe(0);
    printed = stdout;
  }, START_MS);

  it("on three threads instead of one, the same tables and the same files to the byte", () => {
    const { stdout } = study("three", "--jobs", "3", "--runs", "2");
    expect(stdout).toBe(printed);
    expect(results("three")).toEqual(results("one"));
  });

  it("started again, measures nothing; with a run more, only that", () => {
    const again = study("one", "--runs", "2");
    expect(again.stderr).toContain("24 runs are there from an earlier start");
    expect(again.stdout).toBe(printed);
    const more = study("one", "--runs", "3");
    expect(more.stderr).toContain("12 runs on");
    expect(study("one", "--runs", "2").stdout).toBe(printed);
  });

  it("cut in the middle of a line, goes on with the runs before it to the same results", () => {
    study("cut", "--runs", "2");
    const path = join(folder, "cut", RUNS);
    const lines = keptRuns("cut");
    writeFileSync(path, `${lines.slice(0, 10).join("\n")}\n${lines[10]?.slice(0, 50)}`);
    const { stderr, stdout } = study("cut", "--runs", "2");
    expect(stderr).toContain("10 runs are there from an earlier start");
    expect(stdout).toBe(printed);
    expect(results("cut")).toEqual(results("one"));
    expect(keptRuns("cut")).toHaveLength(24);
  });

  it("JSON, has version, seed and what each cell was measured as, its scenario beside it, which runs to the same end", () => {
    const json = JSON.parse(results("one")[0] ?? "");
    expect(json).toMatchObject({ study: "runtime", seed: 1, runCount: 2, durationNs: 30_000_000, sensitivity: null });
    expect(json.wasmSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(json.cells).toHaveLength(12);
    const cell = json.cells.find((each: { io: string; workload: string }) => {
      return each.io === "paravirtual" && each.workload === "request-64";
    });
    expect(cell).toMatchObject({ preset: "era", vmCount: 1, scenario: "scenarios/era-paravirtual-request-64-1.yaml" });
    const run = renic("run", join(folder, "one", cell.scenario), "--quiet", "--json");
    expect(run.code, run.stderr).toBe(0);
    expect(JSON.parse(run.stdout).account.digest).toBe(cell.runs[0].digest);
  });

  it("CSV, has a line for each cell with as many fields as the head", () => {
    const [head, ...rows] = (results("one")[1] ?? "").trimEnd().split("\n");
    const width = head?.split(",").length;
    expect(rows.map((row) => row.split(",").length)).toEqual(Array(12).fill(width));
    expect(head).toMatch(/^preset,io,workload,vms,runs,unit,cpu_percent,cpu_percent_half_95,/);
  });

  it("printed, says of which thread percents are, what was saved, and where time went", () => {
    expect(printed).toContain("in percent of one hardware thread");
    expect(printed).toContain("CPU that a virtual function saves against paravirtual at equal work");
    expect(printed).toMatch(/paravirtual, 2 VMs: CPU % by domain and activity/);
    expect(printed).toMatch(/2 VMs: best \S+ %, median \S+ %, worst \S+ %/);
  });
});

describe("a study that is stopped", () => {
  it("by Ctrl-C, keeps what is done, says how to go on, exit 130", async () => {
    const out = join(folder, "stopped");
    const args = ["study", "runtime", ...SMALL, "--duration", "1s", "--no-sensitivity", "--jobs", "1", "--out", out];
    const child = spawn(process.execPath, ["dist/cli.js", ...args], { stdio: ["ignore", "ignore", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    const path = join(out, RUNS);
    const timer = setInterval(() => {
      if (!existsSync(path) || !readFileSync(path, "utf8").includes("\n")) return;
      // Once: a second one ends the process at once, as it does any other.
      clearInterval(timer);
      child.kill("SIGINT");
    }, 20);
    const code = await new Promise((resolve) => child.on("exit", resolve));
    expect(code, stderr).toBe(130);
    expect(stderr).toContain(`start again with --out ${out}`);
    const keptCount = keptRuns("stopped").length;
    expect(keptCount).toBeGreaterThan(0);
    expect(keptCount).toBeLessThan(36);
    expect(existsSync(join(out, "runtime.json"))).toBe(false);
  });
});

describe("a study that is refused", () => {
  function refused(...args: string[]): string {
    const { code, stdout, stderr } = study("refused", ...args);
    expect(code, stderr).toBe(65);
    expect(stdout).toBe("");
    expect(existsSync(join(folder, "refused"))).toBe(false);
    expect(stderr).not.toMatch(/\n\s+at /);
    return stderr.trim();
  }

  it("too long, told how many runs, how long, what is allowed and what to do", () => {
    const text = refused("--limit", "1ms", "--jobs", "2");
    expect(text).toMatch(/^renic study runtime: grid: 36 runs on 2 threads take about \d+ s, and 1ms are allowed; /);
    expect(text).toContain("--limit");
  });

  it("too large, told how much memory, how much there is and what to do", () => {
    const text = refused("--memory", "100MiB", "--jobs", "2");
    expect(text).toMatch(/grid: 36 runs, 2 at once, need up to \d+ MiB of memory, and 100 MiB are there; /);
    expect(text).toContain("--jobs");
  });

  it("with wrong options, each of them with what is allowed", () => {
    const bad = ["--vms", "3", "--models", "vv", "--runs", "0", "--jobs", "x", "--duration", "1ms", "--seed", "-1"];
    const lines = refused(...bad, "--presets", "now,then", "--workloads", "htp", "--limit", "1d").split("\n");
    const options = lines.map((line) => line.split(": ")[1]);
    const wanted = [
      "--presets",
      "--workloads",
      "--vms",
      "--models",
      "--seed",
      "--runs",
      "--duration",
      "--jobs",
      "--limit",
    ];
    expect(options).toEqual(wanted);
    expect(lines[1]).toMatch(/expected some of bulk-send, .*got "htp".*http/);
    expect(lines[2]).toContain('expected some of 1, 2, 4, 7, 20, 40, 60, with commas between them, got "3"');
    expect(lines[5]).toContain('expected a whole number from 1 to 31, got "0"');
    expect(lines[6]).toContain('expected a duration from 30ms to 60s, got "1ms"');
  });

  it("with a file where its folder should be, the file and exit 73", () => {
    writeFileSync(join(folder, "file"), "");
    const { code, stderr } = study("file");
    expect(code).toBe(73);
    expect(stderr).toContain("cannot be written");
  });

  it("with a file of runs that is none, the line and what to do", () => {
    study("foreign");
    writeFileSync(join(folder, "foreign", RUNS), '{"fingerprint":1}\n');
    const { code, stderr } = study("foreign");
    expect(code).toBe(65);
    expect(stderr).toContain(`${RUNS}:1: is no run of a study; remove the line, or the file`);
  });
});

describe("the quick study", () => {
  it("sixty VMs and the sensitivity of the headline, in one go", () => {
    const args = ["--quick", "--workloads", "udp-256", "--models", "vf,paravirtual", "--jobs", "2", "--quiet"];
    const { code, stdout, stderr } = renic("study", "runtime", ...args);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^60 {3}paravirtual/m);
    expect(stdout).toMatch(/what moves the median saving against paravirtual, \S+ %, most/);
    const table = stdout.slice(stdout.indexOf("what moves")).trim().split("\n");
    expect(table).toHaveLength(7);
  });
});
