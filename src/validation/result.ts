/** What a validation comes to: plain data, a file that the document is made from. */

import type { Outcome } from "./published";
import { type Published, type RangeEnd, type Verdict, verdictOf } from "./published";

export interface RowResult extends Published {
  readonly ours: number;
  /** Where in the grid, and what belongs to the value. */
  readonly where: string;
  readonly range: readonly [RangeEnd, RangeEnd] | null;
  readonly verdict: Verdict;
  /** Names the data plane that it was measured with, where that is another than most rows have. */
  readonly wasmSha256?: string;
}

export interface ValidationResult {
  readonly renic: string;
  /** Names the data plane that ran. */
  readonly wasmSha256: string;
  readonly rows: readonly RowResult[];
}

/** Puts a published value and what was measured for it together. */
export function rowResult(published: Published, outcome: Outcome & { readonly where: string }): RowResult {
  const { claim, part, title, source, confidence, unit, value, accepted, isConsistencyOnly } = published;
  const { where, range } = outcome;
  return {
    ...{ claim, part, title, source, confidence, unit, value, accepted, isConsistencyOnly },
    ...{ ours: outcome.value, where, range, verdict: verdictOf(published, outcome) },
  };
}
