/**
 * Claims about live migration, and the figures that stand for them: of plans (docs/migration.md), because a range needs
 * every cost at both ends for ways to the network that the migration engine does not all move.
 *
 * Silences are medians over the cells of the migration study that docs/model.md lists, fixed before any of them was planned.
 * The machines of the other claims are of our making, because their sources say little of them: `assumed:` throughout.
 */
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { MIGRATION_POLICIES } from "../config/migration-policy";
import { COST_PRESETS } from "../host/cost-row";
import { type CostOverrides, costRow, resolveCosts } from "../host/cost-table";
import type { PageWriter } from "../migration/dirty-pages";
import type { MigrationPlanInput } from "../migration/plan-input";
import { planMigration } from "../migration/planner";
import type { MovableIo } from "../migration/stop-steps";
import { medianOf } from "../study/interval";
import { migrationCells } from "../study/migration-cell";
import { planOfCell } from "../study/migration-plan";
import { PLANNED_COSTS } from "../study/migration-sensitivity";
import { CLAIM_WORKLOAD, DIRTY_RATES, GUEST_BYTES, LINK_RATES } from "../study/migration-workloads";
import type { Outcome, Published, RangeEnd } from "./published";

/** A claim, and what plans come to for it. */
export interface MigrationRow extends Published {
  readonly where: string;
  /** The figure with some costs otherwise than in the preset. */
  read(overrides: CostOverrides): number;
}

const PRESET = "era";

/** Returns what a row comes to: at the preset, and with each cost at either end of its range, alone. */
export function migrationOutcome({ read, where }: MigrationRow): Outcome & { readonly where: string } {
  const value = read({});
  const ends: RangeEnd[] = [{ value, moved: null }];
  for (const name of PLANNED_COSTS) {
    for (const to of costRow(name).range) ends.push({ value: read({ [name]: to }), moved: { name, to } });
  }
  // Ties go to what stands first: nothing moved, then the order of the table.
  const sorted = ends.toSorted((one, other) => one.value - other.value);
  const [least, greatest] = [sorted[0], ends.find((end) => end.value === sorted.at(-1)?.value)];
  return { value, where, range: least && greatest ? [least, greatest] : null };
}

const CELLS = migrationCells({
  presets: [PRESET],
  workloads: [CLAIM_WORKLOAD],
  memoryBytes: GUEST_BYTES,
  dirtyPerSecond: DIRTY_RATES,
  linkBitsPerSecond: LINK_RATES,
  models: ["renic"],
});
const GRID = `median of ${CELLS.length} cells, planned`;

/** A client's longest silence, which was fixed first as what is meant, or all together, which an abstract may mean as well. */
const FIGURES = [
  { key: "shutdownNs", part: "" },
  { key: "outageNs", part: ", all silences together" },
] as const;

type SilenceKey = (typeof FIGURES)[number]["key"];

/** How much shorter the silences of one way are than another's, in the median cell, in percent. */
function shorter(key: SilenceKey, io: MovableIo, baseline: MovableIo, overrides: CostOverrides): number {
  return medianOf(
    CELLS.map((cell) => {
      const [own, other] = [io, baseline].map((each) => planOfCell({ ...cell, io: each }, overrides)[key]);
      return own && other ? 100 * (1 - own / other) : 0;
    }),
  );
}

/** Cells in which the order of silences is another than the published one. */
function disordered(key: SilenceKey, overrides: CostOverrides): number {
  return CELLS.filter((cell) => {
    const silenceOf = (io: MovableIo) => planOfCell({ ...cell, io }, overrides)[key];
    const software = [silenceOf("paravirtual"), silenceOf("emulated")];
    const isOrdered =
      silenceOf("renic") < silenceOf("compsc") &&
      silenceOf("compsc") < Math.min(...software) &&
      Math.max(...software) < silenceOf("teaming");
    return !isOrdered;
  }).length;
}

const MEBIBYTE_PAGES = 2 ** 20 / PAGE_BYTES;
const GIGABIT = 1_000_000_000;

/** A paravirtual guest of the first Xen papers, without a device model, over a gigabit and by the policy of its time. */
function classic(
  memoryMebibytes: number,
  writers: readonly PageWriter[],
  overrides: CostOverrides,
): MigrationPlanInput {
  return {
    io: "paravirtual",
    hasDeviceModel: false,
    memoryBytes: memoryMebibytes * 2 ** 20,
    linkBitsPerSecond: GIGABIT,
    writers,
    policy: MIGRATION_POLICIES["xen-classic"],
    costs: resolveCosts(PRESET, overrides),
    clockHz: COST_PRESETS[PRESET].clockHz,
  };
}

function downtimeMs(input: MigrationPlanInput): number {
  return planMigration(input).downtimeNs / 1e6;
}

