/** Walks each rule of each policy, on both sides of its boundary. */
import { describe, expect, it } from "vitest";
import {
  type AutoConvergePolicy,
  MIGRATION_POLICIES,
  MIGRATION_POLICY_KINDS,
  type MigrationPolicy,
} from "../../src/config/migration-policy";
import { FREE_ROUND, type StopReason } from "../../src/migration/decision";
import { decide } from "../../src/migration/policy";
import { throttleAfter } from "../../src/migration/policy-auto-converge";
import { lastPagesNs } from "../../src/migration/policy-downtime";
import type { Round } from "../../src/migration/round";
import { behind, GUEST_PAGES, round, times } from "./policy-progress";

const CLASSIC = MIGRATION_POLICIES["xen-classic"];
const DOWNTIME = MIGRATION_POLICIES.downtime;
const AUTO = MIGRATION_POLICIES["auto-converge"];
const MBPS = 1_000_000;

const stop = (reason: StopReason) => ({ next: "stop-and-copy", reason });
const limited = (mbps: number) => ({ next: "round", rateBitsPerSecondMax: mbps * MBPS, throttlePercent: 0 });

/** What each policy answers to rounds. */
function answer(policy: MigrationPolicy, ...rounds: readonly Round[]) {
  return decide(policy, behind(...rounds));
}

describe("xen", () => {
  it.each([
    ["no round yet", [], FREE_ROUND],
    ["fifty pages dirty", [round(GUEST_PAGES, 50)], FREE_ROUND],
    ["fewer than fifty dirty", [round(GUEST_PAGES, 49)], stop("few-pages")],
    ["none dirty", [round(GUEST_PAGES, 0)], stop("few-pages")],
    ["four rounds", times(4, round(9_000, 9_000)), FREE_ROUND],
    ["five rounds", times(5, round(9_000, 9_000)), stop("last-round")],
    ["five rounds and few dirty", times(5, round(9_000, 7)), stop("few-pages")],
    ["a round of few pages, many dirty", [round(GUEST_PAGES, 60), round(7, 60)], FREE_ROUND],
  ])("%s", (_, rounds, decision) => {
    expect(answer(MIGRATION_POLICIES.xen, ...rounds)).toEqual(decision);
  });
});

describe("xen-classic: rules of the stop", () => {
  const atMost = { rateBitsPerSecondMax: 500 * MBPS };
  const below = { rateBitsPerSecondMax: 499 * MBPS };

  it.each([
    ["a round of fifty pages", [round(GUEST_PAGES, 50, below), round(50, 1, below)], limited(499)],
    ["a round of fewer than fifty", [round(GUEST_PAGES, 49, below), round(49, 9_000, below)], stop("few-pages")],
    ["few pages dirty behind a long round", [round(GUEST_PAGES, 1, below)], limited(499)],
    ["28 rounds", times(28, round(9_000, 9_000, below)), limited(499)],
    ["29 rounds", times(29, round(9_000, 9_000, below)), stop("last-round")],
    ["three times the memory", times(3, round(GUEST_PAGES, 900, below)), limited(499)],
    [
      "a page more than that",
      [...times(3, round(GUEST_PAGES, 900, below)), round(900, 900, below)],
      stop("much-traffic"),
    ],
    ["a page more than before, at the greatest rate", [round(900, 901), round(901, 9, atMost)], stop("not-shrinking")],
    ["as many as before, at the greatest rate", [round(900, 900), round(900, 9, atMost)], limited(500)],
    ["more than before, below the greatest rate", [round(900, 901), round(901, 9, below)], limited(499)],
    ["all memory in the first round, at the greatest rate", [round(GUEST_PAGES, 900, atMost)], limited(500)],
  ])("%s", (_, rounds, decision) => {
    expect(answer(CLASSIC, ...rounds)).toEqual(decision);
  });

  it("two rules hold, the first of the source is named", () => {
    const rounds = [...times(28, round(9_000, 9_000)), round(9_001, 9, atMost)];
    expect(answer(CLASSIC, ...rounds)).toEqual(stop("not-shrinking"));
  });
});

