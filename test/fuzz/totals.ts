/**
 * Sums of chunks, and the findings among them. Chunks are added in their order, whatever the order in which workers end
 * them, so that totals and findings are the same for any number of workers.
 */
import { ROW_CASES, ROW_COUNT, ROW_CROSS_EFFECTS, ROW_ESCAPES } from "../../assembly/fuzz/rows";
import type { ChunkResult } from "./fuzz-module";

/** Something that must not be; `chunk` says where to look again. */
export interface Finding {
  readonly chunk: number;
  readonly what: string;
}

export interface Totals {
  /** Chunks below this are in it. */
  readonly chunkNext: number;
  readonly counts: readonly number[];
  readonly traps: number;
  /** The first ones. */
  readonly findings: readonly Finding[];
}

/** Findings that are kept: one is enough to begin with. */
const FINDINGS_MAX = 20;

export const NOTHING: Totals = { chunkNext: 0, counts: Array(ROW_COUNT).fill(0), traps: 0, findings: [] };

export function countOf({ counts }: Totals, row: number): number {
  return counts[row] ?? 0;
}

/** Returns the totals with one more chunk, the next. */
export function addChunk(totals: Totals, { chunk, counts, trap }: ChunkResult): Totals {
  return {
    chunkNext: chunk + 1,
    counts: totals.counts.map((count, row) => count + (counts[row] ?? 0)),
    traps: totals.traps + (trap === null ? 0 : 1),
    findings: [...totals.findings, ...findingsOf(chunk, counts, trap)].slice(0, FINDINGS_MAX),
  };
}

function findingsOf(chunk: number, counts: readonly number[], trap: string | null): Finding[] {
  const findings: Finding[] = [];
  if (trap !== null) findings.push({ chunk, what: `trap after ${counts[ROW_CASES] ?? 0} cases: ${trap}` });
  if (counts[ROW_ESCAPES]) findings.push({ chunk, what: `${counts[ROW_ESCAPES]} changes of memory outside a map` });
  if (counts[ROW_CROSS_EFFECTS]) findings.push({ chunk, what: "the victim fared otherwise than without offenders" });
  return findings;
}

/** The line that ends a run. */
export interface Verdict {
  readonly cases: number;
  readonly traps: number;
  readonly escapes: number;
  readonly crossVfEffects: number;
}

export function verdictOf(totals: Totals): Verdict {
  return {
    cases: countOf(totals, ROW_CASES),
    traps: totals.traps,
    escapes: countOf(totals, ROW_ESCAPES),
    crossVfEffects: countOf(totals, ROW_CROSS_EFFECTS),
  };
}
