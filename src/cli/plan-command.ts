/**
 * `renic plan`: live migrations worked out without packets, as rounds and as a breakdown of their downtime: those of a
 * scenario, or one that options describe.
 */
import { type MigrationPlan, planMigration } from "../migration/planner";
import { type ScenarioMigration, scenarioMigrations } from "../migration/scenario-plan";
import { planText } from "../report/plan-text";
import { InputError, type InputProblem } from "../sim/input-error";
import { EXIT } from "./exit";
import { readInput, readScenario } from "./inputs";
import { type PlanOptions, readPlanOptions } from "./plan-options";

export interface PlanCommandOptions extends PlanOptions {
  readonly json?: boolean;
  readonly allowPath?: boolean;
}

/** Carries the command out and returns its exit code. A migration that does not come about is a result, not an error. */
export function planCommand(file: string | undefined, { json, allowPath, ...options }: PlanCommandOptions): number {
  if (file === undefined) {
    const plan = planMigration(readPlanOptions(options));
    write(json ? JSON.stringify(plan, null, 2) : planText(plan).join("\n"));
    return EXIT.ok;
  }
  const plans = migrationsOf(file, allowPath ?? false).map(({ wanted, ...who }) => {
    return { ...who, plan: planMigration(readPlanOptions(options, wanted)) };
  });
  write(json ? JSON.stringify(plans, null, 2) : plans.map(titledText).join("\n\n"));
  return EXIT.ok;
}

function migrationsOf(file: string, isAnyPathAllowed: boolean): ScenarioMigration[] {
  const scenario = readScenario(readInput(file), file, { isAnyPathAllowed });
  const moving = scenario.vms.filter(({ name }) => scenario.migrations.some(({ vm }) => vm === name));
  const problems = moving.flatMap(({ name, job }) => (job?.trace ? tracedProblem(name) : []));
  if (problems.length > 0) throw new InputError(file, problems);
  const migrations = scenarioMigrations(scenario);
  if (migrations.length > 0) return migrations;
  const reason =
    "expected one at least, because there is nothing to be planned; or describe one with options, without a file";
  throw new InputError(file, [{ place: "", subject: "migrations", reason }]);
}

function tracedProblem(vm: string): InputProblem {
  const reason =
    "writes pages at rates that change, of which a plan knows nothing; run the scenario, or plan it without";
  return { place: "", subject: `vm ${vm}: job.trace`, reason };
}

function titledText({
  vm,
  from,
  to,
  plan,
}: Omit<ScenarioMigration, "wanted"> & { readonly plan: MigrationPlan }): string {
  return [`${vm} from ${from} to ${to}`, ...planText(plan)].join("\n");
}

function write(text: string): void {
  process.stdout.write(`${text}\n`);
}
