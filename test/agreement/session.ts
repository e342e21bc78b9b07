/** What a run of the tool has at hand, and what all its modes do alike. */
import type { Options } from "./options";
import { Progress } from "./progress";
import type { Failure, Task, TaskResult } from "./tasks";
import type { WorkerPool } from "./worker-pool";

export interface Session {
  readonly options: Options;
  readonly module: WebAssembly.Module;
  readonly pool: WorkerPool;
  /** Set by Ctrl-C. */
  readonly stop: { isAsked: boolean };
}

const PROGRAMS_PER_TASK = 10;
const DIFFERENCES_SHOWN = 8;
const LINE_MAX = 400;

/** What came of a run over many seeds. */
export interface Tally {
  readonly done: number;
  readonly failures: number;
  /** How often each behaviour was seen. */
  readonly counts: ReadonlyMap<string, number>;
}

export function* tasksOf(kind: Task["kind"], module: WebAssembly.Module, from: number, end: number): Generator<Task> {
  for (let seed = from; seed < end; seed += PROGRAMS_PER_TASK) {
    yield { kind, module, seed, count: Math.min(PROGRAMS_PER_TASK, end - seed), isShrinking: true };
  }
}

function printFailure(failure: Failure, option: string): void {
  const { seed, differences, program, stepCount } = failure;
  console.log(`seed ${seed} is different`);
  if (program.length > 0) console.log(`  of its ${stepCount} steps, ${program.length - 1} are enough:`);
  for (const line of program) console.log(`    ${line}`);
  console.log("  differences:");
  for (const line of differences.slice(0, DIFFERENCES_SHOWN)) {
    console.log(`    ${line.length > LINE_MAX ? `${line.slice(0, LINE_MAX)}...` : line}`);
  }
  console.log(`  again: npm run agree -- --seed ${seed} ${option} 1`);
}

function printLost(task: Task, reason: string, option: string): void {
  console.log(`seeds ${task.seed} to ${task.seed + task.count - 1}: ${reason}`);
  console.log(`  again: npm run agree -- --seed ${task.seed} ${option} ${task.count} --workers 1`);
}

/** Runs the seeds that the options name; prints each failure when its turn comes. */
export async function runSeeds(session: Session, kind: Task["kind"], option: "--count" | "--resumes"): Promise<Tally> {
  const { options, module, pool, stop } = session;
  const end = options.seed + options.count;
  const counts = new Map<string, number>();
  const progress = new Progress(kind, end - options.from);
  let done = 0;
  let failures = 0;
  const take = (task: Task, result: TaskResult) => {
    done += task.count;
    failures += result.failures.length + (result.lost === undefined ? 0 : 1);
    for (const [key, count] of result.counts) counts.set(key, (counts.get(key) ?? 0) + count);
    if (result.failures.length > 0 || result.lost !== undefined) progress.clear();
    for (const failure of result.failures) printFailure(failure, option);
    if (result.lost !== undefined) printLost(task, result.lost, option);
  };
  for await (const [task, result] of pool.inOrder(tasksOf(kind, module, options.from, end))) {
    if (stop.isAsked) break;
    take(task, result);
    progress.at(done, failures > 0 ? `, ${failures} different` : "");
  }
  progress.clear();
  if (stop.isAsked) {
    const next = options.from + done;
    const rest = `--seed ${options.seed} ${option} ${options.count} --from ${next}`;
    console.error(`stopped after ${done}; to go on: npm run agree -- ${rest}`);
  }
  return { done, failures, counts };
}
