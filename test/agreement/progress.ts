/**
 * Progress on stderr: one line that is rewritten on a terminal, a line every ten seconds in a log. Rate and time left are
 * those of the programs done since the start.
 */
import process from "node:process";

const TERMINAL_EVERY_MS = 200;
const LOG_EVERY_MS = 10_000;
const LOG_FIRST_MS = 2000;

export class Progress {
  readonly #noun: string;
  readonly #total: number;
  readonly #isTerminal = process.stderr.isTTY === true;
  readonly #startedMs = Date.now();
  #nextMs: number;
  #isShown = false;

  constructor(noun: string, total: number) {
    this.#noun = noun;
    this.#total = total;
    this.#nextMs = this.#startedMs + (this.#isTerminal ? TERMINAL_EVERY_MS : LOG_FIRST_MS);
  }

  /** Says how much is done, if it is time to. */
  at(done: number, note: string): void {
    const nowMs = Date.now();
    if (nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + (this.#isTerminal ? TERMINAL_EVERY_MS : LOG_EVERY_MS);
    const rate = done / Math.max((nowMs - this.#startedMs) / 1000, 1e-3);
    const left = rate > 0 ? `, about ${Math.ceil((this.#total - done) / rate)} s left` : "";
    const line = `${done} of ${this.#total} ${this.#noun}, ${rate.toFixed(1)} a second${left}${note}`;
    process.stderr.write(this.#isTerminal ? `\r\x1b[K${line}` : `${line}\n`);
    this.#isShown = this.#isTerminal;
  }

  /** Makes room for other output. */
  clear(): void {
    if (this.#isShown) process.stderr.write("\r\x1b[K");
    this.#isShown = false;
  }
}
