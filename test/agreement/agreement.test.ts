/** A short run of `npm run agree`: the device agrees with the reference model, and nobody notices that it is moved. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { describe, expect, it } from "vitest";
import { drawProgram } from "../reference/program";
import { readOptions, UsageError } from "./options";
import { Renumbering } from "./renumbering";
import { shrinkProgram } from "./shrink";

/** Not among the seeds that a run of the tool begins with. */
const FIRST_SEED = 5_000_000;
const TOOL = ["scripts/tool.mjs", "agree", "--seed", String(FIRST_SEED)];

/** Runs the tool; the verdict is its last line. */
function agree(...args: string[]): { code: number | null; stdout: string; verdict: unknown } {
  const { status, stdout } = spawnSync(process.execPath, [...TOOL, ...args], { encoding: "utf8" });
  return { code: status, stdout, verdict: JSON.parse(stdout.trim().split("\n").at(-1) ?? "") };
}

describe("two devices that must agree", () => {
  it("300 random programs, nothing that can be seen is different, and every behaviour seen is known", () => {
    const { code, stdout, verdict } = agree("--count", "300");
    expect(verdict).toMatchObject({ programs: 300, disagreements: 0, unreached: 0 });
    expect(stdout).not.toContain("not in test/agreement/behaviours.ts");
    expect(code).toBe(0);
  });

  it("150 devices that are saved and restored elsewhere, go on as if nothing had happened", () => {
    const { code, verdict } = agree("--resumes", "150");
    expect(verdict).toEqual({ resumes: 150, differences: 0 });
    expect(code).toBe(0);
  });
});

describe("the tool", () => {
  it("another number of threads, prints the same", () => {
    const one = agree("--count", "20", "--workers", "1");
    expect(agree("--count", "20", "--workers", "3").stdout).toBe(one.stdout);
  });

  it("--from, does the rest", () => {
    const { verdict } = agree("--count", "30", "--from", String(FIRST_SEED + 20));
    expect(verdict).toMatchObject({ programs: 10 });
  });

  it("Ctrl-C, says what was done and how to go on, code 130", async () => {
    const child = spawn(process.execPath, [...TOOL, "--count", "1000000"]);
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (text) => {
      stdout += text;
    });
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    // The first line of progress comes after two seconds: by then it runs.
    await once(child.stderr, "data");
    child.kill("SIGINT");
    const [code] = await once(child, "close");
    expect(code).toBe(130);
    const { programs } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
    expect(stderr).toContain(`--seed ${FIRST_SEED} --count 1000000 --from ${FIRST_SEED + programs}`);
  });

  it("arguments that cannot be used, code 2 and why", () => {
    const { status, stderr } = spawnSync(process.execPath, [...TOOL, "--count", "none"], { encoding: "utf8" });
    expect(status).toBe(2);
    expect(stderr).toContain("--count is a whole number from 1 to 100000000");
  });

  it("a program that fails because of two steps, is shrunk to these", () => {
    const program = drawProgram(FIRST_SEED);
    const wanted = [program.steps[10], program.steps[50]];
    const short = shrinkProgram(program, ({ steps }) => wanted.every((step) => step && steps.includes(step)));
    expect(short.steps.filter(({ kind }) => kind !== "openEpoch")).toEqual(wanted);
  });

  it("a renumbering done twice, changes nothing", () => {
    const renumbering = new Renumbering(2, 5);
    for (const offset of [0xc8c, 0x3500, 0xc80, 0x5404, 0x5d00, 0x581c, 0xc08, 0x5ad8, 0xc080, 0x100, 0xc88, 0x3554]) {
      expect(renumbering.offset(renumbering.offset(offset))).toBe(offset);
      expect(renumbering.value(offset, renumbering.value(offset, 0x8e24_a76d))).toBe(0x8e24_a76d);
    }
    expect(renumbering.value(0xc8c, 0b100)).toBe(0b10_0000);
  });

  it.each([
    [["--count", "0"], '--count is a whole number from 1 to 100000000, and not "0"; write for example --count 2000'],
    [["--seed=-1"], '--seed is a whole number from 0 to 4294967295, and not "-1"; write for example --seed 1'],
    [["--seed", "4294967295", "--count", "2"], "the last seed would be 4294967296, and the greatest is 4294967295"],
    [["--from", "9", "--count", "5"], '--from is a whole number from 1 to 5, and not "9"; write for example --from 1'],
    [["--workers", "many"], '--workers is a whole number from 1 to 64, and not "many"'],
    [["--only", "TSO"], "--only goes with --planted; add it"],
    [["--planted", "--resumes", "3"], "--planted and --resumes: choose one"],
    [["--resumes", "3", "--count", "3"], "--resumes has a number of its own; leave --count out"],
    [["--sed", "3"], "Unknown option '--sed'"],
  ])("%j, refused with what to write instead", (args, message) => {
    expect(() => readOptions(args)).toThrow(UsageError);
    expect(() => readOptions(args)).toThrow(message);
  });
});
