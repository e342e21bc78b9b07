/**
 * What is kept of a simulated migration: how it went, how long its client was without an answer, and what a stream to the
 * machine carried meanwhile. Plain data: it crosses threads, and lies in the files of a study.
 */
import { compose } from "../experiment/compose";
import { readRequests } from "../experiment/requests";
import { finish, type RunOutcome } from "../experiment/run";
import { start } from "../experiment/simulate";
import { accountOf } from "../report/account";
import type { MigrationAccount } from "../report/migration-account";
import { type CarriedRates, StreamWatch } from "./carried";
import { type MigrationRun, migrationInput } from "./migration-scenario";
import { PROBE } from "./migration-workloads";
import { answerSilences, frameSilences, type Silences } from "./silences";

export interface MigrationMeasurement extends Silences {
  readonly digest: string;
  /** As the engine has it: `active` for a guest that has moved. */
  readonly state: string;
  readonly stopReason: string | null;
  readonly roundCount: number;
  /** Of all pages, of those of the stop. */
  readonly byteCount: number;
  readonly lastPageCount: number;
  /** From the order to the guest running at the target. */
  readonly totalNs: number;
  readonly downtimeNs: number;
  readonly partsNs: Readonly<Record<string, number>>;
  /** With workload `bulk`; null with others. */
  readonly carried: CarriedRates | null;
}

/** Runs a cell packet by packet. */
export function measureMigration(module: WebAssembly.Module, run: MigrationRun): MigrationMeasurement {
  const composition = compose(migrationInput(module, run));
  const watch = new StreamWatch(composition);
  const observer = { controlEvent: (ns: number) => watch.sample(ns) };
  start(composition, observer);
  const outcome = finish(composition, observer);
  const account = accountOf(outcome);
  const [migration] = account.migrations;
  if (!migration) return { digest: account.digest, ...UNMOVED };
  const { workload } = run.cell;
  const silences = workload === "probe" ? probeSilences(outcome, migration) : frameSilences(migration);
  const carried = workload === "bulk" ? watch.ratesOf(migration) : null;
  return { digest: account.digest, ...measurementOf(migration), ...silences, carried };
}

function probeSilences({ world, control }: RunOutcome, migration: MigrationAccount): Silences {
  const requests = control.clients.flatMap((client) => readRequests(world, client));
  const answeredNs = requests
    .filter(({ state }) => state === "answered")
    .map(({ answeredAtPs }) => Math.floor(answeredAtPs / 1000))
    .sort((one, other) => one - other);
  return answerSilences(answeredNs, PROBE.periodNs, migration);
}

/** A run without a migration. */
const UNMOVED: Omit<MigrationMeasurement, "digest"> = {
  state: "waiting",
  stopReason: null,
  roundCount: 0,
  byteCount: 0,
  lastPageCount: 0,
  totalNs: 0,
  downtimeNs: 0,
  partsNs: {},
  shutdownNs: null,
  outageNs: null,
  carried: null,
};

function measurementOf(migration: MigrationAccount): Omit<MigrationMeasurement, "digest" | "carried" | keyof Silences> {
  const { state, stopReason, rounds, bytes, lastPages, beganNs, resumedNs, downtimeNs, parts } = migration;
  return {
    state,
    stopReason,
    roundCount: rounds.length,
    byteCount: bytes,
    lastPageCount: lastPages,
    totalNs: beganNs === null || resumedNs === null ? 0 : resumedNs - beganNs,
    downtimeNs: downtimeNs ?? 0,
    partsNs: Object.fromEntries(parts.map(({ name, ns }) => [name, ns])),
  };
}
