/** A run is what its inputs make of it, however it is cut up, watched or compiled. */
import { describe, expect, it } from "vitest";
import { createServiceScene, type SceneOptions } from "../support/service-scene";
import { BUILDS, DEBUG, RELEASE } from "../support/wasm-builds";

const END_NS = 4_000_000;

/** Lossy links make draws, tries again and answers to closed ports; transfers of the device take some time. */
function scene(world: SceneOptions["world"] = {}) {
  const made = createServiceScene(40, {
    world: { ...world },
    client: { loss: 0.2 },
    exchanges: { gapNs: 40_000 },
    patience: { timeoutNs: 300_000 },
  });
  made.world.plane.setDma(made.server.port, 435, 290, 290);
  return made;
}

/** Runs to the end in steps of so many nanoseconds and returns the digest. */
function digestInSteps(stepNs: number, options: SceneOptions["world"] = {}): string {
  const { world } = scene(options);
  for (let ns = stepNs; ns < END_NS; ns += stepNs) {
    world.advance(ns);
    world.dropTrace();
  }
  world.advance(END_NS);
  world.plane.settle();
  return world.digest(new Uint8Array());
}

describe.each(BUILDS)("a run, $name build", ({ module }) => {
  it.each([777, 50_000])("interrupted every %d ns, has the digest of one that was not", (stepNs) => {
    expect(digestInSteps(stepNs, { module })).toBe(digestInSteps(END_NS, { module }));
  });

  it("repeated, has the same digest", () => {
    expect(digestInSteps(END_NS, { module })).toBe(digestInSteps(END_NS, { module }));
  });
});

describe("a run", () => {
  it("of the debug build, compared with the release build, has the same digest", () => {
    const debug = digestInSteps(END_NS, { module: DEBUG.module });
    expect(debug).toBe(digestInSteps(END_NS, { module: RELEASE.module }));
  });

  it.each([
    { what: "another seed", other: { seed: 2 } },
    { what: "a seed that differs in its high word", other: { seed: 1 + 2 ** 32 } },
    { what: "another run number", other: { run: 1 } },
  ])("of $what, loss drawn, has another digest", ({ other }) => {
    expect(digestInSteps(END_NS, other)).not.toBe(digestInSteps(END_NS));
  });

  it("with control state, one byte of it changed, has another digest", () => {
    const { world } = scene();
    const state = new Uint8Array(10_000);
    const before = world.digest(state);
    state[9_999] = 1;
    expect(world.digest(state)).not.toBe(before);
  });
});
