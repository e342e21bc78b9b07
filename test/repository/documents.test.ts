/** Documents say what is: links lead somewhere, files they name exist, tables that come from code are current. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { pfRegisterRows, vfRegisterRows } from "../../src/core/registers";
import { COST_LABELS } from "../../src/host/cost-row";
import { VERSION } from "../../src/sim/version";
import { CLAIMS, MEASURED_CLAIMS } from "../../src/validation/claims";
import { MIGRATION_ROWS, migrationOutcome } from "../../src/validation/migration-rows";
import { verdictOf } from "../../src/validation/published";
import { rowResult } from "../../src/validation/result";
import { rowHeading } from "../../src/validation/validation-text";
import { MODEL_DOCUMENT, withCosts } from "./cost-section";
import { readValidation, VALIDATION_DOCUMENT, VALIDATION_RESULT, withValidation } from "./validation-part";

const DOCUMENTS = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  ...readdirSync("docs").map((name) => join("docs", name)),
  "examples/recordings/dns/README.md",
  "examples/recordings/http/README.md",
].filter((file) => file.endsWith(".md"));

describe.each(DOCUMENTS)("%s", (file) => {
  const text = readFileSync(file, "utf8");

  it("links, lead to files that exist", () => {
    const targets = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1] ?? "");
    const local = targets.filter((target) => !/^[a-z]+:/.test(target));
    expect(local.filter((target) => !existsSync(join(dirname(file), target)))).toEqual([]);
  });

  it("paths in code marks, exist", () => {
    const paths = [...text.matchAll(/`((?:assembly|src|test|bench|docs|examples|scripts)\/[\w./-]+)`/g)];
    expect(paths.map((match) => match[1] ?? "").filter((path) => !existsSync(path))).toEqual([]);
  });

  it("title, exactly one", () => {
    const withoutCode = text.replace(/```[\s\S]*?```/g, "");
    expect(withoutCode.match(/^# /gm)).toHaveLength(1);
  });
});

describe("docs/model.md", () => {
  const text = readFileSync(MODEL_DOCUMENT, "utf8");

  it("the tables of costs, are what `node scripts/tool.mjs documents` would write", () => {
    expect(text).toBe(withCosts(text));
  });

  it("the meaning of each label, stands there", () => {
    for (const [label, meaning] of Object.entries(COST_LABELS)) expect(text).toContain(`| ${label} | ${meaning} |`);
  });
});

describe("docs/validation.md", () => {
  const text = readFileSync(VALIDATION_DOCUMENT, "utf8");
  const result = readValidation(VALIDATION_RESULT);

  it("the table, is what `node scripts/tool.mjs validation` would write of the results beside it", () => {
    expect(text).toBe(withValidation(text, result));
  });

  it("the results, are of the claims that the code has, with verdicts that follow from them", () => {
    const namesOf = (rows: readonly { readonly claim: string; readonly part: string }[]) => {
      return rows.map(({ claim, part }) => `${claim} ${part}`);
    };
    expect(namesOf(result.rows)).toEqual(namesOf(CLAIMS));
    for (const row of result.rows) {
      expect(verdictOf(row, { value: row.ours, range: row.range })).toBe(row.verdict);
    }
  });

  it("rows that are planned, are what the code plans", () => {
    const planned = MIGRATION_ROWS.map((row) => rowResult(row, migrationOutcome(row)));
    expect(result.rows.slice(MEASURED_CLAIMS.length)).toEqual(planned);
  });

  it("each row, is explained under a heading with the verdict that it has", () => {
    const headings = [...text.matchAll(/^### (Claim .*)$/gm)].map((match) => match[1]);
    expect(headings).toEqual(result.rows.map(rowHeading));
  });
});

describe("docs/registers.md", () => {
  it("the tables, are the ones that the device is built from", () => {
    const rows = readFileSync("docs/registers.md", "utf8").match(/^\| 0x.*$/gm);
    expect(rows).toEqual([...vfRegisterRows(), ...pfRegisterRows()]);
  });
});

describe("package", () => {
  const manifest = JSON.parse(readFileSync("package.json", "utf8"));

  it("version, the same in code and manifest, and in the change log", () => {
    expect(VERSION).toBe(manifest.version);
    expect(readFileSync("CHANGELOG.md", "utf8")).toContain(`## ${VERSION}`);
  });

  it("run-time dependencies, few and pinned exactly", () => {
    expect(Object.keys(manifest.dependencies).sort()).toEqual(["commander", "yaml", "zod"]);
    const versions = [...Object.values(manifest.dependencies), ...Object.values(manifest.devDependencies)];
    for (const version of versions) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it("the library's own bundle, imports no package", () => {
    const seen = new Set<string>();
    const visit = (file: string): string[] => {
      if (seen.has(file)) return [];
      seen.add(file);
      const found = [...readFileSync(file, "utf8").matchAll(/(?:from|import\()\s*"([^"]+)"/g)].map((m) => m[1] ?? "");
      const local = found.filter((name) => name.startsWith("."));
      return [...found.filter((name) => !name.startsWith(".")), ...local.flatMap((name) => visit(join("dist", name)))];
    };
    expect(visit("dist/index.js").filter((name) => !name.startsWith("node:"))).toEqual([]);
  });
});
