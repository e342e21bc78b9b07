/** What a stream carries to a machine that moves, measured packet by packet in short runs of the study's cells. */
import { describe, expect, it } from "vitest";
import { measureMigration } from "../../src/study/migration-measurement";
import type { MigrationRun } from "../../src/study/migration-scenario";
import { RELEASE } from "../support/wasm-builds";

const GUEST = { memoryBytes: 128 * 2 ** 20, dirtyPerSecond: 0, linkBitsPerSecond: 1_000_000_000 };

function runFor(durationNs: number, workload: "bulk" | "probe" = "bulk"): MigrationRun {
  const cell = { preset: "era", workload, io: "teaming", ...GUEST } as const;
  return { cell, seed: 1, durationNs, hasMigration: true };
}

const measured = (run: MigrationRun) => measureMigration(RELEASE.module, run).carried;

describe("a stream to a machine with a bond", () => {
  it("is carried by the virtual function before the order, and by dom0 while pages are sent", () => {
    const { beforeBitsPerSecond = 0, preCopyBitsPerSecond = 0 } = measured(runFor(500_000_000)) ?? {};
    expect(beforeBitsPerSecond).toBeGreaterThan(4e9);
    expect(preCopyBitsPerSecond).toBeGreaterThan(1e9);
    expect(preCopyBitsPerSecond).toBeLessThan(0.6 * beforeBitsPerSecond);
  });

  it("that has not come to its first round, has nothing to tell", () => {
    expect(measured(runFor(300_000_000))).toBeNull();
  });
});

describe("a client that probes", () => {
  it("no stream is told of", () => {
    expect(measured(runFor(500_000_000, "probe"))).toBeNull();
  });
});
