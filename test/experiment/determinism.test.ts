import { describe, expect, it } from "vitest";
import { runScenario } from "../../src/experiment/run";
import { smallInput, withScenario } from "../support/failover-scenario";

describe("determinism", () => {
  it("same input, run twice, equal digests", async () => {
    const input = await smallInput();
    expect(runScenario(input).digest).toBe(runScenario(input).digest);
  });

  it("debug build against release build, equal digests", async () => {
    const release = runScenario(await smallInput("release"));
    const debug = runScenario(await smallInput("debug"));
    expect(debug.digest).toBe(release.digest);
  });

  it("watched and unwatched run, equal digests", async () => {
    const input = await smallInput();
    const watched = runScenario(input, { records: () => undefined, frames: () => undefined });
    expect(watched.digest).toBe(runScenario(input).digest);
  });

  it("lossy links, another seed or another run number, other digests", async () => {
    const input = withScenario(await smallInput(), (scenario) => ({
      ...scenario,
      clients: scenario.clients.map((client) => ({ ...client, link: { ...client.link, loss: 0.05 } })),
    }));
    const reseeded = withScenario(input, (scenario) => ({ ...scenario, seed: 8 }));
    const digests = [input, reseeded, { ...input, run: 2 }].map((one) => runScenario(one).digest);
    expect(new Set(digests).size).toBe(3);
  });

  it("planted: one byte of guest memory changed in mid-run, another digest", async () => {
    const input = await smallInput();
    const lastPage = 1000;
    const meddled = runScenario(input, {
      captured({ world, place, epoch }) {
        if (epoch === 3) world.view(world.plane.pageFrame(place.guest, 7) >>> 0, 4096)[lastPage] = 1;
      },
    });
    expect(meddled.digest).not.toBe(runScenario(input).digest);
  });
});
