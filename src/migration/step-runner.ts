/**
 * The steps of stop-steps.ts, one behind the other: most take the time of their row of the cost model, some are done, and
 * end when they are.
 *
 * A step begins when the one before it has ended, and is written down when it ends.
 */
import { InternalError } from "../core/load";
import type { Simulation } from "../host/simulation";
import { after } from "../host/timers";
import type { Migration, PastStep } from "./migration";
import { type MigrationSteps, STEP_ROWS, type StepName } from "./stop-steps";

/** What begins a step that is done and does not just take its time. */
export type StepAction = (simulation: Simulation, m: Migration) => void;

/** Begins a list of steps. */
export function beginSteps(m: Migration, which: keyof MigrationSteps): void {
  m.stepsAtHand = which;
  m.stepIndex = 0;
}

/** Returns the step at hand; null behind the last one. */
export function stepAtHand({ steps, stepsAtHand, stepIndex }: Migration): StepName | null {
  return steps[stepsAtHand][stepIndex] ?? null;
}

/** Has a step's own time pass, or what it takes at least. */
export function spend({ world, timers }: Simulation, m: Migration, step: StepName, leastNs = 0): void {
  const row = STEP_ROWS[step];
  if (row === null) throw new InternalError(`the step ${step} has no row, and ends when it is done`);
  after(world, timers, Math.max(m.costs[row], leastNs), { kind: "migration-step", subject: m.index });
}

/** Writes a step down that ends now, whatever its name: behind the one before it, unless it began at another time. */
export function writeDown(
  { world }: Simulation,
  { timeline }: Migration,
  name: PastStep["name"],
  fromNs?: number | null,
): void {
  const { steps, pausedNs, beganNs } = timeline;
  const last = steps.at(-1)?.endedNs ?? beganNs ?? 0;
  timeline.steps.push({ name, beganNs: fromNs ?? Math.max(last, pausedNs ?? 0), endedNs: world.nowNs() });
}

/** The step at hand is over: it is written down, and the next one is at hand. Returns the one that is over. */
export function endStep(simulation: Simulation, m: Migration): StepName {
  const step = stepAtHand(m);
  if (step === null) throw new InternalError("no step is at hand that could be over");
  writeDown(simulation, m, step);
  m.stepIndex++;
  return step;
}
