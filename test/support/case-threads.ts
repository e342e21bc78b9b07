/**
 * Cases that threads share out: each does a handful at a time, so that none waits for another, and a run ends when the
 * last handful is answered or somebody presses Ctrl-C.
 */
import process from "node:process";
import { Worker } from "node:worker_threads";

/** Cases that a thread does between two answers. */
export const TASK_CASES = 16;

/** Cuts cases into handfuls. */
export function* handfuls<Case>(cases: Iterable<Case>): Generator<readonly Case[]> {
  let handful: Case[] = [];
  for (const each of cases) {
    handful.push(each);
    if (handful.length < TASK_CASES) continue;
    yield handful;
    handful = [];
  }
  if (handful.length > 0) yield handful;
}

export interface CaseRun<Task, Answer> {
  /** What a thread runs: it answers each message that is a task. */
  readonly file: URL;
  readonly threadCount: number;
  readonly tasks: Iterator<Task>;
  readonly take: (answer: Answer) => void;
}

export interface CasesEnd {
  /** False when it was stopped. */
  readonly isDone: boolean;
  /** Tasks from the first one on that were answered, up to the first that was not: where a later run goes on. */
  readonly wholeCount: number;
}

/** Runs all tasks. */
export function runOnThreads<Task, Answer>(run: CaseRun<Task, Answer>): Promise<CasesEnd> {
  const { file, threadCount, tasks, take } = run;
  const workers = Array.from({ length: threadCount }, () => new Worker(file));
  const underWay = new Set<number>();
  let givenCount = 0;
  const end = (isDone: boolean): CasesEnd => ({ isDone, wholeCount: Math.min(givenCount, ...underWay) });
  if (threadCount === 0) return Promise.resolve(end(true));
  return new Promise<CasesEnd>((resolve, reject) => {
    process.once("SIGINT", () => resolve(end(false)));
    const give = (worker: Worker) => {
      const next = tasks.next();
      if (next.done) {
        if (underWay.size === 0) resolve(end(true));
        return;
      }
      const number = givenCount++;
      underWay.add(number);
      worker.once("message", (answer: Answer) => {
        underWay.delete(number);
        take(answer);
        give(worker);
      });
      worker.postMessage(next.value);
    };
    for (const worker of workers) {
      worker.on("error", reject);
      give(worker);
    }
  }).finally(() => Promise.all(workers.map((worker) => worker.terminate())));
}
