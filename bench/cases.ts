/**
 * What is measured: a table. A case names the work that every engine does, how much of it a round has, and what one
 * operation is. Counts are fixed, not calibrated, so that all engines have done the same work and their memories can
 * be compared.
 */
import { SCAN_PAGE_COUNT } from "./world";

/** Work that an engine can do; the names are those of the C engine's commands. */
export type Work =
  | { readonly kind: "ring-path"; readonly frameBytes: number }
  | { readonly kind: "hold-events"; readonly pending: number }
  | { readonly kind: "dirty-scan"; readonly pageCount: number; readonly stride: number };

export interface BenchCase {
  readonly name: string;
  readonly work: Work;
  /** How often a round does the work: packets (a multiple of 32), events taken and scheduled again, or scans. */
  readonly count: number;
  /** The same, unmeasured, before each round: it brings back the caches that another engine has used since. */
  readonly lead: number;
  /** What the nanoseconds are for. */
  readonly operation: "packet" | "event" | "scan";
}

/** Pages between two marked ones: 0.1 %. */
const STRIDE = 1000;

export const CASES: readonly BenchCase[] = [
  // Frames without their check sequence, which hardware adds: 64 B and 1518 B on the wire.
  {
    name: "ring path 64 B",
    work: { kind: "ring-path", frameBytes: 60 },
    count: 65_536,
    lead: 8192,
    operation: "packet",
  },
  {
    name: "ring path 1500 B",
    work: { kind: "ring-path", frameBytes: 1514 },
    count: 32_768,
    lead: 4096,
    operation: "packet",
  },
  {
    name: "dirty scan 64 GiB 0.1 %",
    work: { kind: "dirty-scan", pageCount: SCAN_PAGE_COUNT, stride: STRIDE },
    count: 20,
    lead: 2,
    operation: "scan",
  },
  {
    // The first page alone is marked.
    name: "dirty scan 64 GiB clean",
    work: { kind: "dirty-scan", pageCount: SCAN_PAGE_COUNT, stride: SCAN_PAGE_COUNT },
    count: 40,
    lead: 4,
    operation: "scan",
  },
  {
    name: "event queue 1 k",
    work: { kind: "hold-events", pending: 1000 },
    count: 50_000,
    lead: 5000,
    operation: "event",
  },
  {
    name: "event queue 100 k",
    work: { kind: "hold-events", pending: 100_000 },
    count: 50_000,
    lead: 32,
    operation: "event",
  },
];

/** Returns how many operations doing the work `count` times is. */
export function operationCount(work: Work, count: number): number {
  // Each pending event is scheduled and taken once more, when the queue is filled and emptied.
  return work.kind === "hold-events" ? count + work.pending : count;
}
