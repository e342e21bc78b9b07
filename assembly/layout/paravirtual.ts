/**
 * The paravirtual NIC: rings shared by a frontend in a guest and a backend in dom0, and the table by which the guest
 * grants its pages. One page a ring; requests and responses share its 256 entries.
 *
 *     ring    0          4           8          12          16        64
 *            +----------+-----------+----------+-----------+---------+-------------------------------
 *            | req_prod | req_event | rsp_prod | rsp_event | private | 256 entries of 12 or 8 bytes
 *            +----------+-----------+----------+-----------+---------+-------------------------------
 *
 *     transmit request    | gref, 32 | offset, 16 | flags, 16 | id, 16 | size, 16 |      response   | id, 16 | status, 16 |
 *     extra information   | type, 8 | flags, 8 | segment bytes, 16 | kind of segmentation, 8 | 0, 56 |
 *     receive request     | id, 16 | 0, 16 | gref, 32 |     response   | id, 16 | offset, 16 | flags, 16 | status, 16 |
 *     grant, version 1    | flags, 16 | domain, 16 | frame, 32 |
 *
 * Source: Xen, xen/include/public/io/ring.h, io/netif.h and grant_table.h. Left out: extra
 * information but segmentation from the guest, several queues, the control ring, grants of version 2. A packet to the guest
 * that dom0 holds for one (merged segments) has a slot for each segment, headers included, and "more" on all but the last.
 */

export const RING_REQ_PROD: u32 = 0;
export const RING_REQ_EVENT: u32 = 4;
export const RING_RSP_PROD: u32 = 8;
export const RING_RSP_EVENT: u32 = 12;
export const RING_ENTRIES: u32 = 64;
export const SHARED_COUNT: u32 = 256;
export const SHARED_MASK: u32 = 255;

export const TX_ENTRY_BYTES: u32 = 12;
export const TX_REQUEST_GRANT: u32 = 0;
export const TX_REQUEST_OFFSET: u32 = 4;
export const TX_REQUEST_FLAGS: u32 = 6;
export const TX_REQUEST_ID: u32 = 8;
export const TX_REQUEST_SIZE: u32 = 10;
export const TX_RESPONSE_ID: u32 = 0;
export const TX_RESPONSE_STATUS: u32 = 2;
/** Flags of a request: its checksum is left open, it goes on in a later slot, the next slot is extra information. */
export const TX_CHECKSUM_BLANK: u32 = 1;
export const TX_MORE_DATA: u32 = 4;
export const TX_EXTRA_INFO: u32 = 8;
/** Slots of a packet that have data, at most (XEN_NETIF_NR_SLOTS_MIN). */
export const TX_PART_COUNT_MAX: u32 = 18;

// Extra information: its type, whether more of it follows, and of segmentation the payload of a segment, and its kind.
export const EXTRA_KIND: u32 = 0;
export const EXTRA_FLAGS: u32 = 1;
export const EXTRA_GSO_BYTES: u32 = 2;
export const EXTRA_GSO_KIND: u32 = 4;
export const EXTRA_KIND_GSO: u32 = 1;
export const EXTRA_MORE: u32 = 1;
export const EXTRA_GSO_TCP_IPV4: u32 = 1;

export const RX_ENTRY_BYTES: u32 = 8;
export const RX_REQUEST_ID: u32 = 0;
export const RX_REQUEST_GRANT: u32 = 4;
export const RX_RESPONSE_ID: u32 = 0;
export const RX_RESPONSE_OFFSET: u32 = 2;
export const RX_RESPONSE_FLAGS: u32 = 4;
/** Flag of a response: the next one belongs to the same packet (XEN_NETRXF_more_data). */
export const RX_MORE_DATA: u32 = 4;
/** Bytes received, or one of the errors below. */
export const RX_RESPONSE_STATUS: u32 = 6;
/** NETIF_RSP_OKAY and NETIF_RSP_ERROR. */
export const STATUS_OK: u32 = 0;
/** NETIF_RSP_NULL: the response to extra information. */
export const STATUS_NULL: u32 = 1;
export const STATUS_ERROR: u32 = 0xffff;
/** GNTST_bad_gntref: the status of a receive response whose buffer was not granted. */
export const STATUS_NOT_GRANTED: u32 = 0xfffd;

