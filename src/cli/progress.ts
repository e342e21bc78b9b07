/**
 * Progress of a long run, on stderr: one line that is rewritten on a terminal, a line every ten seconds in a log, and
 * nothing for a run that is over before anybody could ask.
 */
import process from "node:process";
import { milliseconds } from "../report/text";

const FIRST_AFTER_MS = 1000;
const TERMINAL_EVERY_MS = 200;
const LOG_EVERY_MS = 10_000;

/** Returns what is to be called with the simulated time as it goes on, and once at the end. */
export function progressOf(title: string, durationNs: number): { at(timeNs: number): void; done(): void } {
  const isTerminal = process.stderr.isTTY === true;
  const everyMs = isTerminal ? TERMINAL_EVERY_MS : LOG_EVERY_MS;
  const startedMs = Date.now();
  let nextMs = startedMs + Math.max(FIRST_AFTER_MS, isTerminal ? 0 : LOG_EVERY_MS);
  let isShown = false;
  return {
    at(timeNs) {
      const nowMs = Date.now();
      if (nowMs < nextMs) return;
      nextMs = nowMs + everyMs;
      const share = timeNs / durationNs;
      const leftSeconds = Math.round(((nowMs - startedMs) / 1000) * (1 / Math.max(share, 1e-9) - 1));
      const line = `${title}: ${milliseconds(timeNs)} simulated, ${Math.floor(share * 100)} %, about ${leftSeconds} s left`;
      process.stderr.write(isTerminal ? `\r\x1b[K${line}` : `${line}\n`);
      isShown = isTerminal;
    },
    done() {
      if (isShown) process.stderr.write("\r\x1b[K");
    },
  };
}
