/**
 * Puts one direction of a recorded TCP connection together: the bytes that its application wrote, each with when it was
 * first seen and with what its sender had received by then.
 *
 *     segments as captured      [3 4 5]   [1 2]   [1 2 3]   FIN         out of order, sent again, overlapping
 *     pieces of the stream      [1 2][3 4 5] close
 *
 * Sequence numbers wrap (RFC 9293 section 3.4): a place in the stream is the distance from the furthest byte seen so far.
 * Left out: keep-alives, whose one byte is nobody's (RFC 1122 section 4.2.3.6), and urgent data. Invariant: pieces follow
 * each other without a gap and cover the stream, or there is a finding. Memory and time are those of the file: pieces are
 * views of it, and each byte of a segment is compared once.
 */

import { describe, type Finding } from "./capture-finding";
import { type PortAddresses, route } from "./ip-packet";
import { nearest, otherOf, type SeenConnection, type SeenSegment, type Side } from "./seen-connection";

/** Bytes that were first seen together, or the close behind the last of them. */
export interface Piece {
  readonly from: number;
  readonly bytes: Uint8Array;
  /** When they were first seen. */
  timeNs: bigint;
  /** How many numbers of the other side their sender had received by then: bytes, and one for its close. */
  after: number;
}

/** One direction of a connection. */
export interface SeenStream {
  /** In the order of the stream. */
  readonly pieces: readonly Piece[];
  readonly byteCount: number;
  /** The close, a piece without bytes; null when it was not seen. */
  readonly close: Piece | null;
}

/** A segment's bytes at their place in the stream. */
interface Placed {
  readonly seen: SeenSegment;
  readonly from: number;
  readonly after: number;
}

/** Widest window (RFC 7323 section 2.3): nothing is sent further ahead. */
const WINDOW_BYTES_MAX = 2 ** 30;

/** Puts a side's stream together; what is wrong with it is added to the findings. */
export function readStream(connection: SeenConnection, side: Side, findings: Finding[]): SeenStream {
  let isSound = true;
  const complain = (seen: SeenSegment, reason: string) => {
    // What is wrong first makes the rest look wrong.
    if (!isSound) return;
    isSound = false;
    findings.push(describe(seen, `TCP ${route(addressesOf(connection, side))} ${reason}; leave its connection out`));
  };
  const placed = placeSegments(connection, side, complain);
  const pieces = joinPieces(placed, complain);
  const last = pieces.at(-1);
  const byteCount = last ? last.from + last.bytes.length : 0;
  const close = findClose(placed, byteCount, complain);
  checkAcknowledged(connection, side, byteCount + Number(close !== null), complain);
  return { pieces, byteCount, close };
}

type Complain = (seen: SeenSegment, reason: string) => void;

function addressesOf({ addresses }: SeenConnection, side: Side): PortAddresses {
  const { source, target, sourcePort, targetPort } = addresses;
  return side === "client"
    ? addresses
    : { source: target, target: source, sourcePort: targetPort, targetPort: sourcePort };
}

/** Finds the places of segments that carry data or a close. */
function placeSegments({ segments, firstByte }: SeenConnection, side: Side, complain: Complain): Placed[] {
  const placed: Placed[] = [];
  let edge = 0;
  let received = 0;
  for (const seen of segments) {
    const { isSyn, isFin, isReset, sequence, acknowledgment, payload } = seen.segment;
    if (seen.side !== side || isReset) continue;
    if (acknowledgment !== null)
      received = Math.max(received, nearest(received, acknowledgment - firstByte[otherOf(side)]));
    if (payload.length === 0 && !isFin) continue;
    const from = nearest(edge, sequence + Number(isSyn) - firstByte[side]);
    const isKeepAlive = payload.length <= 1 && from + payload.length === edge && from < edge && !isFin;
    if (isKeepAlive) continue;
    if (from < 0 || from > edge + WINDOW_BYTES_MAX) {
      complain(
        seen,
        `has sequence number ${sequence}, which is ${from < 0 ? "before the stream's first byte" : "more than a window ahead"}`,
      );
      continue;
    }
    placed.push({ seen, from, after: received });
    edge = Math.max(edge, from + payload.length);
  }
  return placed;
}

/** Joins segments in the order of the stream. What was sent again must have the same bytes. */
function joinPieces(placed: readonly Placed[], complain: Complain): Piece[] {
  const inOrder = placed.filter(({ seen }) => seen.segment.payload.length > 0).sort((a, b) => a.from - b.from);
  const pieces: Piece[] = [];
  let end = 0;
  for (const { seen, from, after } of inOrder) {
    const { payload } = seen.segment;
    if (from > end) {
      complain(seen, `comes behind ${from - end} bytes that are not in the capture, from byte ${end} of its stream on`);
      break;
    }
    const again = Math.min(end - from, payload.length);
    const wrongAt = compareSeen(pieces, from, payload.subarray(0, again), seen.packet.timeNs, after);
    if (wrongAt !== null) {
      complain(seen, `sends byte ${wrongAt} of its stream again with another value`);
      break;
    }
    if (again === payload.length) continue;
    pieces.push({ from: end, bytes: payload.subarray(again), timeNs: seen.packet.timeNs, after });
    end = from + payload.length;
  }
  return pieces;
}

/**
 * Compares bytes with those of pieces that they overlap, the last ones; returns where they differ, null when nowhere.
 * Pieces that were seen earlier in this segment than in the one that they were cut from get its time.
 */
function compareSeen(pieces: readonly Piece[], from: number, bytes: Uint8Array, timeNs: bigint, after: number) {
  for (let index = pieces.length - 1; index >= 0; index--) {
    const piece = pieces[index];
    if (piece === undefined || piece.from + piece.bytes.length <= from) break;
    const start = Math.max(from, piece.from);
    const stop = Math.min(from + bytes.length, piece.from + piece.bytes.length);
    for (let at = start; at < stop; at++) if (bytes[at - from] !== piece.bytes[at - piece.from]) return at;
    if (timeNs < piece.timeNs && start < stop) {
      piece.timeNs = timeNs;
      piece.after = Math.min(piece.after, after);
    }
  }
  return null;
}

/** Finds the close, which stands behind the last byte wherever it is seen. */
function findClose(placed: readonly Placed[], byteCount: number, complain: Complain): Piece | null {
  const closes = placed.filter(({ seen }) => seen.segment.isFin);
  const wrong = closes.find(({ seen, from }) => from + seen.segment.payload.length !== byteCount);
  if (wrong !== undefined) {
    const at = wrong.from + wrong.seen.segment.payload.length;
    complain(wrong.seen, `closes its stream behind byte ${at}, and ${byteCount} bytes of it are in the capture`);
  }
  const [first] = closes;
  if (first === undefined || wrong !== undefined) return null;
  return { from: byteCount, bytes: new Uint8Array(), timeNs: first.seen.packet.timeNs, after: first.after };
}

/** What the other side says to have received must be there. */
function checkAcknowledged(
  { segments, firstByte }: SeenConnection,
  side: Side,
  numberCount: number,
  complain: Complain,
): void {
  const wrong = segments.find(({ side: sender, segment: { acknowledgment, isReset } }) => {
    if (sender === side || isReset || acknowledgment === null) return false;
    return nearest(numberCount, acknowledgment - firstByte[side]) > numberCount;
  });
  if (wrong === undefined) return;
  const missing = nearest(numberCount, (wrong.segment.acknowledgment ?? 0) - firstByte[side]) - numberCount;
  complain(wrong, `is acknowledged ${missing} bytes further than the capture has it`);
}
