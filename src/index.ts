/**
 * renic, the library: make a world from a resolved scenario, run it, watch it, save and reload it. No dependency at
 * run time. `renic/scenario` reads scenarios from YAML.
 */

export { MIGRATION_POLICIES, type MigrationPolicy } from "./config/migration-policy";
export type { Abilities, Ability, Scenario } from "./config/scenario";
export type { CapturedFrame } from "./core/captured";
export { compileDataPlane, type DataPlaneSource, InternalError } from "./core/load";
export type { TraceRecord } from "./core/trace";
export { World, type WorldPlan } from "./core/world";
export { type Composition, compose } from "./experiment/compose";
export type { Control } from "./experiment/control";
export type { RunInput } from "./experiment/input";
export { digestOf, finish, type RunOutcome, runScenario } from "./experiment/run";
export { start, step } from "./experiment/simulate";
export { loadWorld, saveWorld } from "./experiment/world-image";
export { type Capture, readCapture } from "./format/capture";
export { type Exchange, readConversation } from "./format/conversation";
export { type DirtyRow, type DirtyTraceLimits, readDirtyTrace } from "./format/dirty-trace";
export { PcapngWriter } from "./format/pcapng-writer";
export { type RecordedConnection, type RecordedSide, readTcpConversation, type Turn } from "./format/tcp-conversation";
export { decodeVfImage } from "./format/vf-image";
export type { CostPreset } from "./host/cost-row";
export { type CostOverrides, type Costs, resolveCosts } from "./host/cost-table";
export type { Observer, ReplicaMoment } from "./host/simulation";
export type { DeviceWriter, PageWriter } from "./migration/dirty-pages";
export { type MigrationPlanInput, PLAN_DEFAULTS, receivingAt } from "./migration/plan-input";
export { type MigrationPlan, type PlanOutcome, planMigration } from "./migration/planner";
export { type ScenarioMigration, scenarioMigrations } from "./migration/scenario-plan";
export { type Account, accountOf } from "./report/account";
export { migrationText } from "./report/migration-text";
export { planText } from "./report/plan-text";
export { successionText } from "./report/succession-text";
export { accountText } from "./report/text";
export { InputError, type InputProblem } from "./sim/input-error";
export { VERSION } from "./sim/version";
