/** Progress of a study on stderr: how many runs are done, and how long the others will take at the pace so far. */
import process from "node:process";
import { whole } from "../report/text";
import type { RunEstimate } from "./study-estimate";

const TERMINAL_EVERY_MS = 200;
const LOG_EVERY_MS = 10_000;

export class StudyProgress<Run> {
  readonly #isTerminal = process.stderr.isTTY === true;
  readonly #startedMs = Date.now();
  readonly #estimate: RunEstimate<Run>;
  readonly #say: (text: string) => void;
  readonly #runCount: number;
  readonly #totalMs: number;
  #doneCount = 0;
  #doneMs = 0;
  #nextMs = this.#startedMs + (this.#isTerminal ? 0 : LOG_EVERY_MS);

  constructor(runs: readonly Run[], estimate: RunEstimate<Run>, say: (text: string) => void) {
    this.#estimate = estimate;
    this.#say = say;
    this.#runCount = runs.length;
    this.#totalMs = runs.reduce((sum, run) => sum + estimate(run), 0);
  }

  done(run: Run): void {
    this.#doneCount++;
    this.#doneMs += this.#estimate(run);
    const nowMs = Date.now();
    if (nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + (this.#isTerminal ? TERMINAL_EVERY_MS : LOG_EVERY_MS);
    const leftMs = ((nowMs - this.#startedMs) * (this.#totalMs - this.#doneMs)) / Math.max(this.#doneMs, 1);
    const line = `${whole(this.#doneCount)} of ${whole(this.#runCount)} runs, about ${whole(leftMs / 1000)} s left`;
    this.#say(this.#isTerminal ? `\x1b[1A\x1b[K${line}` : line);
  }

  end(): void {
    const seconds = whole((Date.now() - this.#startedMs) / 1000);
    this.#say(`${whole(this.#doneCount)} of ${whole(this.#runCount)} runs in ${seconds} s`);
  }
}
