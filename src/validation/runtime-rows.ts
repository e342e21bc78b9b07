/**
 * Claims about run time, and the figures that stand for them. What is measured for each was settled before any of it was
 * (docs/validation.md says how); where a source leaves open what it measured, the reading is ours and named there.
 */
import type { CostOverrides } from "../host/cost-table";
import { meanOf } from "../study/interval";
import type { Measurement } from "../study/measurement";
import { cellsOf } from "../study/runtime-cell";
import type { RunSetting, RuntimeRun } from "../study/runtime-scenario";
import { savedPercentOf } from "../study/runtime-summary";
import {
  DIRECT_MODEL,
  RUN_COUNT,
  RUN_DURATION_NS,
  SOFTWARE_MODELS,
  STUDY_WORKLOADS,
  type StudyModel,
  VM_COUNTS,
} from "../study/runtime-workloads";
import { displacementsOf, type Measured } from "../study/sensitivity";
import type { Displacements, Figure, FigureSize, Reading } from "./figure";
import type { Published } from "./published";

export type RuntimeFigure = Figure<RuntimeRun, Measurement>;

/** What is moved for a range: on the paper's machines, what a run without protection can depend on. */
export const RUNTIME_DISPLACEMENTS: Displacements = displacementsOf("era");

/** A claim and its figure. */
export interface RuntimeRow extends Published {
  readonly figure: RuntimeFigure;
}

const SEED = 1;
/** Runs with a cost moved, which are as long as those of the study's sensitivity, so that both share them. */
const MOVED_DURATION_NS = 100_000_000;
const MOVED_VM_COUNTS: readonly number[] = [7];
const TEN_GIGABITS = 10_000_000_000;
/** VMs on the ten ports, where what all of them send or take fills the wires. */
const CROWDS = [20, 40, 60] as const;

interface Asked {
  readonly workload: string;
  readonly vmCount: number;
  readonly io: StudyModel;
  readonly setting?: RunSetting;
  readonly overrides?: CostOverrides;
}

/** The runs of a cell: the study's replications, or one shorter run with a cost moved. */
function runsOf({ workload, vmCount, io, setting, overrides }: Asked, size: FigureSize): RuntimeRun[] {
  const count = size.isWhole ? RUN_COUNT : 1;
  return Array.from({ length: count }, (_, index) => ({
    cell: { preset: "era", workload, vmCount, io },
    seed: SEED,
    run: index + 1,
    durationNs: size.isWhole ? RUN_DURATION_NS : MOVED_DURATION_NS,
    overrides: { ...size.overrides, ...overrides },
    ...(setting ? { setting } : {}),
  }));
}

/** Returns what the runs of two cells come to, run by run, on average. */
function compared(
  [one, other]: readonly [Asked, Asked],
  size: FigureSize,
  measured: Measured,
  pick: (one: ReturnType<Measured>, other: ReturnType<Measured>) => number,
): number {
  const others = runsOf(other, size);
  return meanOf(
    runsOf(one, size).map((run, index) => {
      const beside = others[index];
      if (!beside) throw new Error("both cells have as many runs");
      return pick(measured(run), measured(beside));
    }),
  );
}

interface Pair {
  readonly name: string;
  readonly direct: Asked;
  readonly software: Asked;
}

/** The cells of the study's grid in pairs, or with a cost moved those of 7 VMs. */
function pairsOf(baseline: StudyModel, { isWhole }: FigureSize): Pair[] {
  const workloads = STUDY_WORKLOADS.map(({ name }) => name);
  const vmCounts = isWhole ? VM_COUNTS : MOVED_VM_COUNTS;
  const cells = cellsOf({ presets: ["era"], workloads, vmCounts, models: [DIRECT_MODEL] });
  return cells.map(({ workload, vmCount }) => ({
    name: `${workload} with ${vmCount} VM${vmCount === 1 ? "" : "s"}`,
    direct: { workload, vmCount, io: DIRECT_MODEL },
    software: { workload, vmCount, io: baseline },
  }));
}

function runsOfPairs(baseline: StudyModel, size: FigureSize): RuntimeRun[] {
  return pairsOf(baseline, size).flatMap(({ direct, software }) => [
    ...runsOf(direct, size),
    ...runsOf(software, size),
  ]);
}

