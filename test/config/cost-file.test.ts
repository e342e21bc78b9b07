/** Costs as comma-separated values: what is read, what is refused and where, and that what is printed reads back. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { COST_NAMES, COST_ROWS, formatCostFile, InputError, readCostFile, resolveCosts } from "../../src/scenario";
import { messageOf } from "../format/input-error-text";

function problemsIn(text: string): string[] {
  return messageOf(() => readCostFile(text, "c.csv")).split("\n");
}

describe("readCostFile", () => {
  test.each([
    ["without units", "name,value\nvmExit,1800\n"],
    ["with units", "name,value,unit\nvmExit,1800,cycles\n"],
    ["with a unit left out", "name,value,unit\nvmExit,1800,\n"],
    ["with comments, quotes and carriage returns", '# mine\r\nname,value\r\n"vmExit","1800"\r\n'],
    ["behind a byte order mark", "\ufeffname,value\nvmExit,1800"],
  ])("a file %s, read, its values", (_, text) => {
    expect(readCostFile(text, "c.csv")).toEqual({ vmExit: 1800 });
  });

  test("a head and nothing else, read, no values", () => {
    expect(readCostFile("name,value\n", "c.csv")).toEqual({});
  });

  test.each(["era", "now"] as const)(
    "the file of preset %s, read, its costs, sums of parts left to follow",
    (preset) => {
      const overrides = readCostFile(formatCostFile(preset), "c.csv");
      expect(resolveCosts("now", overrides)).toEqual(resolveCosts(preset, {}));
      expect(Object.keys(overrides)).toHaveLength(COST_NAMES.length - 1);
    },
  );

  test("any values put into a printed file, read, those values", () => {
    const values = fc.tuple(
      ...COST_NAMES.map((name) => fc.integer({ min: COST_ROWS[name].range[0], max: COST_ROWS[name].range[1] })),
    );
    fc.assert(
      fc.property(values, (drawn) => {
        const wanted = Object.fromEntries(COST_NAMES.map((name, index) => [name, drawn[index] ?? 0]));
        const edited = formatCostFile("era").replace(/^(?:# )?(\w+),\d+,/gm, (_, name) => `${name},${wanted[name]},`);
        expect(readCostFile(edited, "c.csv")).toEqual(wanted);
      }),
      { seed: 20261125, numRuns: 50 },
    );
  });
});

describe("one mistake, read, its place, value and remedy", () => {
  test.each([
    ["", "c.csv: expected the head name,value or name,value,unit, got no record at all"],
    ["# nothing\n", "c.csv: expected the head name,value or name,value,unit, got no record at all"],
    ["name;value\n", 'c.csv:1:1: expected the head name,value or name,value,unit, got "name;value"'],
    ["vmExit,1800\n", 'c.csv:1:1: expected the head name,value or name,value,unit, got "vmExit,1800"'],
    ["name,value\nvmExit\n", "c.csv:2:1: expected 2 fields, as in the head, got 1"],
    ["name,value\nvmExit,1800,cycles\n", "c.csv:2:1: expected 2 fields, as in the head, got 3"],
    ["name,value,unit\nvmExit,1800\n", "c.csv:2:1: expected 3 fields, as in the head, got 2"],
    ["name,value\nvmexit,1800\n", 'c.csv:2:1: expected the name of a cost, got "vmexit"; did you mean "vmExit"?'],
    ["name,value\nbudget,1800\n", 'c.csv:2:1: expected the name of a cost, got "budget"'],
    ["name,value\n__proto__,1800\n", 'c.csv:2:1: expected the name of a cost, got "__proto__"'],
    [
      "name,value\nvmExit,1800\nhypercall,1300\nvmExit,1900\n",
      "c.csv:4:1: vmExit: the same cost as in line 2; keep one of the two",
    ],
    ["name,value,unit\nvmExit,1800,ns\n", 'c.csv:2:13: vmExit: expected the unit "cycles", or none, got "ns"'],
    ['name,value\nvmExit,"1800\n', "c.csv:2:8: a quote that is never closed"],
    [
      'name,value\n"vmExit"x,1800\n',
      'c.csv:2:9: expected a comma or the end of the line behind a closing quote; a quote inside quotes is ""',
    ],
    [
      'name,value\nvm"Exit",1800\n',
      "c.csv:2:3: a quote inside a field that does not begin with one; put the whole field into quotes",
    ],
  ])("%j", (text, problem) => {
    expect(problemsIn(text)).toEqual([problem]);
  });

  test.each(["1199", "2601", "1800.0", "1.8e3", "0x708", "-1800", "+1800", " 1800", "", "NaN", "9".repeat(17)])(
    "the value %j, what is allowed",
    (value) => {
      const expected = "c.csv:2:8: vmExit: expected a whole number from 1200 to 2600 cycles, got";
      expect(problemsIn(`name,value\nvmExit,${value}\n`)).toEqual([`${expected} ${JSON.stringify(value)}`]);
    },
  );

  test("several, all of them in the order of their places", () => {
    const rows = ["vmExit,1,ns", "vmExit,1800,", 'hyper"call,1,', "hypercal,1,", "copyRate,1.5,bytes/s", "timeSlice"];
    expect(problemsIn(`# mine\nname,value,unit\n${rows.join("\n")}`).map((each) => each.split(": ")[0])).toEqual([
      "c.csv:3:8",
      "c.csv:3:10",
      "c.csv:4:1",
      "c.csv:5:6",
      "c.csv:6:1",
      "c.csv:7:10",
      "c.csv:8:1",
    ]);
  });

  test("a forgotten head, the first cost checked like the others", () => {
    expect(problemsIn("vmExit,1\nhypercall,1\n").map((each) => each.split(": ")[0])).toEqual([
      "c.csv:1:1",
      "c.csv:1:8",
      "c.csv:2:11",
    ]);
  });

  test("a file that is too long, or has too many records, the limit", () => {
    expect(problemsIn("#".repeat(1024 * 1024 + 1))).toEqual([
      "c.csv: the file is longer than 1MiB, the most that costs may have",
    ]);
    expect(problemsIn(`name,value\n${"x\n".repeat(1024)}`)[0]).toMatch(/^c\.csv: the file has more than 1024 records/);
  });
});

describe("any text", () => {
  test("read, values or an input error with a place for each problem", () => {
    const piece = fc.constantFrom("name,value", "\n", ",", '"', "vmExit", "1800", "cycles", "#", " ", "\u0000", "\r");
    let valueCount = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        try {
          readCostFile(`name,value\n${pieces.join("")}`, "c.csv");
          valueCount++;
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          for (const problem of error.message.split("\n")) expect(problem).toMatch(/^c\.csv:\d+:\d+: \S/);
        }
      }),
      { seed: 20261125, numRuns: 2000 },
    );
    expect(valueCount).toBeGreaterThan(20);
  });
});
