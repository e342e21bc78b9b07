/** Comma-separated values: what RFC 4180 allows, what it does not, and where. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readCsv } from "../../src/format/csv";

function textsOf(text: string): string[][] {
  return readCsv(text).records.map((fields) => fields.map((field) => field.text));
}

const AB_CD = [
  ["a", "b"],
  ["c", "d"],
];

describe("readCsv", () => {
  test.each<[string, string, string[][]]>([
    ["nothing", "", []],
    ["one field", "a", [["a"]]],
    ["a line end at the end", "a,b\nc,d\n", AB_CD],
    ["no line end at the end", "a,b\nc,d", AB_CD],
    ["carriage returns", "a,b\r\nc,d\r\n", AB_CD],
    ["a carriage return as the last thing", "a,b\r\nc,d\r", AB_CD],
    ["comments and empty lines", '# "one\n\n\r\na,b\n#\nc,d\n# end', AB_CD],
    ["a number sign inside a record", "a,#b", [["a", "#b"]]],
    [
      "empty fields",
      ",\n,,",
      [
        ["", ""],
        ["", "", ""],
      ],
    ],
    ["spaces", " a , b ", [[" a ", " b "]]],
    ["quotes", '"a","b"\n"c",d', AB_CD],
    [
      "commas, quotes and line ends in quotes",
      '"a,b","say ""x""","two\r\nlines"',
      [["a,b", 'say "x"', "two\r\nlines"]],
    ],
    ["nothing in quotes", '"",a', [["", "a"]]],
    ["a carriage return inside a field", "a\rb,c", [["a\rb", "c"]]],
  ])("%s, read, its fields", (_, text, fields) => {
    expect(textsOf(text)).toEqual(fields);
    expect(readCsv(text).faults).toEqual([]);
  });

  test("fields behind comments and quoted line ends, read, where they begin", () => {
    const { records } = readCsv('# c\nab,"x\ny",cd\n,e');
    expect(records.map((fields) => fields.map(({ line, column }) => `${line}:${column}`))).toEqual([
      ["2:1", "2:4", "3:4"],
      ["4:1", "4:2"],
    ]);
  });

  test.each([
    ["a quote never closed", 'a\nb,"c\nd', 2, 3, /never closed/],
    ["text behind a closing quote", 'a\nb,"c"d,e\nf', 2, 6, /behind a closing quote/],
    ["a quote inside a plain field", 'a\nb,c"d",e\nf', 2, 4, /put the whole field into quotes/],
  ])("%s, read, its place and no fields of its record", (_, text, line, column, reason) => {
    const { records, faults } = readCsv(text);
    expect(faults).toEqual([{ line, column, reason: expect.stringMatching(reason) }]);
    expect(records[0]).toHaveLength(1);
    expect(records[1]).toEqual([]);
    if (text.endsWith("f")) expect(records[2]).toMatchObject([{ text: "f", line: 3, column: 1 }]);
  });

  test("any fields, written in quotes and read, the same", () => {
    const field = fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r", "#", " ", "\u2028"), maxLength: 6 });
    const lines = fc.array(fc.array(field, { minLength: 1, maxLength: 4 }), { maxLength: 5 });
    fc.assert(
      fc.property(lines, (records) => {
        const quoted = records.map((fields) => fields.map((each) => `"${each.replaceAll('"', '""')}"`).join(","));
        expect(textsOf(quoted.join("\n"))).toEqual(records);
      }),
      { seed: 20261125, numRuns: 500 },
    );
  });

  test("any text, read, places inside it and as many faults as records without fields", () => {
    const piece = fc.constantFrom("a", '"', '""', ",", "\n", "\r\n", "#");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join("");
        const { records, faults } = readCsv(text);
        expect(records.filter((fields) => fields.length === 0)).toHaveLength(faults.length);
        const lines = text.split("\n");
        for (const { line, column } of [...faults, ...records.flat()]) {
          expect(column - 1).toBeLessThanOrEqual(lines[line - 1]?.length ?? -1);
        }
      }),
      { seed: 20261125, numRuns: 1000 },
    );
  });

  test("a megabyte that opens quotes and closes none, read, soon", () => {
    const { faults } = readCsv('""'.repeat(500_000).concat('"'));
    expect(faults).toHaveLength(1);
  });
});
