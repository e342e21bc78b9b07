/**
 * Claims about bonds of a virtual function and a paravirtual NIC, and the figures that stand for them, read of runs on the
 * paper's machines. What is measured for each was settled before any of it was (docs/validation.md).
 *
 * No range: both sides of either ratio pay the same costs for the same work, whatever those are.
 */
import { meanOf } from "../study/interval";
import type { Measurement } from "../study/measurement";
import type { MigrationMeasurement } from "../study/migration-measurement";
import type { MigrationRun } from "../study/migration-scenario";
import type { RuntimeCell } from "../study/runtime-cell";
import type { RuntimeRun } from "../study/runtime-scenario";
import { BONDED_MODEL, DIRECT_MODEL, RUN_COUNT, RUN_DURATION_NS } from "../study/runtime-workloads";
import type { Displacements, Figure, Reading } from "./figure";
import type { Published } from "./published";

/** A claim whose figure has no range. */
interface BondRow<Run, M> extends Published {
  readonly figure: Figure<Run, M>;
  readonly displacements: Displacements;
}

const SEED = 1;
const NO_DISPLACEMENTS: Displacements = [];

/** Few VMs whose stacks are at rest at times, as many as there are ports, and many that share processors. */
const COMPARED_CELLS = ["bulk-receive", "http"].flatMap((workload) =>
  [1, 7, 20].map((vmCount) => ({ preset: "era" as const, workload, vmCount })),
);

/** The runs of a cell, which are those of the runtime study. */
function runsOf(cell: RuntimeCell): RuntimeRun[] {
  return Array.from({ length: RUN_COUNT }, (_, index) => {
    return { cell, seed: SEED, run: index + 1, durationNs: RUN_DURATION_NS, overrides: {} };
  });
}

/** Cycles for a unit of work with a bond beside those with a virtual function, in the cell where they differ most. */
const RUNTIME_FIGURE: Figure<RuntimeRun, Measurement> = {
  runs: () =>
    COMPARED_CELLS.flatMap((cell) => ([BONDED_MODEL, DIRECT_MODEL] as const).flatMap((io) => runsOf({ ...cell, io }))),
  read(_, measured) {
    const readings = COMPARED_CELLS.map((cell): Reading => {
      const costOf = (io: RuntimeCell["io"]) =>
        meanOf(runsOf({ ...cell, io }).map((run) => measured(run).cycles / measured(run).workCount));
      const { workload, vmCount } = cell;
      return {
        value: costOf(BONDED_MODEL) / costOf(DIRECT_MODEL),
        where: `${workload} with ${vmCount} VM${vmCount === 1 ? "" : "s"}, the furthest from 1 of ${COMPARED_CELLS.length} cells`,
      };
    });
    const distance = ({ value }: Reading) => Math.abs(value - 1);
    return readings.reduce((worst, reading) => (distance(reading) > distance(worst) ? reading : worst));
  },
};

/** So long a run: a second, of which a bond needs 0.3 to unplug; the first round is not over by then. */
const WATCHED_NS = 1_000_000_000;

function moveOf(io: "teaming" | "paravirtual"): MigrationRun {
  const guest = { memoryBytes: 512 * 2 ** 20, dirtyPerSecond: 0, linkBitsPerSecond: 1_000_000_000 };
  const cell = { preset: "era", workload: "bulk", io, ...guest } as const;
  return { cell, seed: SEED, durationNs: WATCHED_NS, hasMigration: true };
}

/** What a stream carries while pages are sent, with a bond beside a paravirtual NIC. */
const MOVE_FIGURE: Figure<MigrationRun, MigrationMeasurement> = {
  runs: () => [moveOf("teaming"), moveOf("paravirtual")],
  read(_, measured) {
    const [bonded, paravirtual] = (["teaming", "paravirtual"] as const).map((io) => measured(moveOf(io)).carried);
    if (!bonded || !paravirtual) throw new Error("both machines come to their first round");
    const own = (100 * bonded.preCopyBitsPerSecond) / bonded.beforeBitsPerSecond;
    const rates = [bonded, paravirtual].map(({ preCopyBitsPerSecond }) => (preCopyBitsPerSecond / 1e9).toFixed(2));
    return {
      value: bonded.preCopyBitsPerSecond / paravirtual.preCopyBitsPerSecond,
      where: `${rates.join(" and ")} Gb/s; ${own.toFixed(0)} % of what the bond carries before`,
    };
  },
};

const STATED = { part: "", confidence: "read", unit: "times", value: null, isConsistencyOnly: false } as const;

export const BOND_RUNTIME_ROWS: readonly BondRow<RuntimeRun, Measurement>[] = [
  {
    ...STATED,
    claim: "10",
    title: "processor time for the same work with a bond that can move, beside a virtual function that cannot",
    source: "Dong et al., High performance network virtualization with SR-IOV, JPDC 2012, abstract",
    accepted: [0.95, 1.05],
    figure: RUNTIME_FIGURE,
    displacements: NO_DISPLACEMENTS,
  },
];

export const BOND_MOVE_ROWS: readonly BondRow<MigrationRun, MigrationMeasurement>[] = [
  {
    ...STATED,
    claim: "11",
    title: "throughput of a bond while pages are sent, beside a paravirtual NIC while they are",
    source: "Zhai et al., Live migration with pass-through device for Linux VM, OLS 2008",
    accepted: [0.9, 1.1],
    figure: MOVE_FIGURE,
    displacements: NO_DISPLACEMENTS,
  },
];
