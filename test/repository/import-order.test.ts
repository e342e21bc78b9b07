/** A folder imports itself and what stands to its left: the order is the architecture, so it is checked. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";

const ASSEMBLY = ["layout", "sim", "memory", "cpu", "disk", "wire", "nic", "renic", "checkpoint", "transport", "guest"];
/** Files of assembly/ itself, behind its folders. */
const ASSEMBLY_FILES = [
  "dispatch.ts",
  "setup.ts",
  "bench.ts",
  "bench-events.ts",
  "bench-image.ts",
  "bench-log.ts",
  "bench-pages.ts",
  "index.ts",
];
/** A folder behind everything: a tool of tests (docs/testing.md). */
const ASSEMBLY_LAST = "fuzz";
const SRC = [
  "sim",
  "core",
  "format",
  "host",
  "config",
  "device",
  "workload",
  "checkpoint",
  "migration",
  "remus",
  "experiment",
  "report",
  "study",
  "validation",
  "cli",
];

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : path.endsWith(".ts") ? [path] : [];
  });
}

/** Relative imports of a file, as paths from the root without an ending. */
function importsOf(file: string, text = readFileSync(file, "utf8")): string[] {
  const specifiers = [...text.matchAll(/(?:import|export)\b[^;"]*?from\s+"(\.[^"]+)"/g)].map((match) => match[1] ?? "");
  return specifiers.map((specifier) => join(dirname(file), specifier));
}

/** Says what is wrong with an import, or null. */
function objection(file: string, target: string): string | null {
  const [top = "", from = ""] = file.split("/");
  const [targetTop = "", to = ""] = target.split("/");
  if (top === "assembly") return assemblyObjection(from, targetTop, to);
  if (targetTop === "assembly") return to === "layout" ? null : "only assembly/layout is shared";
  if (targetTop === "test") return from === "cli" && to === "checker" ? null : "only cli starts the judges";
  if (!file.includes("/", 4)) return null;
  return SRC.indexOf(to) <= SRC.indexOf(from) ? null : `${to} stands to the right of ${from}`;
}

function assemblyObjection(from: string, targetTop: string, to: string): string | null {
  if (targetTop !== "assembly") return "the data plane imports nothing from outside";
  const rank = (name: string) => {
    if (name === ASSEMBLY_LAST) return ASSEMBLY.length + ASSEMBLY_FILES.length;
    const folder = ASSEMBLY.indexOf(name);
    return folder >= 0 ? folder : ASSEMBLY.length + ASSEMBLY_FILES.indexOf(name.endsWith(".ts") ? name : `${name}.ts`);
  };
  return rank(to) <= rank(from) ? null : `${to} stands to the right of ${from}`;
}

describe("import order", () => {
  it("assembly and src, every import goes left", () => {
    const objections = [...filesBelow("assembly"), ...filesBelow("src")].flatMap((file) =>
      importsOf(file)
        .flatMap((target) => objection(file, relative(".", target)) ?? [])
        .map((why) => `${file}: ${why}`),
    );
    expect(objections).toEqual([]);
  });

  it("every folder, has its place in the order", () => {
    const folders = (top: string) =>
      readdirSync(top, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
        .sort();
    expect(folders("assembly")).toEqual([...ASSEMBLY, ASSEMBLY_LAST].sort());
    expect(folders("src")).toEqual([...SRC].sort());
  });

  it.each([
    ["src/core/world.ts", 'import { a } from "../remus/primary";', "remus stands to the right of core"],
    ["src/remus/primary.ts", 'import { a } from "../../assembly/nic/port";', "only assembly/layout is shared"],
    ["src/remus/primary.ts", 'import { a } from "../../test/checker/record";', "only cli starts the judges"],
    ["assembly/nic/port.ts", 'import { a } from "../renic/outbound";', "renic stands to the right of nic"],
    ["assembly/nic/port.ts", 'import { a } from "../../src/core/load";', "the data plane imports nothing from outside"],
  ])("planted in %s: %s, refused", (file, text, why) => {
    expect(importsOf(file, text).map((target) => objection(file, target))).toEqual([why]);
  });
});

describe("the contribution of the paper", () => {
  it("assembly/renic, has the three abilities and nothing else", () => {
    const ofLog = ["dma-log.ts"];
    const ofHolding = ["outbound-record.ts", "outbound.ts"];
    const ofState = [
      "image-check.ts",
      "image-delta.ts",
      "image-record.ts",
      "image-words.ts",
      "pool-policy.ts",
      "state-image.ts",
    ];
    expect(readdirSync("assembly/renic").sort()).toEqual([...ofLog, ...ofHolding, ...ofState].sort());
  });
});

describe("determinism of the code", () => {
  it("outside the command line, no clock, no host random numbers, no locale", () => {
    const banned =
      /\bDate\b|performance\.now|Math\.(random|exp|log|pow|sin|cos)|setTimeout|setInterval|toLocale|Intl\./;
    const files = filesBelow("src").filter((file) => !file.startsWith("src/cli/"));
    const code = (file: string) => readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
    expect(files.filter((file) => banned.test(code(file)))).toEqual([]);
  });
});