/** The greatest saving of processor time at equal work over workloads and numbers of VMs. */
function bestSaving(baseline: StudyModel): RuntimeFigure {
  return {
    runs: (size) => runsOfPairs(baseline, size),
    read(size, measured) {
      let best: Reading = { value: Number.NEGATIVE_INFINITY, where: "" };
      for (const { name, direct, software } of pairsOf(baseline, size)) {
        const value = compared([direct, software], size, measured, (one, other) => {
          return savedPercentOf(one, other) ?? Number.NEGATIVE_INFINITY;
        });
        if (value > best.value) best = { value, where: name };
      }
      return best;
    },
  };
}

/** Work that differs by less is the same: what is under way when a run ends. */
const SAME_WORK = 0.99;

/** In how many cells the virtual function does less work than paravirtual I/O, or needs more cycles for it. */
function disorder(baseline: StudyModel): RuntimeFigure {
  return {
    runs: (size) => runsOfPairs(baseline, size),
    read(size, measured) {
      const pairs = pairsOf(baseline, size);
      const wrong = pairs.filter(({ direct, software }) => {
        const ratio = compared([direct, software], size, measured, (one, other) => one.workCount / other.workCount);
        const saved = compared([direct, software], size, measured, (one, other) => savedPercentOf(one, other) ?? -100);
        return ratio < SAME_WORK || saved <= 0;
      });
      const names = wrong.map(({ name }) => name).join(", ");
      return { value: wrong.length, where: `of ${pairs.length} cells${names ? `: ${names}` : ""}` };
    },
  };
}

/** How many times as much one cell carries as another. */
function throughputRatio(one: Asked, other: Asked, where: string): RuntimeFigure {
  return {
    runs: (size) => [...runsOf(one, size), ...runsOf(other, size)],
    read(size, measured) {
      const pick = (a: ReturnType<Measured>, b: ReturnType<Measured>) => a.bitsPerSecond / b.bitsPerSecond;
      return { value: compared([one, other], size, measured, pick), where };
    },
  };
}

/** How many times as many cycles one cell needs for a unit of work as another; of dom0's alone where told. */
function cyclesRatio(one: Asked, other: Asked, where: string, activities: readonly string[] | null): RuntimeFigure {
  const cyclesOf = ({ cycles, dom0Cycles, workCount }: ReturnType<Measured>) => {
    const counted = activities ? activities.reduce((sum, name) => sum + (dom0Cycles[name] ?? 0), 0) : cycles;
    return counted / workCount;
  };
  return {
    runs: (size) => [...runsOf(one, size), ...runsOf(other, size)],
    read(size, measured) {
      return { value: compared([one, other], size, measured, (a, b) => cyclesOf(a) / cyclesOf(b)), where };
    },
  };
}

/** Payload that virtual functions on ten ports carry together, in Gb/s. */
function crowdThroughput(workload: string): RuntimeFigure {
  const asked: Asked = { workload, vmCount: 60, io: DIRECT_MODEL };
  return {
    runs: (size) => runsOf(asked, size),
    read(size, measured) {
      const values = runsOf(asked, size).map((run) => measured(run).bitsPerSecond / 1e9);
      return { value: meanOf(values), where: `${workload} with 60 VMs` };
    },
  };
}

/** Processor time that each further VM takes while all together carry the same: a line through 20, 40 and 60 VMs. */
function costOfAnotherVm(workload: string): RuntimeFigure {
  const asked = CROWDS.map((vmCount): Asked => ({ workload, vmCount, io: DIRECT_MODEL }));
  return {
    runs: (size) => asked.flatMap((each) => runsOf(each, size)),
    read(size, measured) {
      const points = asked.map((each): readonly [number, number, number] => {
        const runs = runsOf(each, size).map(measured);
        const bits = meanOf(runs.map(({ bitsPerSecond }) => bitsPerSecond));
        return [each.vmCount, meanOf(runs.map(({ cpuPercent }) => cpuPercent)), bits];
      });
      const { slope, fit } = lineThrough(points);
      const rates = points.map(([, , bits]) => (bits / 1e9).toFixed(2)).join(", ");
      return { value: slope, where: `${workload}, R² ${fit.toFixed(3)}, ${rates} Gb/s with ${CROWDS.join(", ")} VMs` };
    },
  };
}

/** Least squares. */
function lineThrough(points: readonly (readonly [x: number, y: number, ...rest: number[]])[]) {
  const meanX = meanOf(points.map(([x]) => x));
  const meanY = meanOf(points.map(([, y]) => y));
  const sum = (term: (dx: number, dy: number) => number) => {
    return points.reduce((total, [x, y]) => total + term(x - meanX, y - meanY), 0);
  };
  const [xx, xy, yy] = [sum((dx) => dx * dx), sum((dx, dy) => dx * dy), sum((_, dy) => dy * dy)];
  return { slope: xy / xx, fit: yy === 0 ? 1 : (xy * xy) / (xx * yy) };
}

