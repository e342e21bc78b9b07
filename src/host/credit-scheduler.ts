/**
 * The policy of the credit scheduler: who has credit. Pure functions over plain numbers; the mechanism that runs vCPUs
 * by class is in assembly/cpu.
 *
 * Each accounting period hands out one period's time of every processor of a pool, to the domains that were active, by
 * weight, and to a domain's active vCPUs alike. What a domain cannot use, because its vCPUs cannot run on more
 * processors than they are, goes to the others. A vCPU pays for the time that it ran. In credit (at least 0) it is of
 * class UNDER, else OVER; it saves up no more than one period, so that a domain that slept cannot take everything.
 *
 * Source: Xen, xen/common/sched/credit.c, csched_acct. There a vCPU pays by ticks of 10 ms that sample who runs, and
 * is inactive once it has saved up enough; here it pays for what it ran, to the picosecond, and is active when it ran
 * or waited in the period. Left out: caps.
 */
import { CLASS_OVER, CLASS_UNDER } from "../../assembly/layout/processor";

/** How the time of a pool of processors is divided. */
export interface PoolPolicy {
  readonly processorCount: number;
  readonly periodPs: number;
}

/** A vCPU in a period. */
export interface CreditVcpu {
  readonly domain: number;
  /** The domain's weight; time is divided in proportion. Xen's default is 256. */
  readonly weight: number;
  /** Credit before the period, in picoseconds. */
  readonly creditPs: number;
  /** How long it ran in the period. */
  readonly ranPs: number;
  /** It ran, or waited for a processor. */
  readonly isActive: boolean;
}

/** What the policy says of a vCPU. */
export interface Credit {
  readonly creditPs: number;
  /** CLASS_UNDER or CLASS_OVER. */
  readonly priority: number;
}

/** Xen's accounting period: 30 ms. */
export const ACCOUNTING_PERIOD_NS = 30_000_000;
/** Xen's default weight. */
export const WEIGHT_DEFAULT = 256;

/** Returns the credit of each vCPU after a period, in the order given. */
export function account(policy: PoolPolicy, vcpus: readonly CreditVcpu[]): Credit[] {
  const shares = sharesOf(policy, vcpus);
  return vcpus.map(({ domain, creditPs, ranPs, isActive }) => {
    const earnedPs = isActive ? (shares.get(domain) ?? 0) : 0;
    const left = Math.min(Math.floor(creditPs + earnedPs - ranPs), policy.periodPs);
    // A debt is forgiven beyond one period, as credit is: a vCPU does not pay for ever for what nobody wanted.
    const credit = Math.max(left, -policy.periodPs);
    return { creditPs: credit, priority: credit >= 0 ? CLASS_UNDER : CLASS_OVER };
  });
}

/** Returns what each active vCPU of a domain earns in a period, by domain. */
function sharesOf({ processorCount, periodPs }: PoolPolicy, vcpus: readonly CreditVcpu[]): Map<number, number> {
  const active = new Map<number, { weight: number; count: number }>();
  for (const { domain, weight, isActive } of vcpus) {
    if (!isActive) continue;
    const entry = active.get(domain);
    active.set(domain, { weight, count: (entry?.count ?? 0) + 1 });
  }
  const shares = new Map<number, number>();
  let left = processorCount * periodPs;
  let open = [...active];
  // Whoever can use less than the share of its weight gets all it can use; the rest is divided among the others.
  while (open.length > 0) {
    const weights = open.reduce((sum, [, { weight }]) => sum + weight, 0);
    const unit = left / weights;
    const full = open.filter(([, { weight, count }]) => weight * unit >= count * periodPs);
    if (full.length === 0) {
      for (const [domain, { weight, count }] of open) shares.set(domain, (weight * unit) / count);
      break;
    }
    for (const [domain, { count }] of full) {
      shares.set(domain, periodPs);
      left -= count * periodPs;
    }
    open = open.filter((entry) => !full.includes(entry));
  }
  return shares;
}
