/** Options are read as the usage says, and what is none is told in a line. */
import { expect, test } from "vitest";
import { readOptions, USAGE, UsageError } from "../../bench/options";

test("no word, everything is measured", () => {
  expect(readOptions([])).toEqual({ isQuick: false, hasTraffic: true, hasSuites: true, only: "", wantsHelp: false });
});

test("every option, each has its effect", () => {
  const words = ["--quick", "--no-traffic", "--no-suites", "--only", "64 B", "--help"];
  expect(readOptions(words)).toEqual({
    isQuick: true,
    hasTraffic: false,
    hasSuites: false,
    only: "64 B",
    wantsHelp: true,
  });
  for (const word of words.filter((each) => each.startsWith("--"))) expect(USAGE).toContain(`    ${word} `);
});

test.each([
  [["--fast"], "Unknown option '--fast'; --help lists the options"],
  [["--only"], "Option '--only <value>' argument missing; --help lists the options"],
  [["--quick=1"], "Option '--quick' does not take an argument; --help lists the options"],
  [["ring"], /^Unexpected argument 'ring'.*; --help lists the options$/],
])("%s, refused in a line", (words, message) => {
  expect(() => readOptions(words)).toThrow(UsageError);
  expect(() => readOptions(words)).toThrow(message);
});
