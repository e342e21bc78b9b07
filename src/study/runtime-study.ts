/** The whole study: what is asked for, which runs that needs, and what comes of them. */
import type { Measurement } from "./measurement";
import { cellsOf, type RuntimeAxes } from "./runtime-cell";
import type { RuntimeRun } from "./runtime-scenario";
import type { CellResult } from "./runtime-summary";
import {
  displacementsOf,
  hasHeadline,
  type Measured,
  type Sensitivity,
  type SensitivityPlan,
  sensitivitiesOf,
  sensitivityRuns,
} from "./sensitivity";

/** What is asked for. */
export interface StudyPlan {
  readonly axes: RuntimeAxes;
  readonly seed: number;
  readonly runCount: number;
  readonly durationNs: number;
  /** Null to leave it out. */
  readonly sensitivity: SensitivityPlan | null;
}

/** What came of it. */
export interface RuntimeStudy {
  readonly seed: number;
  readonly runCount: number;
  readonly durationNs: number;
  readonly results: readonly CellResult[];
  readonly sensitivity: SensitivityPlan | null;
  readonly sensitivities: readonly Sensitivity[];
}

/** Returns the runs of the grid, in the order of its cells. */
export function gridRuns({ axes, seed, runCount, durationNs }: StudyPlan): RuntimeRun[] {
  return cellsOf(axes).flatMap((cell) =>
    Array.from({ length: runCount }, (_, index) => ({ cell, seed, run: index + 1, durationNs, overrides: {} })),
  );
}

/** Returns every run that a study needs: the grid's, then those of the sensitivity. */
export function runsOf(plan: StudyPlan): RuntimeRun[] {
  const { sensitivity } = plan;
  if (!sensitivity || !hasHeadline(sensitivity)) return gridRuns(plan);
  const moved = sensitivity.presets.flatMap((preset) =>
    displacementsOf(preset).flatMap((displacement) => sensitivityRuns(sensitivity, preset, displacement)),
  );
  return [...gridRuns(plan), ...moved];
}

/** Puts a study together from its measurements, wherever and in whichever order they were made. */
export function studyOf(plan: StudyPlan, measured: Measured): RuntimeStudy {
  const { seed, runCount, durationNs, sensitivity } = plan;
  const byCell = cellsOf(plan.axes).map((cell) => {
    const runs: Measurement[] = [];
    for (let run = 1; run <= runCount; run++) runs.push(measured({ cell, seed, run, durationNs, overrides: {} }));
    return { cell, runs };
  });
  const sensitivities = sensitivity && hasHeadline(sensitivity) ? sensitivitiesOf(sensitivity, measured) : [];
  return { seed, runCount, durationNs, results: byCell, sensitivity, sensitivities };
}

/** Returns a name for a run that no other run of any study has. */
export function runKey({ cell, seed, run, durationNs, overrides, setting = {} }: RuntimeRun): string {
  const moved = Object.entries({ ...overrides, ...setting }).map(([name, value]) => `${name}=${value}`);
  const { preset, io, workload, vmCount } = cell;
  return [preset, io, workload, vmCount, `seed=${seed}`, `run=${run}`, `ns=${durationNs}`, ...moved].join(" ");
}
