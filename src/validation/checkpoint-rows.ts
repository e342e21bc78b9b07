/**
 * Claims about checkpoints, and the figures that stand for them, read of runs of the checkpoint study on the paper's
 * machines. What is measured for each was settled before any of it was (docs/validation.md).
 */
import { CHECKPOINT_ROWS } from "../host/cost-rows-checkpoint";
import type { CostName } from "../host/cost-table";
import { COST_NAMES, costRow } from "../host/cost-table";
import type { CheckpointMeasurement } from "../study/checkpoint-measurement";
import { type CheckpointCell, type CheckpointRun, checkpointRun, workStartNs } from "../study/checkpoint-scenario";
import {
  CHECKPOINT_WORKLOADS,
  INTERVALS_NS,
  PROTECTED_MODELS,
  type ProtectedModel,
  RAPID_NS,
} from "../study/checkpoint-workloads";
import { meanOf } from "../study/interval";
import { RUN_COUNT } from "../study/runtime-workloads";
import { sensitiveRows } from "../study/sensitivity";
import type { Displacements, Figure, FigureSize, Reading } from "./figure";
import type { Published } from "./published";

export type CheckpointFigure = Figure<CheckpointRun, CheckpointMeasurement>;

/** A claim and its figure. */
export interface CheckpointRow extends Published {
  readonly figure: CheckpointFigure;
  /** What is moved for its range; nothing where arithmetic settles the figure, whatever things cost. */
  readonly displacements: Displacements;
}

const PRESET = "era";
const SEED = 1;
const MS = 1_000_000;
/** Runs with a cost moved: one, and shorter. */
const MOVED_WATCH = { intervals: 12, leastNs: 500 * MS };
/** Where each period has one event that counts, as many periods as make the opening of a connection a hundredth. */
const LONG_WATCH = { intervals: 400, leastNs: 0 };
const RAPID_MOVED_NS = 25 * MS;

/** Costs that only a protected machine pays beside those of checkpoints. */
const OF_MEMORY: readonly CostName[] = ["logDirtyFault", "copyRate"];

/** What is moved for a range. */
export const CHECKPOINT_DISPLACEMENTS: Displacements = [
  null,
  ...COST_NAMES.filter((name) => {
    return name in CHECKPOINT_ROWS || OF_MEMORY.includes(name) || sensitiveRows(PRESET).includes(name);
  }).flatMap((name) => {
    const row = costRow(name);
    return row.range.filter((value) => value !== row[PRESET]).map((value) => ({ name, value }));
  }),
];

type Asked = Omit<CheckpointCell, "preset">;

function runsOf(asked: Asked, { isWhole, overrides }: FigureSize): CheckpointRun[] {
  const cell = { preset: PRESET, ...asked } as const;
  if (!isWhole) return [checkpointRun(cell, { seed: SEED, run: 1 }, overrides, MOVED_WATCH)];
  return Array.from({ length: RUN_COUNT }, (_, index) =>
    checkpointRun(cell, { seed: SEED, run: index + 1 }, overrides),
  );
}

/** One long run, whatever the size: what is read of it has no chance in it. */
function longRun(asked: Asked, { overrides }: FigureSize): CheckpointRun {
  return checkpointRun({ preset: PRESET, ...asked }, { seed: SEED, run: 1 }, overrides, LONG_WATCH);
}

function nameOf(workload: string, intervalNs: number): string {
  return `${workload} every ${intervalNs / MS} ms`;
}

