/**
 * Running the work over a stack: each connection that is woken is looked at once by the work that it belongs to. The
 * same for guests and for external machines; whoever runs it charges what the stack's tallies say.
 */
import {
  CONNECTS_EACH_TIME,
  END_CLOSED,
  STATE_CLOSED,
  STATE_TIME_WAIT,
  WORK_FEED,
  WORK_REPLAY_CLIENT,
  WORK_REPLAY_SERVER,
  WORK_REQUESTER,
  WORK_RESPONDER,
  WORK_SINK,
  WORK_SOURCE,
} from "../layout/tcp";
import { GuestMemory } from "../memory/guest-memory";
import { world } from "../sim/world";
import { stepFeed, stepSink, stepSource } from "./tcp-bulk";
import { Connection, IS_OWNED, NO_WORK } from "./tcp-connection";
import { release } from "./tcp-end";
import { beginReplay, endReplay, openDue, openThose, stepReplay } from "./tcp-replay";
import { stepRequester, stepResponder } from "./tcp-request";
import { nextWoken } from "./tcp-socket";
import { connection, Stack, wake } from "./tcp-stack";
import { openOne, PHASE_DONE, Work, workOf } from "./tcp-work-record";

/** Has a work that opens connections begin. */
export function startWork(m: GuestMemory, s: Stack, number: u32): void {
  const w = workOf(m, s, number);
  if (w.kind == WORK_REPLAY_CLIENT) {
    beginReplay(s, w);
    return;
  }
  for (let left = w.connectionCount; left; left--) openOne(m, s, w);
}

/** Stops a work, or has it go on with everything that has come meanwhile. */
export function pauseWork(m: GuestMemory, s: Stack, number: u32, isPaused: bool): void {
  const w = workOf(m, s, number);
  w.isPaused = isPaused ? 1 : 0;
  if (isPaused) return;
  if (w.kind == WORK_REPLAY_CLIENT) s.openingAt = world().now;
  wakeWork(m, s, number);
}

/** Offers a feed so many bytes more. */
export function offer(m: GuestMemory, s: Stack, number: u32, bytes: u64): void {
  workOf(m, s, number).amount += bytes;
  wakeWork(m, s, number);
}

function wakeWork(m: GuestMemory, s: Stack, number: u32): void {
  for (let i: u32 = 0; i < s.connectionCountMax; i++) {
    const c = connection(m, s, i);
    if (c.flags & IS_OWNED && c.work == number) wake(m, s, c);
  }
}

/** Looks at up to so many connections that are woken; returns at how many. */
export function runWork(m: GuestMemory, s: Stack, countMax: u32): u32 {
  if (s.openingAt <= world().now) openDue(m, s);
  let count: u32 = 0;
  while (count < countMax) {
    const c = nextWoken(m, s);
    if (c == null) break;
    count++;
    if (c.work == NO_WORK) continue;
    const w = workOf(m, s, c.work);
    if (!w.isPaused) look(m, s, w, c);
  }
  return count;
}

function look(m: GuestMemory, s: Stack, w: Work, c: Connection): void {
  if (w.kind == WORK_SOURCE) stepSource(m, s, w, c);
  else if (w.kind == WORK_SINK) stepSink(m, s, w, c);
  else if (w.kind == WORK_FEED) stepFeed(m, s, w, c);
  else if (w.kind == WORK_REQUESTER) stepRequester(m, s, w, c);
  else if (w.kind == WORK_RESPONDER) stepResponder(m, s, w, c);
  else if (isReplay(w)) stepReplay(m, s, w, c);
  if (c.state == STATE_TIME_WAIT) {
    countEnd(m, w, c);
    c.work = NO_WORK;
  } else if (c.state == STATE_CLOSED && c.flags & IS_OWNED) {
    conclude(m, s, w, c);
  }
  if (w.missingCount && s.freeFirst | s.timeWaitFirst) {
    w.missingCount--;
    if (isReplay(w)) openThose(m, s, w);
    else openOne(m, s, w);
  }
}

function isReplay(w: Work): bool {
  return w.kind == WORK_REPLAY_CLIENT || w.kind == WORK_REPLAY_SERVER;
}

/** A connection has ended; a requester that has one for each transaction goes on with another. */
function conclude(m: GuestMemory, s: Stack, w: Work, c: Connection): void {
  countEnd(m, w, c);
  const isCutShort = w.options & CONNECTS_EACH_TIME && c.workPhase != PHASE_DONE;
  release(m, s, c);
  if (isCutShort && (!w.amount || w.startedCount < w.amount)) openOne(m, s, w);
}

/** Counts a connection that both sides closed as one that came to its end; a replay knows better. */
function countEnd(m: GuestMemory, w: Work, c: Connection): void {
  if (isReplay(w)) endReplay(m, w, c);
  else if (c.end == END_CLOSED) w.finishedCount++;
  else w.failedCount++;
}
