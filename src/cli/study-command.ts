/**
 * `renic study runtime`: the grid of the runtime study, run on all cores, printed as tables and written as runtime.csv and
 * runtime.json. What the machine cannot carry is refused before it starts; what is stopped goes on where it stood.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import process from "node:process";
import { formatScenario } from "../config/format";
import { compileDataPlane } from "../core/load";
import { whole } from "../report/text";
import { formatDuration } from "../sim/units";
import { cellName } from "../study/runtime-cell";
import { SCENARIO_FOLDER, studyCsv, studyJson } from "../study/runtime-files";
import { type RuntimeRun, scenarioOf } from "../study/runtime-scenario";
import { gridRuns, type RuntimeStudy, runKey, runsOf, type StudyPlan, studyOf } from "../study/runtime-study";
import { studyText } from "../study/runtime-text";
import { EXIT } from "./exit";
import { writeResult } from "./outputs";
import { calibrate, memoryOf, type RunEstimate } from "./study-estimate";
import { readStudyOptions, type StudyOptions, type StudySettings, studyError } from "./study-options";
import { StudyPool } from "./study-pool";
import { StudyProgress } from "./study-progress";
import { StudyStore } from "./study-store";

/** Carries the command out and returns its exit code. */
export async function studyCommand(options: StudyOptions): Promise<number> {
  const settings = readStudyOptions(options);
  const say = options.quiet ? () => undefined : (text: string) => console.error(text);
  const wasm = new Uint8Array(readFileSync(new URL("./renic.wasm", import.meta.url)));
  const wasmSha256 = createHash("sha256").update(wasm).digest("hex");
  const module = await compileDataPlane(wasm);
  const runs = runsOf(settings.plan);
  checkMemory(settings, memoryOf(module, runs, settings.jobCount), runs.length);
  const store = new StudyStore(options.out, wasmSha256);
  const missing = missingOf(runs, store);
  if (missing.length < runs.length) say(`${whole(runs.length - missing.length)} runs are there from an earlier start`);
  if (missing.length > 0 && !(await measureMissing(missing, module, settings, store, say))) {
    const kept = options.out === undefined ? "nothing is kept without --out" : `start again with --out ${options.out}`;
    console.error(`stopped; ${kept}`);
    return EXIT.interrupted;
  }
  const study = studyOf(settings.plan, (run) => {
    const measurement = store.get(run);
    if (!measurement) throw new Error(`no measurement of ${runKey(run)}`);
    return measurement;
  });
  process.stdout.write(`${studyText(study).join("\n")}\n`);
  if (options.out !== undefined) {
    await writeStudy(options.out, settings.plan, study, wasmSha256);
    say(`wrote runtime.csv, runtime.json and ${SCENARIO_FOLDER}/ to ${options.out}`);
  }
  return EXIT.ok;
}

/** Each run that is not in the store, once, the largest first: so that threads do not wait for one at the end. */
function missingOf(runs: readonly RuntimeRun[], store: StudyStore): RuntimeRun[] {
  const missing = new Map<string, RuntimeRun>();
  for (const run of runs) if (!store.get(run)) missing.set(runKey(run), run);
  const sizeOf = ({ cell, durationNs }: RuntimeRun) => cell.vmCount * durationNs;
  return [...missing.values()].sort((one, other) => sizeOf(other) - sizeOf(one));
}

/** Returns false when it was stopped by Ctrl-C. */
async function measureMissing(
  missing: readonly RuntimeRun[],
  module: WebAssembly.Module,
  settings: StudySettings,
  store: StudyStore,
  say: (text: string) => void,
): Promise<boolean> {
  const jobCount = Math.min(settings.jobCount, missing.length);
  const pool = new StudyPool(module, jobCount);
  const stop = () => pool.stop();
  process.once("SIGINT", stop);
  try {
    const estimate = await calibrate(pool, missing);
    if (!estimate) return false;
    const totalMs = totalOf(missing, estimate) / jobCount;
    checkTime(settings, totalMs, missing.length, jobCount);
    say(`${whole(missing.length)} runs on ${jobCount} threads, about ${secondsText(totalMs)}`);
    const progress = new StudyProgress(missing, estimate, say);
    const isDone = await pool.measureAll(missing, (run, { measurement }) => {
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

function totalOf(runs: readonly RuntimeRun[], estimate: RunEstimate): number {
  return runs.reduce((sum, run) => sum + estimate(run), 0);
}

const REMEDY =
  "ask for fewer of them with --quick, --vms, --workloads, --models, --presets, --runs or a shorter --duration";

function checkMemory({ memoryBytes, jobCount }: StudySettings, needed: number, runCount: number): void {
  const most = memoryBytes ?? process.availableMemory();
  if (needed <= most) return;
  const reason = `${whole(runCount)} runs, ${jobCount} at once, need up to ${mebibytes(needed)} of memory, and ${mebibytes(most)} are there; take fewer threads with --jobs, allow more with --memory, or ${REMEDY}`;
  throw studyError("grid", reason);
}

function checkTime({ limitNs }: StudySettings, totalMs: number, runCount: number, jobCount: number): void {
  if (totalMs * 1e6 <= limitNs) return;
  const reason = `${whole(runCount)} runs on ${jobCount} threads take about ${secondsText(totalMs)}, and ${formatDuration(limitNs)} are allowed; allow more with --limit, or ${REMEDY}`;
  throw studyError("grid", reason);
}

function mebibytes(bytes: number): string {
  return `${whole(bytes / 1024 ** 2)} MiB`;
}

function secondsText(ms: number): string {
  return `${whole(ms / 1000)} s`;
}

async function writeStudy(folder: string, plan: StudyPlan, study: RuntimeStudy, wasmSha256: string): Promise<void> {
  for (const run of gridRuns(plan)) {
    if (run.run > 1) continue;
    await writeResult(`${folder}/${SCENARIO_FOLDER}`, `${cellName(run.cell)}.yaml`, formatScenario(scenarioOf(run)));
  }
  await writeResult(folder, "runtime.csv", studyCsv(study));
  await writeResult(folder, "runtime.json", studyJson(study, wasmSha256));
}
