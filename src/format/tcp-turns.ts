/**
 * Finds in two recorded streams who waited for what: the turns in which a client and a server spoke.
 *
 *     client   |GET 84 bytes|                          |GET 86 bytes|                       |close|
 *     server                 think |header|body ......|              think |header|body ...|
 *                                   after 84 bytes of the client's          after 170
 *
 * What a side had received when it wrote stands in its own segments, as their acknowledgment, wherever the capture was
 * taken. A turn begins where that grows, or after a pause: with everything acknowledged that the side had sent, so that
 * only its application can have held it back. A pause within a window is not seen, and no turn of its own.
 *
 * The time to think runs from the last thing that a turn waited for to its first segment, less the way from where the
 * capture was taken to the speaker and back: the handshake shows how long that is, once for either side, and a replay's
 * network has its own. Invariant: no turn waits for bytes that were seen only after it, so that two sides that follow
 * their turns never wait for each other.
 */

import { nearest, otherOf, type SeenConnection, SIDES, type Side } from "./seen-connection";
import type { Piece, SeenStream } from "./seen-stream";

/** What one side does when everything that it waits for has come. */
export interface Turn {
  /** Writes bytes, closes its direction, or resets the connection. */
  readonly kind: "write" | "close" | "reset";
  /** How many bytes; 0 unless it writes. */
  readonly byteCount: number;
  /** What the other side must have sent before: so many bytes, and one more for its close. */
  readonly after: number;
  /** The bytes of the other side with which the turn is answered; 0 when nothing comes before this side's next turn. */
  readonly answeredBy: number;
  /** From then, and from the side's turn before, to this one. */
  readonly thinkNs: number;
}

export type Streams = Readonly<Record<Side, SeenStream>>;

/** The latest time to think: 2^53 - 1 ns, about 104 days, so that a number holds it exactly. */
const THINK_NS_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/** Returns the turns of a side in their order; `resetAtNs` is when it reset the connection, null when it did not. */
export function readTurns(connection: SeenConnection, streams: Streams, side: Side, resetAtNs: bigint | null): Turn[] {
  const spoken = settle(piecesOf(streams[side]));
  const clock = new TurnClock(connection, streams, side);
  const turns: Turn[] = [];
  let before: Spoken | null = null;
  for (const piece of spoken) {
    const last = turns.at(-1);
    const hasCause = before === null || piece.after > before.after;
    const thinkNs = hasCause ? clock.thoughtSinceArrival(piece, before) : clock.paused(piece, before);
    const { byteCount, after, isClose } = piece;
    if (last && !hasCause && thinkNs === 0 && !isClose) {
      turns[turns.length - 1] = { ...last, byteCount: last.byteCount + byteCount };
    } else {
      turns.push({ kind: isClose ? "close" : "write", byteCount, after, answeredBy: 0, thinkNs });
    }
    before = piece;
  }
  if (resetAtNs !== null) {
    const after = Math.max(before?.after ?? 0, clock.receivedBy(resetAtNs));
    const reset = { from: 0, byteCount: 0, after, isClose: true, timeNs: resetAtNs };
    const thinkNs = clock.thoughtSinceArrival(reset, before);
    turns.push({ kind: "reset", byteCount: 0, after, answeredBy: 0, thinkNs });
  }
  return withAnswers(turns, streams[otherOf(side)].byteCount);
}

/** Tells whether two sides that follow their turns come to their ends, and never wait for each other. */
export function canBePlayed(turns: Readonly<Record<Side, readonly Turn[]>>): boolean {
  const next = { client: 0, server: 0 };
  const sent = { client: 0, server: 0 };
  for (let side: Side = "client", stuckCount = 0; stuckCount < 2; side = otherOf(side)) {
    stuckCount++;
    for (
      let turn = turns[side][next[side]];
      turn && turn.after <= sent[otherOf(side)];
      turn = turns[side][next[side]]
    ) {
      if (turn.kind === "reset") return true;
      sent[side] += turn.kind === "close" ? 1 : turn.byteCount;
      next[side]++;
      stuckCount = 0;
    }
  }
  return SIDES.every((side) => next[side] === turns[side].length);
}

/** Bytes that a side wrote at once, or its close. */
interface Spoken {
  readonly from: number;
  readonly byteCount: number;
  readonly after: number;
  readonly isClose: boolean;
  readonly timeNs: bigint;
}

function piecesOf({ pieces, close }: SeenStream): readonly Piece[] {
  return close ? [...pieces, close] : pieces;
}

/**
 * An application writes in order: bytes that later ones overtook, because they had to be sent again or came another way,
 * were written no later than those.
 */
function settle(pieces: readonly Piece[]): Spoken[] {
  const spoken: Spoken[] = [];
  let timeNs: bigint | null = null;
  let after = Number.POSITIVE_INFINITY;
  for (const piece of pieces.toReversed()) {
    const { from, bytes } = piece;
    if (timeNs === null || piece.timeNs < timeNs) timeNs = piece.timeNs;
    after = Math.min(after, piece.after);
    spoken.push({ from, byteCount: bytes.length, after, isClose: bytes.length === 0, timeNs });
  }
  return spoken.reverse();
}