export const GRANT_BYTES: u32 = 8;
export const GRANT_FLAGS: u32 = 0;
export const GRANT_DOMAIN: u32 = 2;
export const GRANT_FRAME: u32 = 4;
export const GRANT_TYPE_MASK: u32 = 3;
export const GRANT_ACCESS: u32 = 1;
export const GRANT_READ_ONLY: u32 = 4;
export const DOMAIN_0: u32 = 0;
/** References below are kept for consoles and stores (GNTTAB_NR_RESERVED_ENTRIES). */
export const GRANT_RESERVED_COUNT: u32 = 8;
/** References that the frontend uses: its two rings, then one for each identifier of either ring. */
export const GRANT_TX_RING: u32 = 8;
export const GRANT_RX_RING: u32 = 9;
/** Those of the block frontend, behind the NIC's: its ring, then a page for each buffer. */
export const GRANT_BLOCK_RING: u32 = 768;
export const GRANT_BLOCK_FIRST: u32 = 769;
export const GRANT_TX_FIRST: u32 = 256;
export const GRANT_RX_FIRST: u32 = 512;
export const GRANT_COUNT: u32 = 1024;

/** The frontend's page: behind its counts the free transmit identifiers, then a byte for each, 1 if it goes on with a packet. */
export const NETFRONT_FREE_IDS: u32 = 64;
export const NETFRONT_FOLLOWING: u32 = 576;

/** Requests, and frames to its guest, that a backend takes in one burst (XENVIF_NAPI_WEIGHT, RX_BATCH_SIZE of Linux). */
export const BACKEND_BUDGET: u32 = 64;
/** Shortest frame that a guest may send (ETH_HLEN). */
export const BACKEND_FRAME_BYTES_MIN: u32 = 14;
/** What may wait for a guest: XENVIF_RX_QUEUE_BYTES of Linux, half the ring in pages. */
export const BACKEND_QUEUE_BYTES: u32 = 524288;
/** Frames that may wait for a port's transmit ring (DEFAULT_TX_QUEUE_LEN of Linux). */
export const PORT_QUEUE_COUNT_MAX: u32 = 1000;

// Counters of a vif.
export const VIF_FROM_GUEST: u32 = 0;
export const VIF_TO_GUEST: u32 = 1;
/** Requests of the guest that were answered with an error. */
export const VIF_ERRORS: u32 = 2;
/** Frames to the guest that were dropped because its queue was full, or its frontend not there. */
export const VIF_DROPPED_FULL: u32 = 3;
export const VIF_DROPPED_DOWN: u32 = 4;
/** Events: sent to the guest, not sent because it was looking anyway; and the same from the guest. */
export const VIF_EVENTS_SENT: u32 = 5;
export const VIF_EVENTS_SUPPRESSED: u32 = 6;
export const VIF_KICKS_SENT: u32 = 7;
export const VIF_KICKS_SUPPRESSED: u32 = 8;
/** Bursts of the backend that took something. */
export const VIF_BURSTS: u32 = 9;
/** Times that a backend looked, with frames for its guest, and found no buffer posted. */
export const VIF_STARVED: u32 = 10;
/** Frames that wait for the guest now, and the most that have. */
export const VIF_QUEUED: u32 = 11;
export const VIF_QUEUED_PEAK: u32 = 12;
export const VIF_COUNTER_COUNT: u32 = 13;

// Counters of a hold queue: frames that ever waited, those discarded with their epoch, those that found it full.
export const HOLD_HELD: u32 = 0;
export const HOLD_DISCARDED: u32 = 1;
export const HOLD_DROPPED_FULL: u32 = 2;
/** Frames that wait now and their bytes, and the most that have. */
export const HOLD_FRAMES: u32 = 3;
export const HOLD_BYTES: u32 = 4;
export const HOLD_FRAMES_PEAK: u32 = 5;
export const HOLD_BYTES_PEAK: u32 = 6;
/** Orders that it was given. */
export const HOLD_ORDERS: u32 = 7;
export const HOLD_COUNTER_COUNT: u32 = 8;

// Counters of dom0's network of a port.
/** Bursts of the bridge's task that took frames off the receive ring, and how many frames. */
export const DOM0_POLLS: u32 = 0;
export const DOM0_RECEIVED: u32 = 1;
/** Frames posted to the transmit ring. */
export const DOM0_POSTED: u32 = 2;
export const DOM0_DROPPED_FULL: u32 = 3;
export const DOM0_UNBRIDGED: u32 = 4;
/** Copies made because a frame was for several, or nobody knew for whom. */
export const DOM0_COPIED: u32 = 5;
export const DOM0_COUNTER_COUNT: u32 = 6;
