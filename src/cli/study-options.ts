/**
 * What `renic study runtime` was asked for, checked: every option that is wrong is named at once, with what is allowed.
 */
import { COST_PRESET_NAMES, type CostPreset } from "../host/cost-row";
import { RUN_COUNT_MAX } from "../study/interval";
import type { StudyPlan } from "../study/runtime-study";
import { RUN_COUNT, RUN_DURATION_NS, STUDY_MODELS, STUDY_WORKLOADS, VM_COUNTS } from "../study/runtime-workloads";
import { OptionReader, type ResourceOptions, type Resources } from "./option-reader";

/** As they stand on the command line. */
export interface StudyOptions extends ResourceOptions {
  readonly out?: string;
  readonly quick?: boolean;
  readonly quiet?: boolean;
  readonly sensitivity: boolean;
  readonly seed?: string;
  readonly runs?: string;
  readonly duration?: string;
  readonly presets?: string;
  readonly models?: string;
  readonly workloads?: string;
  readonly vms?: string;
}

/** What is asked for, and what it may take. */
export interface StudySettings extends Resources {
  readonly plan: StudyPlan;
}

/** Where messages say that something is wrong. */
export const STUDY_SOURCE = "renic study runtime";
const SEED_MAX = Number.MAX_SAFE_INTEGER;
/** Shorter runs end before every VM has been sent something: the longest tick is 10 ms, and its start is drawn in it. */
const DURATION_RANGE_NS = { least: 30_000_000, most: 60_000_000_000 };

/** What a study is of, unless options say otherwise. */
interface StudySize {
  readonly presets: readonly CostPreset[];
  readonly workloads: readonly string[];
  readonly vmCounts: readonly number[];
  readonly runCount: number;
  readonly durationNs: number;
  /** Length of the runs of the sensitivity. */
  readonly sensitivityNs: number;
}

const FULL: StudySize = {
  presets: COST_PRESET_NAMES,
  workloads: STUDY_WORKLOADS.map(({ name }) => name),
  vmCounts: VM_COUNTS,
  runCount: RUN_COUNT,
  durationNs: RUN_DURATION_NS,
  sensitivityNs: 100_000_000,
};
const QUICK: StudySize = {
  presets: ["era"],
  workloads: ["bulk-send", "udp-256", "request-64"],
  vmCounts: [1, 7, 60],
  runCount: 1,
  durationNs: 40_000_000,
  sensitivityNs: 20_000_000,
};

/** The number of VMs for which the sensitivity is told: the most that one port has virtual functions for. */
const SENSITIVITY_VM_COUNT = 7;

/** Returns what was asked for. Throws InputError with everything that is wrong. */
export function readStudyOptions(options: StudyOptions): StudySettings {
  const usual = options.quick ? QUICK : FULL;
  const reader = new OptionReader(STUDY_SOURCE);
  const axes = {
    presets: reader.names("--presets", options.presets, COST_PRESET_NAMES, usual.presets),
    workloads: reader.names("--workloads", options.workloads, FULL.workloads, usual.workloads),
    vmCounts: reader.names("--vms", options.vms, VM_COUNTS.map(String), usual.vmCounts.map(String)).map(Number),
    models: reader.names("--models", options.models, STUDY_MODELS, STUDY_MODELS),
  };
  const seed = reader.whole("--seed", options.seed, { least: 0, most: SEED_MAX }, 1);
  const runCount = reader.whole("--runs", options.runs, { least: 1, most: RUN_COUNT_MAX }, usual.runCount);
  const durationNs = reader.duration("--duration", options.duration, DURATION_RANGE_NS, usual.durationNs);
  const resources = reader.resources(options);
  reader.end();
  const { presets, workloads, models } = axes;
  const sensitivity = {
    ...{ presets, workloads, models, seed },
    vmCount: SENSITIVITY_VM_COUNT,
    durationNs: Math.min(durationNs, usual.sensitivityNs),
  };
  const plan = { axes, seed, runCount, durationNs, sensitivity: options.sensitivity ? sensitivity : null };
  return { plan, ...resources };
}
