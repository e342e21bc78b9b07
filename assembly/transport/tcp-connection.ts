/**
 * A connection's control block: everything that one end knows of a connection, but for the bytes in its rings. It lies
 * in a page of the machine's memory (layout/tcp.ts) and crosses none.
 *
 *     sequence numbers, RFC 9293 section 3.3.1, and what is beside them here
 *
 *      sendUnacked        sendNext            sendMax           sendEnd
 *     -----+-----------------+-------------------+-----------------+-----
 *          | sent            | to be sent again  | written, unsent |          sendNext < sendMax only after a time-out
 *     -----+-----------------+-------------------+-----------------+-----
 *
 *      receiveRead        receiveNext                        receiveEdge
 *     -----+-----------------+-----------------------------------+-----
 *          | to be read      | offered; ranges behind gaps       |
 *     -----+-----------------+-----------------------------------+-----
 *
 * A byte's place in its ring is its sequence number modulo the ring's size. Invariants: sendUnacked <= sendNext <=
 * sendMax <= sendEnd + 1 (the FIN's number is behind the last byte); receiveEdge never moves back.
 */
import {
  CONNECTION_ACKED_BYTES,
  CONNECTION_BYTES,
  CONNECTION_DUPLICATE_ACKS,
  CONNECTION_END,
  CONNECTION_FAST_RETRANSMITS,
  CONNECTION_FLAGS,
  CONNECTION_OUT_OF_ORDER,
  CONNECTION_PORTS,
  CONNECTION_PROBES,
  CONNECTION_RANGES,
  CONNECTION_RECEIVED_BYTES,
  CONNECTION_SCOREBOARD,
  CONNECTION_SEGMENT_BYTES,
  CONNECTION_SEND_WINDOW,
  CONNECTION_SMOOTHED,
  CONNECTION_STALE,
  CONNECTION_STATE,
  CONNECTION_THRESHOLD,
  CONNECTION_TIMED_RETRANSMITS,
  CONNECTION_TIMEOUT,
  CONNECTION_TIMEOUTS,
  CONNECTION_VARIATION,
  CONNECTION_WINDOW,
  RANGE_BYTES,
  RANGE_COUNT_MAX,
  SCOREBOARD_COUNT_MAX,
} from "../layout/tcp";

@unmanaged
export class Connection {
  /** A STATE_, and an END_ when it is over. */
  state: u32;
  end: u32;
  flags: u32;
  congestionWindow: u32;
  slowStartThreshold: u32;
  fastRetransmitCount: u32;
  timedRetransmitCount: u32;
  timeoutCount: u32;
  duplicateAckCount: u32;
  outOfOrderCount: u32;
  ackedBytes: u64;
  receivedBytes: u64;
  /** Smoothed round-trip time (0 before the first sample), its variation, the time-out without back-off. */
  smoothedPs: u64;
  variationPs: u64;
  timeoutPs: u64;
  probeCount: u32;
  staleCount: u32;
  sendWindow: u32;
  /** Payload of a full segment, before options that not every segment has. */
  segmentBytes: u32;
  selfPort: u32;
  peerPort: u32;
  peerIp: u32;
  /** Its place in the stack's table. */
  number: u32;
  peerMac: u64;
  /** Links of lists, numbers + 1: of a bucket, of those with something to send, of those the application looks at. */
  bucketNext: u32;
  readyNext: u32;
  wokenNext: u32;
  /** Free ones, or those in TIME-WAIT, which are also linked backwards. */
  idleNext: u32;
  idleBefore: u32;
  /** The work that it belongs to, NO_WORK without one. */
  work: u32;

  sendStart: u32;
  sendUnacked: u32;
  sendNext: u32;
  sendMax: u32;
  sendEnd: u32;
  /** Segment that last updated the window: its sequence number, its acknowledgment (RFC 9293 section 3.10.7.4). */
  windowSequence: u32;
  windowAcknowledgment: u32;
  sendWindowMax: u32;
  peerShift: u32;
  /** Bytes acknowledged since the window last grew in congestion avoidance. */
  growthBytes: u32;
  /** The window was what held back sending, up to here. */
  limitedUntil: u32;
  duplicateAcksInRow: u32;
  /** Recovery ends when this is acknowledged; none begins before (RFC 6675 section 5.1). */
  recoveryPoint: u32;
  /** Up to where recovery has sent again. */
  retransmittedUntil: u32;
  /** Bytes thought to be under way, during recovery. */
  pipeBytes: u32;
  scoreboardCount: u32;
  scoreboardBytes: u32;

  receiveStart: u32;
  receiveRead: u32;
  receiveNext: u32;
  receiveEdge: u32;
  receiveShift: u32;
  /** What the last segment that was sent acknowledged. */
  lastAcked: u32;
  rangeCount: u32;
  /** Payload of the longest segment so far: what counts as full-sized. */
  receiveSegmentBytes: u32;
  finAt: u32;
  timestampRecent: u32;
  timestampBase: u32;
  timestampRecentAt: u64;

  /** When the retransmission, persist, TIME-WAIT or FIN-WAIT-2 timer fires, and which one it is. */
  timerAt: u64;
  delayedAckAt: u64;
  /** When the application wants to be woken. */
  workAt: u64;
  /** The deadline that the heap knows, no later than any of these; and the place there, + 1. */
  armedAt: u64;
  heapPlace: u32;
  timer: u32;
  /** Firings that nothing came back for, and probes of a window that stays shut. */
  retryCount: u32;
  probesInRow: u32;
  timedSequence: u32;
  timedAt: u64;
  sentAt: u64;
  /** When a segment that was out of place was last answered. */
  answeredAt: u64;
  /** The application's own: how far its streams are, written and read; since when; what is left to write, and to read. */
  workWritten: u64;
  workRead: u64;
  workSince: u64;
  workLeft: u32;
  workAwaited: u32;
  workPhase: u32;
  /** The turn of a recorded conversation that it is at; or blocks of the disk that have to be durable before an answer. */
  workMark: u32;
}

