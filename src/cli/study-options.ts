/**
 * What `renic study runtime` was asked for, checked: every option that is wrong is named at once, with what is allowed.
 */
import { availableParallelism } from "node:os";
import { withSuggestion } from "../config/found";
import { suggest } from "../config/suggest";
import { COST_PRESET_NAMES, type CostPreset } from "../host/cost-row";
import { InputError, type InputProblem } from "../sim/input-error";
import { formatDuration, type Parsed, parseBytes, parseDuration, quote } from "../sim/units";
import { RUN_COUNT_MAX } from "../study/interval";
import type { StudyPlan } from "../study/runtime-study";
import { RUN_COUNT, RUN_DURATION_NS, STUDY_MODELS, STUDY_WORKLOADS, VM_COUNTS } from "../study/runtime-workloads";

/** As they stand on the command line. */
export interface StudyOptions {
  readonly out?: string;
  readonly quick?: boolean;
  readonly quiet?: boolean;
  readonly sensitivity: boolean;
  readonly seed?: string;
  readonly runs?: string;
  readonly jobs?: string;
  readonly duration?: string;
  readonly presets?: string;
  readonly models?: string;
  readonly workloads?: string;
  readonly vms?: string;
  readonly limit?: string;
  readonly memory?: string;
}

/** What a study may take. */
export interface StudySettings {
  readonly plan: StudyPlan;
  readonly jobCount: number;
  readonly limitNs: number;
  /** Null for what the machine has. */
  readonly memoryBytes: number | null;
}

/** Where messages say that an option is wrong. */
const SOURCE = "renic study runtime";
const JOB_COUNT_MAX = 256;
const SEED_MAX = Number.MAX_SAFE_INTEGER;
/** Shorter runs end before every VM has been sent something: the longest tick is 10 ms, and its start is drawn in it. */
const DURATION_LEAST_NS = 30_000_000;
const DURATION_MOST_NS = 60_000_000_000;
const LIMIT_DEFAULT_NS = 3 * 3_600_000_000_000;

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
  const reader = new OptionReader();
  const axes = {
    presets: reader.names("--presets", options.presets, COST_PRESET_NAMES, usual.presets),
    workloads: reader.names("--workloads", options.workloads, FULL.workloads, usual.workloads),
    vmCounts: reader.names("--vms", options.vms, VM_COUNTS.map(String), usual.vmCounts.map(String)).map(Number),
    models: reader.names("--models", options.models, STUDY_MODELS, STUDY_MODELS),
  };
  const seed = reader.whole("--seed", options.seed, { least: 0, most: SEED_MAX }, 1);
  const runCount = reader.whole("--runs", options.runs, { least: 1, most: RUN_COUNT_MAX }, usual.runCount);
  const jobs = reader.whole("--jobs", options.jobs, { least: 1, most: JOB_COUNT_MAX }, availableParallelism());
  const durationNs = reader.duration("--duration", options.duration, usual.durationNs);
  const limitNs = reader.amount("--limit", options.limit, parseDuration, LIMIT_DEFAULT_NS);
  const memoryBytes = options.memory === undefined ? null : reader.amount("--memory", options.memory, parseBytes, 0);
  reader.end();
  const { presets, workloads, models } = axes;
  const sensitivity = {
    ...{ presets, workloads, models, seed },
    vmCount: SENSITIVITY_VM_COUNT,
    durationNs: Math.min(durationNs, usual.sensitivityNs),
  };
  const plan = { axes, seed, runCount, durationNs, sensitivity: options.sensitivity ? sensitivity : null };
  return { plan, jobCount: jobs, limitNs, memoryBytes };
}

/** Returns the error of a study that cannot be begun. */
export function studyError(subject: string, reason: string): InputError {
  return new InputError(SOURCE, [{ place: "", subject, reason }]);
}

class OptionReader {
  readonly #problems: InputProblem[] = [];

  /** Several names with commas between them, each at most once, in the order of `known`. */
  names<N extends string>(option: string, text: string | undefined, known: readonly N[], usual: readonly N[]): N[] {
    if (text === undefined) return [...usual];
    const words = text.split(",").map((word) => word.trim());
    for (const word of words) {
      if (known.some((name) => name === word)) continue;
      const reason = `expected some of ${known.join(", ")}, with commas between them, got ${quote(word)}`;
      this.#refuse(option, withSuggestion(reason, suggest(word, known)));
    }
    return known.filter((name) => words.includes(name));
  }

  whole(option: string, text: string | undefined, range: { least: number; most: number }, usual: number): number {
    if (text === undefined) return usual;
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= range.least && value <= range.most) return value;
    this.#refuse(option, `expected a whole number from ${range.least} to ${range.most}, got ${quote(text)}`);
    return usual;
  }

  amount(option: string, text: string | undefined, parse: (text: string) => Parsed, usual: number): number {
    if (text === undefined) return usual;
    const parsed = parse(text);
    if (parsed.ok) return parsed.value;
    this.#refuse(option, parsed.reason);
    return usual;
  }

  duration(option: string, text: string | undefined, usual: number): number {
    const value = this.amount(option, text, parseDuration, usual);
    if (value >= DURATION_LEAST_NS && value <= DURATION_MOST_NS) return value;
    const limits = `${formatDuration(DURATION_LEAST_NS)} to ${formatDuration(DURATION_MOST_NS)}`;
    this.#refuse(option, `expected a duration from ${limits}, got ${quote(text ?? "")}`);
    return usual;
  }

  end(): void {
    if (this.#problems.length > 0) throw new InputError(SOURCE, this.#problems);
  }

  #refuse(subject: string, reason: string): void {
    this.#problems.push({ place: "", subject, reason });
  }
}
