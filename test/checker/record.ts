/**
 * What judges are fed: the trace, and memory as it was exported. They take no number from the simulator; the kinds
 * below are from docs/trace.md, and the shapes are structural, so that a trace read from a file would do as well.
 */

/** A trace record; the fields' meaning depends on the kind. */
export interface TraceRecord {
  readonly timePs: number;
  readonly kind: number;
  readonly subject: number;
  readonly frame: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

export const KIND = {
  fetched: 1,
  born: 2,
  held: 3,
  released: 4,
  sent: 5,
  arrived: 6,
  delivered: 7,
  consumed: 8,
  copied: 9,
  dropped: 10,
  handed: 11,
  posted: 12,
  suspended: 17,
  resumed: 18,
  hostFailed: 24,
  ran: 25,
  captured: 32,
  received: 33,
  committed: 34,
  suspected: 35,
  activated: 36,
  unprotected: 37,
  protected: 38,
  arbitrated: 39,
  written: 44,
  applied: 45,
} as const;

/** What a judge says. */
export interface Verdict {
  readonly judge: string;
  /** What was looked at, such as "1,121 frames". */
  readonly looked: string;
  /** How many things are wrong. */
  readonly faultCount: number;
  /** A sentence for each of the first hundred, in order. */
  readonly faults: readonly string[];
}

const FAULTS_TOLD_MAX = 100;

/** What is wrong so far: every fault is counted, the first hundred are told. */
export class Faults {
  readonly told: string[] = [];
  count = 0;

  add(sentence: string): void {
    if (this.count++ < FAULTS_TOLD_MAX) this.told.push(sentence);
  }

  verdict(judge: string, looked: string): Verdict {
    return { judge, looked, faultCount: this.count, faults: this.told };
  }
}

/** Picoseconds as a reader wants them. */
export function milliseconds(ps: number): string {
  return `${(ps / 1e9).toFixed(3)} ms`;
}