/** From a guest that writes nothing to one that writes all its memory as fast as it can, for the same machine. */
function spread(overrides: CostOverrides): number {
  const downtimes = [0, 1, 16, 64, 256, 1_024].flatMap((mebibytes) =>
    [1_000, 10_000, 100_000].map((pagesPerSecond) => {
      const writers = [{ pageCount: mebibytes * MEBIBYTE_PAGES, pagesPerSecond, isBusy: true }];
      return downtimeMs({ ...classic(1_024, writers, overrides), policy: MIGRATION_POLICIES.xen });
    }),
  );
  return Math.max(...downtimes) / Math.min(...downtimes);
}

const RENIC = "ReNIC, ACM TACO 8(4), 2012, abstract";
const COMPSC = "CompSC, VEE 2012, abstract";
const CLARK = "Clark et al., NSDI 2005, abstract and introduction";
const SHARED = { part: "", confidence: "read", isConsistencyOnly: false } as const;
const SHORTER = { ...SHARED, unit: "% shorter", where: GRID } as const;
const MILLISECONDS = { ...SHARED, source: CLARK, unit: "ms" } as const;
/** assumed: a thousand requests a second, each with the fresh pages and the working set of the cost model's table. */
const REQUESTS_PER_SECOND = 1_000;

export const MIGRATION_ROWS: readonly MigrationRow[] = [
  ...(["paravirtual", "emulated"] as const).map((baseline) => ({
    ...SHORTER,
    claim: "3",
    part: `against ${baseline}`,
    title: "service shutdown of a migration with ReNIC",
    source: RENIC,
    value: 50,
    accepted: [40, 60] as const,
    read: (overrides: CostOverrides) => shorter("shutdownNs", "renic", baseline, overrides),
  })),
  ...FIGURES.map(({ key, part }) => ({
    ...SHORTER,
    claim: "4",
    part: `against teaming${part}`,
    title: "service shutdown of a migration with ReNIC",
    source: RENIC,
    value: 71,
    accepted: [65, 80] as const,
    read: (overrides: CostOverrides) => shorter(key, "renic", "teaming", overrides),
  })),
  ...FIGURES.map(({ key, part }) => ({
    ...SHARED,
    claim: "4",
    part: `order${part}`,
    title: "ReNIC before CompSC before software NICs before teaming: cells that say otherwise",
    source: `${RENIC}; ${COMPSC}`,
    unit: "cells",
    value: null,
    accepted: [0, 0] as const,
    where: `of ${CELLS.length} cells, planned`,
    read: (overrides: CostOverrides) => disordered(key, overrides),
  })),
  {
    ...SHORTER,
    claim: "6",
    title: "service shutdown of a migration with CompSC, against paravirtual",
    source: COMPSC,
    value: 42.9,
    accepted: [35, 50],
    read: (overrides) => shorter("shutdownNs", "compsc", "paravirtual", overrides),
  },
  {
    ...MILLISECONDS,
    claim: "20",
    title: "downtime of a web server under SPECweb99",
    value: 210,
    accepted: [150, 300],
    where: "800 MiB, 6,000 pages a second round 6,000, planned",
    read: (overrides) => {
      const { requestDirtyPages, requestWorkingSet } = resolveCosts(PRESET, overrides);
      const web = { pageCount: requestWorkingSet, pagesPerSecond: requestDirtyPages * REQUESTS_PER_SECOND };
      return downtimeMs(classic(800, [web], overrides));
    },
  },
  {
    ...MILLISECONDS,
    claim: "21",
    title: "downtime of a Quake 3 server",
    value: 60,
    accepted: [40, 90],
    where: "64 MiB, 10,000 pages a second round 500, planned",
    read: (overrides) => downtimeMs(classic(64, [{ pageCount: 500, pagesPerSecond: 10_000 }], overrides)),
  },
  {
    ...MILLISECONDS,
    claim: "22",
    confidence: "recalled",
    title: "downtime of a guest that writes all its memory as fast as it can",
    value: 3_500,
    accepted: [3_000, 4_000],
    where: "512 MiB, 500,000 pages a second round all of it, planned",
    read: (overrides) => {
      const writer = { pageCount: 512 * MEBIBYTE_PAGES, pagesPerSecond: 500_000, isBusy: true };
      return downtimeMs(classic(512, [writer], overrides));
    },
  },
  {
    ...SHARED,
    claim: "23",
    title: "greatest downtime beside the least, by how memory is written",
    source: "Salfner et al., DEPEND 2011, abstract",
    unit: "times",
    value: 23,
    accepted: [20, 1_000],
    where: "1 GiB at 1 Gb/s, no page to all pages, paravirtual without a device model, planned",
    read: spread,
  },
];