const [PARAVIRTUAL, EMULATED] = SOFTWARE_MODELS;
if (PARAVIRTUAL !== "paravirtual" || EMULATED !== "emulated") throw new Error("the software baselines have changed");

const RENIC_PAPER = "Dong et al., ReNIC, TACO 8(4), 2012, abstract";
const COMPSC = "Pan et al., CompSC, VEE 2012, abstract";
const SRIOV = "Dong et al., High performance network virtualization with SR-IOV, HPCA 2010, abstract";
const ON_FAST_PORT = { portRateBitsPerSecond: TEN_GIGABITS } as const;
const OUT_OF_VM = { isSendingDatagrams: true } as const;
const READ = { confidence: "read", isConsistencyOnly: false } as const;

export const RUNTIME_ROWS: readonly RuntimeRow[] = [
  ...([PARAVIRTUAL, EMULATED] as const).map(
    (baseline): RuntimeRow => ({
      ...READ,
      claim: "1",
      part: `against ${baseline}`,
      title: "processor time that ReNIC saves at run time, best case",
      source: RENIC_PAPER,
      unit: "%",
      value: 54,
      accepted: [45, 60],
      figure: bestSaving(baseline),
    }),
  ),
  ...["bulk-receive", "bulk-send"].map(
    (workload): RuntimeRow => ({
      ...READ,
      claim: "5",
      part: workload,
      title: "throughput of a virtual function of a 10 Gb/s port beside paravirtual, one VM",
      source: COMPSC,
      unit: "times",
      value: 3.83,
      accepted: [3, 4.5],
      figure: throughputRatio(
        { workload, vmCount: 1, io: DIRECT_MODEL, setting: ON_FAST_PORT },
        { workload, vmCount: 1, io: PARAVIRTUAL, setting: ON_FAST_PORT },
        workload,
      ),
    }),
  ),
  {
    ...READ,
    claim: "7",
    part: "",
    title: "throughput of virtual functions on ten ports of 1 Gb/s together",
    source: SRIOV,
    unit: "Gb/s",
    value: 9.48,
    accepted: [9.29, 9.67],
    figure: crowdThroughput("bulk-receive"),
  },
  {
    ...READ,
    claim: "8",
    part: "",
    title: "processor time of each further VM with a virtual function, throughput unchanged",
    source: SRIOV,
    unit: "% of a thread",
    value: 1.76,
    accepted: [1.2, 2.5],
    figure: costOfAnotherVm("bulk-receive"),
  },
  {
    ...READ,
    claim: "9",
    part: "",
    title:
      "a virtual function carries more than paravirtual I/O and takes less processor time: cells that say otherwise",
    source: SRIOV,
    unit: "cells",
    value: null,
    accepted: [0, 0],
    figure: disorder(PARAVIRTUAL),
  },
  {
    ...READ,
    isConsistencyOnly: true,
    claim: "15",
    part: "",
    title: "work of netback for a small packet from a guest, pages mapped for each, beside mapped once",
    source: "Linux xen-netback commits fdbb2e3659b3 and 18d34eabd73a",
    unit: "times",
    value: null,
    accepted: [1.8, 3],
    figure: cyclesRatio(
      { workload: "udp-60", vmCount: 1, io: PARAVIRTUAL, setting: OUT_OF_VM },
      { workload: "udp-60", vmCount: 1, io: PARAVIRTUAL, setting: OUT_OF_VM, overrides: { grantMapPage: 0 } },
      "udp-60 from one VM, cycles of backend and grants",
      ["backend", "grant"],
    ),
  },
  ...["bulk-receive", "http"].map(
    (workload): RuntimeRow => ({
      ...READ,
      isConsistencyOnly: true,
      claim: "18",
      part: workload,
      title: "work with interrupts that leave the guest, beside interrupts that do not, one VM",
      source: "Gordon et al., ELI, ASPLOS 2012, abstract: 1.3 to 1.6 times the throughput",
      unit: "times",
      value: null,
      accepted: [1.3, 1.6],
      figure: cyclesRatio(
        { workload, vmCount: 1, io: DIRECT_MODEL, setting: { delivery: "exits" } },
        { workload, vmCount: 1, io: DIRECT_MODEL, setting: { delivery: "posted" } },
        workload,
        null,
      ),
    }),
  ),
];
