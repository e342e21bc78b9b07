/**
 * How connections end, and what becomes of their control blocks.
 *
 *     opened ... TIME-WAIT ------ its time is over, or its block is wanted ------> free
 *        |          ^ the application is told; nothing more is expected of it
 *        +---- any other end ---> CLOSED, still the application's ---- released ----> free
 *
 * A connection that no application was told of is free at once. Invariant: one that is free is found by no segment, and
 * has no timer.
 */
import { CONNECTION_BYTES, END_CLOSED, END_NONE, STATE_CLOSED, STATE_TIME_WAIT, TCP_ACK } from "../layout/tcp";
import { GuestMemory } from "../memory/guest-memory";
import { NEVER } from "../sim/event-queue";
import { world } from "../sim/world";
import {
  Connection,
  IS_OWNED,
  IS_READY,
  IS_WOKEN,
  NO_WORK,
  PEER_IS_DONE,
  TIMER_FIN_WAIT,
  TIMER_NONE,
  TIMER_TIME_WAIT,
} from "./tcp-connection";
import { arm } from "./tcp-deadline";
import {
  addFree,
  addReset,
  addTimeWait,
  connection,
  countEnd,
  leave,
  removeTimeWait,
  Stack,
  takeFree,
  wake,
} from "./tcp-stack";

/** Takes a free control block, or that of the oldest TIME-WAIT; null when there is neither. All of it is zero. */
export function takeBlock(m: GuestMemory, s: Stack): Connection | null {
  if (!s.freeFirst && s.timeWaitFirst) {
    s.recycledCount++;
    free(m, s, connection(m, s, s.timeWaitFirst - 1));
  }
  const c = takeFree(m, s);
  if (c == null) {
    s.refusedCount++;
    return null;
  }
  const number = c.number;
  const armedAt = c.armedAt;
  const heapPlace = c.heapPlace;
  memory.fill(changetype<u32>(c), 0, CONNECTION_BYTES);
  c.number = number;
  c.armedAt = armedAt;
  c.heapPlace = heapPlace;
  c.timerAt = NEVER;
  c.delayedAckAt = NEVER;
  c.workAt = NEVER;
  s.openedCount++;
  return c;
}

/** Both sides have closed, and this one may have to acknowledge the peer's FIN again. */
export function waitOut(m: GuestMemory, s: Stack, c: Connection): void {
  if (c.state != STATE_TIME_WAIT) {
    c.state = STATE_TIME_WAIT;
    c.end = END_CLOSED;
    countEnd(s, END_CLOSED);
    c.delayedAckAt = NEVER;
    c.workAt = NEVER;
    c.flags &= ~IS_OWNED;
    wake(m, s, c);
    addTimeWait(m, s, c);
  } else {
    removeTimeWait(m, s, c);
    addTimeWait(m, s, c);
  }
  c.timer = TIMER_TIME_WAIT;
  c.timerAt = world().now + s.timeWaitPs;
  arm(m, s, c);
}

/** Has a connection in FIN-WAIT-2 wait no longer than TIME-WAIT lasts, from now. */
export function limitFinWait(m: GuestMemory, s: Stack, c: Connection): void {
  c.timer = TIMER_FIN_WAIT;
  c.timerAt = world().now + s.timeWaitPs;
  arm(m, s, c);
}

/** Has the peer of a connection get a reset, unless too many wait to be sent. */
export function sendReset(s: Stack, c: Connection): void {
  const r = addReset(s);
  if (r == null) return;
  r.peerMac = c.peerMac;
  r.peerIp = c.peerIp;
  r.peerPort = c.peerPort;
  r.selfPort = c.selfPort;
  r.sequence = c.sendMax;
  r.acknowledgment = c.receiveNext;
  r.flags = TCP_ACK;
}

/** Ends a connection for a reason; its application is told. */
export function finish(m: GuestMemory, s: Stack, c: Connection, end: u32): void {
  if (c.state == STATE_TIME_WAIT) {
    free(m, s, c);
    return;
  }
  assert(c.state != STATE_CLOSED && end != END_NONE, "an open connection ends, for a reason");
  leave(m, s, c);
  stopTimers(c);
  c.state = STATE_CLOSED;
  c.end = end;
  countEnd(s, end);
  c.flags &= IS_READY | IS_WOKEN | IS_OWNED | PEER_IS_DONE;
  if (c.flags & IS_OWNED) wake(m, s, c);
  else addFree(m, s, c);
}

/** Takes note that the application is done with a connection that has ended. */
export function release(m: GuestMemory, s: Stack, c: Connection): void {
  assert(c.state == STATE_CLOSED && (c.flags & IS_OWNED) != 0, "a connection is released once, when it has ended");
  c.flags &= ~IS_OWNED;
  c.work = NO_WORK;
  addFree(m, s, c);
}

/** Ends TIME-WAIT. */
export function free(m: GuestMemory, s: Stack, c: Connection): void {
  assert(c.state == STATE_TIME_WAIT, "only TIME-WAIT ends without its application");
  removeTimeWait(m, s, c);
  leave(m, s, c);
  stopTimers(c);
  c.state = STATE_CLOSED;
  addFree(m, s, c);
}

function stopTimers(c: Connection): void {
  c.timer = TIMER_NONE;
  c.timerAt = NEVER;
  c.delayedAckAt = NEVER;
  c.workAt = NEVER;
}
