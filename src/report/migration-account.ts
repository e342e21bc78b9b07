/**
 * The account of a migration: its rounds, where the downtime went, and what clients saw. Three numbers are called downtime
 * elsewhere, and stand here side by side:
 *
 *     downtimeNs        the vCPUs stood still: from the order to stop to their running again
 *     clients, UDP      from the last frame of the old place to the first of the new one, at a client that asks all the time:
 *                       the service shutdown; beside the downtime it has the way there, the network's learning, and what is
 *                       between two questions
 *     clients, TCP      the same at a client with connections: beside it, the time until somebody sends again
 */
import type { MigrationView } from "../experiment/migration-watch";
import type { RunOutcome } from "../experiment/run";
import { downtimeOf } from "../migration/downtime";
import { type GuestWork, slowerPercent } from "../migration/guest-work";
import type { MemoryShortage, Migration, PastRound, PastStep } from "../migration/migration";
import { type BondAccount, bondAccount } from "./bond-account";

export interface MigrationAccount {
  readonly vm: string;
  readonly from: string;
  readonly to: string;
  readonly state: string;
  /** Why it ended otherwise than by a move; null where the machine moved, and before the end. */
  readonly endReason: string | null;
  /** What the target lacked of memory; null where that was not the reason. */
  readonly shortage: MemoryShortage | null;
  readonly isCancelledTooLate: boolean;
  readonly policy: string;
  /** Why the guest was stopped for its last pages. */
  readonly stopReason: string | null;
  readonly beganNs: number | null;
  readonly pausedNs: number | null;
  readonly resumedNs: number | null;
  readonly endedNs: number | null;
  readonly rounds: readonly RoundAccount[];
  /** The rounds' mean by time, in percent; null without a round. */
  readonly slowerPercent: number | null;
  /** Pages and bytes on the link: of the rounds, while the guest stood still, and in all. */
  readonly lastPages: number;
  readonly lastBytes: number;
  readonly pages: number;
  readonly bytes: number;
  /** From the beginning to the end; null for one that has not ended. */
  readonly totalNs: number | null;
  readonly downtimeNs: number | null;
  /** The steps of the downtime, in their order; they sum to it. */
  readonly parts: readonly PartAccount[];
  /** Steps before the first round, and from the guest's running again until it is reached again. */
  readonly before: readonly PartAccount[];
  readonly reconnecting: readonly PartAccount[];
  /** When the machine is reached again; null for one that goes on at the source and never lost its network. */
  readonly connectedNs: number | null;
  readonly firstSentNs: number | null;
  readonly clients: readonly ClientSilence[];
  /** Steps in which a bond's paravirtual NIC serves while a virtual function is plugged in. */
  readonly behind: readonly PartAccount[];
  /** Of a machine with one, else null. */
  readonly bond: BondAccount | null;
}

export interface PartAccount {
  readonly name: string;
  readonly ns: number;
}

export interface RoundAccount {
  readonly beganNs: number;
  readonly endedNs: number;
  readonly pages: number;
  readonly bytes: number;
  readonly sendNs: number;
  readonly harvestNs: number;
  /** Dirty at its end, and how fast they became so. */
  readonly dirtyPages: number;
  readonly dirtyPagesPerSecond: number;
  readonly rateLimit: number | null;
  readonly throttlePercent: number;
  /** How much less of its own work the guest did in a second, in percent: faults of the log, and the throttle. */
  readonly slowerPercent: number;
  /** False for one that was cut short by the stop. */
  readonly isWhole: boolean;
}

export interface ClientSilence {
  readonly name: string;
  readonly kind: "udp" | "tcp";
  /** From the last frame of the old place to the first of the new one; null when one of them is missing. */
  readonly silenceNs: number | null;
  readonly lastBeforeNs: number | null;
  readonly firstAfterNs: number | null;
}

/** Returns the accounts of all migrations of a run. */
export function migrationAccounts(outcome: RunOutcome): MigrationAccount[] {
  return outcome.control.migrations.map((m) => {
    const view = outcome.migrationViews[m.index] ?? UNSEEN;
    return migrationAccount(outcome, m, view);
  });
}

const UNSEEN: MigrationView = { firstSentNs: null, clients: [], failover: [], failback: [] };

