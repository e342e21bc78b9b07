/**
 * What is measured: a table. A case names the work that every engine does, how much of it a round has, and what one
 * operation is. Counts are fixed, not calibrated, so that all engines have done the same work and their memories can
 * be compared.
 */
import { HOLD_COUNT_MAX } from "./holds";
import { LOG_PAGE_COUNT } from "./log";

/** Work that an engine can do; the names are those of the C engine's commands. */
export type Work =
  | { readonly kind: "ring-path"; readonly frameBytes: number }
  | { readonly kind: "hold-events"; readonly pending: number }
  | { readonly kind: "harvest"; readonly markedCount: number }
  | { readonly kind: "copy-page" | "hash-page" }
  | { readonly kind: "delta-page"; readonly changedWords: number }
  /** Of the images that the engines were given, the one that is made the state and saved again and again. */
  | { readonly kind: "save-image"; readonly image: number }
  /** The one that is restored first, in turns with its neighbour: the number with its lowest bit the other way. */
  | { readonly kind: "restore-image"; readonly image: number };

export interface BenchCase {
  readonly name: string;
  readonly work: Work;
  /** How often a round does the work: packets (a multiple of 32), harvests, or events taken and scheduled again, images, pages. */
  readonly count: number;
  /** The same, unmeasured, before each round: it brings back the caches that another engine has used since. */
  readonly lead: number;
  /** What the nanoseconds are for. */
  readonly operation: "packet" | "harvest" | "hold" | "image" | "page";
}

/** How much of a log is marked, and harvests of a round. */
const HARVESTS = [
  { name: "clean", fraction: 0, count: 20 },
  { name: "0.1 %", fraction: 0.001, count: 10 },
  { name: "1 %", fraction: 0.01, count: 5 },
  { name: "10 %", fraction: 0.1, count: 2 },
] as const;

/** How many events wait. */
const PENDING = [
  { name: "1 k", pending: 1000 },
  { name: "100 k", pending: 100_000 },
  { name: "1 M", pending: 1_000_000 },
] as const;

/** Words of a page that were changed, at most. */
const CHANGED_WORDS = [4, 64] as const;

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
  ...HARVESTS.map(
    ({ name, fraction, count }): BenchCase => ({
      name: `dirty harvest 64 GiB ${name}`,
      work: { kind: "harvest", markedCount: Math.round(LOG_PAGE_COUNT * fraction) },
      count,
      lead: 1,
      operation: "harvest",
    }),
  ),
  ...PENDING.map(
    ({ name, pending }): BenchCase => ({
      name: `event queue ${name}`,
      work: { kind: "hold-events", pending },
      count: HOLD_COUNT_MAX,
      lead: 5000,
      operation: "hold",
    }),
  ),
  { name: "state image save", work: { kind: "save-image", image: 0 }, count: 1000, lead: 200, operation: "image" },
  {
    name: "state image restore",
    work: { kind: "restore-image", image: 0 },
    count: 2000,
    lead: 400,
    operation: "image",
  },
  { name: "page copy", work: { kind: "copy-page" }, count: 512, lead: 512, operation: "page" },
  { name: "page hash", work: { kind: "hash-page" }, count: 512, lead: 512, operation: "page" },
  ...CHANGED_WORDS.map(
    (changedWords): BenchCase => ({
      name: `page delta ${changedWords} words`,
      work: { kind: "delta-page", changedWords },
      count: 512,
      lead: 512,
      operation: "page",
    }),
  ),
];
