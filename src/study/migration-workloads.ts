/**
 * The lists of the migration study, as docs/model.md fixed them before anything ran; a test compares the two. Plain data:
 * `migration-scenario.ts` makes scenarios of it, `migration-plan.ts` plans.
 */
import type { IoModel } from "../config/scenario";
import { MIGRATION_IO, type MigrationIo } from "../migration/stop-steps";

/** Ways to the network that are compared; a plain virtual function is there to be refused. */
export const MIGRATION_MODELS = MIGRATION_IO;

/** Those that the migration engine moves, packet by packet. */
export const SIMULATED_MODELS: readonly (MigrationIo & IoModel)[] = [
  "renic",
  "paravirtual",
  "emulated",
  "teaming",
  "compsc",
];

export const GUEST_BYTES: readonly number[] = [128 * 2 ** 20, 512 * 2 ** 20, 2 ** 30];

/** Pages that a job writes in a second, round a quarter of the memory. */
export const DIRTY_RATES: readonly number[] = [0, 5_000, 20_000, 50_000];
export const JOB_SHARE = 4;

export const LINK_RATES: readonly number[] = [1_000_000_000, 10_000_000_000];
export const LINK_LATENCY_NS = 20_000;

/** What the client does. */
export const MIGRATION_WORKLOADS = ["probe", "web", "bulk"] as const;

export type MigrationWorkload = (typeof MIGRATION_WORKLOADS)[number];

/** The workload whose outage the claims are held against. */
export const CLAIM_WORKLOAD = "probe" satisfies MigrationWorkload;

/** The way to the network whose advantage is told, and what it is told against. */
export const CLAIMED_MODEL = "renic" satisfies MigrationIo;
export const CLAIM_BASELINES = [
  "paravirtual",
  "emulated",
  "teaming",
  "compsc",
] as const satisfies readonly MigrationIo[];

/** A probe asks so often, with so many bytes, and is answered as many. Few contents, because the service counts them in its memory. */
export const PROBE = { periodNs: 1_000_000, bytes: 64, contentCount: 2 } as const;

export const PORT_RATE = "10Gbps";
export const CLIENT_LATENCY = "50us";
/** The migration begins at, and so long behind a plan's end a run ends. */
export const BEGIN_NS = 100_000_000;
export const REST_NS = 1_500_000_000;
