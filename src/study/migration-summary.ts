/**
 * What the cells of the migration study come to: how much shorter a client's silences are with ReNIC than with each other
 * way to the network, the longest of them, and all together.
 *
 * Two cells are compared that differ in the way to the network alone, both simulated or else both planned: never one with
 * the other.
 */
import type { CostPreset } from "../host/cost-row";
import type { MigrationPlan } from "../migration/planner";
import { medianOf } from "./interval";
import { isBeside, type MigrationCell } from "./migration-cell";
import type { MigrationMeasurement } from "./migration-measurement";
import { CLAIM_BASELINES, CLAIM_WORKLOAD, CLAIMED_MODEL } from "./migration-workloads";

/** A cell as it was planned, and as it was simulated where the engine moves it. */
export interface MigrationResult {
  readonly cell: MigrationCell;
  readonly plan: MigrationPlan;
  readonly measurement: MigrationMeasurement | null;
}

/** How a figure came about. */
export type Level = "simulated" | "planned";

/** What is compared: the longest silence of a client, which the claims are held against, or all together. */
export const SILENCE_FIGURES = ["shutdown", "outage"] as const;

export type SilenceFigure = (typeof SILENCE_FIGURES)[number];

const KEY_OF = { shutdown: "shutdownNs", outage: "outageNs" } as const satisfies Record<SilenceFigure, string>;

/** How much shorter the claimed model's figure is than another's, in one cell. */
export interface Advantage {
  readonly cell: MigrationCell;
  readonly baseline: (typeof CLAIM_BASELINES)[number];
  readonly figure: SilenceFigure;
  readonly level: Level;
  readonly shorterPercent: number;
}

/** The advantages of all cells of a preset against one baseline. */
export interface MigrationHeadline {
  readonly preset: CostPreset;
  readonly baseline: (typeof CLAIM_BASELINES)[number];
  readonly figure: SilenceFigure;
  readonly level: Level;
  readonly cellCount: number;
  readonly least: number;
  readonly median: number;
  readonly greatest: number;
}

/** Returns the advantages over every baseline, of cells with the claims' workload whose guests have moved. */
export function advantagesOf(results: readonly MigrationResult[]): Advantage[] {
  const claimed = results.filter(({ cell }) => cell.io === CLAIMED_MODEL && cell.workload === CLAIM_WORKLOAD);
  return SILENCE_FIGURES.flatMap((figure) =>
    claimed.flatMap((own) =>
      CLAIM_BASELINES.flatMap((baseline) => {
        const other = results.find(({ cell }) => cell.io === baseline && isBeside(cell, own.cell));
        return other ? advantageOf(own, other, baseline, figure) : [];
      }),
    ),
  );
}

function advantageOf(
  own: MigrationResult,
  other: MigrationResult,
  baseline: (typeof CLAIM_BASELINES)[number],
  figure: SilenceFigure,
): Advantage[] {
  const key = KEY_OF[figure];
  const of = { cell: own.cell, baseline, figure };
  const [ownNs, otherNs] = [own, other].map(({ measurement }) => measurement?.[key] ?? null);
  if (ownNs && otherNs) return [{ ...of, level: "simulated", shorterPercent: shorter(ownNs, otherNs) }];
  const plans = [own.plan[key], other.plan[key]] as const;
  if (plans[0] === 0 || plans[1] === 0) return [];
  return [{ ...of, level: "planned", shorterPercent: shorter(...plans) }];
}

function shorter(ownNs: number, otherNs: number): number {
  return 100 * (1 - ownNs / otherNs);
}

/** Returns a headline for each preset, baseline, figure and level: never the best cell alone. */
export function migrationHeadlines(advantages: readonly Advantage[]): MigrationHeadline[] {
  const keyOf = ({ cell, baseline, figure, level }: Advantage) => `${cell.preset} ${baseline} ${figure} ${level}`;
  const groups = new Map<string, Advantage[]>();
  for (const advantage of advantages)
    groups.set(keyOf(advantage), [...(groups.get(keyOf(advantage)) ?? []), advantage]);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const percents = group.map(({ shorterPercent }) => shorterPercent);
    return {
      preset: first.cell.preset,
      baseline: first.baseline,
      figure: first.figure,
      level: first.level,
      cellCount: group.length,
      least: Math.min(...percents),
      median: medianOf(percents),
      greatest: Math.max(...percents),
    };
  });
}
