/** Silences of a client, of made answers: which times count, what they sum to, and when nothing can be told. */
import { describe, expect, it } from "vitest";
import { answerSilences, frameSilences } from "../../src/study/silences";

const MS = 1_000_000;
const MOVED = { state: "active", beganNs: 10 * MS, resumedNs: 60 * MS };

/** Answers each millisecond from 0 to 100 ms, but for those between. */
function answers(...without: readonly (readonly [fromMs: number, toMs: number])[]): number[] {
  const times = Array.from({ length: 101 }, (_, ms) => ms);
  return times.filter((ms) => !without.some(([from, to]) => ms > from && ms < to)).map((ms) => ms * MS);
}

describe("of a client that asks each millisecond", () => {
  it("silent three times, the longest, and all of them less a period each", () => {
    const found = answerSilences(answers([15, 20], [30, 60], [70, 73]), MS, MOVED);
    expect(found).toEqual({ shutdownNs: 30 * MS, outageNs: (4 + 29 + 2) * MS });
  });

  it("silent once, both figures differ by a period", () => {
    expect(answerSilences(answers([30, 60]), MS, MOVED)).toEqual({ shutdownNs: 30 * MS, outageNs: 29 * MS });
  });

  it("late by less than a period, no silence", () => {
    const late = answers([40, 60]).map((ns, index) => ns + (index % 2 === 0 ? 0 : 0.4 * MS));
    expect(answerSilences(late, MS, MOVED).outageNs).toBe(19.4 * MS);
  });

  it("silent before the migration begins, not counted", () => {
    expect(answerSilences(answers([2, 8], [30, 60]), MS, MOVED)).toEqual({ shutdownNs: 30 * MS, outageNs: 29 * MS });
  });

  it.each([
    ["that was not moved", answers(), { ...MOVED, state: "failed" }],
    ["that is not heard at its new place", answers([30, 200]), MOVED],
    ["that never answers", [], MOVED],
  ])("of a machine %s, nothing is told", (_, answered, migration) => {
    expect(answerSilences(answered, MS, migration)).toEqual({ shutdownNs: null, outageNs: null });
  });
});

describe("of a client without a period", () => {
  const silence = (ms: number | null) => {
    const silenceNs = ms === null ? null : ms * MS;
    return [{ name: "client", kind: "tcp", silenceNs, lastBeforeNs: null, firstAfterNs: null } as const];
  };

  it("one move, both figures are its silence", () => {
    expect(frameSilences({ clients: silence(30), bond: null })).toEqual({ shutdownNs: 30 * MS, outageNs: 30 * MS });
  });

  it("a bond, the longest of three, and their sum", () => {
    const bond = { failover: silence(60), failback: silence(2) };
    expect(frameSilences({ clients: silence(30), bond })).toEqual({ shutdownNs: 60 * MS, outageNs: 92 * MS });
  });

  it("a bond that has not come back, nothing is told", () => {
    const bond = { failover: silence(60), failback: silence(null) };
    expect(frameSilences({ clients: silence(30), bond })).toEqual({ shutdownNs: null, outageNs: null });
  });
});
