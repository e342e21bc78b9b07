/**
 * The schema of a scenario file for editors, which complete keys and show their meaning from it.
 *
 * Draft 7, the newest that the YAML language server supports without gaps. It says less than `parseScenario` checks:
 * nothing about names that must exist or hosts that are too small.
 */

import * as z from "zod";
import { scenarioForm } from "./schema";

/** Returns the JSON Schema (draft 7) of what a user writes, as plain data. */
export function scenarioJsonSchema(): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(scenarioForm, {
    target: "draft-7",
    io: "input",
    // The library leaves examples out wherever a field is converted, as if they were of the converted value.
    override: ({ zodSchema, jsonSchema }) => {
      const examples = z.globalRegistry.get(zodSchema)?.examples;
      if (Array.isArray(examples)) jsonSchema.examples = examples;
    },
  });
}
