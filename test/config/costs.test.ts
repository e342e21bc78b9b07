/** The costs of a scenario: preset, file and single values, and every way to write them wrong. */
import { describe, expect, test } from "vitest";
import { InputError, type NamedFile, parseScenario, resolveCosts } from "../../src/scenario";
import { FAILOVER, problemsIn } from "./failover-text";

/** Line 27 of the scenario, behind those of the example. */
function withCosts(costs: string): string {
  return `${FAILOVER}costs: ${costs}\n`;
}

const FILE: NamedFile = { text: "name,value\nnetbackReceive,7000\nvmExit,2500\n", source: "costs.csv" };

describe("costs of a scenario", () => {
  test("none, read, those of now", () => {
    const { costPreset, costs } = parseScenario(FAILOVER, "a.yaml");
    expect([costPreset, costs]).toEqual(["now", resolveCosts("now", {})]);
  });

  test("a preset, read, its costs", () => {
    const { costPreset, costs, interruptDelivery } = parseScenario(withCosts("{ preset: era }"), "a.yaml");
    expect([costPreset, costs, interruptDelivery]).toEqual(["era", resolveCosts("era", {}), "exits"]);
  });

  test("a file and single values, read, the file over the preset and the values over the file", () => {
    const text = withCosts("{ preset: era, file: tables/costs.csv, set: { vmExit: 1800, timeSlice: 5000000 } }");
    const paths: string[] = [];
    const { costs } = parseScenario(text, "a.yaml", (path) => {
      paths.push(path);
      return FILE;
    });
    expect(paths).toEqual(["tables/costs.csv"]);
    expect(costs).toEqual(resolveCosts("era", { netbackReceive: 7000, vmExit: 1800, timeSlice: 5_000_000 }));
  });

  test.each([
    { dom0VcpuCount: 4, dom0Shared: 49, placement: "own" },
    { dom0VcpuCount: 3, dom0Shared: 50, placement: "shared" },
  ])("dom0's processors $placement, read, those of each dom0 that does not say", ({ placement, ...set }) => {
    const text = withCosts(`{ set: ${JSON.stringify(set)} }`).replace("8, ", "8, dom0: { vcpus: 2, cpus: own }, ");
    const [first, second] = parseScenario(text, "a.yaml").hosts.map(({ dom0 }) => dom0);
    expect(first).toMatchObject({ vcpuCount: 2, placement: "own" });
    expect(second).toMatchObject({ vcpuCount: set.dom0VcpuCount, placement });
  });

  const crowded = ["5", "6"].map((line, index) => {
    const domain = index === 0 ? 'VM "web"' : 'backup of "web"';
    return `a.yaml:${line}:${29 - index}: hosts.${index}.cores: expected at least 9, one for each vCPU of dom0 with 8 vcpus, ${domain}, got 8`;
  });

  test("more vCPUs of dom0 as a cost than there are cores, read, refused", () => {
    expect(() => parseScenario(withCosts("{ set: { dom0VcpuCount: 8 } }"), "a.yaml")).toThrow(crowded.join("\n"));
  });

  test("the same in a file, read, refused once that is known; with dom0 sharing in the file, taken", () => {
    const read = (rows: string) =>
      parseScenario(withCosts("{ file: costs.csv }"), "a.yaml", () => ({ ...FILE, text: `name,value\n${rows}` }));
    expect(() => read("dom0VcpuCount,8\n")).toThrow(crowded.join("\n"));
    expect(read("dom0VcpuCount,8\ndom0Shared,100\n").hosts[0]?.dom0).toMatchObject({
      vcpuCount: 8,
      placement: "shared",
    });
  });

  test("a wrong scenario that names a file, read, the scenario's problems and the file not even opened", () => {
    const read = () =>
      parseScenario(withCosts("{ file: costs.csv }").replace("seed: 1", "sead: 1"), "a.yaml", () => {
        throw new Error("opened");
      });
    expect(read).toThrow('a.yaml:2:1: sead: unknown key; did you mean "seed"?');
  });

  test("a file with a mistake, read, the file's name and place", () => {
    const read = () =>
      parseScenario(withCosts("{ file: costs.csv }"), "a.yaml", () => ({ ...FILE, text: "name,value\nvmExit,1\n" }));
    expect(read).toThrow(InputError);
    expect(read).toThrow('costs.csv:2:8: vmExit: expected a whole number from 1200 to 2600 cycles, got "1"');
  });
});

describe("one mistake, read, its place and remedy", () => {
  test.each([
    ["{ preset: ear }", '27:18: costs.preset: expected one of "era", "now", got "ear"; did you mean "era"?'],
    ["{ file: a.csv }", '27:16: costs.file: expected costs in set, because no files are read here, got "a.csv"'],
    ["{ set: { netbakReceive: 7000 } }", '27:17: costs.set.netbakReceive: unknown key; did you mean "netbackReceive"?'],
    [
      "{ set: { vmExit: 1199 } }",
      "27:25: costs.set.vmExit: expected a whole number from 1200 to 2600 cycles, got 1199",
    ],
    [
      "{ set: { vmExit: 2601 } }",
      "27:25: costs.set.vmExit: expected a whole number from 1200 to 2600 cycles, got 2601",
    ],
    [
      "{ set: { vmExit: 1800.5 } }",
      "27:25: costs.set.vmExit: expected a whole number from 1200 to 2600 cycles, got 1800.5",
    ],
    [
      "{ set: { vmExit: 1800 cycles } }",
      '27:25: costs.set.vmExit: expected a whole number from 1200 to 2600 cycles, got "1800 cycles"',
    ],
    ["{ set: { vmExit: 1800, vmExit: 1900 } }", "27:31: costs.set.vmExit: the same key again; keep one of the two"],
  ])("%s", (costs, problem) => {
    expect(problemsIn(withCosts(costs))).toEqual([`failover.yaml:${problem}`]);
  });

  test("a name like no other, the first keys and how many more", () => {
    const [problem] = problemsIn(withCosts("{ set: { price: 1 } }"));
    expect(problem).toMatch(
      /^failover\.yaml:27:17: costs\.set\.price: unknown key; the keys are vmExit, .* and \d+ more$/,
    );
  });

  test("several, all of them", () => {
    const costs = "{ preset: than, set: { vmExit: 1, copyRate: 1.5, hypercal: 1 } }";
    expect(problemsIn(withCosts(costs)).map((problem) => problem.split(": ")[1])).toEqual([
      "costs.preset",
      "costs.set.vmExit",
      "costs.set.copyRate",
      "costs.set.hypercal",
    ]);
  });

  test("as many misspelt names as a file can hold, a suggestion for the first ones only, and soon", () => {
    const names = Array.from({ length: 40_000 }, (_, index) => `interruptExitCount${index}`);
    const problems = problemsIn(withCosts(`{ set: {${names.join(",")}} }`));
    expect(problems).toHaveLength(40_000);
    expect(problems.filter((problem) => problem.endsWith('did you mean "interruptExitCount"?')).length).toBe(256);
  }, 10_000);
});
