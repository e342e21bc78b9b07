/**
 * What a row of the cost model is: one parameter with its value in each preset, unit, range, meaning, source and label.
 *
 * The invariant, which tests keep: every value is a whole number inside its row's range, and a row says `assumed:` in
 * its source exactly when its label is A, `from memory, unverified` exactly when it is M. A row carries the label of
 * its weakest part, because a reader will trust it no further than that.
 */

/** Two machines: that of the paper's years, and one of now. */
export const COST_PRESETS = {
  era: { clockHz: 2_930_000_000, meaning: "the paper's years: Xeon 5500 and 5600, Xen 4.0, Linux 2.6.3x" },
  now: { clockHz: 2_600_000_000, meaning: "a server of today, interrupts posted to guests that run" },
} as const;

export type CostPreset = keyof typeof COST_PRESETS;

/** In the order in which tables show them. */
export const COST_PRESET_NAMES = ["era", "now"] as const satisfies readonly CostPreset[];

/** How far a row can be trusted. */
export const COST_LABELS = {
  V: "read in the primary source",
  S: "read in a secondary source",
  D: "computed from such numbers, the arithmetic shown",
  I: "inferred from a sibling system or from another year",
  A: "assumed, and why",
  M: "from memory, unverified",
} as const;

export type CostLabel = keyof typeof COST_LABELS;

/** Units are chosen so that every value is a whole number. */
export type CostUnit =
  | "cycles"
  | "cycles/kB"
  | "ns"
  | "ns/GiB"
  | "ps/byte"
  | "bytes/s"
  | "interrupts/s"
  | "pages"
  | "pages/s"
  | "count"
  | "%";

/** A parameter of the model. */
export interface CostRow {
  readonly era: number;
  readonly now: number;
  readonly unit: CostUnit;
  /** Plausible values, least and greatest; overrides outside are refused. */
  readonly range: readonly [number, number];
  readonly label: CostLabel;
  readonly meaning: string;
  readonly source: string;
}

/** The rows of one group, by name. */
export type CostRows = Readonly<Record<string, CostRow>>;
