/**
 * The plan of a cell: what its guest and NIC write in a second, as the planner wants it.
 *
 * What the job writes is known. What the network's software writes is worked out from what a client asks for: buffers
 * and descriptors go round in their rings, and a few pages hold the state of driver, sockets and service. assumed: all
 * requests are served as they come, which leaves out what a busy processor delays.
 */
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { MIGRATION_POLICIES } from "../config/migration-policy";
import { COST_PRESETS } from "../host/cost-row";
import { type CostOverrides, resolveCosts } from "../host/cost-table";
import type { PageWriter } from "../migration/dirty-pages";
import { type MigrationPlanInput, receivingAt } from "../migration/plan-input";
import { type MigrationPlan, planMigration } from "../migration/planner";
import type { MigrationCell } from "./migration-cell";
import { JOB_SHARE, LINK_LATENCY_NS, type MigrationWorkload, PROBE } from "./migration-workloads";

/** Returns the plan of a cell whose costs are otherwise than its preset's. */
export function planOfCell(cell: MigrationCell, overrides: CostOverrides = {}): MigrationPlan {
  return planMigration(planInputOf(cell, overrides));
}

/** Returns what the plan of a cell starts from. */
function planInputOf(cell: MigrationCell, overrides: CostOverrides): MigrationPlanInput {
  const { preset, io, memoryBytes, linkBitsPerSecond, dirtyPerSecond, workload } = cell;
  const { packetsPerSecond, writers } = NETWORK[workload];
  const job = { pageCount: memoryBytes / PAGE_BYTES / JOB_SHARE, pagesPerSecond: dirtyPerSecond, isBusy: true };
  return {
    io,
    memoryBytes,
    linkBitsPerSecond,
    linkLatencyNs: LINK_LATENCY_NS,
    // Beside its region a job writes the page that says how far it has got.
    writers: [job, { pageCount: 1, pagesPerSecond: dirtyPerSecond }, ...writers],
    receiving: receivingAt(packetsPerSecond, io),
    policy: MIGRATION_POLICIES.xen,
    costs: resolveCosts(preset, overrides),
    clockHz: COST_PRESETS[preset].clockHz,
  };
}

interface NetworkWork {
  /** Received by the guest's NIC. */
  readonly packetsPerSecond: number;
  readonly writers: readonly PageWriter[];
}

/** Pages of driver, transmit ring, buffer lists, sockets and service that hardly any packet leaves alone, as counted in runs. */
const STATE_PAGES = 10;
const PROBES_PER_SECOND = 1e9 / PROBE.periodNs;
/** Eight connections, each of which thinks for 10 ms, and half a millisecond for its request. */
const REQUESTS_PER_SECOND = 8 / 0.0105;
const KIB = 1024;

/**
 * Returns what the network's software writes when it sends so many packets a second, so many at once: two have a page of
 * buffers, which begin again when all have come back.
 */
export function sending(packetsPerSecond: number, countAtOnce: number): readonly PageWriter[] {
  return [
    { pageCount: Math.ceil(countAtOnce / 2), pagesPerSecond: packetsPerSecond / 2 },
    { pageCount: STATE_PAGES, pagesPerSecond: STATE_PAGES * packetsPerSecond },
  ];
}

const NETWORK: Readonly<Record<MigrationWorkload, NetworkWork>> = {
  probe: { packetsPerSecond: PROBES_PER_SECOND, writers: sending(PROBES_PER_SECOND, 1) },
  // Opening, request, acknowledgments and close are six frames in and twelve out; 24 KiB of a working set of 2 MiB. A
  // connection begins anywhere in its rings, and closed ones keep theirs for a while: sixteen pairs, five pages a request.
  // All connections are hardly ever answered at once.
  web: {
    packetsPerSecond: 6 * REQUESTS_PER_SECOND,
    writers: [
      ...sending(12 * REQUESTS_PER_SECOND, 24),
      { pageCount: (2 * KIB * KIB) / PAGE_BYTES, pagesPerSecond: 6 * REQUESTS_PER_SECOND },
      { pageCount: (16 * 2 * 256 * KIB) / PAGE_BYTES, pagesPerSecond: 5 * REQUESTS_PER_SECOND },
    ],
  },
  // A window goes round many times in the shortest round; an acknowledgment for every second segment of a poll's 64.
  bulk: {
    packetsPerSecond: 500_000,
    writers: [...sending(250_000, 32), { pageCount: (256 * KIB) / PAGE_BYTES, pagesPerSecond: 150_000 }],
  },
};
