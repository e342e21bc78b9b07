/**
 * Turns what the schema and the checks found into what a user reads: place, subject, reason, in the order of the file.
 *
 * Leaves out what a reader can see is a consequence of something else: the key that is missing because its name was
 * misspelt, and the second complaint about a value that could not even be read.
 */

import * as z from "zod";
import type { InputProblem } from "../sim/input-error";
import { quote } from "../sim/units";
import { type Finding, type Located, locate, type Path, type ScenarioDocument } from "./document";
import { listedKeys, withSuggestion } from "./found";
import { suggest } from "./suggest";

/** Unknown keys of a file that are compared with the known ones, so that a hostile file cannot make us compare for long. */
const COMPARED_KEY_COUNT_MAX = 256;

/** Returns what a schema found, with one finding for each unknown key. */
export function findingsOf(root: Located, schema: z.ZodType, issues: readonly z.core.$ZodIssue[]): readonly Finding[] {
  const findings: Finding[] = [];
  const misspelt = new Set<string>();
  let comparedCount = 0;
  for (const issue of issues) {
    const path = plain(issue.path);
    if (issue.code !== "unrecognized_keys") {
      findings.push({ offset: locate(root, path).offset, path, reason: issue.message });
      continue;
    }
    const { entries, offset } = locate(root, path);
    const known = keysAt(schema, path);
    for (const key of issue.keys) {
      const candidates = comparedCount++ < COMPARED_KEY_COUNT_MAX ? known.filter((each) => !entries.has(each)) : [];
      const meant = suggest(key, candidates);
      if (meant !== undefined) misspelt.add(subjectOf([...path, meant]));
      const reason = meant === undefined ? `unknown key; the keys are ${listedKeys(known)}` : "unknown key";
      findings.push({
        offset: entries.get(key)?.keyOffset ?? offset,
        path: [...path, key],
        reason: withSuggestion(reason, meant),
      });
    }
  }
  return findings.filter(({ path }) => !misspelt.has(subjectOf(path)));
}

/** Returns the document's findings and these in the order of their places; those of the whole file come first. */
export function problemsOf(document: ScenarioDocument, findings: readonly Finding[]): readonly InputProblem[] {
  const unreadable = new Set(document.findings.map(spotOf));
  const problems = new Map<string, InputProblem>();
  const all = [...document.findings, ...findings.filter((each) => !unreadable.has(spotOf(each)))];
  for (const { offset, path, reason } of all.sort((left, right) => (left.offset ?? -1) - (right.offset ?? -1))) {
    const place = offset === undefined ? "" : document.placeOf(offset);
    const problem = { place, subject: subjectOf(path), reason };
    // The library may refuse one number for two reasons, which we word as one.
    problems.set(JSON.stringify(problem), problem);
  }
  return [...problems.values()];
}

/** Returns a path as users write it: `protect.0.to`. Keys that are no words are quoted. */
export function subjectOf(path: Path): string {
  return path.map((step) => (/^[\w-]{1,40}$/.test(String(step)) ? step : quote(String(step)))).join(".");
}

/** Tells apart a value that could not be read and the map around it, which may begin at the same place. */
function spotOf({ offset, path }: Finding): string {
  return `${offset} ${subjectOf(path)}`;
}

/** Returns the keys that the map at a path may have. */
function keysAt(schema: z.ZodType, path: Path): readonly string[] {
  let current: unknown = schema;
  for (const step of path) {
    current = unwrapped(current);
    if (current instanceof z.ZodArray) current = current.element;
    else if (current instanceof z.ZodObject) current = current.shape[step];
  }
  current = unwrapped(current);
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

/** Returns the schema inside those that only add a default. */
function unwrapped(schema: unknown): unknown {
  let inner = schema;
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault) inner = inner.unwrap();
  return inner;
}

function plain(path: readonly PropertyKey[]): Path {
  return path.map((step) => (typeof step === "number" ? step : String(step)));
}
