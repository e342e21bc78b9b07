/**
 * Makes a program that fails as short as can be had cheaply: runs of steps are left out while it still fails, long runs
 * first. Invariant: what is returned fails, and has the rules of every program: no release without its epoch.
 */
import type { Program, Step } from "../reference/step";

/** A release names an epoch that was opened before; without that one the program would ask for nonsense. */
function areEpochsWhole(program: Program, steps: readonly Step[]): boolean {
  const count = (list: readonly Step[]) => list.filter(({ kind }) => kind === "openEpoch").length;
  return !steps.some(({ kind }) => kind === "release") || count(steps) === count(program.steps);
}

/** Shortens a program; tries at most so many others. */
export function shrinkProgram(program: Program, isFailing: (program: Program) => boolean, triesMax = 500): Program {
  let steps = program.steps;
  let tries = 0;
  let length = Math.ceil(steps.length / 2);
  while (length >= 1 && tries < triesMax) {
    let hasShrunk = false;
    for (let end = steps.length; end > 0 && tries < triesMax; end -= length) {
      const kept = [...steps.slice(0, Math.max(0, end - length)), ...steps.slice(end)];
      if (!areEpochsWhole(program, kept)) continue;
      tries++;
      if (!isFailing({ ...program, steps: kept })) continue;
      steps = kept;
      hasShrunk = true;
    }
    if (length === 1 && !hasShrunk) break;
    length = length > 1 ? Math.ceil(length / 2) : 1;
  }
  return { ...program, steps };
}
