/** A thread of a study: it measures the runs that it is sent, one after the other. */
import { parentPort, workerData } from "node:worker_threads";
import { CHECKPOINT } from "../study/checkpoint-measurable";
import type { Measurable, StudyRun } from "../study/measurable";
import { MIGRATION_RUNS } from "../study/migration-measurable";
import { RUNTIME } from "../study/runtime-measurable";

/** What a thread is sent. */
export interface WantedRun {
  /** Of the run. */
  readonly kind: string;
  readonly run: StudyRun;
}

/** What it answers. */
export interface MeasuredRun {
  readonly measurement: unknown;
  readonly elapsedMs: number;
}

/** Each kind's own runs come back to it: whoever sends one names the kind that it is of. */
const KINDS: readonly Pick<Measurable<never, unknown>, "kind" | "measure">[] = [RUNTIME, CHECKPOINT, MIGRATION_RUNS];

const module: WebAssembly.Module = workerData;

parentPort?.on("message", ({ kind, run }: WantedRun) => {
  const measurable = KINDS.find((each) => each.kind === kind);
  if (!measurable) throw new Error(`no run of a study is of kind ${kind}`);
  const startedMs = performance.now();
  const measurement = measurable.measure(module, run as never);
  const answer: MeasuredRun = { measurement, elapsedMs: performance.now() - startedMs };
  parentPort?.postMessage(answer);
});
