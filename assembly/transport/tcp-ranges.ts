/**
 * What the receiver has behind a gap: a bounded list of ranges of sequence numbers, the latest to have changed first,
 * which is the order in which a selective acknowledgment reports them (RFC 2018 section 4).
 *
 *     range:  | first byte | behind the last byte |       none touches another, none begins before receiveNext + 1
 *
 * A segment that would need a range more than there is room for is dropped, and the peer sends it again.
 */
import { CONNECTION_RANGES, RANGE_BYTES, RANGE_COUNT_MAX } from "../layout/tcp";
import { Connection } from "./tcp-connection";
import { earlierOf, isAfter, isBefore, laterOf } from "./tcp-sequence";

@unmanaged
export class Range {
  start: u32;
  end: u32;
}

/** Returns where the ranges of a connection stand. */
export function rangesAt(c: Connection): u32 {
  return changetype<u32>(c) + CONNECTION_RANGES;
}

function range(c: Connection, index: u32): Range {
  return changetype<Range>(rangesAt(c) + index * RANGE_BYTES);
}

/** Adds bytes that came behind a gap, joined with the ranges that they touch; false when there is no room. */
export function addRange(c: Connection, start: u32, end: u32): bool {
  let kept: u32 = 0;
  let first = start;
  let last = end;
  let isJoined = false;
  for (let i: u32 = 0; i < c.rangeCount; i++) {
    const r = range(c, i);
    if (isAfter(r.start, last) || isBefore(r.end, first)) continue;
    first = earlierOf(first, r.start);
    last = laterOf(last, r.end);
    isJoined = true;
  }
  if (!isJoined && c.rangeCount == RANGE_COUNT_MAX) return false;
  for (let i: u32 = 0; i < c.rangeCount; i++) {
    const r = range(c, i);
    if (isAfter(r.start, last) || isBefore(r.end, first)) move(c, kept++, r);
  }
  memory.copy(rangesAt(c) + RANGE_BYTES, rangesAt(c), kept * RANGE_BYTES);
  range(c, 0).start = first;
  range(c, 0).end = last;
  c.rangeCount = kept + 1;
  return true;
}

/** Returns where what has come ends now that everything up to `next` has; the ranges before are gone. */
export function absorb(c: Connection, next: u32): u32 {
  let kept: u32 = 0;
  const end = reach(c, next);
  for (let i: u32 = 0; i < c.rangeCount; i++) {
    if (isAfter(range(c, i).start, end)) move(c, kept++, range(c, i));
  }
  c.rangeCount = kept;
  return end;
}

/** Ranges do not touch each other, so only one can touch or contain what is next. */
function reach(c: Connection, next: u32): u32 {
  let end = next;
  for (let i: u32 = 0; i < c.rangeCount; i++) {
    if (!isAfter(range(c, i).start, next)) end = laterOf(end, range(c, i).end);
  }
  return end;
}

function move(c: Connection, to: u32, r: Range): void {
  const target = range(c, to);
  const end = r.end;
  target.start = r.start;
  target.end = end;
}