/** The greatest advantage in work over workloads and rapid intervals. */
function bestAdvantage(direct: ProtectedModel, baseline: ProtectedModel): CheckpointFigure {
  const intervals = ({ isWhole }: FigureSize) => {
    return INTERVALS_NS.filter((ns) => (isWhole ? ns <= RAPID_NS : ns === RAPID_MOVED_NS));
  };
  const cells = (size: FigureSize) =>
    CHECKPOINT_WORKLOADS.flatMap(({ name }) => intervals(size).map((intervalNs) => ({ workload: name, intervalNs })));
  const pair = (cell: Omit<Asked, "io">, size: FigureSize) => {
    return [direct, baseline].map((io) => runsOf({ ...cell, io }, size));
  };
  return {
    runs: (size) => cells(size).flatMap((cell) => pair(cell, size).flat()),
    read(size, measured) {
      let best: Reading = { value: Number.NEGATIVE_INFINITY, where: "" };
      for (const cell of cells(size)) {
        const [own = [], other = []] = pair(cell, size);
        const ratios = own.map((run, index) => {
          const beside = other[index];
          return beside ? measured(run).workPerSecond / measured(beside).workPerSecond : Number.NaN;
        });
        const value = 100 * (meanOf(ratios) - 1);
        if (value > best.value) best = { value, where: nameOf(cell.workload, cell.intervalNs) };
      }
      return best;
    },
  };
}

/** How much longer a job takes under checkpoints. */
function longer(workload: string, io: ProtectedModel, intervalNs: number): CheckpointFigure {
  const [own, without] = [intervalNs, null].map((each): Asked => ({ workload, io, intervalNs: each }));
  if (!own || !without) throw new Error("a job with and without");
  return {
    runs: (size) => [...runsOf(own, size), ...runsOf(without, size)],
    read(size, measured) {
      const free = runsOf(without, size).map(measured);
      const values = runsOf(own, size).map((run, index) => {
        return 100 * ((free[index]?.workPerSecond ?? Number.NaN) / measured(run).workPerSecond - 1);
      });
      const { protection } = measured(runsOf(own, size)[0] ?? longRun(own, size));
      const rate = protection ? perSecondOf(runsOf(own, size)[0], protection.checkpoints) : 0;
      const where = `${nameOf(workload, intervalNs)}, ${io}, ${rate.toFixed(1)} checkpoints a second`;
      return { value: meanOf(values), where };
    },
  };
}

function perSecondOf(run: CheckpointRun | undefined, count: number): number {
  return run ? (count * 1e9) / run.durationNs : 0;
}

/** Checkpoints in a second that a machine gets which is to have one every so often. */
function checkpointRate(workload: string, io: ProtectedModel, intervalNs: number): CheckpointFigure {
  const asked: Asked = { workload, io, intervalNs };
  return {
    runs: (size) => [longRun(asked, size)],
    read(size, measured) {
      const run = longRun(asked, size);
      const { protection } = measured(run);
      const pause = (protection?.pauseNsMean ?? 0) / MS;
      const value = perSecondOf(run, protection?.checkpoints ?? 0);
      return { value, where: `${nameOf(workload, intervalNs)}, ${io}, pause ${pause.toFixed(1)} ms` };
    },
  };
}

const ANALYTIC_NS = [25, 50, 100, 200].map((ms) => ms * MS);

/** The greatest difference from what the period alone says that work a second must be, over four intervals, in percent. */
function difference(workload: string, workPerPeriod: number): CheckpointFigure {
  const asked = ANALYTIC_NS.map((intervalNs): Asked => ({ workload, io: "renic", intervalNs }));
  return {
    runs: (size) => asked.map((each) => longRun(each, size)),
    read(size, measured) {
      let worst: Reading = { value: 0, where: "" };
      for (const each of asked) {
        const { workPerSecond } = measured(longRun(each, size));
        const expected = (workPerPeriod * 1e9) / (each.intervalNs ?? 1);
        const value = 100 * (workPerSecond / expected - 1);
        if (Math.abs(value) >= Math.abs(worst.value)) worst = { value, where: nameOf(workload, each.intervalNs ?? 0) };
      }
      return worst;
    },
  };
}

/** The primary dies in the middle of a second of requests, and there is time for a client to try again some times. */
const FAILS_AFTER_NS = 500 * MS;
const FAILOVER_WATCH = { intervals: 0, leastNs: 8000 * MS };

