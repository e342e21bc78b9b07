/** Whatever happens to a scenario file, reading it ends with a scenario or an `InputError`, soon. */

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatScenario, InputError, parseScenario, type Scenario } from "../../src/scenario";

const EXAMPLE = readFileSync("examples/failover.yaml", "utf8");
const LINES = EXAMPLE.split("\n");

/** What YAML, JavaScript and our units give a meaning to. */
const piece = fc.oneof(
  fc.constantFrom(
    "\t",
    "\n",
    "  ",
    ": ",
    "- ",
    "? ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "#",
    "&a ",
    "*a",
    "!!set ",
    "!x ",
    "|\n",
  ),
  fc.constantFrom(">-\n", "'", '"', "%YAML 1.1\n", "---\n", "...\n", "<<: ", "__proto__: ", "constructor", "~", "null"),
  fc.constantFrom(
    "true",
    "0",
    "-1",
    "1e999",
    ".nan",
    "-.inf",
    "0x7f",
    "9007199254740993",
    "0.1",
    "10Gbsp",
    "1Gb",
    "5m",
  ),
  fc.constantFrom("never", "primary", "web", "hosts", "\u0000", "\u0002", "\u001f", "\ufeff", "\u2028", "\ud800", "\r"),
  fc.constantFrom(...EXAMPLE.split(/[\s,:]+/)),
  fc.string({ unit: "binary", maxLength: 5 }),
);

const place = fc.nat(EXAMPLE.length);
const line = fc.nat(LINES.length - 1);

type Mutation = (text: string) => string;

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(place, fc.nat(8), piece).map(([from, count, inserted]): Mutation => {
    return (text) => text.slice(0, from) + inserted + text.slice(from + count);
  }),
  fc.tuple(place, fc.nat(200)).map(
    ([from, count]): Mutation =>
      (text) =>
        text.slice(0, from) + text.slice(from + count),
  ),
  fc.tuple(line, line).map(([from, to]): Mutation => {
    return (text) =>
      text
        .split("\n")
        .toSpliced(to, 0, LINES[from] ?? "")
        .join("\n");
  }),
  fc.tuple(line, fc.nat(3)).map(
    ([from, count]): Mutation =>
      (text) =>
        text.split("\n").toSpliced(from, count).join("\n"),
  ),
  // One word exchanged for another keeps the text YAML and reaches the schema and the checks.
  fc.tuple(fc.nat(200), piece).map(([index, word]): Mutation => {
    return (text) => {
      let seen = 0;
      return text.replace(/[\w.]+/g, (found) => (seen++ === index ? word : found));
    };
  }),
);

function parsed(text: string): Scenario | InputError {
  try {
    return parseScenario(text, "fuzz.yaml");
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

describe("parseScenario", () => {
  test("the example, mutated, a scenario or an input error and nothing else", () => {
    let scenarioCount = 0;
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        const result = parsed(mutations.reduce((text, mutate) => mutate(text), EXAMPLE));
        if (result instanceof InputError) {
          expect(result.problems.length).toBeGreaterThan(0);
          for (const problem of result.message.split("\n")) expect(problem).toMatch(/^fuzz\.yaml(:\d+:\d+)?: \S/);
        } else {
          scenarioCount += 1;
          expect(parseScenario(formatScenario(result), "again.yaml")).toEqual(result);
        }
      }),
      { seed: 20261122, numRuns: 2000 },
    );
    // Neither side may be rare, or half of the property says nothing.
    expect(scenarioCount).toBeGreaterThan(50);
    expect(scenarioCount).toBeLessThan(1950);
  });

  test("any text, read, a scenario or an input error", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        expect(parsed(pieces.join("")) instanceof InputError).toBe(true);
      }),
      { seed: 20261122, numRuns: 2000 },
    );
  });
});
