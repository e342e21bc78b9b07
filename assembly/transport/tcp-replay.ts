/**
 * Playing one side of a recorded conversation over a stack: the client opens each connection at its recorded time, and
 * both follow their turns.
 *
 *     new ----- what the turn waits for has come ----> thinking ---- the time is over ----> busy: writes, closes, resets
 *      ^                                                                                       |
 *      +------------------------------- the turn is done, and there is another ----------------+
 *     done: every turn was taken, and everything that the peer has to send has come, as the recording has it
 *
 * The peer's bytes are compared as they come. A connection comes from the port of its number, which tells the server what
 * to play: it needs no memory of its own for that, and finds its place again after a failover. A reset waits until what
 * was written before has been acknowledged, as the recorded one came behind it. Left out: what the recorded stacks did to
 * move the bytes, and openings that wait for the end of an earlier connection: they come at their times.
 */
import {
  REPLAY_CONNECTION_COUNT_MAX,
  REPLAY_PORT_FIRST,
  TURN_CLOSE,
  TURN_RESET,
  TURN_WRITE,
} from "../layout/recording";
import {
  END_RESET,
  STATE_CLOSED,
  STATE_SYN_RECEIVED,
  STATE_SYN_SENT,
  STATE_TIME_WAIT,
  WORK_REPLAY_CLIENT,
  WORK_REPLAY_SERVER,
} from "../layout/tcp";
import { GuestMemory } from "../memory/guest-memory";
import { writeRound } from "../memory/round";
import { NEVER } from "../sim/event-queue";
import { world } from "../sim/world";
import { Connection } from "./tcp-connection";
import { arm } from "./tcp-deadline";
import { Recorded, readRecorded, recorded, Turn, turnOf, writeRecorded } from "./tcp-recording";
import { isBefore } from "./tcp-sequence";
import { abort, close, isPeerDone, listen, openFrom, readableBytes } from "./tcp-socket";
import { Stack } from "./tcp-stack";
import { addWork, countTime, PHASE_BUSY, PHASE_DONE, PHASE_NEW, PHASE_THINKING, Work, workOf } from "./tcp-work-record";

/** Adds the client of a recording of so many connections, which lies at an address of the machine's memory. */
export function addReplayClient(
  m: GuestMemory,
  s: Stack,
  peerMac: u64,
  peerIp: u32,
  peerPort: u32,
  recordingAt: u32,
  connectionCount: u32,
): u32 {
  assert(connectionCount <= REPLAY_CONNECTION_COUNT_MAX, "each recorded connection has a port of its own");
  const w = addWork(m, s, WORK_REPLAY_CLIENT);
  w.peerMac = peerMac;
  w.peerIp = peerIp;
  w.peerPort = peerPort;
  w.recordingAt = recordingAt;
  w.connectionCount = connectionCount;
  w.beganAt = NEVER;
  return w.number;
}

/** Adds the server of a recording on a port; what it answers dirties a working set. */
export function addReplayServer(
  m: GuestMemory,
  s: Stack,
  port: u32,
  recordingAt: u32,
  connectionCount: u32,
  setPage: u32,
  setPages: u32,
  dirtyPages: u32,
): u32 {
  assert(connectionCount <= REPLAY_CONNECTION_COUNT_MAX, "each recorded connection has a port of its own");
  assert(setPage + setPages <= m.pageCount && (!dirtyPages || setPages > 0), "the working set lies in the memory");
  const w = addWork(m, s, WORK_REPLAY_SERVER);
  w.recordingAt = recordingAt;
  w.connectionCount = connectionCount;
  w.setFirst = setPage;
  w.setPages = setPages;
  w.dirtyPages = dirtyPages;
  listen(s, port, w.number);
  return w.number;
}

/** Has a client begin: its first connection is due. */
export function beginReplay(s: Stack, w: Work): void {
  w.beganAt = world().now;
  s.openingAt = w.beganAt;
}

/** Opens the connections that are due, of every replay of a stack. */
export function openDue(m: GuestMemory, s: Stack): void {
  s.openingAt = NEVER;
  for (let number: u32 = 0; number < s.workCount; number++) {
    const w = workOf(m, s, number);
    if (w.kind == WORK_REPLAY_CLIENT && w.beganAt != NEVER && !w.isPaused) openThose(m, s, w);
  }
}

