/**
 * The disk of a guest: a ring shared by a block frontend in the guest and a block backend in dom0, and what the frontend
 * keeps. One page a ring, 32 entries; the ring's positions are those of a NIC's (layout/paravirtual.ts).
 *
 *     request    0            1           2         8    16              24
 *               +------------+-----------+---------+----+---------------+------------------------------------------+
 *               | operation  | segments  | handle  | id | sector number | 11 x | gref, 32 | first, 8 | last, 8 | 0 |
 *               +------------+-----------+---------+----+---------------+------------------------------------------+
 *     response   | id, 64 | operation, 8 | 0 | status, 16 |
 *
 * A sector has 512 bytes, a segment is part of a granted page. A disk is looked at in blocks of a page.
 *
 * Source: Xen, xen/include/public/io/blkif.h (64 bits) and io/ring.h. Left out: reads, flushes and barriers, indirect
 * segments, several rings or pages of one, parts of a page.
 */

export const BLOCK_ENTRY_BYTES: u32 = 112;
export const BLOCK_RING_COUNT: u32 = 32;
export const BLOCK_RING_MASK: u32 = 31;

export const BLOCK_REQUEST_OPERATION: u32 = 0;
export const BLOCK_REQUEST_SEGMENTS: u32 = 1;
export const BLOCK_REQUEST_ID: u32 = 8;
export const BLOCK_REQUEST_SECTOR: u32 = 16;
export const BLOCK_REQUEST_SEGMENT: u32 = 24;
export const BLOCK_SEGMENT_BYTES: u32 = 8;
export const BLOCK_SEGMENT_GRANT: u32 = 0;
export const BLOCK_SEGMENT_FIRST: u32 = 4;
export const BLOCK_SEGMENT_LAST: u32 = 5;
/** BLKIF_MAX_SEGMENTS_PER_REQUEST. */
export const BLOCK_SEGMENT_COUNT_MAX: u32 = 11;
export const BLOCK_RESPONSE_ID: u32 = 0;
export const BLOCK_RESPONSE_OPERATION: u32 = 8;
export const BLOCK_RESPONSE_STATUS: u32 = 10;
/** BLKIF_OP_WRITE. */
export const BLOCK_WRITE: u32 = 1;
/** BLKIF_RSP_OKAY, BLKIF_RSP_ERROR and BLKIF_RSP_EOPNOTSUPP. */
export const BLOCK_OKAY: u32 = 0;
export const BLOCK_ERROR: u32 = 0xffff;
export const BLOCK_UNSUPPORTED: u32 = 0xfffe;
export const SECTORS_PER_BLOCK: u32 = 8;

/** The frontend's page: behind its counts, how many blocks are durable when the request of an identifier is answered. */
export const BLOCK_FRONT_ENDS: u32 = 64;
/** Pages that writes are made in; more wait. */
export const BLOCK_BUFFER_COUNT: u32 = 64;
export const BLOCK_BUFFER_MASK: u32 = 63;

// An entry of a mirror: when the write was taken, its number among those of its disk; then a page record.
export const MIRROR_TAG: u32 = 0;
export const MIRROR_NUMBER: u32 = 4;
export const MIRROR_HEADER_BYTES: u32 = 16;

// Counters of a disk.
/** Requests that were taken, blocks that they wrote, and requests that were refused. */
export const DISK_REQUESTS: u32 = 0;
export const DISK_BLOCKS: u32 = 1;
export const DISK_ERRORS: u32 = 2;
/** Bursts of the backend that left requests in the ring, because the mirror had no room for them. */
export const DISK_STALLS: u32 = 3;
export const DISK_COUNTER_COUNT: u32 = 4;
