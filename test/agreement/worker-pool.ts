/**
 * Threads that do tasks. Invariants: every task is answered, whatever becomes of its thread; a thread has one task at a
 * time; answers are handed out in the order of the tasks, so that what is printed does not depend on the threads.
 */
import { parentPort, Worker } from "node:worker_threads";
import { messageOf } from "./comparison";
import { perform, type Task, type TaskResult } from "./tasks";

/** A task that takes longer than this is taken to go on for ever. */
const TASK_MS_MAX = 180_000;
/** Most of what a run makes is dead at once: with room, it is not copied about. */
const YOUNG_MEBIBYTES = 64;
/** Tasks given out ahead of the oldest that is not done, for each thread. */
const AHEAD = 4;
const STOPPED = "stopped";

interface Job {
  readonly task: Task;
  readonly timeLimitMs: number;
  readonly answer: (result: TaskResult) => void;
}

function lost(reason: string): TaskResult {
  return { failures: [], counts: [], lost: reason };
}

/** A thread and what it is doing. */
class Seat {
  #worker: Worker;
  #job: Job | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #file: URL;
  readonly #free: (seat: Seat) => void;

  constructor(file: URL, free: (seat: Seat) => void) {
    this.#file = file;
    this.#free = free;
    this.#worker = this.#start();
  }

  #start(): Worker {
    const worker = new Worker(this.#file, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEBIBYTES } });
    worker.on("message", (result: TaskResult) => this.#end(result));
    worker.on("error", (error) => this.#replace(worker, `its thread ended: ${messageOf(error)}`));
    return worker;
  }

  #replace(worker: Worker, reason: string): void {
    if (worker !== this.#worker) return;
    void worker.terminate();
    this.#worker = this.#start();
    this.#end(lost(reason));
  }

  #end(result: TaskResult): void {
    clearTimeout(this.#timer);
    const job = this.#job;
    this.#job = undefined;
    job?.answer(result);
    this.#free(this);
  }

  take(job: Job): void {
    this.#job = job;
    const worker = this.#worker;
    const reason = `no answer within ${job.timeLimitMs / 1000} s`;
    this.#timer = setTimeout(() => this.#replace(worker, reason), job.timeLimitMs);
    worker.postMessage(job.task);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#job?.answer(lost(STOPPED));
    this.#job = undefined;
    void this.#worker.terminate();
  }
}

export class WorkerPool {
  readonly #seats: Seat[];
  readonly #idle: Seat[];
  #waiting: Job[] = [];
  #isClosed = false;

  /** `file` calls `serve` when it is run in a thread. */
  constructor(file: URL, count: number) {
    this.#seats = Array.from({ length: count }, () => new Seat(file, (seat) => this.#giveWork(seat)));
    this.#idle = [...this.#seats];
  }

  #giveWork(seat: Seat): void {
    const job = this.#waiting.shift();
    if (job === undefined) this.#idle.push(seat);
    else seat.take(job);
  }

  run(task: Task, timeLimitMs = TASK_MS_MAX): Promise<TaskResult> {
    if (this.#isClosed) return Promise.resolve(lost(STOPPED));
    return new Promise((answer) => {
      this.#waiting.push({ task, timeLimitMs, answer });
      const seat = this.#idle.shift();
      if (seat !== undefined) this.#giveWork(seat);
    });
  }

  /** Does tasks, several at once, and hands out the answers in the order of the tasks. */
  async *inOrder<T extends Task>(tasks: Iterable<T>, timeLimitMs?: number): AsyncGenerator<[T, TaskResult]> {
    const given: [T, Promise<TaskResult>][] = [];
    for (const task of tasks) {
      given.push([task, this.run(task, timeLimitMs)]);
      const oldest = given.length < AHEAD * this.#seats.length ? undefined : given.shift();
      if (oldest !== undefined) yield [oldest[0], await oldest[1]];
    }
    for (const [task, result] of given) yield [task, await result];
  }

  /** Ends the threads; tasks that are not done are answered as lost. */
  close(): void {
    this.#isClosed = true;
    for (const job of this.#waiting) job.answer(lost(STOPPED));
    this.#waiting = [];
    for (const seat of this.#seats) seat.close();
  }
}

/** What a thread does: it answers tasks. */
export function serve(): void {
  parentPort?.on("message", (task: Task) => {
    parentPort?.postMessage(perform(task));
  });
}
