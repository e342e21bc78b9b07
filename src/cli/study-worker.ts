/** A thread of a study: it measures the runs that it is sent, one after the other. */
import { parentPort, workerData } from "node:worker_threads";
import { type Measurement, measure } from "../study/measurement";
import type { RuntimeRun } from "../study/runtime-scenario";

/** What a thread answers. */
export interface MeasuredRun {
  readonly measurement: Measurement;
  readonly elapsedMs: number;
}

const module: WebAssembly.Module = workerData;

parentPort?.on("message", (run: RuntimeRun) => {
  const startedMs = performance.now();
  const measurement = measure(module, run);
  const answer: MeasuredRun = { measurement, elapsedMs: performance.now() - startedMs };
  parentPort?.postMessage(answer);
});
