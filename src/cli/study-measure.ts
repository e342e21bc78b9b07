/**
 * Measures runs for a study: those that its folder does not have yet, on all cores, with progress, refused before it starts
 * where it would take more memory or time than it may.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import process from "node:process";
import { compileDataPlane } from "../core/load";
import { whole } from "../report/text";
import { InputError } from "../sim/input-error";
import { formatDuration } from "../sim/units";
import type { Lookup, Measurable, StudyRun } from "../study/measurable";
import type { Resources } from "./option-reader";
import { calibrate, memoryOf } from "./study-estimate";
import { StudyPool } from "./study-pool";
import { StudyProgress } from "./study-progress";
import { StudyStore } from "./study-store";

/** Who measures, and where what is measured is kept. */
export interface MeasureSettings {
  /** The command, for messages. */
  readonly source: string;
  /** What to ask for to need less. */
  readonly remedy: string;
  readonly resources: Resources;
  /** Where runs are kept; without one nothing outlives the command. */
  readonly folder: string | undefined;
  readonly say: (text: string) => void;
}

/** What was measured, and by which data plane. */
export interface MeasuredRuns<Run, M> {
  readonly measured: Lookup<Run, M>;
  readonly wasmSha256: string;
}

/** Measures what is missing. Null when it was stopped by Ctrl-C, which is said. Throws InputError. */
export async function measureRuns<Run extends StudyRun, M>(
  measurable: Measurable<Run, M>,
  runs: readonly Run[],
  settings: MeasureSettings,
): Promise<MeasuredRuns<Run, M> | null> {
  const { folder, resources, say } = settings;
  const wasm = new Uint8Array(readFileSync(new URL("./renic.wasm", import.meta.url)));
  const wasmSha256 = createHash("sha256").update(wasm).digest("hex");
  const module = await compileDataPlane(wasm);
  const store = new StudyStore(measurable, module, wasmSha256, folder);
  const missing = missingOf(measurable, runs, store);
  checkMemory(settings, memoryOf(module, measurable, missing, resources.jobCount), missing.length);
  if (missing.length < runs.length) say(`${whole(runs.length - missing.length)} runs are there from an earlier start`);
  if (missing.length > 0 && !(await measureMissing(measurable, missing, module, settings, store))) {
    const kept = folder === undefined ? "nothing is kept without --out" : `start again with --out ${folder}`;
    console.error(`stopped; ${kept}`);
    return null;
  }
  const measured = (run: Run) => {
    const measurement = store.get(run);
    if (!measurement) throw new Error(`no measurement of ${measurable.keyOf(run)}`);
    return measurement;
  };
  return { measured, wasmSha256 };
}

/** Each run that is not in the store, once, the largest first: so that threads do not wait for one at the end. */
function missingOf<Run extends StudyRun, M>(
  measurable: Measurable<Run, M>,
  runs: readonly Run[],
  store: StudyStore<Run, M>,
): Run[] {
  const missing = new Map<string, Run>();
  for (const run of runs) if (!store.get(run)) missing.set(measurable.keyOf(run), run);
  const costOf = (run: Run) => measurable.sizeOf(run) * run.durationNs;
  return [...missing.values()].sort((one, other) => costOf(other) - costOf(one));
}

/** Returns false when it was stopped by Ctrl-C. */
async function measureMissing<Run extends StudyRun, M>(
  measurable: Measurable<Run, M>,
  missing: readonly Run[],
  module: WebAssembly.Module,
  settings: MeasureSettings,
  store: StudyStore<Run, M>,
): Promise<boolean> {
  const { say } = settings;
  const jobCount = Math.min(settings.resources.jobCount, missing.length);
  const pool = new StudyPool(module, measurable.kind, jobCount);
  const stop = () => pool.stop();
  process.once("SIGINT", stop);
  try {
    const estimate = await calibrate(pool, measurable, missing);
    if (!estimate) return false;
    const totalMs = missing.reduce((sum, run) => sum + estimate(run), 0) / jobCount;
    checkTime(settings, totalMs, missing.length, jobCount);
    say(`${whole(missing.length)} runs on ${jobCount} threads, about ${secondsText(totalMs)}`);
    const progress = new StudyProgress(missing, estimate, say);
    const isDone = await pool.measureAll(missing, (run, { measurement }) => {
      if (!measurable.isMeasurement(measurement)) throw new Error("a thread answers with a measurement of its kind");
      store.put(run, measurement);
      progress.done(run);
    });
    progress.end();
    return isDone;
  } finally {
    process.off("SIGINT", stop);
    await pool.close();
  }
}

function checkMemory({ source, remedy, resources }: MeasureSettings, needed: number, runCount: number): void {
  const { memoryBytes, jobCount } = resources;
  const most = memoryBytes ?? process.availableMemory();
  if (needed <= most) return;
  const reason = `${whole(runCount)} runs, ${jobCount} at once, need up to ${mebibytes(needed)} of memory, and ${mebibytes(most)} are there; take fewer threads with --jobs, allow more with --memory, or ${remedy}`;
  throw tooLarge(source, reason);
}

function checkTime(settings: MeasureSettings, totalMs: number, runCount: number, jobCount: number): void {
  const { source, remedy, resources } = settings;
  const { limitNs } = resources;
  if (totalMs * 1e6 <= limitNs) return;
  const reason = `${whole(runCount)} runs on ${jobCount} threads take about ${secondsText(totalMs)}, and ${formatDuration(limitNs)} are allowed; allow more with --limit, or ${remedy}`;
  throw tooLarge(source, reason);
}

function tooLarge(source: string, reason: string): InputError {
  return new InputError(source, [{ place: "", subject: "grid", reason }]);
}

function mebibytes(bytes: number): string {
  return `${whole(bytes / 1024 ** 2)} MiB`;
}

function secondsText(ms: number): string {
  return `${whole(ms / 1000)} s`;
}