// Flags.
export const IS_READY: u32 = 1;
export const IS_WOKEN: u32 = 2;
export const ACK_IS_DUE: u32 = 4;
/** A SYN, with or without ACK, is to be sent. */
export const SYN_IS_DUE: u32 = 8;
/** The application has closed: a FIN follows the last byte. */
export const HAS_CLOSED: u32 = 16;
export const IS_RECOVERING: u32 = 32;
/** The first segment of a recovery goes whatever the window says. */
export const RETRANSMIT_IS_DUE: u32 = 64;
export const PROBE_IS_DUE: u32 = 128;
/** A byte beyond the window was sent, which the peer may have taken. */
export const IS_PROBING: u32 = 256;
/** The peer's FIN has come, and has its number in finAt; it is in order, so that everything has come. */
export const PEER_HAS_CLOSED: u32 = 512;
export const PEER_IS_DONE: u32 = 131072;
/** A segment is being timed. */
export const IS_TIMING: u32 = 1024;
/** A SYN was sent again: the first window is one segment, the first time-out 3 s. */
export const SYN_WAS_LOST: u32 = 2048;
/** What both sides agreed on. */
export const HAS_SACK: u32 = 4096;
export const HAS_TIMESTAMPS: u32 = 8192;
export const HAS_WINDOW_SCALE: u32 = 16384;
export const HAS_NAGLE: u32 = 32768;
/** The application knows of it and has to release it. */
export const IS_OWNED: u32 = 65536;

export const TIMER_NONE: u32 = 0;
export const TIMER_RETRANSMIT: u32 = 1;
export const TIMER_PERSIST: u32 = 2;
export const TIMER_TIME_WAIT: u32 = 3;
export const TIMER_FIN_WAIT: u32 = 4;

export const NO_WORK: u32 = 0xffffffff;

if (offsetof<Connection>() > CONNECTION_SCOREBOARD) ERROR("layout: Connection has grown into its scoreboard");
if (CONNECTION_SCOREBOARD + SCOREBOARD_COUNT_MAX * RANGE_BYTES > CONNECTION_RANGES) {
  ERROR("layout: the scoreboard has grown into the ranges");
}
if (CONNECTION_RANGES + RANGE_COUNT_MAX * RANGE_BYTES > CONNECTION_BYTES) {
  ERROR("layout: the ranges have grown out of the control block");
}
if (offsetof<Connection>("state") != CONNECTION_STATE) ERROR("layout: Connection.state has drifted");
if (offsetof<Connection>("end") != CONNECTION_END) ERROR("layout: Connection.end has drifted");
if (offsetof<Connection>("flags") != CONNECTION_FLAGS) ERROR("layout: Connection.flags has drifted");
if (offsetof<Connection>("congestionWindow") != CONNECTION_WINDOW) {
  ERROR("layout: Connection.congestionWindow has drifted");
}
if (offsetof<Connection>("slowStartThreshold") != CONNECTION_THRESHOLD) {
  ERROR("layout: Connection.slowStartThreshold has drifted");
}
if (offsetof<Connection>("fastRetransmitCount") != CONNECTION_FAST_RETRANSMITS) {
  ERROR("layout: Connection.fastRetransmitCount has drifted");
}
if (offsetof<Connection>("timedRetransmitCount") != CONNECTION_TIMED_RETRANSMITS) {
  ERROR("layout: Connection.timedRetransmitCount has drifted");
}
if (offsetof<Connection>("timeoutCount") != CONNECTION_TIMEOUTS) ERROR("layout: Connection.timeoutCount has drifted");
if (offsetof<Connection>("duplicateAckCount") != CONNECTION_DUPLICATE_ACKS) {
  ERROR("layout: Connection.duplicateAckCount has drifted");
}
if (offsetof<Connection>("outOfOrderCount") != CONNECTION_OUT_OF_ORDER) {
  ERROR("layout: Connection.outOfOrderCount has drifted");
}
if (offsetof<Connection>("ackedBytes") != CONNECTION_ACKED_BYTES) ERROR("layout: Connection.ackedBytes has drifted");
if (offsetof<Connection>("receivedBytes") != CONNECTION_RECEIVED_BYTES) {
  ERROR("layout: Connection.receivedBytes has drifted");
}
if (offsetof<Connection>("smoothedPs") != CONNECTION_SMOOTHED) ERROR("layout: Connection.smoothedPs has drifted");
if (offsetof<Connection>("variationPs") != CONNECTION_VARIATION) ERROR("layout: Connection.variationPs has drifted");
if (offsetof<Connection>("timeoutPs") != CONNECTION_TIMEOUT) ERROR("layout: Connection.timeoutPs has drifted");
if (offsetof<Connection>("probeCount") != CONNECTION_PROBES) ERROR("layout: Connection.probeCount has drifted");
if (offsetof<Connection>("staleCount") != CONNECTION_STALE) ERROR("layout: Connection.staleCount has drifted");
if (offsetof<Connection>("sendWindow") != CONNECTION_SEND_WINDOW) ERROR("layout: Connection.sendWindow has drifted");
if (offsetof<Connection>("segmentBytes") != CONNECTION_SEGMENT_BYTES) {
  ERROR("layout: Connection.segmentBytes has drifted");
}
if (offsetof<Connection>("selfPort") != CONNECTION_PORTS) ERROR("layout: Connection.selfPort has drifted");

/** Tells whether a flag is set. */
export function has(c: Connection, flag: u32): bool {
  return (c.flags & flag) != 0;
}
