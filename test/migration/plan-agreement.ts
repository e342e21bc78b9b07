/** A point planned, and simulated packet by packet: how far the plan is from what happened. */
import { runScenario } from "../../src/experiment/run";
import type { MigrationPlanInput } from "../../src/migration/plan-input";
import { type MigrationPlan, planMigration } from "../../src/migration/planner";
import { accountOf } from "../../src/report/account";
import type { MigrationAccount } from "../../src/report/migration-account";
import { BEGIN_NS, drawPoint, type PlanPoint, planInputOfPoint, runInputOfPoint } from "./plan-point";

/** A plan's figures may be off by so much of the simulated ones. */
const TOLERANCE = 0.05;

export interface PlanAgreement {
  readonly seed: number;
  /** What the plan has of what was simulated, less 1; null where nothing of the kind was simulated. */
  readonly total: number | null;
  readonly bytes: number | null;
  readonly downtime: number | null;
  /** How either ended, and why. */
  readonly planned: string;
  readonly simulated: string;
}

/** Plans and simulates the point of a seed, of which some may be otherwise; a test may plan something else than that. */
export function agreementOf(
  module: WebAssembly.Module,
  seed: number,
  plant: (input: MigrationPlanInput) => MigrationPlanInput = (input) => input,
  change: Partial<PlanPoint> = {},
): PlanAgreement {
  const point = { ...drawPoint(seed), ...change };
  const input = planInputOfPoint(point);
  const durationNs = BEGIN_NS + Math.ceil(planMigration(input).totalNs * 1.3) + 200_000_000;
  const plan = planMigration(plant(input));
  const [account] = accountOf(runScenario(runInputOfPoint(module, point, durationNs))).migrations;
  if (!account) throw new Error("the scenario of a point has a migration");
  return {
    seed,
    total: errorOf(plan.totalNs, runningNs(account)),
    bytes: errorOf(plan.byteCount, account.bytes),
    downtime: plan.outcome.kind === "moved" ? errorOf(plan.downtimeNs, account.downtimeNs) : null,
    planned: endOfPlan(plan),
    simulated: endOfRun(account),
  };
}

/** Tells whether a plan is near what was simulated: both moved their guest or neither did, and the figures agree. */
export function isNear(agreement: PlanAgreement, tolerance = TOLERANCE): boolean {
  const { total, bytes, downtime, planned, simulated } = agreement;
  const isSameEnd = planned.split(" ")[0] === simulated.split(" ")[0];
  return isSameEnd && [total, bytes, downtime].every((error) => error === null || Math.abs(error) <= tolerance);
}

/** A plan's total ends when the guest runs, an account's when its network is back, too. */
function runningNs({ beganNs, resumedNs, totalNs, state }: MigrationAccount): number | null {
  return state === "active" && resumedNs !== null && beganNs !== null ? resumedNs - beganNs : totalNs;
}

function errorOf(planned: number, simulated: number | null): number | null {
  return simulated ? planned / simulated - 1 : null;
}

function endOfPlan({ outcome }: MigrationPlan): string {
  return `${outcome.kind === "moved" ? "active" : "failed"} ${outcome.reason}`;
}

function endOfRun({ state, stopReason, endReason }: MigrationAccount): string {
  return `${state} ${endReason ?? stopReason ?? ""}`;
}
