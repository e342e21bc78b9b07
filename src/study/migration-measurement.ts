/**
 * What is kept of a simulated migration: how it went, and how long its client was without an answer. Plain data: it
 * crosses threads, and lies in the files of a study.
 */
import { runScenario } from "../experiment/run";
import { accountOf } from "../report/account";
import type { MigrationAccount } from "../report/migration-account";
import { type MigrationRun, migrationInput } from "./migration-scenario";

export interface MigrationMeasurement {
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
  /** From the last frame of the old place to the first of the new one, at the client; null if one of them is missing. */
  readonly outageNs: number | null;
}

/** Runs a cell packet by packet. */
export function measureMigration(module: WebAssembly.Module, run: MigrationRun): MigrationMeasurement {
  const outcome = runScenario(migrationInput(module, run));
  const account = accountOf(outcome);
  const [migration] = account.migrations;
  return { digest: account.digest, ...(migration ? measurementOf(migration) : UNMOVED) };
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
  outageNs: null,
};

/** Returns what is kept of a migration's account. */
export function measurementOf(migration: MigrationAccount): Omit<MigrationMeasurement, "digest"> {
  const { state, stopReason, rounds, bytes, lastPages, beganNs, resumedNs, downtimeNs, parts, clients } = migration;
  return {
    state,
    stopReason,
    roundCount: rounds.length,
    byteCount: bytes,
    lastPageCount: lastPages,
    totalNs: beganNs === null || resumedNs === null ? 0 : resumedNs - beganNs,
    downtimeNs: downtimeNs ?? 0,
    partsNs: Object.fromEntries(parts.map(({ name, ns }) => [name, ns])),
    outageNs: clients[0]?.silenceNs ?? null,
  };
}