describe("xen-classic: the rate", () => {
  const pagesPerMbit = (mbps: number) => Math.ceil((mbps * MBPS) / (4_096 * 8));
  const at = (mbps: number, dirtyMbps: number) =>
    round(GUEST_PAGES, pagesPerMbit(dirtyMbps), { rateBitsPerSecondMax: mbps * MBPS });
  /** In Mb/s, as whole pages allow. */
  const rateBehind = (last: Round) => {
    const decision = answer(CLASSIC, last);
    return decision.next === "round" ? Math.floor((decision.rateBitsPerSecondMax ?? 0) / MBPS) : null;
  };

  it("no round yet, the first rate", () => {
    expect(answer(CLASSIC)).toEqual(limited(100));
  });

  it("dirtied more slowly than sent, stays", () => {
    expect(rateBehind(at(100, 99))).toBe(100);
    expect(rateBehind(at(300, 120))).toBe(300);
  });

  it("dirtied faster, 50 Mb/s above that", () => {
    expect(rateBehind(at(100, 120))).toBe(170);
  });

  it("above the greatest rate, that one", () => {
    expect(rateBehind(at(100, 450))).toBe(500);
    expect(rateBehind(at(100, 9_000))).toBe(500);
  });

  it("time of the harvest, counts among that in which pages are dirtied", () => {
    const last = { ...at(100, 240), harvestNs: 1_000_000_000 };
    expect(rateBehind(last)).toBe(170);
  });

  it("a build without limits, no rate and no rule about it", () => {
    const policy = { ...CLASSIC, ramp: null };
    expect(answer(policy)).toEqual(FREE_ROUND);
    expect(answer(policy, round(900, 9_000), round(9_000, 9_000))).toEqual(FREE_ROUND);
    expect(answer(policy, ...times(29, round(900, 900)))).toEqual(stop("last-round"));
  });
});

describe("downtime", () => {
  // 100,000 pages in a second: 300 ms are 30,000 pages.
  const fast = (dirty: number) => round(100_000, dirty);

  it.each([
    ["no round yet", [], FREE_ROUND],
    ["as many pages as cross in 300 ms", [fast(30_000)], stop("short-enough")],
    ["a page more", [fast(30_001)], FREE_ROUND],
    ["nothing dirty", [fast(0)], stop("short-enough")],
    ["the bandwidth of the last round, not of the first", [fast(9), round(10_000, 3_001)], FREE_ROUND],
    ["three rounds, as long as it may take", times(3, fast(30_001)), { next: "give-up", reason: "timed-out" }],
    ["as long, but short enough", times(3, fast(30_000)), stop("short-enough")],
  ])("%s", (_, rounds, decision) => {
    expect(answer({ ...DOWNTIME, timeoutNs: 3_000_000_000 }, ...rounds)).toEqual(decision);
  });

  it("a nanosecond before the time-out, goes on", () => {
    const progress = { ...behind(fast(30_001)), elapsedNs: DOWNTIME.timeoutNs - 1 };
    expect(decide(DOWNTIME, progress)).toEqual(FREE_ROUND);
  });

  it("told to stop at the time-out, stops for that reason", () => {
    const policy: MigrationPolicy = { ...DOWNTIME, timeoutNs: 1_000_000_000, onTimeout: "stop-and-copy" };
    expect(answer(policy, fast(30_001))).toEqual(stop("timed-out"));
  });

  it("a round that was compressed to a quarter, pages are judged whole as in QEMU", () => {
    expect(lastPagesNs(round(100_000, 30_000, { byteCount: 102_400_000 }))).toBe(1_200_000_000);
  });

  it("a round in which nothing crossed, no bandwidth", () => {
    expect(lastPagesNs(round(0, 1, { sendNs: 0 }))).toBe(Number.POSITIVE_INFINITY);
    expect(lastPagesNs(round(0, 0, { sendNs: 0 }))).toBe(0);
  });
});

describe("auto-converge", () => {
  it.each([
    [0, 0],
    [3, 0],
    [4, 10],
    [5, 10],
    [6, 20],
    [21, 90],
    [22, 99],
    [1_000, 99],
  ])("behind %i rounds, the guest does without %i percent of its time", (rounds, percent) => {
    expect(throttleAfter(AUTO, rounds)).toBe(percent);
    const slow = times(rounds, round(100_000, 90_000));
    expect(answer(AUTO, ...slow)).toEqual({ ...FREE_ROUND, throttlePercent: percent });
  });

  it("short enough, stops as the downtime policy does", () => {
    expect(answer(AUTO, ...times(6, round(100_000, 30_000)))).toEqual(stop("short-enough"));
  });

  it("too long, gives up as the downtime policy does", () => {
    const policy: AutoConvergePolicy = { ...AUTO, timeoutNs: 1 };
    expect(answer(policy, round(100_000, 90_000))).toEqual({ next: "give-up", reason: "timed-out" });
  });
});

describe("every policy", () => {
  it.each(MIGRATION_POLICY_KINDS)("%s, has its own kind", (kind) => {
    expect(MIGRATION_POLICIES[kind].kind).toBe(kind);
  });

  it.each(MIGRATION_POLICY_KINDS)("%s of a guest that dirties all its memory in each round, ends", (kind) => {
    const policy: MigrationPolicy = MIGRATION_POLICIES[kind];
    const hopeless = round(GUEST_PAGES, GUEST_PAGES, { sendNs: 100_000_000_000, rateBitsPerSecondMax: 500 * MBPS });
    const rounds: Round[] = [];
    while (rounds.length < 1_000) {
      const progress = { ...behind(...rounds), elapsedNs: rounds.length * 100_000_000_000 };
      const decision = decide(policy, progress);
      if (decision.next !== "round") break;
      rounds.push(hopeless);
    }
    expect(rounds.length).toBeLessThan(37);
  });
});