/** Opens a replay's connections that are due. One without a control block waits for it, and those behind it too. */
export function openThose(m: GuestMemory, s: Stack, w: Work): void {
  while (w.startedCount < w.connectionCount) {
    const number = <u32>w.startedCount;
    const startAt = w.beganAt + recorded(m, w, number).startPs;
    if (startAt > world().now) {
      s.openingAt = min<u64>(s.openingAt, startAt);
      return;
    }
    const c = openFrom(m, s, w.peerMac, w.peerIp, w.peerPort, REPLAY_PORT_FIRST + number, w.number);
    w.missingCount = c == null ? 1 : 0;
    if (c == null) return;
    w.startedCount++;
  }
}

/** Has a side go on with a connection as far as it can. */
export function stepReplay(m: GuestMemory, s: Stack, w: Work, c: Connection): void {
  const number = numberOf(w, c);
  if (number >= w.connectionCount) {
    if (isOpen(c)) abort(m, s, c);
    return;
  }
  const r = recorded(m, w, number);
  readRecorded(m, s, w, c, r);
  if (c.workAwaited && c.workRead >= c.workAwaited) answered(m, s, w, c);
  while (isOpen(c) && c.workMark < r.turnCount && takeTurn(m, s, w, c, r)) {
    c.workMark++;
    c.workPhase = PHASE_NEW;
  }
  const isWhole = c.workMark == r.turnCount && (r.isReset || c.workRead >= r.otherBytes);
  if (isWhole && c.workPhase != PHASE_DONE) {
    c.workPhase = PHASE_DONE;
    w.finishedCount++;
  }
}

/** Takes note of the end of a connection: it was played, or ended in the middle where the recording has no reset. */
export function endReplay(m: GuestMemory, w: Work, c: Connection): void {
  if (c.workPhase == PHASE_DONE) return;
  const number = numberOf(w, c);
  const isRecorded = number < w.connectionCount && c.end == END_RESET && recorded(m, w, number).isReset;
  if (isRecorded) w.finishedCount++;
  else w.failedCount++;
}

function numberOf(w: Work, c: Connection): u32 {
  return (w.kind == WORK_REPLAY_CLIENT ? c.selfPort : c.peerPort) - REPLAY_PORT_FIRST;
}

function isOpen(c: Connection): bool {
  const state = c.state;
  return state != STATE_CLOSED && state != STATE_SYN_SENT && state != STATE_SYN_RECEIVED && state != STATE_TIME_WAIT;
}

/** Goes on with a turn; returns whether it is done. */
function takeTurn(m: GuestMemory, s: Stack, w: Work, c: Connection, r: Recorded): bool {
  const t = turnOf(m, r, c.workMark);
  if (c.workPhase == PHASE_NEW) {
    if (receivedNumbers(c) < t.after) return false;
    c.workPhase = PHASE_THINKING;
    if (t.thinkPs) {
      c.workAt = world().now + t.thinkPs;
      arm(m, s, c);
    }
  }
  if (c.workPhase == PHASE_THINKING) {
    if (c.workAt != NEVER) return false;
    c.workPhase = PHASE_BUSY;
    c.workLeft = t.bytes;
    if (t.kind == TURN_WRITE) begin(m, w, c, r, t);
  }
  if (c.workLeft) c.workLeft -= writeRecorded(m, s, c, r, c.workLeft);
  if (c.workLeft) return false;
  if (t.kind == TURN_CLOSE) close(m, s, c);
  if (t.kind == TURN_RESET) {
    if (isBefore(c.sendUnacked, c.sendEnd)) return false;
    abort(m, s, c);
  }
  return true;
}

/** Bytes that were read, and one more for a close with nothing to read before it. */
function receivedNumbers(c: Connection): u64 {
  return c.workRead + (isPeerDone(c) && !readableBytes(c) ? 1 : 0);
}

/** A turn begins to write: a client asks, a server answers if more has come than for its turn before. */
function begin(m: GuestMemory, w: Work, c: Connection, r: Recorded, t: Turn): void {
  if (w.kind == WORK_REPLAY_CLIENT) {
    c.workSince = world().now;
    c.workAwaited = t.answeredBy;
    return;
  }
  const before = c.workMark ? turnOf(m, r, c.workMark - 1).after : 0;
  if (t.after <= before) return;
  w.transactionCount++;
  w.setNext = writeRound(m, w.setFirst, w.setPages, w.setNext, w.dirtyPages, <u32>w.transactionCount);
}

/** A client has the whole answer. */
function answered(m: GuestMemory, s: Stack, w: Work, c: Connection): void {
  c.workAwaited = 0;
  w.transactionCount++;
  countTime(m, s, w, world().now - c.workSince);
}
