/** A planned migration as text, for a terminal: rounds, where the downtime goes, what a client misses. */
import { GIVE_UP_REASONS, STOP_REASONS } from "../migration/decision";
import type { PlannedRound } from "../migration/planned-rounds";
import type { PlannedStep } from "../migration/planned-stop";
import type { MigrationPlan, PlanOutcome } from "../migration/planner";
import { bitRate, milliseconds, size, whole } from "./text";
import { alignedRows } from "./text-table";

const ROUND_HEADS = ["round", "pages", "bytes", "limit", "took", "dirty behind it", "by the NIC", "throttle"];
/** Rounds shown of a migration that has more: as many from either end. */
const ROUNDS_SHOWN = 10;

/** Returns the plan as lines. */
export function planText(plan: MigrationPlan): string[] {
  return [outcomeText(plan.outcome), ...roundLines(plan), ...(plan.outcome.kind === "moved" ? stopLines(plan) : [])];
}

function outcomeText(outcome: PlanOutcome): string {
  switch (outcome.kind) {
    case "refused":
      return `refused: ${outcome.reason}`;
    case "given-up":
      return `given up: ${outcome.reason === "too-many-rounds" ? "the plan has too many rounds" : GIVE_UP_REASONS[outcome.reason]}`;
    case "moved":
      return `moved: ${STOP_REASONS[outcome.reason]}`;
  }
}

function roundLines({ rounds }: MigrationPlan): string[] {
  if (rounds.length === 0) return [];
  const rows = rounds.map((round, index) => [String(index + 1), ...roundCells(round)]);
  const isCut = rows.length > 2 * ROUNDS_SHOWN + 1;
  const shown = isCut ? [...rows.slice(0, ROUNDS_SHOWN), ...rows.slice(-ROUNDS_SHOWN)] : rows;
  const [head = "", ...lines] = alignedRows([ROUND_HEADS, ...shown], 1);
  if (isCut) lines.splice(ROUNDS_SHOWN, 0, `... ${whole(rows.length - 2 * ROUNDS_SHOWN)} rounds`);
  return ["", head, ...lines];
}

function roundCells(round: PlannedRound): string[] {
  const { pageCount, byteCount, rateBitsPerSecondMax, sendNs, harvestNs, dirtyPageCount, devicePageCount } = round;
  return [
    whole(pageCount),
    size(byteCount),
    rateBitsPerSecondMax === null ? "-" : bitRate(rateBitsPerSecondMax),
    milliseconds(sendNs + harvestNs),
    whole(dirtyPageCount),
    whole(devicePageCount),
    round.throttlePercent === 0 ? "-" : `${round.throttlePercent} %`,
  ];
}

function stopLines({ stopped, reconnecting, behind, outages, ...plan }: MigrationPlan): string[] {
  const summary = [
    ["downtime", milliseconds(plan.downtimeNs), "the guest runs nowhere"],
    ["shutdown", milliseconds(plan.shutdownNs), "the longest time without an answer"],
    ["outage", milliseconds(plan.outageNs), outages.map(({ cause, ns }) => `${cause} ${milliseconds(ns)}`).join(", ")],
    ["total", milliseconds(plan.totalNs), `${size(plan.byteCount)} sent, ${whole(plan.lastPageCount)} last pages`],
  ];
  return [
    ...stepLines("stopped", stopped),
    ...stepLines("reconnecting", reconnecting),
    ...stepLines("served, but not by the NIC it is to have", behind),
    "",
    ...summary.map(([what = "", ns = "", more = ""]) => `${what.padEnd(8)}  ${ns.padStart(12)}  ${more}`),
  ];
}

function stepLines(title: string, steps: readonly PlannedStep[]): string[] {
  if (steps.length === 0) return [];
  const rows = steps.map(({ name, ns }) => [`  ${name}`, milliseconds(ns)]);
  return ["", title, ...alignedRows(rows, 1)];
}
