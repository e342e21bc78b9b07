import { describe, expect, test } from "vitest";
import { changed, problemsIn } from "./failover-text";

describe("text that is not YAML, read, where it breaks and nothing else", () => {
  test.each([
    ["    port: 53", "\tport: 53", "20:1: not valid YAML: Tabs are not allowed as indentation"],
    [
      "nics: [{ rate: 10Gbps, latency: 1us, vfs: 7 }]",
      "nics: [{ rate: 10Gbps ]",
      "5:69: not valid YAML: Flow map in block collection must be",
    ],
    ["seed: 1", "seed: 'one", "27:1: not valid YAML: Missing closing 'quote"],
    ["seed: 1", "seed: !!js/function x", "2:7: not valid YAML: Unresolved tag: tag:yaml.org,2002:js/function"],
    ["seed: 1", "seed: !!timestamp 2001-01-01", "2:7: not valid YAML: Unresolved tag: tag:yaml.org,2002:timestamp"],
    ["seed: 1", "seed: a: b", "2:7: not valid YAML: Nested mappings are not allowed in compact mappings"],
    ["seed: 1", "---\nseed: 1", "2:1: one file holds one scenario"],
  ])("%j becomes %j", (from, to, problem) => {
    expect(problemsIn(changed([from, to]))[0]).toContain(`failover.yaml:${problem}`);
  });
});

describe("YAML that a scenario does not use", () => {
  test("a key twice, read, its second place", () => {
    expect(problemsIn(changed(["io: renic", "io: renic\n    io: virtio"]))).toEqual([
      "failover.yaml:14:5: vms.0.io: the same key again; keep one of the two",
    ]);
  });

  test("a key that is a list, read, refused", () => {
    expect(problemsIn(changed(["seed: 1", "? [seed]\n: 1"]))).toEqual(["failover.yaml:2:3: a key has to be a word"]);
  });

  test("an alias without an anchor, read, its name", () => {
    expect(problemsIn(changed(["seed: 1", "seed: *none"]))).toEqual([
      'failover.yaml:2:7: seed: no anchor "none" stands before this alias',
    ]);
  });

  test("an alias before its anchor, read, refused", () => {
    expect(problemsIn(changed(["seed: 1", "seed: *late"], ["port: 53", "port: &late 53"]))).toEqual([
      'failover.yaml:2:7: seed: no anchor "late" stands before this alias',
    ]);
  });

  test("a value that contains itself, read, refused", () => {
    expect(problemsIn(changed(["clients:", "clients: &all\n  - *all"]))).toContain(
      "failover.yaml:8:5: clients.0: an anchored value must not contain an alias; write it out",
    );
  });

  test("a merge key, read, unknown", () => {
    expect(problemsIn(changed(["seed: 1", "<<: { seed: 2 }"]))[0]).toMatch(/^failover.yaml:2:1: "<<": unknown key/);
  });

  test("a YAML 1.1 directive, read, values keep their meaning", () => {
    expect(problemsIn(`%YAML 1.1\n---\n${changed(["io: renic", "io: renic\n    abilities: { hold: no }"])}`)).toEqual([
      'failover.yaml:16:24: vms.0.abilities.hold: expected true or false, got "no"',
    ]);
  });
});

describe("a text made to hurt, read, refused soon", () => {
  const MIB = 1024 * 1024;
  const bomb = ["a0: &a0 [x, x]", ...Array.from({ length: 40 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]`)];
  const manyAliases = `seed: &s 1\nhosts: [${"*s,".repeat(101)}]\n`;
  test.each([
    ["longer than a mebibyte", "#".repeat(MIB + 1), "failover.yaml: the file is longer than 1MiB"],
    ["longer in bytes only", `# ${"\u00e9".repeat(MIB / 2)}`, "failover.yaml: the file is longer than 1MiB"],
    ["a mebibyte of words", "a ".repeat(MIB / 2), "failover.yaml:1:1: expected a map"],
    ["a mebibyte of lines", "a: b\n".repeat(MIB / 5), "failover.yaml: the file has more than 200000 words and signs"],
    ["a mebibyte of brackets", "[".repeat(MIB), "failover.yaml:1:33: lists and maps are more than 32 levels deep"],
    ["a mebibyte of braces", "{a: ".repeat(MIB / 4), "failover.yaml:1:129: lists and maps are more than 32 levels"],
    ["a mebibyte of dashes", "- ".repeat(MIB / 2), "failover.yaml:1:65: lists and maps are more than 32 levels deep"],
    ["a mebibyte of keys", "? ".repeat(MIB / 2), "failover.yaml:1:65: lists and maps are more than 32 levels deep"],
    ["forty levels of doubling", bomb.join("\n"), "an anchored value must not contain an alias; write it out"],
    ["more than a hundred aliases", manyAliases, "2:309: hosts.100: more than 100 aliases; write the values out"],
    [
      "one number a megabyte long",
      `seed: ${"9".repeat(MIB - 6)}`,
      "seed: expected a whole number from 0 to 9007199254740991, got Infinity",
    ],
    ["one key a megabyte long", `? "${"k".repeat(MIB - 8)}"\n: 1`, `: "${"k".repeat(40)}...": unknown key`],
  ])("%s", (_, text, problem) => {
    const start = performance.now();
    const problems = problemsIn(text).join("\n");
    // Generous for a busy machine; without the bounds these take from ten seconds to forever.
    expect(performance.now() - start).toBeLessThan(5000);
    expect(problems).toContain(problem);
    expect(problems.length).toBeLessThan(20_000);
  });

  test("thirty-two levels, read, no complaint about depth", () => {
    const problems = problemsIn(`${"[".repeat(32)}${"]".repeat(32)}`);
    expect(problems.join("\n")).not.toContain("levels deep");
    expect(problemsIn(`${"[".repeat(33)}${"]".repeat(33)}`).join("\n")).toContain("levels deep");
  });
});
