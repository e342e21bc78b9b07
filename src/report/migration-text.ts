/** A migration as text, for a terminal: how it ended, its rounds, where the downtime went, what clients saw. */
import type { BondAccount } from "./bond-account";
import type { ClientSilence, MigrationAccount, PartAccount, RoundAccount } from "./migration-account";
import { bitRate, milliseconds, size, whole } from "./text";

/** Rounds that are printed: the first and the last ones. */
const ROUNDS_PRINTED_MAX = 8;

/** Percent that would not be printed as none. */
const SLOWER_PRINTED_LEAST = 0.05;

/** Returns the lines of a migration. */
export function migrationText(m: MigrationAccount): string[] {
  const title = m.vm.padEnd(12);
  if (m.beganNs === null) return [`${title} migration to ${m.to}: ${m.state}${reasonText(m)}`];
  return [
    `${title} migration from ${m.from} to ${m.to}: ${m.state}${reasonText(m)}${totalText(m)}`,
    ...roundsText(m.rounds),
    ...downtimeText(m),
    ...m.clients.map((client) => silenceText(client)),
    ...(m.bond ? bondText(m.bond, m.behind) : []),
  ];
}

function reasonText({ endReason, shortage, isCancelledTooLate, to }: MigrationAccount): string {
  if (isCancelledTooLate) return " (called off too late)";
  if (shortage) {
    const { neededBytes, freeBytes, hostBytes } = shortage;
    return ` (${endReason}: it needs ${size(neededBytes)}, and ${to} has ${size(freeBytes)} of ${size(hostBytes)} free)`;
  }
  return endReason === null ? "" : ` (${endReason})`;
}

function totalText({ totalNs, pages, bytes }: MigrationAccount): string {
  return `; ${whole(pages)} pages, ${size(bytes)}${totalNs === null ? "" : `, ${milliseconds(totalNs)} in all`}`;
}

function roundsText(rounds: readonly RoundAccount[]): string[] {
  const lines = rounds.map((round, index) => `${`  round ${index + 1}`.padEnd(12)} ${roundText(round)}`);
  if (lines.length <= ROUNDS_PRINTED_MAX) return lines;
  const half = ROUNDS_PRINTED_MAX / 2;
  return [...lines.slice(0, half), `  ... ${lines.length - ROUNDS_PRINTED_MAX} more`, ...lines.slice(-half)];
}

function roundText(round: RoundAccount): string {
  const { pages, bytes, sendNs, dirtyPages, dirtyPagesPerSecond, rateLimit, slowerPercent, isWhole } = round;
  const limit = rateLimit === null ? "" : `, at ${bitRate(rateLimit)} at most`;
  const slower = slowerPercent >= SLOWER_PRINTED_LEAST ? `, guest ${slowerPercent.toFixed(1)} % slower` : "";
  const after = isWhole
    ? `${whole(dirtyPages)} dirty behind it, ${whole(dirtyPagesPerSecond)} pages a second`
    : "cut short by the stop";
  return `${whole(pages)} pages, ${size(bytes)} in ${milliseconds(sendNs)}${limit}${slower}; ${after}`;
}

function downtimeText({ downtimeNs, parts, reconnecting, stopReason, lastPages }: MigrationAccount): string[] {
  if (downtimeNs === null) return [];
  const why = stopReason === null ? "" : ` (${stopReason}, ${whole(lastPages)} pages left)`;
  const behind = reconnecting.length > 0 ? [`  behind it  ${partsText(reconnecting)}`] : [];
  return [`  downtime   ${milliseconds(downtimeNs)}${why}: ${partsText(parts)}`, ...behind];
}

function partsText(parts: readonly PartAccount[]): string {
  return parts
    .filter(({ ns }) => ns > 0)
    .map(({ name, ns }) => `${name} ${milliseconds(ns)}`)
    .join(", ");
}

/** How a bond turned to its paravirtual NIC, and back: each with what clients missed. */
function bondText(bond: BondAccount, behind: readonly PartAccount[]): string[] {
  const { closedNs, failedOverNs, returnedNs, isLeftOnFront } = bond;
  if (closedNs === null || failedOverNs === null) return [];
  const back =
    returnedNs !== null
      ? `virtual function carries again at ${milliseconds(returnedNs)}: ${partsText(behind)}`
      : isLeftOnFront
        ? "no virtual function is free: the paravirtual NIC goes on"
        : `the paravirtual NIC carries (${bond.state})`;
  return [
    `  bond       virtual function closed at ${milliseconds(closedNs)}, paravirtual NIC carries ${milliseconds(failedOverNs - closedNs)} later`,
    ...bond.failover.map((client) => silenceText(client, " as it turned")),
    `  bond       ${back}`,
    ...(returnedNs === null ? [] : bond.failback.map((client) => silenceText(client, " as it turned back"))),
  ];
}

function silenceText({ name, kind, silenceNs }: ClientSilence, when = ""): string {
  const what = kind === "udp" ? "service shutdown as its UDP shows it" : "without a segment from the machine";
  const text = silenceNs === null ? "nothing to compare" : milliseconds(silenceNs);
  return `${`  ${name}`.padEnd(12)} ${what}${when}: ${text}`;
}
