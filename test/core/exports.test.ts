/** The typed boundary and the module's own exports say the same. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { BUILDS } from "../support/wasm-builds";

/** Returns the member names of `interface DataPlane`, with how each is declared. */
function declaredMembers(): Map<string, "function" | "memory"> {
  const source = readFileSync("src/core/exports.ts", "utf8");
  const body = source.slice(source.indexOf("export interface DataPlane {"), source.lastIndexOf("}"));
  const members = new Map<string, "function" | "memory">();
  for (const [, name = "", mark] of body.matchAll(/^ {2}(?:readonly )?(\w+)([(:])/gm)) {
    members.set(name, mark === "(" ? "function" : "memory");
  }
  return members;
}

/** Returns how many parameters each declared function has. */
function declaredParameterCounts(): Map<string, number> {
  const source = readFileSync("src/core/exports.ts", "utf8");
  const functions = source.matchAll(/^ {2}(\w+)\(([^)]*)\)/gm);
  return new Map(Array.from(functions, ([, name = "", list = ""]) => [name, (list.match(/:/g) ?? []).length]));
}

describe.each(BUILDS)("the module, $name build", ({ module }) => {
  const exported = WebAssembly.Module.exports(module);

  it("exports what the interface declares, and nothing else", () => {
    const names = exported.map(({ name }) => name).sort();
    expect(names).toEqual([...declaredMembers().keys()].sort());
  });

  it("exports each member as what the interface declares", () => {
    const declared = declaredMembers();
    expect(exported.map(({ name, kind }) => [name, kind])).toEqual(
      exported.map(({ name }) => [name, declared.get(name)]),
    );
    expect(declared.size).toBeGreaterThan(90);
  });

  it("exports functions with as many parameters as the interface declares", () => {
    const { exports } = new WebAssembly.Instance(module, { env: { abort: () => {} } });
    const counts = Object.entries(exports).flatMap(([name, value]) => {
      return typeof value === "function" ? [[name, value.length] as const] : [];
    });
    expect(new Map(counts)).toEqual(declaredParameterCounts());
  });

  it("asks its host for a way to stop, and nothing else", () => {
    expect(WebAssembly.Module.imports(module)).toEqual([{ module: "env", name: "abort", kind: "function" }]);
  });
});

describe("the two builds", () => {
  it("compared, export the same", () => {
    const [one, other] = BUILDS.map(({ module }) => WebAssembly.Module.exports(module));
    expect(one).toEqual(other);
  });
});
