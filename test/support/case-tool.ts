/**
 * A tool that runs cases on threads, and any of them again as a failure prints it: what `npm run faults` and
 * `npm run migrations` have in common.
 */
import { readFileSync } from "node:fs";
import { isMainThread, parentPort } from "node:worker_threads";
import { exitWith } from "./tool-exit";

export const EXIT_STOPPED = 130;
/** Failures that are printed; more are counted. */
export const FAILURES_PRINTED_MAX = 20;

const NUMBER_MAX = 100_000_000;

/** Every case of a run, and how many they are. */
export interface Cases<Case> {
  readonly count: number;
  readonly each: Iterable<Case>;
}

export interface CaseTool<Case, Answer> {
  readonly usage: string;
  /** Runs it, in the main thread; returns the exit code. */
  readonly run: () => Promise<number>;
  /** Does a handful of cases, in any other. */
  readonly perform: (module: WebAssembly.Module, cases: readonly Case[]) => Answer;
}

export function loadModule(): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync("build/renic.wasm"));
}

/** Does what this thread is for. */
export async function runCaseTool<Case, Answer>({ usage, run, perform }: CaseTool<Case, Answer>): Promise<void> {
  if (isMainThread) {
    await exitWith(usage, run);
    return;
  }
  const module = loadModule();
  parentPort?.on("message", (cases: readonly Case[]) => parentPort?.postMessage(perform(module, cases)));
}

/** Reads the number of an option, at least so much. Throws RangeError with what would be right. */
export function readNumber(name: string, text: string, least: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= NUMBER_MAX) return value;
  throw new RangeError(`--${name}: expected a whole number from ${least} to ${NUMBER_MAX}, got "${text}"`);
}

/** Reads a case as a failure prints it. Throws RangeError. */
export function readCase<Case>(text: string): Case {
  try {
    return JSON.parse(text);
  } catch {
    throw new RangeError(`--case: expected a case as a failure prints it, got "${text.slice(0, 40)}"`);
  }
}

/** Prints in which states cases ended. */
export function printStates(states: ReadonlyMap<string, number>): void {
  console.error(`ended as ${[...states].map(([state, count]) => `${state} ${count}`).join(", ")}`);
}

/** Adds to a count. */
export function addTo(counts: Map<string, number>, name: string, count = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}
