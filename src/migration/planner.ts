/**
 * A migration without packets: rounds, stop and outage worked out from rates, rows of the cost model and formulas.
 *
 *     steps before -> rounds: send, read the log, ask the policy -> stop: steps -> network back
 *
 * What the packet-level engine simulates is put in here as: pages by `dirty-pages.ts`; a link that is the migration's
 * own; steps by `stop-steps.ts`, one behind the other. Policies are the engine's own functions. Left out: guests whose
 * writes change with time, bursts that a stop waits for, switches that learn, queues in dom0. Times are whole
 * nanoseconds, rounded down where a division does not come out.
 *
 * The invariant: `downtimeNs` is the sum of `stopped`; `shutdownNs` is the longest of `outages`, and `outageNs` their sum.
 */
import { sum } from "../sim/numbers";
import { caseOf, type MigrationPlanInput } from "./plan-input";
import { planLink } from "./planned-link";
import { type PlannedRound, type PlannedRounds, planRounds, type RoundsEnd } from "./planned-rounds";
import { beforeNs, type PlannedStop, planStop, totalNs } from "./planned-stop";
import { stepsOf, VF_REFUSAL } from "./stop-steps";

/** How a planned migration ends. */
export type PlanOutcome = RoundsEnd | { readonly kind: "refused"; readonly reason: string };

/** A planned migration. One that was given up or refused has no stop: empty lists, and times of 0 but for `totalNs`. */
export interface MigrationPlan extends PlannedStop {
  readonly outcome: PlanOutcome;
  /** Before the first round: a virtual function is unplugged, a backend set up. */
  readonly beforeNs: number;
  readonly rounds: readonly PlannedRound[];
  /** Pages that cross while the guest stands still. */
  readonly lastPageCount: number;
  /** Of all pages that crossed the link, without the link's own headers. */
  readonly byteCount: number;
  /** From the order to the guest running at the target, or to the end of the last round. */
  readonly totalNs: number;
  /** The guest runs nowhere. */
  readonly downtimeNs: number;
  /** The *service shutdown*: the longest time in which nobody answers a client. */
  readonly shutdownNs: number;
  /** All such times together. */
  readonly outageNs: number;
}

/**
 * Plans a live migration. Times are in nanoseconds, sizes in bytes, rates in bits a second; what is not said is taken
 * from `PLAN_DEFAULTS`, the costs of preset `now` among it.
 *
 * @returns the plan, whose outcome tells a migration that moved its guest from one that was given up or refused
 * @throws InputError with every value that cannot be planned. O(rounds), of which there are at most `ROUND_COUNT_MAX`.
 */
export function planMigration(input: MigrationPlanInput): MigrationPlan {
  const wanted = caseOf(input);
  const { io, costs } = wanted;
  if (io === "vf") return unmoved({ kind: "refused", reason: VF_REFUSAL }, { rounds: [], elapsedNs: 0 }, 0);

  const link = planLink(wanted);
  const steps = stepsOf(io, wanted);
  const firstNs = beforeNs(steps, costs);
  const live = planRounds(wanted, link, firstNs);
  if (live.end.kind === "given-up") return unmoved(live.end, live, firstNs);

  const lastPageCount = live.rounds.at(-1)?.dirtyPageCount ?? 0;
  const stop = planStop(wanted, steps, link, lastPageCount);
  const downtimeNs = totalNs(stop.stopped);
  return {
    outcome: live.end,
    beforeNs: firstNs,
    rounds: live.rounds,
    lastPageCount,
    byteCount: roundBytes(live) + lastPageCount * link.recordBytes,
    totalNs: live.elapsedNs + downtimeNs,
    ...stop,
    downtimeNs,
    shutdownNs: Math.max(...stop.outages.map(({ ns }) => ns)),
    outageNs: totalNs(stop.outages),
  };
}

function unmoved(outcome: PlanOutcome, live: Omit<PlannedRounds, "end">, firstNs: number): MigrationPlan {
  return {
    outcome,
    beforeNs: firstNs,
    rounds: live.rounds,
    lastPageCount: 0,
    byteCount: roundBytes(live),
    totalNs: live.elapsedNs,
    stopped: [],
    reconnecting: [],
    behind: [],
    outages: [],
    downtimeNs: 0,
    shutdownNs: 0,
    outageNs: 0,
  };
}

function roundBytes({ rounds }: Pick<PlannedRounds, "rounds">): number {
  return sum(rounds.map(({ byteCount }) => byteCount));
}