/** A turn is answered by what comes before the next one that waits for more. */
function withAnswers(turns: readonly Turn[], otherByteCount: number): Turn[] {
  return turns.map((turn, index) => {
    const next = turns[index + 1];
    if (turn.kind !== "write" || next?.after === turn.after) return turn;
    const answeredBy = Math.min(next?.after ?? otherByteCount, otherByteCount);
    return answeredBy > turn.after ? { ...turn, answeredBy } : turn;
  });
}

/** By when something had been seen up to a number of a side's stream. */
interface Mark {
  readonly upTo: number;
  readonly timeNs: bigint;
}

/** When things were seen that a side may have waited for. */
class TurnClock {
  /** What the other side sent, what the side acknowledged of it, and what the other one acknowledged of the side's. */
  readonly #arrivals: readonly Mark[];
  readonly #received: readonly Mark[];
  readonly #acknowledged: readonly Mark[];
  /** When the connection was open, as the side saw it. */
  readonly #openNs: bigint;
  /** From where the capture was taken to the side and back. */
  readonly #roundNs: bigint;

  constructor(connection: SeenConnection, streams: Streams, side: Side) {
    const other = otherOf(side);
    this.#arrivals = arrivalsOf(piecesOf(streams[other]));
    this.#received = acknowledgmentsBy(connection, side);
    this.#acknowledged = acknowledgmentsBy(connection, other);
    const { synNs, answerNs, openNs } = handshakeOf(connection);
    this.#openNs = side === "client" ? answerNs : openNs;
    this.#roundNs = side === "client" ? openNs - answerNs : answerNs - synNs;
  }

  /** Returns how long the side thought about what it waited for, and had written before. */
  thoughtSinceArrival({ after, timeNs }: Spoken, before: Spoken | null): number {
    const arrivedNs = after > 0 ? (markOf(this.#arrivals, after)?.timeNs ?? timeNs) : this.#openNs;
    return toNs(timeNs - later(arrivedNs + this.#roundNs, before?.timeNs ?? arrivedNs));
  }

  /** Returns how long the side wrote nothing though nothing was on its way; 0 when something was. */
  paused({ from, timeNs }: Spoken, before: Spoken | null): number {
    const acknowledgedNs = markOf(this.#acknowledged, from)?.timeNs;
    if (acknowledgedNs === undefined) return 0;
    return toNs(timeNs - later(acknowledgedNs + this.#roundNs, before?.timeNs ?? acknowledgedNs));
  }

  /** Returns how many numbers of the other side it had acknowledged by a time. */
  receivedBy(timeNs: bigint): number {
    return this.#received.findLast((mark) => mark.timeNs <= timeNs)?.upTo ?? 0;
  }
}

/** The last SYN of either side, and the client's answer to the server's. */
function handshakeOf({ segments, syn }: SeenConnection) {
  const lastSyn = (side: Side) => segments.findLast((seen) => seen.side === side && seen.segment.isSyn)?.packet.timeNs;
  const answerNs = lastSyn("server") ?? syn.packet.timeNs;
  const open = segments.find(({ side, segment, packet }) => {
    return side === "client" && !segment.isSyn && packet.timeNs >= answerNs;
  });
  const synNs = segments.findLast(({ side, segment, packet }) => {
    return side === "client" && segment.isSyn && packet.timeNs <= answerNs;
  });
  return { synNs: synNs?.packet.timeNs ?? answerNs, answerNs, openNs: open?.packet.timeNs ?? answerNs };
}

function arrivalsOf(pieces: readonly Piece[]): Mark[] {
  let timeNs: bigint | null = null;
  return pieces.map((piece) => {
    timeNs = timeNs === null ? piece.timeNs : later(timeNs, piece.timeNs);
    return { upTo: piece.from + Math.max(piece.bytes.length, 1), timeNs };
  });
}

/** What a side acknowledged, where it grew. */
function acknowledgmentsBy({ segments, firstByte }: SeenConnection, side: Side): Mark[] {
  const marks: Mark[] = [];
  let received = 0;
  for (const { side: sender, segment, packet } of segments) {
    if (sender !== side || segment.acknowledgment === null || segment.isReset) continue;
    const upTo = nearest(received, segment.acknowledgment - firstByte[otherOf(side)]);
    if (upTo > received) marks.push({ upTo, timeNs: packet.timeNs });
    received = Math.max(received, upTo);
  }
  return marks;
}

/** Returns the first mark that reaches a number. */
function markOf(marks: readonly Mark[], number: number): Mark | undefined {
  let [low, high] = [0, marks.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((marks[middle]?.upTo ?? 0) < number) low = middle + 1;
    else high = middle;
  }
  return marks[low];
}

function later(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

function toNs(ns: bigint): number {
  if (ns <= 0n) return 0;
  return Number(ns < THINK_NS_MAX ? ns : THINK_NS_MAX);
}
