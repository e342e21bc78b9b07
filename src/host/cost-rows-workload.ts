/**
 * What applications do: defaults of values that a scenario says of its workloads.
 *
 * They decide comparisons as much as any cost of the path, so a result has to show them. Left out: the replayed
 * service, whose cycles for a request are its own scenario value (`cyclesPerRequest`).
 */
import type { CostRows } from "./cost-row";

export const WORKLOAD_ROWS = {
  staticRequest: {
    era: 35_000,
    now: 35_000,
    unit: "cycles",
    range: [20_000, 70_000],
    label: "A",
    meaning: "server's cycles for a small static HTTP request, network included",
    source:
      "500,000 requests/s on 12 cores of 2.93 GHz, client on the same machine, are 70,300 for both (lowlatencyweb, 2012-03); half of it assumed: the server's",
  },
  applicationRequest: {
    era: 250_000,
    now: 150_000,
    unit: "cycles",
    range: [30_000, 2_000_000],
    label: "A",
    meaning: "application's cycles for a request like those of web servers, network excluded",
    source: "assumed: some scripts and a look into a cache; applications differ by two orders of magnitude",
  },
  requestPacketsIn: {
    era: 3,
    now: 3,
    unit: "count",
    range: [2, 6],
    label: "A",
    meaning: "packets to the server for such a request",
    source: "assumed: the request and delayed acknowledgements",
  },
  requestPacketsOut: {
    era: 8,
    now: 8,
    unit: "count",
    range: [2, 40],
    label: "A",
    meaning: "packets from the server for such a request",
    source: "assumed: an answer of 11 KB in segments of 1,448 bytes",
  },
  restDirtyPages: {
    era: 500,
    now: 500,
    unit: "pages",
    range: [200, 2_000],
    label: "A",
    meaning: "pages that a guest at rest dirties in an epoch",
    source: "assumed: timers, logs and daemons",
  },
  requestDirtyPages: {
    era: 6,
    now: 6,
    unit: "pages",
    range: [2, 20],
    label: "A",
    meaning: "pages that a request dirties for the first time in an epoch",
    source: "assumed: socket buffers, stack and a page or two of the application's",
  },
  requestWorkingSet: {
    era: 6_000,
    now: 6_000,
    unit: "pages",
    range: [2_000, 20_000],
    label: "A",
    meaning: "pages that requests can dirty at most, however many there are",
    source: "assumed: 23 MiB of buffers and heap that are used again and again",
  },
  computeTouchRate: {
    era: 70_000,
    now: 70_000,
    unit: "pages/s",
    range: [20_000, 200_000],
    label: "A",
    meaning: "pages that a computing guest touches for the first time in an epoch, at its start",
    source: "assumed: 270 MiB/s of fresh pages, a program that sweeps through arrays",
  },
  computeWorkingSet: {
    era: 4_000,
    now: 4_000,
    unit: "pages",
    range: [1_000, 15_000],
    label: "A",
    meaning: "pages that a computing guest dirties at most",
    source: "assumed: 16 MiB, a last-level cache's worth of arrays",
  },
} as const satisfies CostRows;
