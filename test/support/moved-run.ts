/** A run with one migration, and what it came to: whose the machine is, and whether anybody objects. */
import { GUEST_RUNNING } from "../../assembly/layout/control";
import { type JudgedRun, runJudged } from "../../src/cli/judged-run";
import type { RunInput } from "../../src/experiment/input";
import type { Observer } from "../../src/host/simulation";
import type { Migration } from "../../src/migration/migration";
import type { MigrationAccount } from "../../src/report/migration-account";

export interface MovedRun {
  readonly run: JudgedRun;
  readonly account: MigrationAccount;
  /** Where the machine runs at the end. */
  readonly runsAt: readonly ("source" | "target")[];
  readonly objections: readonly string[];
}

/** Runs a scenario with one migration; `first` sees everything before the judges do. */
export function runMove(input: RunInput, first: Observer = {}): MovedRun {
  const run = runJudged(input, first);
  const [account] = run.account.migrations;
  if (!account) throw new Error("the scenario has a migration");
  return { run, account, runsAt: runsAt(run), objections: objectionsOf(run) };
}

function runsAt({ outcome }: JudgedRun): ("source" | "target")[] {
  const { plane } = outcome.world;
  const [m] = outcome.control.migrations;
  const isRunning = (place: "source" | "target", { source, target }: Migration) =>
    plane.guestState((place === "source" ? source : target).guest) === GUEST_RUNNING;
  return m ? (["source", "target"] as const).filter((place) => isRunning(place, m)) : [];
}

function objectionsOf({ verdicts }: JudgedRun): string[] {
  return verdicts.flatMap(({ judge, faults }) => faults.map((fault) => `${judge}: ${fault}`));
}

/** Returns the times of the control events from the beginning of a migration to its end and a little on. */
export function eventTimes(input: RunInput): number[] {
  const times = new Set<number>();
  const run = runJudged(input, { controlEvent: (timeNs) => times.add(timeNs) });
  const [m] = run.account.migrations;
  const [fromNs, toNs] = [m?.beganNs ?? 0, (m?.endedNs ?? 0) + 1_000_000];
  return [...times].filter((timeNs) => timeNs >= fromNs && timeNs <= toNs).sort((one, other) => one - other);
}
