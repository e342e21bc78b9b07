/**
 * TCP: what stands in a segment, and where a stack keeps its things in pages of a machine's memory. A checkpoint of the
 * pages is a checkpoint of the stack.
 *
 *     page 0 of the stack    the stack's record, its listeners, resets that wait to be sent
 *          1                 its work: what applications do, 16 of 256 B
 *          2 ...             histogram of each work that takes times, 2 pages each
 *          then              hash of connections: a word a bucket, number of a connection + 1
 *          then              deadlines: a heap, 16 B a connection
 *          then              control blocks, 1,024 B a connection: four a page, so that none crosses a page
 *          then              of each connection a send ring, then a receive ring
 *
 * Sources: RFC 9293 section 3.1 for the header, RFC 7323 and 2018 for options.
 */

// Flags of a segment; FIN, PSH and CWR stand in layout/packet.ts, because the device knows of them.
export const TCP_SYN: u32 = 2;
export const TCP_RST: u32 = 4;
export const TCP_ACK: u32 = 16;

// Fields of the header, counted from its start, that the device has no business with.
export const TCP_FROM: u32 = 0;
export const TCP_TO: u32 = 2;
export const TCP_ACKNOWLEDGMENT: u32 = 8;
export const TCP_WINDOW: u32 = 14;
/** From the start of a frame: IPv4 without options is what a stack sends and takes. */
export const TCP_START: u32 = 34;

// Options: kind, and whole length.
export const OPTION_END: u32 = 0;
export const OPTION_NOP: u32 = 1;
export const OPTION_MSS: u32 = 2;
export const OPTION_MSS_BYTES: u32 = 4;
export const OPTION_WINDOW_SCALE: u32 = 3;
export const OPTION_WINDOW_SCALE_BYTES: u32 = 3;
export const OPTION_SACK_PERMITTED: u32 = 4;
export const OPTION_SACK_PERMITTED_BYTES: u32 = 2;
export const OPTION_SACK: u32 = 5;
export const OPTION_TIMESTAMPS: u32 = 8;
export const OPTION_TIMESTAMPS_BYTES: u32 = 10;
/** Timestamps as they are sent: two NOPs before them (RFC 7323 appendix A). */
export const TIMESTAMPS_ROOM_BYTES: u32 = 12;
/** Greatest shift of a window (RFC 7323 section 2.3). */
export const WINDOW_SHIFT_MAX: u32 = 14;
export const WINDOW_FIELD_MAX: u32 = 65535;
/** Segment payload that is assumed of a peer that says nothing (RFC 9293 section 3.7.1). */
export const MSS_DEFAULT: u32 = 536;

// States of a connection. LISTEN is no connection's here: listeners have a table of their own.
export const STATE_CLOSED: u32 = 0;
export const STATE_SYN_SENT: u32 = 1;
export const STATE_SYN_RECEIVED: u32 = 2;
export const STATE_ESTABLISHED: u32 = 3;
export const STATE_FIN_WAIT_1: u32 = 4;
export const STATE_FIN_WAIT_2: u32 = 5;
export const STATE_CLOSE_WAIT: u32 = 6;
export const STATE_CLOSING: u32 = 7;
export const STATE_LAST_ACK: u32 = 8;
export const STATE_TIME_WAIT: u32 = 9;
export const STATE_NAMES: string =
  "CLOSED,SYN-SENT,SYN-RECEIVED,ESTABLISHED,FIN-WAIT-1,FIN-WAIT-2,CLOSE-WAIT,CLOSING,LAST-ACK,TIME-WAIT";

// Why a connection ended.
export const END_NONE: u32 = 0;
/** Both sides closed, and everything was acknowledged. */
export const END_CLOSED: u32 = 1;
/** The peer reset it. */
export const END_RESET: u32 = 2;
/** The peer answered the SYN with a reset. */
export const END_REFUSED: u32 = 3;
/** Nothing came back for the retransmissions that the limit allows. */
export const END_TIMED_OUT: u32 = 4;
/** The application aborted it. */
export const END_ABORTED: u32 = 5;
export const END_NAMES: string = "none,closed,reset,refused,timed-out,aborted";

// Options of a stack, given when it is made.
export const USES_SACK: u32 = 1;
export const USES_TIMESTAMPS: u32 = 2;
export const USES_WINDOW_SCALE: u32 = 4;
/** Small segments wait for an acknowledgment (RFC 896, RFC 9293 section 3.7.4). */
export const USES_NAGLE: u32 = 8;
export const USES_DELAYED_ACK: u32 = 16;
/** The device of a guest cuts segments: the stack may hand it several in one frame. */
export const CUTS_SEGMENTS: u32 = 32;
/** Segments of a guest that came one behind the other are received as one, up to a limit. */
export const MERGES_SEGMENTS: u32 = 64;

