/**
 * Times in which a client was without an answer while its server moved, as two figures:
 *
 *     answers        | | | |          | | |        | | | |
 *     silences             |----------|   |--------|
 *     shutdownNs           the longest, from answer to answer: the *service shutdown*, which claims are held against
 *     outageNs             all of them together, less the period in which an answer would have come anyway
 *
 * A machine whose bond changes NIC twice is silent three times, every other one once. What an abstract means by "service
 * shutdown" is not said in it: the first figure was fixed before anything was measured, the second stands beside it. Plans
 * have the same two (migration/planner.ts), of a client that asks without end.
 */
import type { BondAccount } from "../report/bond-account";
import type { ClientSilence, MigrationAccount } from "../report/migration-account";
import { sum } from "../sim/numbers";

/** Null for a machine that was not heard again. */
export interface Silences {
  readonly shutdownNs: number | null;
  readonly outageNs: number | null;
}

const UNHEARD: Silences = { shutdownNs: null, outageNs: null };

/** A silence is longer than so many periods: less is an answer that came late. */
const PERIODS = 2;

/**
 * Returns the silences of a client that asks once in a period, by the times of its answers in their order: those that end
 * behind the migration's beginning.
 */
export function answerSilences(
  answeredNs: readonly number[],
  periodNs: number,
  { beganNs, resumedNs, state }: Pick<MigrationAccount, "beganNs" | "resumedNs" | "state">,
): Silences {
  const last = answeredNs.at(-1);
  if (state !== "active" || beganNs === null || resumedNs === null || last === undefined || last < resumedNs)
    return UNHEARD;
  const betweenNs = answeredNs.flatMap((ns, index) => {
    const before = answeredNs[index - 1];
    return before === undefined || ns < beganNs ? [] : [ns - before];
  });
  const silences = betweenNs.filter((ns) => ns > PERIODS * periodNs);
  return {
    shutdownNs: betweenNs.reduce((longest, ns) => Math.max(longest, ns), 0),
    outageNs: sum(silences.map((ns) => ns - periodNs)),
  };
}

/**
 * Returns the silences of a client that has no period: from the last frame of the old place to the first of the new one,
 * and the same round each of a bond's changes.
 */
export function frameSilences({
  clients,
  bond,
}: {
  readonly clients: readonly ClientSilence[];
  readonly bond: Pick<BondAccount, "failover" | "failback"> | null;
}): Silences {
  const turns = [clients, ...(bond ? [bond.failover, bond.failback] : [])];
  const silencesNs = turns.map(([client]) => client?.silenceNs ?? null);
  const heardNs = silencesNs.filter((ns) => ns !== null);
  if (heardNs.length < silencesNs.length) return UNHEARD;
  return { shutdownNs: Math.max(...heardNs), outageNs: sum(heardNs) };
}
