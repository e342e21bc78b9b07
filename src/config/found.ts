/** Names values of a scenario in messages: what was found, and what was expected in its place. */

import { quote } from "../sim/units";

/** Describes a value by itself if it is a word or a number, and by its kind if it is a list or a map. */
export function found(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (value === null) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return Object.keys(value).length === 0 ? "an empty map" : "a map";
  return String(value);
}

/** Says what is wrong with a value that is not what it should be, or with a key that is not there. */
export function expected(what: string, value: unknown): string {
  return value === undefined ? `missing; expected ${what}` : `expected ${what}, got ${found(value)}`;
}

/** Adds the closest allowed word, if there is one. */
export function withSuggestion(reason: string, suggestion: string | undefined): string {
  return suggestion === undefined ? reason : `${reason}; did you mean ${quote(suggestion)}?`;
}

const LISTED_MAX = 10;
/** More than any map has that a user knows by heart. */
const KEYS_LISTED_MAX = 16;

/** Joins the items of a list for a message, cut where a reader would stop reading. */
export function listed(items: readonly string[], shownMax = LISTED_MAX): string {
  const shown = items.slice(0, shownMax).join(", ");
  return items.length > shownMax ? `${shown} and ${items.length - shownMax} more` : shown;
}

/** Joins the keys that a map may have. */
export function listedKeys(keys: readonly string[]): string {
  return listed(keys, KEYS_LISTED_MAX);
}
