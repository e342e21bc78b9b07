/** `renic plan` as a user has it: the rounds, the breakdown that adds up, JSON, and every wrong option at once. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renic } from "./command";

const LOADED = ["plan", "--memory", "1GiB", "--writes", "40MiB@64MiB,2MiB@512MiB", "--receives", "20000"];

describe("renic plan", () => {
  it("loaded guest, its rounds and where the downtime goes", () => {
    const { code, stdout, stderr } = renic(...LOADED);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^moved: few pages were left\n\nround .*dirty behind it/);
    expect(stdout).toMatch(/^1 +262,144 +1,028 MiB +- +\d+ ms/m);
    expect(stdout).toMatch(/^ {2}save VF +0\.060 ms$/m);
    expect(stdout).toMatch(/^downtime +\d+ ms {2}the guest runs nowhere$/m);
  });

  it("as JSON, parts that add up to the downtime", () => {
    const { code, stdout } = renic(...LOADED, "--io", "paravirtual", "--json");
    expect(code).toBe(0);
    const plan = JSON.parse(stdout);
    const stoppedNs = plan.stopped.reduce((total: number, { ns }: { ns: number }) => total + ns, 0);
    expect(plan.downtimeNs).toBe(stoppedNs);
    expect(plan.outcome).toEqual({ kind: "moved", reason: "few-pages" });
  });

  it("preset era, its link, its policy and its rate", () => {
    expect(renic("plan", "--preset", "era").stdout).toMatch(/^1 +262,144 +1,028 MiB +100\.0 Mb\/s/m);
  });

  it("many rounds, those of either end", () => {
    const { stdout } = renic("plan", "--policy", "downtime", "--writes", "4GiB@1GiB", "--timeout", "30s");
    expect(stdout).toMatch(/^given up: the migration had taken as long as it may/);
    expect(stdout).toMatch(/^\.\.\. 13 rounds$/m);
  });

  it("plain virtual function, refused with the reason and without an error", () => {
    const { code, stdout } = renic("plan", "--io", "vf");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^refused: a plain virtual function/);
  });

  it("several wrong options, exit 65 and each with what is allowed", () => {
    const { code, stdout, stderr } = renic(
      ...["plan", "--io", "renik", "--link", "10Gb", "--writes", "3MiB,1@2MiB", "--downtime", "1s", "--streams", "0"],
    );
    expect(code).toBe(65);
    expect(stdout).toBe("");
    expect(stderr.trim().split("\n")).toEqual([
      'renic plan: --io: expected one of renic, compsc, paravirtual, emulated, teaming, vf, got "renik"; did you mean "renic"?',
      'renic plan: --link: expected a rate such as "10Gbps", got "10Gb"; a rate in bits per second ends in bps, such as Gbps',
      'renic plan: --writes: expected how much is written in a second, and in how large a region, such as 40MiB@64MiB, with commas between several, got "3MiB"',
      'renic plan: --writes: expected a size such as "64MiB", got 1 without a unit; units are B, kB, MB, GB, TB, KiB, MiB, GiB, TiB',
      "renic plan: --downtime: policy xen has none; take downtime or auto-converge with --policy",
      'renic plan: --streams: expected a whole number from 1 to 64, got "0"',
    ]);
  });

  it("options that only together are wrong, exit 65 as well", () => {
    const { code, stderr } = renic("plan", "--memory", "64MiB", "--writes", "1MiB@65MiB");
    expect(code).toBe(65);
    expect(stderr).toContain("plan: writers: regions have 16640 pages, and the guest has 16384; make them smaller");
  });
});

describe("renic plan FILE", () => {
  const scenario = readFileSync("examples/migrate.yaml", "utf8");
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "renic-plan-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function write(text: string): string {
    const file = join(folder, "s.yaml");
    writeFileSync(file, text);
    return file;
  }

  it("a scenario, its migration by its machine, its job, its link and its policy", () => {
    const { code, stdout } = renic("plan", "examples/migrate.yaml");
    expect(code).toBe(0);
    // The job writes 16 MiB from end to end, and the page that says how far it has got.
    expect(stdout).toMatch(
      /^web from source to target\nmoved: the last pages would cross .*\n\n.*\n1 +32,768 .* 4,097 +0 +-$/m,
    );
  });

  it("options beside it, say what is otherwise and what is written besides", () => {
    const { stdout } = renic("plan", "examples/migrate.yaml", "--policy", "xen", "--link", "1Gbps", "--json");
    const [{ vm, plan }] = JSON.parse(stdout);
    expect(vm).toBe("web");
    expect(plan.outcome).toEqual({ kind: "moved", reason: "last-round" });
    const more = JSON.parse(renic("plan", "examples/migrate.yaml", "--writes", "80MiB@8MiB", "--json").stdout);
    expect(more[0].plan.rounds[0].dirtyPageCount).toBe(4_097 + 2_048);
  });

  it("without a migration, exit 65 and what to do", () => {
    const { code, stderr } = renic("plan", "examples/failover.yaml");
    expect(code).toBe(65);
    expect(stderr).toMatch(
      /^examples\/failover.yaml: migrations: expected one at least, .*with options, without a file$/m,
    );
  });

  it("whose job plays a trace, exit 65 and why", () => {
    const file = write(scenario.replace("burst: 130000 }", "burst: 130000, trace: pages.csv }"));
    const { code, stderr } = renic("plan", file);
    expect(code, stderr).toBe(65);
    expect(stderr).toMatch(/vm web: job\.trace: writes pages at rates that change/);
  });
});
