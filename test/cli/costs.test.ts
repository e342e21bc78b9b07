/** The table of costs on the command line: printed, edited, given back, and refused when it is wrong. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COST_NAMES } from "../../src/scenario";
import { renic } from "./command";

const EXAMPLE = readFileSync("examples/failover.yaml", "utf8");
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "renic-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

function scenarioWith(costs: string): string {
  return write("s.yaml", `${EXAMPLE.trimEnd()}\ncosts: ${costs}\n`);
}

function refused(file: string): string[] {
  const { code, stdout, stderr } = renic("inspect", file);
  expect(code, stderr).toBe(65);
  expect(stdout).toBe("");
  return stderr.replaceAll(`${folder}/`, "").trim().split("\n");
}

describe("renic costs", () => {
  it("no option, a line for each cost of now with unit, range and label", () => {
    const { code, stdout } = renic("costs");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}vmExit +1500 {2}cycles +1200 to 2600 +I {2}exit to the hypervisor/m);
    for (const name of COST_NAMES) expect(stdout).toContain(`\n  ${name} `);
  });

  it("preset era, its values", () => {
    expect(renic("costs", "--preset", "era").stdout).toMatch(/^ {2}vmExit +2000 {2}cycles/m);
  });

  it("preset that does not exist, exit 2 and the choices", () => {
    const { code, stderr } = renic("costs", "--preset", "past");
    expect(code).toBe(2);
    expect(stderr).toContain("Allowed choices are era, now.");
  });

  it("CSV of era edited and named in a scenario, the scenario resolves to era with that edit", () => {
    const { stdout } = renic("costs", "--preset", "era", "--csv");
    write("costs.csv", stdout.replace("\nnetbackReceive,8000,cycles", "\nnetbackReceive,7000,cycles"));
    const { code, stdout: resolved, stderr } = renic("inspect", scenarioWith("{ preset: era, file: costs.csv }"));
    expect(code, stderr).toBe(0);
    expect(resolved).toMatch(/\ncosts:\n {2}preset: era\n {2}set: \{ netbackReceive: 7000 \}\n$/);
    const again = renic("inspect", write("again.yaml", resolved));
    expect(again.stdout.replace(/^#.*/, "")).toBe(resolved.replace(/^#.*/, ""));
  });
});

describe("renic inspect", () => {
  it("a file of costs, its values beside the presets", () => {
    const { code, stdout } = renic("inspect", write("c.csv", "# mine\nname,value\nvmExit,1800\n"));
    expect(code).toBe(0);
    expect(stdout).toContain(`c.csv: 1 of ${COST_NAMES.length} costs\n  vmExit `);
    expect(stdout).toContain("1800 cycles (era 2000, now 1500)");
  });

  it("scenario whose file of costs is wrong, every problem with file, line and column", () => {
    write(
      "bad.csv",
      "name,value,unit\nvmExit,3000,cycles\nhypercal,1300,cycles\ncopyRate,1.5,bytes/s\nvmSwitch,9000,ns\n",
    );
    expect(refused(scenarioWith("{ file: bad.csv }"))).toEqual([
      'bad.csv:2:8: vmExit: expected a whole number from 1200 to 2600 cycles, got "3000"',
      'bad.csv:3:1: expected the name of a cost, got "hypercal"; did you mean "hypercall"?',
      'bad.csv:4:10: copyRate: expected a whole number from 1073741824 to 8589934592 bytes/s, got "1.5"',
      'bad.csv:5:15: vmSwitch: expected the unit "cycles", or none, got "ns"',
    ]);
  });

  it("scenario whose file of costs is not there, its name", () => {
    expect(refused(scenarioWith("{ file: none.csv }"))[0]).toMatch(/^none\.csv: cannot be read: ENOENT/);
  });

  it("scenario whose file of costs lies outside its folder, refused with the option that allows it", () => {
    const [problem] = refused(scenarioWith("{ file: ../costs.csv }"));
    expect(problem).toMatch(/^s\.yaml: costs \.\.\/costs\.csv: lies outside the scenario's folder; .*--allow-path$/);
  });

  it("binary file named as costs, refused without a stack", () => {
    writeFileSync(join(folder, "bin.csv"), readFileSync("examples/recordings/dns/dns.pcapng").subarray(0, 5000));
    for (const line of refused(scenarioWith("{ file: bin.csv }"))) expect(line).toMatch(/^bin\.csv(:\d+:\d+)?: \S/);
  });
});
