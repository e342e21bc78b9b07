/**
 * What others have published and the simulator is held against. None of these values is an input of anything: parameters
 * come from the table of costs, and what comes out is compared here.
 *
 * | verdict | when |
 * |---|---|
 * | reproduced | our value lies in the accepted interval, every cost at its preset |
 * | bracketed | it does not, but the published value lies between the ends of our range, each cost moved alone |
 * | missed | neither |
 * | consistency only | the source of the claim also gave a parameter: agreement proves nothing |
 * | recalled | the published value is from memory: shown, and held against nothing |
 */

/** How sure the published value is: read at its source, or remembered. */
export type Confidence = "read" | "recalled";

export interface Published {
  /** Of the table of claims; several rows may stand for one claim. */
  readonly claim: string;
  /** Against what, or of what, where a claim has several rows. */
  readonly part: string;
  readonly title: string;
  readonly source: string;
  readonly confidence: Confidence;
  readonly unit: string;
  /** As published, in the unit; null where only an order was. */
  readonly value: number | null;
  /** What counts as the same, decided before anything was measured. */
  readonly accepted: readonly [least: number, greatest: number];
  /** The source also gave a parameter. */
  readonly isConsistencyOnly: boolean;
}

export type Verdict = "reproduced" | "bracketed" | "missed" | "consistency only" | "recalled";

/** What the simulator gives for a claim. */
export interface Outcome {
  readonly value: number;
  /** The ends of our range, and the costs that were moved to give them; null where no cost enters. */
  readonly range: readonly [least: RangeEnd, greatest: RangeEnd] | null;
}

export interface RangeEnd {
  readonly value: number;
  /** The cost that was moved, and where to; null where nothing moved further than the presets. */
  readonly moved: { readonly name: string; readonly to: number } | null;
}

/** Returns the verdict of a claim. */
export function verdictOf(published: Published, { value, range }: Outcome): Verdict {
  if (published.confidence === "recalled") return "recalled";
  if (published.isConsistencyOnly) return "consistency only";
  const [least, greatest] = published.accepted;
  if (value >= least && value <= greatest) return "reproduced";
  const wanted = published.value;
  if (wanted === null || range === null) return "missed";
  return wanted >= range[0].value && wanted <= range[1].value ? "bracketed" : "missed";
}