/** The longest that a client waits for an answer when the primary's host dies, in seconds. */
function failover(workload: string, io: ProtectedModel, intervalNs: number): CheckpointFigure {
  const failing = ({ overrides }: FigureSize): CheckpointRun => {
    const cell = { preset: PRESET, workload, io, intervalNs } as const;
    const run = checkpointRun(cell, { seed: SEED, run: 1 }, overrides, FAILOVER_WATCH);
    return { ...run, failAtNs: workStartNs(run) + FAILS_AFTER_NS };
  };
  return {
    runs: (size) => [failing(size)],
    read(size, measured) {
      const max = measured(failing(size)).latencyNs?.max ?? Number.NaN;
      return { value: max / 1e9, where: `${nameOf(workload, intervalNs)}, ${io}, time-out of 1 s` };
    },
  };
}

const RENIC_PAPER = "Dong et al., ReNIC, TACO 8(4), 2012, abstract";
const REMUS = "Cully et al., Remus, NSDI 2008";
const BY_ARITHMETIC = "no source: arithmetic on a reply, or a window, that waits for its checkpoint";
const READ = { confidence: "read", isConsistencyOnly: false } as const;
const WINDOW_BYTES = 256 * 1024;
const [DIRECT, ...SOFTWARE] = PROTECTED_MODELS;

export const CHECKPOINT_CLAIMS: readonly CheckpointRow[] = [
  ...SOFTWARE.map(
    (baseline): CheckpointRow => ({
      ...READ,
      claim: "2",
      part: `against ${baseline}`,
      title: "work under rapid checkpointing that ReNIC is ahead, best case",
      source: RENIC_PAPER,
      unit: "%",
      value: 16.2,
      accepted: [10, 22],
      figure: bestAdvantage(DIRECT, baseline),
      displacements: CHECKPOINT_DISPLACEMENTS,
    }),
  ),
  {
    ...READ,
    claim: "34",
    part: "",
    title: "how much longer a kernel build takes at 20 checkpoints a second",
    source: `${REMUS}, by its readers`,
    unit: "%",
    value: 50,
    accepted: [42, 58],
    figure: longer("compute-cold", SOFTWARE[0] ?? DIRECT, 50 * MS),
    displacements: CHECKPOINT_DISPLACEMENTS,
  },
  {
    ...READ,
    claim: "35",
    part: "",
    title: "checkpoints a second where 40 are asked for, under a kernel build",
    source: `${REMUS}, abstract`,
    unit: "a second",
    value: 40,
    accepted: [39, 41],
    figure: checkpointRate("compute-cold", SOFTWARE[0] ?? DIRECT, 25 * MS),
    displacements: CHECKPOINT_DISPLACEMENTS,
  },
  {
    ...READ,
    claim: "38",
    part: "",
    title: "from the death of a host to service",
    source: "Minhas et al., RemusDB, PVLDB 2011, abstract: at most 3 s; Hou et al., HydraVM, 2011: 1.6 s to restore",
    unit: "s",
    value: null,
    accepted: [1, 3],
    figure: failover("http", DIRECT, 100 * MS),
    displacements: CHECKPOINT_DISPLACEMENTS,
  },
  {
    ...READ,
    claim: "48",
    part: "",
    title: "requests of one connection, each answered at the next commit, beside one a period",
    source: BY_ARITHMETIC,
    unit: "% off",
    value: 0,
    accepted: [-3, 3],
    figure: difference("request-64", 1),
    displacements: [],
  },
  {
    ...READ,
    claim: "49",
    part: "",
    title: "bulk TCP, whose window opens at each commit, beside a window a period",
    source: BY_ARITHMETIC,
    unit: "% off",
    value: 0,
    accepted: [-5, 5],
    figure: difference("bulk-send", WINDOW_BYTES),
    displacements: [],
  },
];
