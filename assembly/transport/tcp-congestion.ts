/**
 * Congestion control: slow start and congestion avoidance (RFC 5681), an initial window of ten segments (RFC 6928),
 * fast retransmit and recovery by selective acknowledgments (RFC 6675) or, without them, as NewReno (RFC 6582).
 *
 *     |            | acknowledgment                    | third duplicate, or bytes lost | time-out             |
 *     |------------|-----------------------------------|--------------------------------|----------------------|
 *     | below the  | grows by what was acknowledged,   | recovery: threshold and window | threshold half of    |
 *     | threshold  | at most a segment                 | become half of what is under   | what is under way,   |
 *     | above it   | grows by a segment for each       | way, at least two segments     | window one segment,  |
 *     |            | window acknowledged               |                                | from sendUnacked on  |
 *     | recovering | past the recovery point: over;    | -                              | the same, and        |
 *     |            | before it: send what is lost      |                                | recovery is over     |
 *
 * The window grows only while it is what holds sending back (as Linux does; RFC 7661 has the argument). Left out:
 * CUBIC, proportional rate reduction, RACK with its tail loss probe, D-SACK and every undoing of a needless reduction.
 */
import { WINDOW_FIELD_MAX, WINDOW_SHIFT_MAX } from "../layout/tcp";
import { Connection, HAS_SACK, has, IS_RECOVERING, RETRANSMIT_IS_DUE, SYN_WAS_LOST } from "./tcp-connection";
import { stopTiming } from "./tcp-estimate";
import { clearScoreboard, DUPLICATE_THRESHOLD, lostUntil, pipeBytes, reportedBefore } from "./tcp-scoreboard";
import { isAfter, isBefore } from "./tcp-sequence";

/** RFC 6928: ten segments, at most 14,600 bytes or two segments. */
const INITIAL_SEGMENTS: u32 = 10;
const INITIAL_BYTES: u32 = 14600;
/** A threshold that no window reaches: slow start goes on until something is lost (RFC 5681 section 3.1). */
const NO_THRESHOLD: u32 = WINDOW_FIELD_MAX << WINDOW_SHIFT_MAX;

/** Opens the window of a connection whose segment size has been agreed on. */
export function openWindow(c: Connection): void {
  c.congestionWindow = has(c, SYN_WAS_LOST) ? c.segmentBytes : initialWindow(c);
  c.slowStartThreshold = NO_THRESHOLD;
  c.growthBytes = 0;
}

function initialWindow(c: Connection): u32 {
  return min<u32>(INITIAL_SEGMENTS * c.segmentBytes, max<u32>(2 * c.segmentBytes, INITIAL_BYTES));
}

/** Begins again with the initial window, after a pause longer than a time-out (RFC 5681 section 4.1). */
export function restartAfterIdle(c: Connection, now: u64): void {
  if (c.sendUnacked != c.sendMax || now - c.sentAt <= c.timeoutPs) return;
  c.congestionWindow = min<u32>(c.congestionWindow, initialWindow(c));
}

/** Returns how many bytes are thought to be under way. */
export function bytesUnderWay(c: Connection): u32 {
  if (c.flags & IS_RECOVERING) return c.pipeBytes;
  const sent = c.sendNext - c.sendUnacked;
  if (c.flags & HAS_SACK) return c.scoreboardCount ? sent - reportedBefore(c, c.sendNext) : sent;
  // Limited transmit (RFC 3042): the first two duplicates let a new segment go each.
  const gone = min<u32>(c.duplicateAcksInRow, DUPLICATE_THRESHOLD - 1) * c.segmentBytes;
  return sent > gone ? sent - gone : 0;
}

/** Something new was acknowledged; `before` is what had been. */
export function onAcked(c: Connection, before: u32): void {
  const bytes = c.sendUnacked - before;
  if (c.flags & IS_RECOVERING) {
    if (isBefore(c.sendUnacked, c.recoveryPoint)) {
      goOnRecovering(c);
      return;
    }
    c.flags &= ~(IS_RECOVERING | RETRANSMIT_IS_DUE);
    c.duplicateAcksInRow = 0;
    c.growthBytes = 0;
    return;
  }
  c.duplicateAcksInRow = 0;
  // Marks that lie behind are taken along, or they would be ahead after 2 GiB.
  if (isBefore(c.recoveryPoint, c.sendUnacked)) c.recoveryPoint = c.sendUnacked;
  if (isAfter(c.sendUnacked, c.limitedUntil)) {
    c.limitedUntil = c.sendUnacked - 1;
    return;
  }
  if (c.congestionWindow < c.slowStartThreshold) {
    c.congestionWindow += min<u32>(bytes, c.segmentBytes);
    return;
  }
  c.growthBytes += bytes;
  if (c.growthBytes < c.congestionWindow) return;
  c.growthBytes -= c.congestionWindow;
  c.congestionWindow += c.segmentBytes;
}

/** A partial acknowledgment: without reports it says that the next segment is lost, too (RFC 6582). */
function goOnRecovering(c: Connection): void {
  if (!(c.flags & HAS_SACK)) {
    c.duplicateAcksInRow = 0;
    c.retransmittedUntil = c.sendUnacked;
    c.flags |= RETRANSMIT_IS_DUE;
  }
  if (isBefore(c.retransmittedUntil, c.sendUnacked)) c.retransmittedUntil = c.sendUnacked;
  c.pipeBytes = pipeBytes(c);
}

/** A duplicate acknowledgment came, its reports noted: recovery may begin, or go on. */
export function onDuplicate(c: Connection): void {
  c.duplicateAckCount++;
  c.duplicateAcksInRow++;
  if (c.flags & IS_RECOVERING) {
    c.pipeBytes = pipeBytes(c);
    return;
  }
  if (isBefore(c.sendUnacked, c.recoveryPoint)) return;
  const isLost = has(c, HAS_SACK) && isAfter(lostUntil(c), c.sendUnacked);
  if (c.duplicateAcksInRow < DUPLICATE_THRESHOLD && !isLost) return;
  c.recoveryPoint = c.sendMax;
  halve(c);
  c.congestionWindow = c.slowStartThreshold;
  c.flags |= IS_RECOVERING | RETRANSMIT_IS_DUE;
  c.retransmittedUntil = c.sendUnacked;
  c.pipeBytes = pipeBytes(c);
  stopTiming(c);
}

/** The retransmission timer fired: everything unacknowledged is to be sent again, unless reported meanwhile. */
export function onTimeout(c: Connection): void {
  // A second time-out of the same segment says nothing new of the path (RFC 5681 section 3.1).
  if (!c.retryCount) halve(c);
  c.congestionWindow = c.segmentBytes;
  c.growthBytes = 0;
  c.flags &= ~(IS_RECOVERING | RETRANSMIT_IS_DUE);
  c.recoveryPoint = c.sendMax;
  c.duplicateAcksInRow = 0;
  c.sendNext = c.sendUnacked;
  clearScoreboard(c);
  stopTiming(c);
}

function halve(c: Connection): void {
  c.slowStartThreshold = max<u32>((c.sendMax - c.sendUnacked) / 2, 2 * c.segmentBytes);
}
