/** What a thread is asked to do, and what it answers. */
import { Coverage } from "../reference/coverage";
import { drawProgram } from "../reference/program";
import type { Program } from "../reference/step";
import { compareDevices } from "./comparison";
import { drawResume, runResume } from "./resume";
import { showProgram } from "./show-program";
import { shrinkProgram } from "./shrink";

/** Programs of consecutive seeds on a build of the device. */
export interface Task {
  readonly kind: "programs" | "resumes";
  readonly module: WebAssembly.Module;
  readonly seed: number;
  readonly count: number;
  /** Whether a failure is to be made short; otherwise the task ends with the first. */
  readonly isShrinking: boolean;
}

/** A seed with differences. */
export interface Failure {
  readonly seed: number;
  readonly differences: readonly string[];
  /** The program as text, if it was made short; empty otherwise. */
  readonly program: readonly string[];
  readonly stepCount: number;
}

export interface TaskResult {
  readonly failures: readonly Failure[];
  /** How often each behaviour was seen. */
  readonly counts: readonly (readonly [behaviour: string, count: number])[];
  /** Why there is no answer: the thread ended, or took too long. */
  readonly lost: string | undefined;
}

const FAILURES_SHRUNK_MAX = 2;

function judgeProgram(task: Task, seed: number, coverage: Coverage): Failure | undefined {
  const program = drawProgram(seed);
  const differences = compareDevices(task.module, program, coverage);
  if (differences.length === 0) return undefined;
  return { seed, differences, program: [], stepCount: program.steps.length };
}

function shorten(module: WebAssembly.Module, failure: Failure): Failure {
  const isFailing = (program: Program) => compareDevices(module, program, new Coverage()).length > 0;
  const short = shrinkProgram(drawProgram(failure.seed), isFailing);
  return { ...failure, program: showProgram(short), differences: compareDevices(module, short, new Coverage()) };
}

function judgeResume(task: Task, seed: number, coverage: Coverage): Failure | undefined {
  const resume = drawResume(seed);
  const differences = runResume(task.module, resume, coverage);
  if (differences.length === 0) return undefined;
  return { seed, differences, program: [], stepCount: resume.program.steps.length };
}

/** Does a task, in whatever thread this is. */
export function perform(task: Task): TaskResult {
  const coverage = new Coverage();
  const failures: Failure[] = [];
  for (let seed = task.seed; seed < task.seed + task.count; seed++) {
    const judge = task.kind === "programs" ? judgeProgram : judgeResume;
    const failure = judge(task, seed, coverage);
    if (failure === undefined) continue;
    const isShrunk = task.isShrinking && task.kind === "programs" && failures.length < FAILURES_SHRUNK_MAX;
    failures.push(isShrunk ? shorten(task.module, failure) : failure);
    if (!task.isShrinking) break;
  }
  return { failures, counts: [...coverage.counts], lost: undefined };
}
