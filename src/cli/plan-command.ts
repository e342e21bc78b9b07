/** `renic plan`: a live migration worked out without packets, as rounds and as a breakdown of its downtime. */
import { planMigration } from "../migration/planner";
import { planText } from "../report/plan-text";
import { EXIT } from "./exit";
import { type PlanOptions, readPlanOptions } from "./plan-options";

/** Carries the command out and returns its exit code. A migration that does not come about is a result, not an error. */
export function planCommand({ json, ...options }: PlanOptions & { readonly json?: boolean }): number {
  const plan = planMigration(readPlanOptions(options));
  process.stdout.write(json ? `${JSON.stringify(plan, null, 2)}\n` : `${planText(plan).join("\n")}\n`);
  return EXIT.ok;
}
