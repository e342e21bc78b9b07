/**
 * Where the driver's packet buffers lie: two to a page of guest memory, and each frame a few cache lines into its own.
 *
 *     page:   | start | frame ...                   | start | frame ...                  |
 *             ^ buffer 2n                           ^ buffer 2n + 1
 *
 * The starts differ, by a line from one buffer to the next, eight of them in turn. If all frames began where buffers do,
 * their headers, which every step looks at, would share a thirty-second part of each cache's sets, and the receive ring
 * alone would not fit. In Linux starts differ as well: igbvf's receive buffers are fragments of 1,920 bytes, one behind
 * the other (netdev_alloc_skb_ip_align). assumed: eight starts, and transmit buffers as receive buffers.
 *
 * A paravirtual NIC's receive buffers are whole pages, and the backend writes from their beginning on.
 */
import { BUFFER_BYTES, BUFFER_SHIFT, RX_BUFFERS_PAGE, TX_BUFFERS_PAGE } from "../layout/guest-software";
import { FRAME_BYTES_MAX, PAGE_SHIFT } from "../layout/limits";

const START_SHIFT: u32 = 6;
const START_COUNT: u32 = 8;
/** Bits that a start may have. */
export const START_MASK: u32 = (START_COUNT - 1) << START_SHIFT;
/** Bytes that every buffer has from its start on. */
export const BUFFER_ROOM: u32 = BUFFER_BYTES - START_MASK;

/** Returns where in its half of a page a buffer's frame begins. */
export function startOf(buffer: u32): u32 {
  return (buffer << START_SHIFT) & START_MASK;
}

/** Returns the guest address at which a virtual function writes a frame into a receive buffer. */
export function receiveBuffer(buffer: u32): u32 {
  return (RX_BUFFERS_PAGE << PAGE_SHIFT) + (buffer << BUFFER_SHIFT) + startOf(buffer);
}

/** Returns the guest address at which a packet is written into a transmit buffer. */
export function transmitBuffer(buffer: u32): u32 {
  return (TX_BUFFERS_PAGE << PAGE_SHIFT) + (buffer << BUFFER_SHIFT) + startOf(buffer);
}

if (BUFFER_ROOM < FRAME_BYTES_MAX) ERROR("layout: the longest frame fits every buffer");
