/** `renic schema`: prints the JSON Schema of scenarios, for editors that complete and check YAML. */
import { scenarioJsonSchema } from "../config/json-schema";
import { EXIT } from "./exit";

export function schemaCommand(): number {
  process.stdout.write(`${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`);
  return EXIT.ok;
}
