/** Protection with compressed checkpoints: what the judges say, what crosses the link, what it costs. */
import { describe, expect, it } from "vitest";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { type JudgedRun, runJudged } from "../../src/cli/judged-run";
import type { Compression } from "../../src/config/scenario";
import { InternalError } from "../../src/core/load";
import type { RunInput } from "../../src/experiment/input";
import { runScenario } from "../../src/experiment/run";
import type { Observer } from "../../src/host/simulation";
import { compressedInput, smallInput, withScenario } from "../support/failover-scenario";

function streamOf({ account }: JudgedRun) {
  const [protection] = account.protections;
  if (!protection) throw new Error("the scenario protects a machine");
  return protection;
}

function withCache(input: RunInput, compression: Compression, cacheBytes: number): RunInput {
  return withScenario(input, (scenario) => ({
    ...scenario,
    protect: scenario.protect.map((entry) => ({ ...entry, compression, cacheBytes })),
  }));
}

describe("protection with compression", () => {
  it.each(["release", "debug"] as const)("%s build, failover, every judge is content", async (build) => {
    const run = runJudged(await compressedInput(build));
    expect(run.verdicts.filter(({ faultCount }) => faultCount > 0)).toEqual([]);
    expect(streamOf(run)).toMatchObject({ state: "active" });
  });

  it("fewer bytes, every page accounted for", async () => {
    const compressed = streamOf(runJudged(await compressedInput()));
    const { stream, bytes } = compressed;
    if (!stream) throw new Error("a compressed stream is accounted for");
    expect(stream.sentBytes).toBe(bytes);
    expect(stream.ratio).toBe(stream.sentBytes / stream.rawBytes);
    expect(stream.ratio).toBeLessThan(0.7);
    expect(stream.rawPages + stream.zeroPages + stream.deltaPages + stream.samePages).toBe(compressed.pages);
    // Buffers that are written for the first time go whole; rings and the working set do not.
    expect(stream.deltaPages).toBeGreaterThan(90);
  });

  it("none, no account of a stream", async () => {
    expect(streamOf(runJudged(await smallInput())).stream).toBeNull();
  });

  it("a cache of one page, nearly all pages raw, every judge content", async () => {
    const run = runJudged(withCache(await smallInput(), "delta", 4096));
    const { stream } = streamOf(run);
    expect(run.verdicts.filter(({ faultCount }) => faultCount > 0)).toEqual([]);
    expect(stream?.rawPages).toBeGreaterThan(10 * (stream?.deltaPages ?? 0));
  });

  it.each([16, 21, 26, 30.2, 30.4, 30.6, 31, 36])(
    "primary dies at %d ms, the backup runs from a whole one",
    async (ms) => {
      const run = runJudged(
        withScenario(await compressedInput(), (scenario) => ({
          ...scenario,
          events: [{ atNs: ms * 1_000_000, fail: "primary" }],
        })),
      );
      expect(run.verdicts.filter(({ faultCount }) => faultCount > 0)).toEqual([]);
      expect(streamOf(run).state).toBe("active");
    },
  );

  it("run twice, equal digests", async () => {
    const input = await compressedInput();
    expect(runScenario(input).digest).toBe(runScenario(input).digest);
  });

  it("comparing costs more, dom0 is charged more and nothing else changes on the link", async () => {
    const usual = runJudged(await compressedInput());
    const dear = runJudged(
      withScenario(await compressedInput(), ({ costs, ...scenario }) => ({
        ...scenario,
        costs: { ...costs, comparePage: costs.comparePage + 1000 },
      })),
    );
    const dom0 = ({ account }: JudgedRun) => account.hosts[0]?.domains.find(({ name }) => name === "dom0")?.cycles;
    const sumOf = (cycles: Readonly<Record<string, number>> = {}) => Object.values(cycles).reduce((a, b) => a + b, 0);
    expect(sumOf(dom0(dear))).toBeGreaterThan(sumOf(dom0(usual)) + 1000 * (streamOf(usual).stream?.deltaPages ?? 0));
    expect(streamOf(dear).stream).toEqual(streamOf(usual).stream);
  });
});

describe("planted: the backup's memory changes behind the stream", () => {
  /** The second guest that the scenario makes. */
  const BACKUP = 1;
  /** Flips a byte of every page at the backup before a checkpoint is made. */
  const meddle: Observer = {
    captured({ world, epoch }) {
      if (epoch !== 3) return;
      for (const page of world.exportMemory(BACKUP).keys()) {
        const bytes = world.view(world.plane.pageFrame(BACKUP, page) >>> 0, PAGE_BYTES);
        bytes[4000] = (bytes[4000] ?? 0) ^ 0xff;
      }
    },
  };

  it("with compression, the next stream is refused, with its reason and the byte", async () => {
    const input = await compressedInput();
    expect(() => runScenario(input, meddle)).toThrow(InternalError);
    expect(() => runScenario(input, meddle)).toThrow(
      /^a checkpoint stream of \d+ bytes is refused at byte \d+: the digest of a page is wrong/,
    );
  });
});
