/** What `renic study migration` was asked for, checked: every option that is wrong is named at once, with what is allowed. */
import { COST_PRESET_NAMES, type CostPreset } from "../host/cost-row";
import { formatBytes, formatRate } from "../sim/units";
import type { MigrationStudyPlan } from "../study/migration-study";
import {
  DIRTY_RATES,
  GUEST_BYTES,
  LINK_RATES,
  MIGRATION_MODELS,
  MIGRATION_WORKLOADS,
  type MigrationWorkload,
} from "../study/migration-workloads";
import { OptionReader, type ResourceOptions, type Resources } from "./option-reader";

/** As they stand on the command line. */
export interface MigrationStudyOptions extends ResourceOptions {
  readonly packets: boolean;
  readonly sensitivity: boolean;
  readonly out?: string;
  readonly quick?: boolean;
  readonly quiet?: boolean;
  readonly seed?: string;
  readonly presets?: string;
  readonly workloads?: string;
  readonly models?: string;
  readonly guests?: string;
  readonly dirty?: string;
  readonly links?: string;
}

/** What is asked for, and what it may take. */
export interface MigrationStudySettings extends Resources {
  readonly plan: MigrationStudyPlan;
}

/** Where messages say that something is wrong. */
export const MIGRATION_STUDY_SOURCE = "renic study migration";

/** What a study is of, unless options say otherwise. */
interface StudySize {
  readonly presets: readonly CostPreset[];
  readonly workloads: readonly MigrationWorkload[];
  readonly memoryBytes: readonly number[];
  readonly dirtyPerSecond: readonly number[];
}

const FULL: StudySize = {
  presets: COST_PRESET_NAMES,
  workloads: MIGRATION_WORKLOADS,
  memoryBytes: GUEST_BYTES,
  dirtyPerSecond: DIRTY_RATES,
};
const QUICK: StudySize = {
  presets: COST_PRESET_NAMES,
  workloads: ["probe"],
  memoryBytes: GUEST_BYTES.slice(0, 1),
  dirtyPerSecond: [0, 20_000],
};

/** Returns what was asked for. Throws InputError with everything that is wrong. */
export function readMigrationStudyOptions(options: MigrationStudyOptions): MigrationStudySettings {
  const usual = options.quick ? QUICK : FULL;
  const reader = new OptionReader(MIGRATION_STUDY_SOURCE);
  /** Numbers by the texts that stand for them. */
  const numbers = (
    option: string,
    text: string | undefined,
    all: readonly number[],
    wanted: readonly number[],
    name: (value: number) => string,
  ) => {
    const names = reader.names(option, text, all.map(name), wanted.map(name));
    return all.filter((value) => names.includes(name(value)));
  };
  const axes = {
    presets: reader.names("--presets", options.presets, COST_PRESET_NAMES, usual.presets),
    workloads: reader.names("--workloads", options.workloads, MIGRATION_WORKLOADS, usual.workloads),
    models: reader.names("--models", options.models, MIGRATION_MODELS, MIGRATION_MODELS),
    memoryBytes: numbers("--guests", options.guests, GUEST_BYTES, usual.memoryBytes, formatBytes),
    dirtyPerSecond: numbers("--dirty", options.dirty, DIRTY_RATES, usual.dirtyPerSecond, String),
    linkBitsPerSecond: numbers("--links", options.links, LINK_RATES, LINK_RATES, formatRate),
  };
  const seed = reader.whole("--seed", options.seed, { least: 0, most: Number.MAX_SAFE_INTEGER }, 1);
  const resources = reader.resources(options);
  reader.end();
  const plan = { axes, seed, isSimulated: options.packets, hasSensitivity: options.sensitivity };
  return { plan, ...resources };
}
