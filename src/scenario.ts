/**
 * The entry `renic/scenario`: reading and writing scenarios without the simulator, for editors and generators.
 */

export { formatScenario } from "./config/format";
export { scenarioJsonSchema } from "./config/json-schema";
export { parseScenario } from "./config/parse";
export type {
  Abilities,
  Ability,
  AblateScenario,
  ClientScenario,
  FailScenario,
  HostScenario,
  LinkScenario,
  NicScenario,
  ProtectScenario,
  ReplayScenario,
  ReplayServerScenario,
  Scenario,
  VmScenario,
} from "./config/scenario";
export { ABILITIES } from "./config/scenario";
export type { ScenarioInput } from "./config/schema";
export { InputError, type InputProblem } from "./sim/input-error";
