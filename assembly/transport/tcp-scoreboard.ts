/**
 * What the sender knows its peer to have behind a gap (RFC 6675): ranges of sequence numbers, sorted, bounded in number.
 *
 *     sendUnacked    hole     range     hole     range       hole, unless nothing was sent behind
 *         |----------------|#########|--------|#########|----------------| sendNext
 *
 * A report that there is no room for is forgotten: what it told will be told again, or sent twice. Bytes are thought
 * lost when three ranges, or more than two segments' bytes, lie above them: a hole is lost or not as a whole, and those
 * below a lost one are lost as well. Left out: rule 4 of NextSeg (rescue), and D-SACK.
 */
import { CONNECTION_SCOREBOARD, RANGE_BYTES, SCOREBOARD_COUNT_MAX } from "../layout/tcp";
import { Connection, HAS_SACK } from "./tcp-connection";
import { Range } from "./tcp-ranges";
import { earlierOf, isAfter, isBefore, laterOf } from "./tcp-sequence";

/** DupThresh of RFC 6675. */
export const DUPLICATE_THRESHOLD: u32 = 3;

function known(c: Connection, index: u32): Range {
  return changetype<Range>(changetype<u32>(c) + CONNECTION_SCOREBOARD + index * RANGE_BYTES);
}

/** Forgets everything: after a time-out nothing that was reported is relied on (RFC 2018 section 8). */
export function clearScoreboard(c: Connection): void {
  c.scoreboardCount = 0;
  c.scoreboardBytes = 0;
}

/** Adds a reported range; returns whether it tells anything new. */
export function addReported(c: Connection, start: u32, end: u32): bool {
  let first: u32 = 0;
  while (first < c.scoreboardCount && isBefore(known(c, first).end, start)) first++;
  let behind = first;
  let joinedBytes: u32 = 0;
  let joinedStart = start;
  let joinedEnd = end;
  while (behind < c.scoreboardCount && !isAfter(known(c, behind).start, end)) {
    const r = known(c, behind++);
    joinedBytes += r.end - r.start;
    joinedStart = earlierOf(joinedStart, r.start);
    joinedEnd = laterOf(joinedEnd, r.end);
  }
  const newBytes = joinedEnd - joinedStart - joinedBytes;
  if (!newBytes) return false;
  const count = c.scoreboardCount - (behind - first) + 1;
  if (count > SCOREBOARD_COUNT_MAX) return false;
  const at = changetype<u32>(known(c, first));
  memory.copy(at + RANGE_BYTES, changetype<u32>(known(c, behind)), (c.scoreboardCount - behind) * RANGE_BYTES);
  known(c, first).start = joinedStart;
  known(c, first).end = joinedEnd;
  c.scoreboardCount = count;
  c.scoreboardBytes += newBytes;
  return true;
}

/** Forgets what has been acknowledged. */
export function forgetAcked(c: Connection): void {
  let gone: u32 = 0;
  while (gone < c.scoreboardCount && !isAfter(known(c, gone).end, c.sendUnacked)) {
    const r = known(c, gone++);
    c.scoreboardBytes -= r.end - r.start;
  }
  if (gone) {
    c.scoreboardCount -= gone;
    memory.copy(changetype<u32>(known(c, 0)), changetype<u32>(known(c, gone)), c.scoreboardCount * RANGE_BYTES);
  }
  if (c.scoreboardCount && isBefore(known(c, 0).start, c.sendUnacked)) {
    c.scoreboardBytes -= c.sendUnacked - known(c, 0).start;
    known(c, 0).start = c.sendUnacked;
  }
}

/** Returns below where everything that is not reported is thought lost (IsLost of RFC 6675). */
export function lostUntil(c: Connection): u32 {
  if (!(c.flags & HAS_SACK)) return earlierOf(c.sendUnacked + c.segmentBytes, c.sendMax);
  let bytes: u32 = 0;
  for (let i = c.scoreboardCount; i; i--) {
    const r = known(c, i - 1);
    bytes += r.end - r.start;
    if (c.scoreboardCount - i + 1 >= DUPLICATE_THRESHOLD) return r.start;
    if (bytes > (DUPLICATE_THRESHOLD - 1) * c.segmentBytes) return r.start;
  }
  return c.sendUnacked;
}

/** Returns the first byte from `from` on that is not reported; what is behind the last range is not. */
export function firstHole(c: Connection, from: u32): u32 {
  for (let i: u32 = 0; i < c.scoreboardCount; i++) {
    const r = known(c, i);
    if (isBefore(from, r.start)) return from;
    if (isBefore(from, r.end)) return r.end;
  }
  return from;
}

/** Returns where the hole that a byte lies in ends: at the next range, or at `limit`. */
export function holeEnd(c: Connection, from: u32, limit: u32): u32 {
  for (let i: u32 = 0; i < c.scoreboardCount; i++) {
    if (isAfter(known(c, i).start, from)) return earlierOf(known(c, i).start, limit);
  }
  return limit;
}

/** Returns how many bytes are thought to be under way (SetPipe of RFC 6675), during recovery. */
export function pipeBytes(c: Connection): u32 {
  if (!(c.flags & HAS_SACK)) return pipeWithoutReports(c);
  const lost = lostUntil(c);
  let pipe: u32 = 0;
  let from = c.sendUnacked;
  for (let i: u32 = 0; i <= c.scoreboardCount; i++) {
    const end = i < c.scoreboardCount ? known(c, i).start : laterOf(from, c.sendNext);
    if (isAfter(end, lost)) pipe += end - laterOf(from, lost);
    if (isAfter(c.retransmittedUntil, from)) pipe += earlierOf(end, c.retransmittedUntil) - from;
    if (i < c.scoreboardCount) from = known(c, i).end;
  }
  return pipe;
}

/** Each duplicate acknowledgment says that a segment has left the network (RFC 5681 section 3.2). */
function pipeWithoutReports(c: Connection): u32 {
  const sent = c.sendNext - c.sendUnacked;
  const gone = c.duplicateAcksInRow * c.segmentBytes;
  const again = isAfter(c.retransmittedUntil, c.sendUnacked) ? c.retransmittedUntil - c.sendUnacked : 0;
  return (sent > gone ? sent - gone : 0) + again;
}

/** Returns how many reported bytes lie before a sequence number. */
export function reportedBefore(c: Connection, sequence: u32): u32 {
  if (sequence == c.sendMax) return c.scoreboardBytes;
  let bytes: u32 = 0;
  for (let i: u32 = 0; i < c.scoreboardCount; i++) {
    const r = known(c, i);
    if (!isBefore(r.start, sequence)) break;
    bytes += earlierOf(r.end, sequence) - r.start;
  }
  return bytes;
}
