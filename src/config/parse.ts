/**
 * From the text of a scenario file to the scenario: YAML, form, checks, names.
 *
 * Everything that is wrong is reported at once, each with line and column. Where the text is not YAML, nothing else is
 * looked at, because what follows a broken bracket is guesswork. The invariant: a text gives a scenario or an
 * `InputError`, whatever it holds, and in bounded time.
 */

import type { CostOverrides } from "../host/cost-table";
import { InputError } from "../sim/input-error";
import { quote } from "../sim/units";
import { checkCapacity } from "./capacity";
import { checkDraft } from "./check";
import { readCostFile } from "./cost-file";
import { type Finding, type Located, locate, readDocument } from "./document";
import { type Complaint, readDraft } from "./draft";
import { findingsOf, problemsOf } from "./problems";
import { resolveScenario } from "./resolve";
import type { Scenario } from "./scenario";
import { type ScenarioForm, scenarioForm } from "./schema";

/** A file that a scenario names: what it holds, and what messages call it. */
export interface NamedFile {
  readonly text: string;
  readonly source: string;
}

/**
 * Returns the scenario that a YAML (or JSON) text describes, every default filled in.
 *
 * @param source name of the file for messages; nothing is read from it
 * @param readNamed reads a file by the path that the scenario gives; without it, a file of costs is refused
 * @throws InputError with every problem found, in the scenario or else in the file of costs
 */
export function parseScenario(text: string, source: string, readNamed?: (path: string) => NamedFile): Scenario {
  const document = readDocument(text);
  const { form, findings } = readForm(document.root, readNamed !== undefined);
  const problems = problemsOf(document, findings);
  if (form === undefined || problems.length > 0) throw new InputError(source, problems);
  const file = form.costs.file === undefined ? undefined : readNamed?.(form.costs.file);
  if (file === undefined) return resolveScenario(form, {});
  const costs = readCostFile(file.text, file.source);
  const lateProblems = problemsOf(document, lateFindings(document.root, costs));
  if (lateProblems.length > 0) throw new InputError(source, lateProblems);
  return resolveScenario(form, costs);
}

function readForm(root: Located | undefined, areFilesRead: boolean) {
  if (root === undefined) return { form: undefined, findings: [] };
  const parsed = scenarioForm.safeParse(root.value);
  const form: ScenarioForm | undefined = parsed.data;
  const draft = readDraft(root.value);
  const findings = [
    ...findingsOf(root, scenarioForm, parsed.error?.issues ?? []),
    ...complaintFindings(root, draft === undefined ? [] : checkDraft(draft)),
    ...(areFilesRead ? [] : fileFindings(root, form)),
  ];
  return { form, findings };
}

/** Returns what is wrong once the file of costs is known, which may say how many vCPUs a dom0 has. */
function lateFindings(root: Located | undefined, file: CostOverrides): readonly Finding[] {
  const draft = readDraft(root?.value);
  return root === undefined || draft === undefined ? [] : complaintFindings(root, checkCapacity(draft, file));
}

function complaintFindings(root: Located, complaints: readonly Complaint[]): readonly Finding[] {
  return complaints.map(({ path, reason }) => ({ offset: locate(root, path).offset, path, reason }));
}

function fileFindings(root: Located, form: ScenarioForm | undefined): readonly Finding[] {
  const file = form?.costs.file;
  if (file === undefined) return [];
  const path = ["costs", "file"];
  const reason = `expected costs in set, because no files are read here, got ${quote(file)}`;
  return [{ offset: locate(root, path).offset, path, reason }];
}
