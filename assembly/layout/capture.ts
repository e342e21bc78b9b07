/**
 * The capture buffer: what a tap on a wire saw, for the control plane to write as pcapng.
 *
 *      0            8         12      16        20       24      28       32
 *     +------------+---------+-------+---------+--------+-------+--------+------------------------------+
 *     | time, ps   | client  | bytes | epoch   | frame  | kept  | unused | the frame, padded to 8 bytes |
 *     +------------+---------+-------+---------+--------+-------+--------+------------------------------+
 *
 * `epoch` is 1 + the epoch of the virtual function that sent the frame, or 0 when no epoch applies. `kept` is how many of
 * the frame's bytes follow: all of a client's, of an external machine's no more than the run asks for.
 */

export const CAPTURE_TIME: u32 = 0;
export const CAPTURE_CLIENT: u32 = 8;
export const CAPTURE_LENGTH: u32 = 12;
export const CAPTURE_EPOCH: u32 = 16;
export const CAPTURE_FRAME: u32 = 20;
export const CAPTURE_KEPT: u32 = 24;
export const CAPTURE_HEADER_BYTES: u32 = 32;
/** External machines are counted from here among clients. */
export const CAPTURE_MACHINE: u32 = 256;
export const CAPTURE_BYTES_MAX: u32 = 8388608;
/** Headroom that one event's frames may need beyond the mark at which the control plane is asked to read. */
export const CAPTURE_MARGIN_BYTES: u32 = 1048576;
