/**
 * Where the guest's software keeps its things, in pages of guest memory. All of its state lies there and nowhere else,
 * so a backup that lacks a page lacks what the software knew.
 *
 *     page 0      unused, so that address 0 is no buffer
 *          1      driver: ring positions, counts
 *          2      receive ring, 256 descriptors         3      transmit ring, 256 descriptors
 *          4      buffer of each receive descriptor     5      stack of free receive buffers
 *          6      socket queue: frames the service has not looked at yet
 *          7      service: where its table is, how far it has got         8      stream: to whom, how much
 *          9      job: what it computes and how far it has got
 *         10      block frontend: how far its writes are                11      block ring
 *         12      netfront: ring positions, free identifiers            13      grant table, two pages
 *         15      record of what the driver has written to registers
 *         16      512 receive buffers of 2 KiB        272      256 transmit buffers of 2 KiB
 *        400      64 pages that writes to the disk are made in
 *        512      the service's index, then its slots, then its working set
 */

export const DRIVER_PAGE: u32 = 1;
export const RX_RING_PAGE: u32 = 2;
export const TX_RING_PAGE: u32 = 3;
export const RX_BUFFER_OF_PAGE: u32 = 4;
export const FREE_BUFFERS_PAGE: u32 = 5;
export const SOCKET_PAGE: u32 = 6;
export const SERVICE_PAGE: u32 = 7;
export const STREAM_PAGE: u32 = 8;
export const COMPUTE_PAGE: u32 = 9;
/** Of a guest with a disk. */
export const BLOCK_FRONT_PAGE: u32 = 10;
export const BLOCK_RING_PAGE: u32 = 11;
/** Of a guest with a paravirtual NIC; its shared rings are in the ring pages. */
export const NETFRONT_PAGE: u32 = 12;
export const GRANT_TABLE_PAGE: u32 = 13;
export const GRANT_TABLE_PAGE_COUNT: u32 = 2;
/** Of a driver that plays back what it has written to its device's registers (guest/register-record.ts). */
export const RECORD_PAGE: u32 = 15;
export const RX_BUFFERS_PAGE: u32 = 16;
export const TX_BUFFERS_PAGE: u32 = 272;
/** What stands behind the buffers: dom0's memory for a port ends here. */
export const BUFFERS_END_PAGE: u32 = 400;
/** Of a guest with a disk: as many pages as layout/disk.ts has buffers. */
export const BLOCK_BUFFERS_PAGE: u32 = 400;
export const TABLE_PAGE: u32 = 512;

export const RING_COUNT: u32 = 256;
export const RING_MASK: u32 = 255;
export const RX_BUFFER_COUNT: u32 = 512;
export const RX_BUFFER_MASK: u32 = 511;
export const BUFFER_BYTES: u32 = 2048;
export const BUFFER_SHIFT: u32 = 11;
/** Frames that wait for the service at most; with a full receive ring that leaves one buffer free. */
export const SOCKET_COUNT: u32 = 254;
export const SOCKET_MASK: u32 = 255;
/** Received frames that one poll takes at most (NAPI_POLL_WEIGHT of Linux). */
export const POLL_BUDGET: u32 = 64;
/** Requests that the service answers before the driver polls again. assumed: a wake-up of the service drains a few. */
export const SERVE_BUDGET: u32 = 8;

/** How the driver sets the least time between two interrupts: never, by packets in two classes or in three, by bytes. */
export const MODERATION_FIXED: u32 = 0;
export const MODERATION_CONSERVATIVE: u32 = 1;
export const MODERATION_FULL: u32 = 2;
export const MODERATION_THROUGHPUT: u32 = 3;
/** The NIC that the driver drives: a virtual function (the physical function's rings in dom0), a paravirtual or an emulated one. */
export const DEVICE_VF: u32 = 0;
export const DEVICE_FRONT: u32 = 1;
export const DEVICE_EMULATED: u32 = 2;
/** Of a bond whose virtual function has gone, until it turns to the paravirtual NIC; and of a driver that has a device to set up again. */
export const DEVICE_NONE: u32 = 3;

/** What a guest streams. */
export const STREAM_OFF: u32 = 0;
export const STREAM_SOURCE: u32 = 1;
export const STREAM_SINK: u32 = 2;

/** A row of a job's trace: how long it is, ns of the job's own time, and pages that it writes of each region. */
export const DIRTY_ROW_BYTES: u32 = 16;
export const DIRTY_ROW_HOT: u32 = 8;
export const DIRTY_ROW_COLD: u32 = 12;
/** Rows of a trace: they are kept in the guest's memory. */
export const DIRTY_ROW_COUNT_MAX: u32 = 16384;

/** The service's page: words. */
export const SERVICE_PORT: u32 = 0;
export const SERVICE_SLOT_COUNT: u32 = 4;
export const SERVICE_SLOT_BYTES: u32 = 8;
export const SERVICE_BUCKET_COUNT: u32 = 12;
export const SERVICE_INDEX: u32 = 16;
export const SERVICE_SLOTS: u32 = 20;
export const SERVICE_WORK: u32 = 24;
export const SERVICE_WORK_PAGES: u32 = 28;
export const SERVICE_WORK_NEXT: u32 = 32;
export const SERVICE_DIRTY_PAGES: u32 = 36;
export const SERVICE_SERVED: u32 = 40;
export const SERVICE_UNKNOWN: u32 = 44;
/** Blocks that a request has written; whether the oldest one waits for its own, and for how many blocks to be durable. */
export const SERVICE_DISK_BLOCKS: u32 = 48;
export const SERVICE_IS_WRITING: u32 = 52;
export const SERVICE_DURABLE: u32 = 56;
/** The UDP port on which whatever comes is sent back; 0 for none. */
export const SERVICE_ECHO_PORT: u32 = 60;

/** A bucket of the index: hash of the request, number of its slot + 1, unused. */
export const BUCKET_BYTES: u32 = 16;
export const BUCKET_SLOT: u32 = 8;
/** A slot: hash of the request, how often it was answered, bytes of the reply, then the reply. */
export const SLOT_HASH: u32 = 0;
export const SLOT_HITS: u32 = 8;
export const SLOT_REPLY_BYTES: u32 = 12;
export const SLOT_REPLY: u32 = 16;
