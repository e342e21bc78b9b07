/** The policy alone, and the machine that it governs: shares by weight, whoever else there is. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CLASS_OVER, CLASS_UNDER } from "../../assembly/layout/processor";
import { ACCOUNTING_PERIOD_NS, account, type CreditVcpu } from "../../src/host/credit-scheduler";
import { endPeriod, type ProcessorPool } from "../../src/host/processor-pool";
import { type Job, ProcessorScene } from "../support/processor-scene";

const PERIOD_PS = ACCOUNTING_PERIOD_NS * 1000;

const busy = (domain: number, weight: number, ranPs = 0): CreditVcpu => {
  return { domain, weight, creditPs: 0, ranPs, isActive: true };
};

describe("the policy", () => {
  it("two domains of one vCPU on one processor, get time by weight", () => {
    const credits = account({ processorCount: 1, periodPs: 3000 }, [busy(0, 256), busy(1, 512)]);
    expect(credits.map(({ creditPs }) => creditPs)).toEqual([1000, 2000]);
  });

  it("a domain that cannot use its weight's share, leaves the rest to the others", () => {
    const policy = { processorCount: 3, periodPs: 3000 };
    const credits = account(policy, [busy(0, 900), busy(1, 100), busy(1, 100), busy(1, 100)]);
    expect(credits.map(({ creditPs }) => creditPs)).toEqual([3000, 2000, 2000, 2000]);
  });

  it("a vCPU that ran more than it earned, has overdrawn, by one period at most", () => {
    const policy = { processorCount: 1, periodPs: 3000 };
    const credits = account(policy, [
      busy(0, 256, 1600),
      busy(1, 256, 1500),
      { ...busy(2, 256, 9000), creditPs: -2000 },
    ]);
    expect(credits).toEqual([
      { creditPs: -600, priority: CLASS_OVER },
      { creditPs: -500, priority: CLASS_OVER },
      { creditPs: -3000, priority: CLASS_OVER },
    ]);
  });

  it("a vCPU that slept, earns nothing and keeps one period at most", () => {
    const idle = { ...busy(0, 256), creditPs: 2500, isActive: false };
    const [first, second] = account({ processorCount: 1, periodPs: 3000 }, [idle, busy(1, 256, 3000)]);
    expect(first).toEqual({ creditPs: 2500, priority: CLASS_UNDER });
    expect(second).toEqual({ creditPs: 0, priority: CLASS_UNDER });
  });

  it("anything, hands out no more than there is and never more than a period to one", () => {
    const vcpu = fc.record({
      domain: fc.nat(4),
      weight: fc.integer({ min: 1, max: 65_535 }),
      creditPs: fc.constant(0),
      ranPs: fc.constant(0),
      isActive: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(vcpu, { maxLength: 12 }), (processorCount, vcpus) => {
        const weightOf = new Map(vcpus.map(({ domain, weight }) => [domain, weight]));
        const alike = vcpus.map((entry) => ({ ...entry, weight: weightOf.get(entry.domain) ?? 1 }));
        const credits = account({ processorCount, periodPs: PERIOD_PS }, alike);
        const sum = credits.reduce((total, { creditPs }) => total + creditPs, 0);
        const activeCount = alike.filter(({ isActive }) => isActive).length;
        expect(sum).toBeLessThanOrEqual(Math.min(processorCount, activeCount) * PERIOD_PS);
        expect(sum).toBeGreaterThan(Math.min(processorCount, activeCount) * PERIOD_PS - vcpus.length - 1);
        for (const { creditPs } of credits) expect(creditPs).toBeLessThanOrEqual(PERIOD_PS);
      }),
      { seed: 1 },
    );
  });
});

/** Jobs of domains by weight on processors that they share, under the policy for so many periods. */
function govern(processorCount: number, weights: readonly number[], periodCount: number): number[] {
  const scene = new ProcessorScene({ processorCount });
  const { plane } = scene.world;
  const jobs: Job[] = weights.map(() => scene.addJob());
  const pool: ProcessorPool = {
    firstProcessor: scene.processors[0] ?? 0,
    processorCount,
    vcpus: jobs.map(({ guest, vcpu }, index) => {
      return { vcpu, domain: guest, weight: weights[index] ?? 1, creditPs: 0, ranPs: 0 };
    }),
  };
  for (const { guest } of jobs) plane.resumeGuest(guest);
  for (let period = 1; period <= periodCount; period++) {
    scene.runToEnd(period * ACCOUNTING_PERIOD_NS);
    endPeriod(scene.world, pool);
  }
  expect(scene.verdict().faults).toEqual([]);
  const whole = periodCount * PERIOD_PS * processorCount;
  return jobs.map(({ vcpu }) => plane.vcpuRanPs(vcpu) / whole);
}

/**
 * The policy alone as an oracle: processor time that can be cut as fine as one likes goes to those in credit, by turns,
 * and to the others only when nobody in credit is left. What remains of the machine is time slices and their ends.
 */
function oracle(processorCount: number, weights: readonly number[], periodCount: number): number[] {
  let state = weights.map((weight, domain) => ({ ...busy(domain, weight), priority: CLASS_UNDER as number }));
  const total = weights.map(() => 0);
  for (let period = 0; period < periodCount; period++) {
    const ran = weights.map(() => 0);
    for (const priority of [CLASS_UNDER, CLASS_OVER]) {
      const left = processorCount * PERIOD_PS - ran.reduce((sum, ps) => sum + ps, 0);
      const members = state.flatMap((entry, index) => (entry.priority === priority ? [index] : []));
      const each = members.length > 0 ? Math.min(PERIOD_PS, left / members.length) : 0;
      for (const index of members) ran[index] = each;
    }
    const credits = account(
      { processorCount, periodPs: PERIOD_PS },
      state.map((entry, index) => ({ ...entry, ranPs: ran[index] ?? 0 })),
    );
    state = state.map((entry, index) => ({ ...entry, ...credits[index] }));
    ran.forEach((ps, index) => {
      total[index] = (total[index] ?? 0) + ps;
    });
  }
  return total.map((ps) => ps / (periodCount * PERIOD_PS * processorCount));
}

describe("the policy and the machine", () => {
  it.each([
    { processorCount: 1, weights: [256, 256] },
    { processorCount: 1, weights: [256, 512] },
    { processorCount: 1, weights: [100, 200, 700] },
    { processorCount: 2, weights: [256, 256, 256] },
    { processorCount: 2, weights: [1000, 100, 100] },
  ])(
    "$processorCount processors, weights $weights, share as the policy alone has it and as the weights say",
    (entry) => {
      const { processorCount, weights } = entry;
      const seen = govern(processorCount, weights, 400);
      const alone = oracle(processorCount, weights, 400);
      const fair = fairShares(processorCount, weights);
      seen.forEach((share, index) => {
        expect(Math.abs(share - (alone[index] ?? 0))).toBeLessThan(0.02);
        expect(Math.abs(share - (fair[index] ?? 0))).toBeLessThan(0.02);
      });
    },
  );
});

/** By weight, but nobody more than one processor. */
function fairShares(processorCount: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const shares = weights.map((weight) => weight / sum);
  const most = 1 / processorCount;
  const over = shares.findIndex((share) => share > most);
  if (over < 0) return shares;
  const others = sum - (weights[over] ?? 0);
  return weights.map((weight, index) => (index === over ? most : ((1 - most) * weight) / others));
}
