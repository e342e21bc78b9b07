/**
 * The entry `renic/scenario`: reading and writing scenarios without the simulator, for editors and generators.
 */

export { formatCostFile, readCostFile } from "./config/cost-file";
export { formatScenario } from "./config/format";
export { scenarioJsonSchema } from "./config/json-schema";
export { type NamedFile, parseScenario } from "./config/parse";
export type {
  Abilities,
  Ability,
  AblateScenario,
  ClientScenario,
  FailScenario,
  HostScenario,
  LinkScenario,
  NicScenario,
  ProbeScenario,
  ProtectScenario,
  ReplayFlowScenario,
  ReplayScenario,
  Scenario,
  ServerScenario,
  VmScenario,
} from "./config/scenario";
export { ABILITIES } from "./config/scenario";
export type { ScenarioInput } from "./config/schema";
export { COST_LABELS, COST_PRESETS, type CostPreset, type CostRow } from "./host/cost-row";
export {
  COST_NAMES,
  COST_ROWS,
  type CostName,
  type CostOverrides,
  type Costs,
  overridesOf,
  resolveCosts,
} from "./host/cost-table";
export { InputError, type InputProblem } from "./sim/input-error";
