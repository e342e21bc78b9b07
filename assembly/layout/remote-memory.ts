/**
 * Requests to a guest memory that lives elsewhere, as the control plane takes them.
 *
 *      0         8       12     16      20      24      28     32
 *     +---------+-------+------+-------+-------+-------+------+
 *     | address | bytes | kind | bytes | state | from  |      |
 *     |         |       |      | at    |       |       |      |
 *     +---------+-------+------+-------+-------+-------+------+
 */

export const DMA_REQUEST_BYTES: u32 = 32;
export const DMA_REQUEST_ADDRESS: u32 = 0;
export const DMA_REQUEST_LENGTH: u32 = 8;
export const DMA_REQUEST_KIND: u32 = 12;
/** Where the bytes are that are to be written, or where those that were read belong. */
export const DMA_REQUEST_DATA: u32 = 16;

export const DMA_READ: u32 = 0;
export const DMA_WRITE: u32 = 1;
/** A write that nobody waits for; it may be asked for only when everything before it has been answered. */
export const DMA_POST: u32 = 2;

/** Requests that one operation of the device may need at most: 64 buffers of 64 KiB, page by page, and their ring. */
export const DMA_REQUEST_COUNT_MAX: u32 = 1536;
/** Bytes that one operation may need at most: a packet to be segmented and its descriptors, with room to spare. */
export const DMA_DATA_BYTES_MAX: u32 = 131072;
/** Descriptors that are asked for together. */
export const DMA_PREFETCH_COUNT: u32 = 16;
