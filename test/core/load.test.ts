/** Loading the data plane, and what becomes of its broken invariants. */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { compileDataPlane, InternalError, instantiate } from "../../src/core/load";
import { Network } from "../support/network";
import { createSmallWorld } from "../support/small-world";
import { BUILDS, RELEASE } from "../support/wasm-builds";

const PATH = "build/renic.wasm";

describe("the data plane", () => {
  const bytes = new Uint8Array(readFileSync(PATH));

  it.each([
    { what: "bytes", source: bytes },
    { what: "a buffer", source: bytes.buffer },
    { what: "a file's address", source: pathToFileURL(PATH) },
    { what: "a compiled module", source: RELEASE.module },
  ])("given as $what, compiled, can be instantiated", async ({ source }) => {
    const plane = instantiate(await compileDataPlane(source));
    expect(plane.arenaStart()).toBeGreaterThan(plane.worldStart());
  });

  it("given as a compiled module, compiled, is that module", async () => {
    expect(await compileDataPlane(RELEASE.module)).toBe(RELEASE.module);
  });

  it("given as bytes of something else, compiled, is refused", async () => {
    await expect(compileDataPlane(Uint8Array.of(0, 1, 2, 3))).rejects.toThrow(WebAssembly.CompileError);
  });

  it("given as a file that is not there, compiled, is refused", async () => {
    await expect(compileDataPlane(pathToFileURL("build/none.wasm"))).rejects.toThrow("ENOENT");
  });

  it("instantiated twice, has two memories", () => {
    const [one, other] = [instantiate(RELEASE.module), instantiate(RELEASE.module)];
    expect(one.memory).not.toBe(other.memory);
  });
});

describe.each(BUILDS)("a broken invariant, $name build", ({ module }) => {
  it("arrives as an InternalError with its message, file and line", () => {
    const world = createSmallWorld({ module });
    const { vf } = new Network(world).addServer();
    const release = () => world.plane.releaseEpoch(vf, 0);
    expect(release).toThrow(InternalError);
    expect(release).toThrow(/^an open epoch is never released \(assembly\/renic\/outbound\.ts:\d+:\d+\)$/);
  });

  it("of another file, names that file", () => {
    const world = createSmallWorld({ module });
    const { guest } = new Network(world).addServer();
    expect(() => world.plane.pageFrame(guest, 1_000_000)).toThrow(/\(assembly\/memory\/guest-memory\.ts:\d+:\d+\)$/);
  });

  it("at the same place, has the same text in both builds", () => {
    const texts = BUILDS.map((build) => {
      const world = createSmallWorld({ module: build.module });
      try {
        world.plane.chargedCycles(world.plane.addProcessor(1, 1), 99);
      } catch (error) {
        return String(error);
      }
      return "nothing broke";
    });
    expect(texts[0]).toMatch(/^InternalError: an activity has a row/);
    expect(texts[1]).toBe(texts[0]);
  });
});
