import { describe, expect, it } from "vitest";
import { type Composition, compose } from "../../src/experiment/compose";
import { finish, runScenario } from "../../src/experiment/run";
import { start, step } from "../../src/experiment/simulate";
import { loadWorld, saveWorld } from "../../src/experiment/world-image";
import { InputError } from "../../src/sim/input-error";
import { VERSION } from "../../src/sim/version";
import { smallInput } from "../support/failover-scenario";

async function begun(): Promise<{ module: WebAssembly.Module; composition: Composition; digest: string }> {
  const input = await smallInput();
  const composition = compose(input);
  start(composition, {});
  return { module: input.module, composition, digest: runScenario(input).digest };
}

describe("world image", () => {
  it("a run saved and loaded at every control event, the same end", async () => {
    const { module, composition, digest } = await begun();
    let eventCount = 0;
    do {
      const loaded = loadWorld(module, saveWorld(composition), "memory");
      expect(finish(loaded).digest, `saved at control event ${eventCount}`).toBe(digest);
      eventCount++;
    } while (step(composition, {}));
    expect(eventCount).toBeGreaterThan(100);
  });

  it("a run saved twice at one event, equal bytes", async () => {
    const { module, composition } = await begun();
    for (let i = 0; i < 20; i++) step(composition, {});
    const saved = saveWorld(composition);
    expect(Buffer.compare(saveWorld(composition), saved)).toBe(0);
    expect(Buffer.compare(saveWorld(loadWorld(module, saved, "memory")), saved)).toBe(0);
  });

  it("an image cut short or with a byte changed, refused", async () => {
    const { module, composition } = await begun();
    const saved = saveWorld(composition);
    for (const at of [0, 9, 13, 17, 30, saved.length >> 1, saved.length - 2]) {
      expect(() => loadWorld(module, saved.subarray(0, at), "cut.world"), `cut at ${at}`).toThrow(InputError);
      const damaged = saved.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0x40;
      expect(() => loadWorld(module, damaged, "bad.world"), `changed at ${at}`).toThrow(InputError);
    }
  });

  it("an image of another format, a message with place, value and limit", async () => {
    const { module, composition } = await begun();
    const saved = saveWorld(composition);
    saved[8] = 9;
    expect(() => loadWorld(module, saved, "new.world")).toThrow(
      "new.world: byte 8: world image: has format 9; this version reads format 1",
    );
    expect(VERSION).toMatch(/^\d+\.\d+\.\d+$/);
  });
});
