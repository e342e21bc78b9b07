/**
 * What a scenario may ask for at most and at least, with the reason for each figure.
 *
 * The schema refuses single values outside these limits; `check.ts` and `capacity.ts` use those that need several
 * values to decide.
 */

import { DIRTY_ROW_BYTES, DIRTY_ROW_COUNT_MAX } from "../../assembly/layout/guest-software";

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
const MICROSECOND = 1_000;
const MILLISECOND = 1_000_000;
const HOUR = 3_600_000_000_000;

/** The smallest and the largest value that is allowed, both included. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

/** In nanoseconds. A run is seconds long; an hour is a bound for typing errors. */
export const RUN_DURATION = { least: MICROSECOND, most: HOUR } satisfies Range;
export const ANY_DURATION = { least: 0, most: HOUR } satisfies Range;
/** Waiting for no time at all would repeat the same instant without end. */
export const TIMEOUT = { least: MICROSECOND, most: HOUR } satisfies Range;
/** assumed: below a millisecond, suspending and resuming the guest alone would take longer than the epoch. */
export const INTERVAL = { least: MILLISECOND, most: HOUR } satisfies Range;
/** Chance that a frame of a replication link is lost. assumed: a connection that loses more has ended. */
export const LINK_LOSS_MOST = 0.9;
/** Epochs in flight. assumed: eight staging buffers take more memory than a host gives one VM. */
export const EPOCH_COUNT = { least: 1, most: 8 } satisfies Range;
/** assumed: a heartbeat is a packet through the toolstack of dom0, which cannot send them faster. */
export const HEARTBEAT = { least: 100 * MICROSECOND, most: HOUR } satisfies Range;

/** In bits per second. assumed: 400 Gbit/s is more than one port of a server has. */
export const LINK_RATE = { least: 1_000_000, most: 400_000_000_000 } satisfies Range;
/** In hertz. */
export const CLOCK_RATE = { least: 100_000_000, most: 10_000_000_000 } satisfies Range;
/** Hardware threads of a host. assumed: 1024 is more than a server has. */
export const CORE_COUNT = { least: 1, most: 1024 } satisfies Range;
/** Virtual processors of a VM, and of a dom0. assumed: 32 is more than a VM of this memory has. */
export const VCPU_COUNT = { least: 1, most: 32 } satisfies Range;
/** Xen's limits of a weight. */
export const WEIGHT = { least: 1, most: 65_535 } satisfies Range;
/** Cycles of a job's burst: short against a time slice, so that a suspend and an interrupt do not wait long. */
export const BURST_CYCLES = { least: 1000, most: 1_000_000 } satisfies Range;
/** Connections of a flow. assumed: control blocks and buffers of more do not fit beside other memories. */
export const CONNECTION_COUNT = { least: 1, most: 1024 } satisfies Range;
/** Rings of a connection; windows scale up to there. */
export const WINDOW_BYTES = { least: 64 * KIB, most: 16 * MIB } satisfies Range;
export const ANY_BYTES = { least: 1, most: Number.MAX_SAFE_INTEGER } satisfies Range;
/** A request or a reply. */
export const MESSAGE_BYTES = { least: 1, most: GIB } satisfies Range;
/** From the shortest Ethernet frame to one with a payload of 1,500 bytes. */
export const DATAGRAM_FRAME_BYTES = { least: 60, most: 1514 } satisfies Range;
/** A tick is a timer of the guest's. */
export const TICK = { least: MICROSECOND, most: HOUR } satisfies Range;
/** A burst fits a ring. */
export const BURST_COUNT = { least: 1, most: 256 } satisfies Range;
/** The first port that flows get which name none: iperf's. */
export const FLOW_PORT_FIRST = 5001;
/** Pages that a burst writes. */
export const BURST_WRITES = { least: 0, most: 1024 } satisfies Range;
/** The 82576 has eight pools and the physical function keeps the last one. */
export const VF_COUNT = { least: 1, most: 7 } satisfies Range;
/** UDP ports; zero cannot be sent to. */
export const PORT = { least: 1, most: 65_535 } satisfies Range;
/** A request is sent once at least; more than ten tries measure the client and not the service. */
export const TRY_COUNT = { least: 1, most: 10 } satisfies Range;
/** A factor for recorded times, above zero. */
export const SCALE_MAX = 1000;
export const WHOLE_NUMBER = { least: 0, most: Number.MAX_SAFE_INTEGER } satisfies Range;

/** Hosts, VMs and so on, each; keeps the search for what a wrong name could have meant short. */
export const ROW_COUNT_MAX = 256;
/** Records of a file of costs: ten times as many as there are costs, which keeps the search for misspelt names short. */
export const COST_RECORD_COUNT_MAX = 1024;

/** Frames of the guest and of the IOMMU. */
export const FRAME_BYTES = 4 * KIB;
/** What a guest keeps for the rows of a job's trace, however many there are. */
export const TRACE_TABLE_BYTES = DIRTY_ROW_COUNT_MAX * DIRTY_ROW_BYTES;
/** What the guest's kernel, driver, rings and tables take before the workload has any memory. */
export const GUEST_SOFTWARE_BYTES = 2 * MIB;
/** The largest machines that are sold. */
export const HOST_BYTES = { least: 0, most: 65_536 * GIB } satisfies Range;
export const GUEST_BYTES = { least: GUEST_SOFTWARE_BYTES, most: 64 * GIB } satisfies Range;
/** With content a guest's bytes are the simulator's, and wasm32 ends there. */
export const GUEST_BYTES_WITH_CONTENT_MAX = 4 * GIB;
export const WORKING_SET_BYTES = { least: 0, most: 64 * GIB } satisfies Range;
/** A disk. assumed: more is not written in the time of a run. */
export const DISK_BYTES = { least: 4 * KIB, most: 16 * GIB } satisfies Range;
/** Writes that may wait for a commit: from one request of eleven blocks. assumed: as large as a cache of pages at most. */
export const DISK_BUFFER_BYTES = { least: 64 * KIB, most: GIB } satisfies Range;
/** What a request writes. assumed: more is a copy of files, and no request. */
export const DISK_WRITE_BYTES = { least: 0, most: 16 * MIB } satisfies Range;
/** From one frame of 1518 bytes with its descriptor. assumed: 256 MiB is more memory than a NIC carries. */
export const OUTBOUND_BYTES = { least: 2 * KIB, most: 256 * MIB } satisfies Range;
/** Memory on the NIC unless told: 6.7 ms of a saturated 10 Gbit/s port. */
export const NIC_OUTBOUND_BYTES = 8 * MIB;
/** Memory of dom0 unless told. assumed: as large as it takes at 10 Gbit/s for 25 ms, since a plug queue has no reason to be short. */
export const DOM0_OUTBOUND_BYTES = 32 * MIB;
/** Connections of one migration: more than dom0 has vCPUs for. */
export const STREAM_COUNT = { least: 1, most: 16 } satisfies Range;
/** From one page. assumed: 1 GiB is more than dom0 would set aside for one machine. */
export const CACHE_BYTES = { least: 4 * KIB, most: GIB } satisfies Range;
/** All guests of a run, backups included: wasm32 ends at 4 GiB, and rings, staging and traces need the rest. */
export const ALL_GUESTS_BYTES_MAX = 2 * GIB;
/** assumed: no published compression of checkpoints comes near (Remus: 5 to 10 of what is idle, 2 to 3 of a busy guest). */
export const COMPRESSION_RATIO_MAX = 100;
