/** Progress on stderr: one line that is rewritten on a terminal, a line every ten seconds in a log. */
import process from "node:process";
import { whole } from "./report";

const LOG_EVERY_MS = 10_000;
const TERMINAL_EVERY_MS = 200;

export class Progress {
  readonly #count: number;
  readonly #casesBefore: number;
  readonly #isTerminal = process.stderr.isTTY === true;
  readonly #startedMs = Date.now();
  #nextMs = this.#startedMs + (this.#isTerminal ? 0 : LOG_EVERY_MS);

  /** `casesBefore` were done by an earlier run. */
  constructor(count: number, casesBefore: number) {
    this.#count = count;
    this.#casesBefore = casesBefore;
  }

  at(cases: number): void {
    const nowMs = Date.now();
    if (nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + (this.#isTerminal ? TERMINAL_EVERY_MS : LOG_EVERY_MS);
    const rate = this.rate(cases);
    const left = rate > 0 ? Math.max(0, Math.round((this.#count - cases) / rate)) : 0;
    const share = Math.min(100, Math.floor((cases / this.#count) * 100));
    const line = `fuzz: ${whole(cases)} cases, ${share} %, ${whole(Math.round(rate))} a second, about ${left} s left`;
    process.stderr.write(this.#isTerminal ? `\r\x1b[K${line}` : `${line}\n`);
  }

  /** Cases a second. */
  rate(cases: number): number {
    return (cases - this.#casesBefore) / Math.max(0.001, (Date.now() - this.#startedMs) / 1000);
  }

  done(): void {
    if (this.#isTerminal) process.stderr.write("\r\x1b[K");
  }
}
