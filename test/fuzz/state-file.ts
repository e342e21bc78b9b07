/**
 * The state of a run between chunks: which chunk is next, and the totals up to it. Written beside its place and moved
 * there, so that a run that is killed leaves the state before or the state after, never half of one.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { ROW_COUNT } from "../../assembly/fuzz/rows";
import type { Totals } from "./totals";

const STATE = z.object({
  /** Of the module that counted: totals of two builds do not add up. */
  build: z.string(),
  seed: z.number(),
  casesPerChunk: z.number(),
  totals: z.object({
    chunkNext: z.number(),
    counts: z.array(z.number()).length(ROW_COUNT),
    traps: z.number(),
    findings: z.array(z.object({ chunk: z.number(), what: z.string() })),
  }),
});

/** What the totals belong to. */
export interface Run {
  readonly build: string;
  readonly seed: number;
  readonly casesPerChunk: number;
}

/** A state that cannot be gone on from. */
export class StateError extends Error {
  override readonly name = "StateError";
}

export function statePath(seed: number): string {
  return `build/fuzz-${seed}.json`;
}

export function saveState(run: Run, totals: Totals): void {
  const path = statePath(run.seed);
  writeFileSync(`${path}.new`, JSON.stringify({ ...run, totals }));
  renameSync(`${path}.new`, path);
}

export function dropState(seed: number): void {
  rmSync(statePath(seed), { force: true });
}

/** Reads the state of an interrupted run. */
export function loadState(run: Run): Totals {
  const path = statePath(run.seed);
  const anew = "start anew without --resume";
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new StateError(`${path} cannot be read: no run with seed ${run.seed} was interrupted; ${anew}`);
  }
  const state = parse(text);
  if (!state) throw new StateError(`${path} is no state of this version of the tool; ${anew}`);
  if (state.build !== run.build || state.casesPerChunk !== run.casesPerChunk || state.seed !== run.seed) {
    throw new StateError(`${path} is of another build of the fuzz module, and totals of two do not add up; ${anew}`);
  }
  return state.totals;
}

function parse(text: string): z.infer<typeof STATE> | null {
  try {
    return STATE.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
