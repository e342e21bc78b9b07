/**
 * From the text of a scenario file to the scenario: YAML, form, checks, names.
 *
 * Everything that is wrong is reported at once, each with line and column. Where the text is not YAML, nothing else is
 * looked at, because what follows a broken bracket is guesswork. The invariant: a text gives a scenario or an
 * `InputError`, whatever it holds, and in bounded time.
 */

import { InputError } from "../sim/input-error";
import { checkDraft } from "./check";
import { type Located, locate, readDocument } from "./document";
import { readDraft } from "./draft";
import { findingsOf, problemsOf } from "./problems";
import { resolveScenario } from "./resolve";
import type { Scenario } from "./scenario";
import { type ScenarioForm, scenarioForm } from "./schema";

/**
 * Returns the scenario that a YAML (or JSON) text describes, every default filled in.
 *
 * @param source name of the file for messages; nothing is read from it
 * @throws InputError with every problem found
 */
export function parseScenario(text: string, source: string): Scenario {
  const document = readDocument(text);
  const { form, findings } = readForm(document.root);
  const problems = problemsOf(document, findings);
  if (form === undefined || problems.length > 0) throw new InputError(source, problems);
  return resolveScenario(form);
}

function readForm(root: Located | undefined) {
  if (root === undefined) return { form: undefined, findings: [] };
  const parsed = scenarioForm.safeParse(root.value);
  const form: ScenarioForm | undefined = parsed.data;
  const draft = readDraft(root.value);
  const complaints = draft === undefined ? [] : checkDraft(draft);
  const findings = [
    ...findingsOf(root, scenarioForm, parsed.error?.issues ?? []),
    ...complaints.map(({ path, reason }) => ({ offset: locate(root, path).offset, path, reason })),
  ];
  return { form, findings };
}