// Pages and sizes.
export const STACK_WORK_PAGE: u32 = 1;
export const STACK_HISTOGRAMS_PAGE: u32 = 2;
export const WORK_COUNT_MAX: u32 = 16;
export const WORK_BYTES: u32 = 256;
export const HISTOGRAM_PAGES: u32 = 2;
export const CONNECTION_BYTES: u32 = 1024;
export const CONNECTION_COUNT_MAX: u32 = 4096;
export const DEADLINE_BYTES: u32 = 16;
export const RING_BYTES_MIN: u32 = 65536;
export const RING_BYTES_MAX: u32 = 16777216;
export const LISTENER_COUNT_MAX: u32 = 16;
export const LISTENER_BYTES: u32 = 8;
/** Resets for segments of no connection that wait to be sent; more are forgotten. */
export const RESET_COUNT_MAX: u32 = 16;
export const RESET_BYTES: u32 = 40;
export const STACK_LISTENERS: u32 = 1024;
export const STACK_RESETS: u32 = 2048;

/** What the control plane reads of a stack's record; u64 unless told. */
export const STACK_SENT_DATA: u32 = 0;
export const STACK_SENT_ACKS: u32 = 8;
export const STACK_RECEIVED_DATA: u32 = 16;
export const STACK_RECEIVED_ACKS: u32 = 24;
/** Bytes that applications had copied, or wrote and read in place. */
export const STACK_COPIED_BYTES: u32 = 32;
export const STACK_BAD_SEGMENTS: u32 = 40;
export const STACK_RESETS_SENT: u32 = 48;
/** SYNs that found no control block, and TIME-WAITs cut short for one. */
export const STACK_REFUSED: u32 = 56;
export const STACK_RECYCLED: u32 = 64;
export const STACK_OPENED: u32 = 72;
/** Connections that ended for each END_, a word each. */
export const STACK_ENDS: u32 = 80;

/** What the control plane reads of a control block. */
export const CONNECTION_STATE: u32 = 0;
export const CONNECTION_END: u32 = 4;
export const CONNECTION_FLAGS: u32 = 8;
export const CONNECTION_WINDOW: u32 = 12;
export const CONNECTION_THRESHOLD: u32 = 16;
export const CONNECTION_FAST_RETRANSMITS: u32 = 20;
export const CONNECTION_TIMED_RETRANSMITS: u32 = 24;
export const CONNECTION_TIMEOUTS: u32 = 28;
export const CONNECTION_DUPLICATE_ACKS: u32 = 32;
export const CONNECTION_OUT_OF_ORDER: u32 = 36;
/** u64: bytes of the application's that the peer has acknowledged, and that came from it in order. */
export const CONNECTION_ACKED_BYTES: u32 = 40;
export const CONNECTION_RECEIVED_BYTES: u32 = 48;
/** u64, picoseconds: smoothed round-trip time, its variation, the retransmission time-out. */
export const CONNECTION_SMOOTHED: u32 = 56;
export const CONNECTION_VARIATION: u32 = 64;
export const CONNECTION_TIMEOUT: u32 = 72;
export const CONNECTION_PROBES: u32 = 80;
/** Segments that an older timestamp refused (PAWS). */
export const CONNECTION_STALE: u32 = 84;
export const CONNECTION_SEND_WINDOW: u32 = 88;
export const CONNECTION_SEGMENT_BYTES: u32 = 92;
export const CONNECTION_PORTS: u32 = 96;
/** Ranges that the sender knows to be received, and that the receiver has behind a gap: start and end, a word each. */
export const CONNECTION_SCOREBOARD: u32 = 384;
export const SCOREBOARD_COUNT_MAX: u32 = 48;
export const CONNECTION_RANGES: u32 = 768;
export const RANGE_COUNT_MAX: u32 = 32;
export const RANGE_BYTES: u32 = 8;

// Work over a stack.
export const WORK_OFF: u32 = 0;
export const WORK_SOURCE: u32 = 1;
export const WORK_SINK: u32 = 2;
export const WORK_REQUESTER: u32 = 3;
export const WORK_RESPONDER: u32 = 4;
/** Either side of a recorded conversation (layout/recording.ts). */
export const WORK_REPLAY_CLIENT: u32 = 5;
export const WORK_REPLAY_SERVER: u32 = 6;
/** A source that writes what it is offered, and never closes. */
export const WORK_FEED: u32 = 7;
/** Each request has a connection of its own. */
export const CONNECTS_EACH_TIME: u32 = 1;

/** What the control plane reads of a work's record; u64 unless told. */
export const WORK_DONE_BYTES: u32 = 0;
/** Places in streams, of 64 bytes or less, at which something else stood than was written there; of a recording, bytes. */
export const WORK_WRONG: u32 = 8;
export const WORK_TRANSACTIONS: u32 = 16;
/** Streams that came to their end, or recorded connections that were played to theirs, and connections that ended otherwise. */
export const WORK_FINISHED: u32 = 24;
export const WORK_FAILED: u32 = 32;
/** Picoseconds: when the first byte, or transaction, and the last was done. */
export const WORK_FIRST_AT: u32 = 40;
export const WORK_LAST_AT: u32 = 48;
export const WORK_KIND: u32 = 56;
