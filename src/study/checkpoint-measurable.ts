/** Runs of the checkpoint study, as a kind of run. */
import { type CheckpointMeasurement, measureCheckpoints } from "./checkpoint-measurement";
import { type CheckpointRun, checkpointInputOf, checkpointWorkloadOf } from "./checkpoint-scenario";
import type { Measurable } from "./measurable";

/** Returns a name that no other run of the study has. */
export function checkpointKey({ cell, seed, run, watchedNs, overrides, failAtNs }: CheckpointRun): string {
  const moved = Object.entries(overrides).map(([name, value]) => `${name}=${value}`);
  const failing = failAtNs === undefined ? [] : [`fail=${failAtNs}ns`];
  const { preset, io, workload, intervalNs } = cell;
  const interval = intervalNs === null ? "none" : `${intervalNs}ns`;
  return [preset, io, workload, interval, `seed=${seed}`, `run=${run}`, `ns=${watchedNs}`, ...moved, ...failing].join(
    " ",
  );
}

export const CHECKPOINT: Measurable<CheckpointRun, CheckpointMeasurement> = {
  kind: "checkpoint",
  keyOf: checkpointKey,
  inputOf: checkpointInputOf,
  measure: measureCheckpoints,
  isMeasurement: (value): value is CheckpointMeasurement => {
    return (
      typeof value === "object" && value !== null && "workPerSecond" in value && typeof value.workPerSecond === "number"
    );
  },
  groupOf: ({ cell }) => `${cell.preset} ${cell.workload}`,
  shapeOf: ({ cell }) => `${cell.workload} ${cell.io} ${cell.intervalNs === null}`,
  // Pages that a job dirties are copied at every checkpoint; what a network carries does not depend on how many there are.
  workOf: ({ cell }) => (checkpointWorkloadOf(cell).kind === "compute" ? 1 : 2),
  sizeOf: () => 1,
  // The first copy takes longer than the usual lengths differ by.
  estimateNs: [50_000_000, 1_000_000_000],
  withDuration: (run, durationNs) => ({ ...run, watchedNs: durationNs, durationNs }),
};
