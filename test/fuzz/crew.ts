/**
 * Workers that run chunks. Chunks are dealt in order, each to whoever is free; results are handed on in order as well.
 * A chunk that does not end is a trap: its worker is replaced.
 */
import { Worker } from "node:worker_threads";
import type { ChunkResult } from "./fuzz-module";

/** What a worker is given; it answers with a ChunkResult. */
export interface Task {
  readonly seed: number;
  readonly chunk: number;
  readonly cases: number;
}

export interface CrewPlan {
  readonly script: string;
  readonly module: WebAssembly.Module;
  readonly workers: number;
  readonly tasks: readonly Task[];
  /** Called for each task, in their order. */
  readonly onResult: (result: ChunkResult) => void;
}

/** A chunk takes a tenth of a second; one that takes this long goes round in circles. */
const CHUNK_MS_MAX = 30_000;
/** Chunks that may be done before the one that is waited for. */
const AHEAD_MAX = 256;

export class Crew {
  readonly #plan: CrewPlan;
  readonly #workers = new Set<Worker>();
  readonly #early = new Map<number, ChunkResult>();
  #dealt = 0;
  #handedOn = 0;
  #resolve: () => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(plan: CrewPlan) {
    this.#plan = plan;
  }

  /** Runs all tasks; rejects when a worker fails by a mistake of the tool's own. */
  async run(): Promise<void> {
    if (this.#plan.tasks.length === 0) return;
    const isDone = new Promise<void>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    for (let n = Math.min(this.#plan.workers, this.#plan.tasks.length); n > 0; n--) this.#hire();
    await isDone.finally(() => this.stop());
  }

  /** Ends all work; what is not done is not handed on. */
  async stop(): Promise<void> {
    const workers = [...this.#workers];
    this.#workers.clear();
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  #hire(): void {
    const worker = new Worker(this.#plan.script, { workerData: this.#plan.module });
    this.#workers.add(worker);
    worker.on("error", (error) => this.#reject(error));
    this.#deal(worker);
  }

  #deal(worker: Worker): void {
    const { tasks } = this.#plan;
    const index = this.#dealt;
    const task = tasks[index];
    if (!task || index > this.#handedOn + AHEAD_MAX || !this.#workers.has(worker)) return;
    this.#dealt++;
    const timer = setTimeout(() => this.#replace(worker, index, task), CHUNK_MS_MAX);
    worker.once("message", (result: ChunkResult) => {
      clearTimeout(timer);
      this.#take(index, result);
      this.#deal(worker);
    });
    worker.postMessage(task);
  }

  #replace(worker: Worker, index: number, { chunk }: Task): void {
    this.#workers.delete(worker);
    worker.terminate().catch(this.#reject);
    this.#take(index, { chunk, counts: [], trap: `the chunk has not ended after ${CHUNK_MS_MAX / 1000} s` });
    this.#hire();
  }

  #take(index: number, result: ChunkResult): void {
    this.#early.set(index, result);
    for (let next = this.#early.get(this.#handedOn); next; next = this.#early.get(this.#handedOn)) {
      this.#early.delete(this.#handedOn++);
      this.#plan.onResult(next);
    }
    if (this.#handedOn === this.#plan.tasks.length) this.#resolve();
  }
}
