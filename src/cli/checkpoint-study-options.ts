/** What `renic study checkpoint` was asked for, checked: every option that is wrong is named at once, with what is allowed. */
import { COST_PRESET_NAMES, type CostPreset } from "../host/cost-row";
import { formatDuration } from "../sim/units";
import { type Goal, parseGoal } from "../study/checkpoint-goal";
import type { CheckpointPlan, WatchedTime } from "../study/checkpoint-study";
import {
  CHECKPOINT_WORKLOADS,
  INTERVALS_NS,
  PROTECTED_MODELS,
  WATCHED_INTERVALS,
  WATCHED_LEAST_NS,
} from "../study/checkpoint-workloads";
import { RUN_COUNT_MAX } from "../study/interval";
import { RUN_COUNT } from "../study/runtime-workloads";
import { OptionReader, type ResourceOptions, type Resources } from "./option-reader";

/** As they stand on the command line. */
export interface CheckpointStudyOptions extends ResourceOptions {
  readonly out?: string;
  readonly quick?: boolean;
  readonly quiet?: boolean;
  readonly seed?: string;
  readonly runs?: string;
  readonly presets?: string;
  readonly models?: string;
  readonly workloads?: string;
  readonly intervals?: string;
  readonly goal?: string;
}

/** What is asked for, and what it may take. */
export interface CheckpointStudySettings extends Resources {
  readonly plan: CheckpointPlan;
  readonly goal: Goal | null;
}

/** Where messages say that something is wrong. */
export const CHECKPOINT_SOURCE = "renic study checkpoint";
const SEED_MAX = Number.MAX_SAFE_INTEGER;

/** What a study is of, unless options say otherwise. */
interface StudySize {
  readonly presets: readonly CostPreset[];
  readonly workloads: readonly string[];
  readonly intervalsNs: readonly number[];
  readonly runCount: number;
  readonly watched: WatchedTime;
}

const FULL: StudySize = {
  presets: COST_PRESET_NAMES,
  workloads: CHECKPOINT_WORKLOADS.map(({ name }) => name),
  intervalsNs: INTERVALS_NS,
  runCount: RUN_COUNT,
  watched: { intervals: WATCHED_INTERVALS, leastNs: WATCHED_LEAST_NS },
};
const QUICK: StudySize = {
  presets: ["era"],
  workloads: ["compute-hot", "http", "request-64", "bulk-send"],
  intervalsNs: [25_000_000, 100_000_000, 500_000_000],
  runCount: 1,
  watched: { intervals: 8, leastNs: 500_000_000 },
};

/** Returns what was asked for. Throws InputError with everything that is wrong. */
export function readCheckpointStudyOptions(options: CheckpointStudyOptions): CheckpointStudySettings {
  const usual = options.quick ? QUICK : FULL;
  const reader = new OptionReader(CHECKPOINT_SOURCE);
  const intervals = (values: readonly number[]) => values.map(formatDuration);
  const chosen = reader.names("--intervals", options.intervals, intervals(INTERVALS_NS), intervals(usual.intervalsNs));
  const axes = {
    presets: reader.names("--presets", options.presets, COST_PRESET_NAMES, usual.presets),
    workloads: reader.names("--workloads", options.workloads, FULL.workloads, usual.workloads),
    models: reader.names("--models", options.models, PROTECTED_MODELS, PROTECTED_MODELS),
    intervalsNs: INTERVALS_NS.filter((interval) => chosen.includes(formatDuration(interval))),
  };
  const seed = reader.whole("--seed", options.seed, { least: 0, most: SEED_MAX }, 1);
  const runCount = reader.whole("--runs", options.runs, { least: 1, most: RUN_COUNT_MAX }, usual.runCount);
  const goal = reader.parsed("--goal", options.goal, parseGoal);
  const resources = reader.resources(options);
  reader.end();
  return { plan: { axes, seed, runCount, watched: usual.watched }, goal, ...resources };
}