function migrationAccount({ control }: RunOutcome, m: Migration, view: MigrationView): MigrationAccount {
  const { timeline } = m;
  const rounds = timeline.rounds.map((round) => roundAccount(round, timeline.workBefore));
  const hostOf = (index: number) => control.hosts.find((host) => host.index === index)?.name ?? "";
  const downtime = downtimeOf(timeline);
  const sum = (of: (round: PastRound) => number) => timeline.rounds.reduce((total, round) => total + of(round), 0);
  const { beganNs, endedNs } = timeline;
  const isReconnecting = ({ beganNs: at }: PastStep) => at >= (timeline.resumedNs ?? at + 1);
  const ofBond = timeline.steps.filter(({ name }) => isOfBond(name));
  const steps = timeline.steps.filter(({ name }) => !isOfBond(name));
  const silencesOf = (clients: MigrationView["clients"]): ClientSilence[] =>
    clients.map(({ client, lastBeforeNs, firstAfterNs }) => {
      const isMachine = control.clients.some(({ name, isMachine }) => name === client && isMachine);
      const silenceNs = lastBeforeNs === null || firstAfterNs === null ? null : firstAfterNs - lastBeforeNs;
      return { name: client, kind: isMachine ? "tcp" : "udp", silenceNs, lastBeforeNs, firstAfterNs };
    });
  return {
    vm: m.vm,
    from: hostOf(m.source.host),
    to: hostOf(m.target.host),
    state: m.state,
    endReason: m.endReason,
    shortage: m.shortage,
    isCancelledTooLate: m.isCancelledTooLate,
    policy: m.policy.kind,
    stopReason: m.stopReason,
    beganNs,
    pausedNs: timeline.pausedNs,
    resumedNs: timeline.resumedNs,
    endedNs,
    rounds,
    slowerPercent: meanSlowerPercent(rounds),
    lastPages: timeline.lastPageCount,
    lastBytes: timeline.lastByteCount,
    pages: sum(({ pageCount }) => pageCount) + timeline.lastPageCount,
    bytes: sum(({ byteCount }) => byteCount) + timeline.lastByteCount,
    totalNs: beganNs === null || endedNs === null ? null : endedNs - beganNs,
    downtimeNs: downtime?.totalNs ?? null,
    parts: (downtime?.steps ?? []).map(partAccount),
    before: steps.filter(({ endedNs: at }) => at <= (timeline.pausedNs ?? at)).map(partAccount),
    reconnecting: steps.filter(isReconnecting).map(partAccount),
    behind: ofBond.map(partAccount),
    connectedNs: timeline.connectedNs,
    firstSentNs: view.firstSentNs,
    clients: silencesOf(view.clients),
    bond: bondAccount(m.bond, view, silencesOf),
  };
}

/** Steps in which the machine is served, by another NIC than in the end. */
function isOfBond(name: PastStep["name"]): boolean {
  return name === "probe VF" || name === "bond back";
}

function partAccount({ name, beganNs, endedNs }: PastStep): PartAccount {
  return { name, ns: endedNs - beganNs };
}

function meanSlowerPercent(rounds: readonly RoundAccount[]): number | null {
  const spanNs = rounds.reduce((sum, { beganNs, endedNs }) => sum + endedNs - beganNs, 0);
  if (spanNs === 0) return null;
  const weigh = (round: RoundAccount) => round.slowerPercent * (round.endedNs - round.beganNs);
  return rounds.reduce((sum, round) => sum + weigh(round), 0) / spanNs;
}

function roundAccount(round: PastRound, workBefore: GuestWork): RoundAccount {
  const { beganNs, endedNs, pageCount, byteCount, sendNs, harvestNs, dirtyPageCount } = round;
  const ns = endedNs - beganNs;
  return {
    beganNs,
    endedNs,
    pages: pageCount,
    bytes: byteCount,
    sendNs,
    harvestNs,
    dirtyPages: dirtyPageCount,
    dirtyPagesPerSecond: ns > 0 && round.isWhole ? Math.floor((dirtyPageCount * 1e9) / ns) : 0,
    rateLimit: round.rateBitsPerSecondMax,
    throttlePercent: round.throttlePercent,
    slowerPercent: slowerPercent(workBefore, round.work, round.throttlePercent),
    isWhole: round.isWhole,
  };
}
