/** The fuzz tool: what it finds in the device as it is (nothing), that it repeats itself, that it goes on. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import process from "node:process";
import { beforeAll, describe, expect, it } from "vitest";
import { ROW_CASES, ROW_COUNT, ROW_STATUS, ROW_TX_MOVED, ROW_TX_POSTED } from "../../assembly/fuzz/rows";
import { gapsOf } from "./coverage";
import { statePath } from "./state-file";
import { runTool, verdictIn } from "./tool";
import { NOTHING } from "./totals";

/** Compiling takes five seconds on an idle machine. */
const BUILD_MS_MAX = 120_000;

beforeAll(() => {
  execFileSync(process.execPath, ["scripts/setup.mjs", "--fuzz"], { stdio: "ignore" });
}, BUILD_MS_MAX);

describe("hostile guests", () => {
  it("200,000 cases, no trap, no escape, no effect on the victim", () => {
    const { code, verdict } = runTool("build", "--count", "200000", "--seed", "101");
    expect(verdict).toMatchObject({ traps: 0, escapes: 0, crossVfEffects: 0 });
    expect(verdict?.cases).toBeGreaterThanOrEqual(200_000);
    expect(code).toBe(0);
  });

  it("the same seed again with another number of workers, prints the same", () => {
    const one = runTool("build", "--count", "200000", "--seed", "102", "--workers", "1");
    const two = runTool("build", "--count", "200000", "--seed", "102", "--workers", "3");
    expect(two.stdout).toBe(one.stdout);
  });

  it("another seed, tries something else", () => {
    const { stdout } = runTool("build", "--count", "70000", "--seed", "103");
    expect(runTool("build", "--count", "70000", "--seed", "104").stdout).not.toBe(stdout);
  });

  it("one chunk alone, counts what it counted among others", () => {
    const { verdict } = runTool("build", "--chunk", "0", "--seed", "105");
    expect(runTool("build", "--count", "65536", "--seed", "105").verdict).toEqual(verdict);
  });
});

describe("a long run", () => {
  it("interrupted, ends with 130 and the command to go on; resumed, has the totals of one that was not", async () => {
    const args = ["--count", "6000000", "--seed", "106", "--workers", "1"];
    const interrupted = spawn(process.execPath, ["build/fuzz.mjs", ...args]);
    let said = "";
    interrupted.stderr.on("data", (text) => {
      said += text;
    });
    setTimeout(() => interrupted.kill("SIGINT"), 1200);
    const [code] = await once(interrupted, "close");
    expect(code).toBe(130);
    expect(said).toContain("npm run fuzz -- --count 6000000 --seed 106 --resume");
    const resumed = runTool("build", ...args, "--resume");
    expect(resumed.stdout).toBe(runTool("build", ...args).stdout);
    expect(verdictIn(resumed.stdout)?.cases).toBeGreaterThanOrEqual(6_000_000);
    expect(existsSync(statePath(106))).toBe(false);
  });

  it("with a state that does not exist, refused", () => {
    const { code, stderr } = runTool("build", "--seed", "107", "--resume");
    expect(code).toBe(2);
    expect(stderr).toContain("start anew without --resume");
  });
});

describe("a wrong command line", () => {
  it.each([
    [["--count", "0"], "--count 0 is not a whole number from 1 to 100,000,000,000"],
    [["--count", "1e6"], "--count 1e6 is not a whole number"],
    [["--seed", "-1"], "--seed"],
    [["--workers", "65"], "--workers 65 is not a whole number from 1 to 64"],
    [["--resume", "--chunk", "1"], "exclude each other"],
    [["--module", "build/nowhere.wasm"], "build it with"],
    [["--fast"], "--fast"],
  ])("%j, says what is wrong and ends with 2", (args, message) => {
    const { code, stderr, stdout } = runTool("build", ...args);
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });
});

describe("demands on coverage", () => {
  const withCounts = (cases: number, each: number) => {
    const counts: number[] = Array(ROW_COUNT).fill(each);
    counts[ROW_CASES] = cases;
    return { ...NOTHING, counts };
  };

  it("a row one short of one in ten thousand, a gap", () => {
    const totals = withCounts(10_000_000, 1000);
    expect(gapsOf(totals)).toEqual([]);
    const counts = totals.counts.map((count, row) => (row === ROW_STATUS ? 999 : count));
    expect(gapsOf({ ...totals, counts })).toEqual(["bits and types written back: tx DD 999 times, wanted 1000"]);
  });

  it("fewer than three descriptors of ten that moved a frame, a gap", () => {
    const totals = withCounts(10_000_000, 1000);
    const counts = totals.counts.map((count, row) => (row === ROW_TX_POSTED ? 9000 : row === ROW_TX_MOVED ? 0 : count));
    expect(gapsOf({ ...totals, counts })).toEqual(["descriptors that moved a frame: 10.0 %, wanted 30.0 %"]);
  });

  it("a run of fewer than five million cases, not judged", () => {
    expect(gapsOf(withCounts(4_999_999, 0))).toEqual([]);
  });
});
