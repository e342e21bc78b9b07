/**
 * Threads that measure runs. Each run is a function of its scenario alone, so it does not matter which thread has it or
 * which is done first; whoever asked puts the answers in order.
 */
import { Worker } from "node:worker_threads";
import type { StudyRun } from "../study/measurable";
import type { MeasuredRun, WantedRun } from "./study-worker";

/** Beside this file in the bundle. */
const WORKER = "./study-worker.js";
/** Most of what reading a trace makes is dead at once: with room, it is not copied about. */
const YOUNG_MEBIBYTES = 64;

export class StudyPool {
  readonly #workers: Worker[];
  #stop: () => void = () => undefined;

  /** All runs are of one kind. */
  constructor(
    module: WebAssembly.Module,
    private readonly kind: string,
    jobCount: number,
  ) {
    const options = { workerData: module, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEBIBYTES } };
    this.#workers = Array.from({ length: jobCount }, () => new Worker(new URL(WORKER, import.meta.url), options));
  }

  /** Measures runs, and tells of each as it is done. Returns whether all are done: false when it was stopped. */
  measureAll<Run extends StudyRun>(
    runs: readonly Run[],
    done: (run: Run, answer: MeasuredRun) => void,
  ): Promise<boolean> {
    const waiting = [...runs];
    let leftCount = runs.length;
    return new Promise((resolve, reject) => {
      this.#stop = () => resolve(false);
      if (leftCount === 0) resolve(true);
      const give = (worker: Worker) => {
        const run = waiting.shift();
        if (!run) return;
        worker.once("message", (answer: MeasuredRun) => {
          // What goes wrong in here is nobody's to catch, unless it is the promise's.
          try {
            done(run, answer);
          } catch (error) {
            reject(error);
          }
          if (--leftCount === 0) resolve(true);
          give(worker);
        });
        const wanted: WantedRun = { kind: this.kind, run };
        worker.postMessage(wanted);
      };
      for (const worker of this.#workers) {
        worker.removeAllListeners();
        worker.once("error", reject);
        give(worker);
      }
    });
  }

  /** Has `measureAll` end as it stands. */
  stop(): void {
    this.#stop();
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
