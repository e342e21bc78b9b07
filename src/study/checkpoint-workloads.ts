/**
 * The list of the checkpoint study, as docs/model.md fixed it before anything ran; a test compares the two. Plain data:
 * `checkpoint-scenario.ts` makes scenarios of it.
 */
import type { IoModel } from "../config/scenario";
import type { CostPreset } from "../host/cost-row";
import { STUDY_WORKLOADS, type StudyWorkload } from "./runtime-workloads";

/** The I/O models that are compared: those that can be protected. */
export const PROTECTED_MODELS = ["renic", "paravirtual", "emulated"] as const satisfies readonly IoModel[];

export type ProtectedModel = (typeof PROTECTED_MODELS)[number];

const MS = 1_000_000;

/** From one checkpoint to the next, in nanoseconds; without protection is beside them. */
export const INTERVALS_NS: readonly number[] = [10, 25, 50, 100, 200, 500, 1000].map((ms) => ms * MS);

/** Checkpoints at least as often are what a claim calls rapid. */
export const RAPID_NS = 100 * MS;

/** A job that writes pages in turn, and so many of them in a second of its processor's time. */
export interface ComputeWork {
  readonly name: string;
  /** As tables show it. */
  readonly title: string;
  readonly kind: "compute";
  readonly pagesPerSecond: number;
  readonly pageCount: number;
}

export type CheckpointWorkload = ComputeWork | Exclude<StudyWorkload, { readonly kind: "datagrams" }>;

const PAGES_PER_SECOND = 70_000;
const HTTP_WORKING_SET_BYTES = 6_000 * 4096;

/** By the names that `--workloads` takes. */
export const CHECKPOINT_WORKLOADS: readonly CheckpointWorkload[] = [
  {
    name: "compute-hot",
    title: "compute, hot memory",
    kind: "compute",
    pagesPerSecond: PAGES_PER_SECOND,
    pageCount: 256,
  },
  {
    name: "compute-cold",
    title: "compute, cold memory",
    kind: "compute",
    pagesPerSecond: PAGES_PER_SECOND,
    pageCount: 4000,
  },
  ...["http", "request-64", "bulk-send", "bulk-receive"].map(fromRuntime),
];

/** A workload of the runtime study, with memory of its own where it writes any. */
function fromRuntime(name: string): CheckpointWorkload {
  const found = STUDY_WORKLOADS.find((workload) => workload.name === name);
  if (!found || found.kind === "datagrams") throw new Error(`the runtime study has no workload ${name} over TCP`);
  if (found.kind === "bulk" || found.dirtyPerRequestBytes === 0) return found;
  return { ...found, workingSetBytes: HTTP_WORKING_SET_BYTES };
}

/** Of the port and of the replication link, in bits a second. */
export const LINK_RATES: Readonly<Record<CostPreset, number>> = { era: 1_000_000_000, now: 10_000_000_000 };

export const REPLICATION_LATENCY_NS = 20_000;
export const PROTECTED_MEMORY_BYTES = 64 * 1024 ** 2;
export const THREAD_COUNT = 4;
/** By then the first copy is on the backup. */
export const SETTLED_NS = 1500 * MS;
/** A run is watched for so many intervals, and so long at least. */
export const WATCHED_INTERVALS = 12;
export const WATCHED_LEAST_NS = 2000 * MS;
