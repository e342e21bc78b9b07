/** A machine with a disk moves: its storage is shared, its writes go on from the other host. */
import { describe, expect, it } from "vitest";
import { runJudged } from "../../src/cli/judged-run";
import type { IoModel } from "../../src/config/scenario";
import { KIND, type TraceRecord } from "../checker/record";
import { DISK_BLOCKS, diskInput } from "../support/disk-scenario";
import { BRIEF_TAKEOVER, withScenario } from "../support/failover-scenario";

const MIGRATION = "migrations: [{ vm: web, to: two, at: 20ms, link: { rate: 10Gbps, latency: 50us } }]";

function moved(io: IoModel, failNs: number | null) {
  const input = withScenario(diskInput(io, MIGRATION), (scenario) => ({
    ...scenario,
    durationNs: 900_000_000,
    costs: BRIEF_TAKEOVER,
    events: failNs === null ? [] : [{ atNs: failNs, fail: "two" }],
  }));
  const written: TraceRecord[] = [];
  const run = runJudged(input, {
    records: (records) => written.push(...records.filter(({ kind }) => kind === KIND.written)),
  });
  const faults = run.verdicts.flatMap(({ judge, faults: each }) => each.map((fault) => `${judge}: ${fault}`));
  return { run, written, faults };
}

describe.each<IoModel>(["renic", "paravirtual", "emulated"])("a machine with a disk that moves, io: %s", (io) => {
  it("to another host, its journal goes on there, on the same blocks, without a gap", () => {
    const { run, written, faults } = moved(io, null);
    expect(faults).toEqual([]);
    const [migration] = run.outcome.control.migrations;
    expect(migration?.state).toBe("active");
    const here = written.filter(({ subject }) => subject === migration?.source.disk);
    const there = written.filter(({ subject }) => subject === migration?.target.disk);
    expect(here.length).toBeGreaterThan(10);
    expect(there.length).toBeGreaterThan(50);
    // What was not answered at the source is written again at the target.
    const first = there[0]?.a ?? 0;
    expect((here.length + DISK_BLOCKS - first) % DISK_BLOCKS).toBeLessThan(16);
    expect(there.map(({ a }) => a)).toEqual(there.map((_, index) => (first + index) % DISK_BLOCKS));
    // One store: writes of both hosts are numbered together.
    expect(there[0]?.c).toBe(here.length);
    const { world } = run.outcome;
    expect(world.exportDisk(migration?.target.disk ?? -1).size).toBe(DISK_BLOCKS);
    expect(world.exportDisk(migration?.source.disk ?? -1).size).toBe(DISK_BLOCKS);
  });

  it("whose target dies at once, writes go on at the source", () => {
    const { run, written, faults } = moved(io, 20_500_000);
    expect(faults).toEqual([]);
    const [migration] = run.outcome.control.migrations;
    expect(migration?.state).toBe("failed");
    expect(new Set(written.map(({ subject }) => subject))).toEqual(new Set([migration?.source.disk]));
    expect(written.length).toBeGreaterThan(500);
  });
});
