/**
 * What happens when a connection's timer fires.
 *
 *     | timer          | runs while                        | fires                                                |
 *     |----------------|-----------------------------------|------------------------------------------------------|
 *     | retransmission | something is unacknowledged       | send again from there; twice as long each time       |
 *     | persist        | bytes wait for the peer's window  | a byte beyond it; twice as long each time            |
 *     | TIME-WAIT      | in TIME-WAIT                      | the connection is free                               |
 *     | FIN-WAIT-2     | in FIN-WAIT-2, the peer is silent | the connection is timed out                          |
 *     | delayed ACK    | bytes came that were not acked    | acknowledge                                          |
 *     | work           | the application wants it          | the application looks                                |
 *
 * After so many firings without an answer (the stack's limits: Linux's tcp_syn_retries and tcp_retries2) the connection
 * is timed out, and the peer gets a reset, as BSD has it (tcp_drop), so that it does not wait for a connection that is
 * gone. A probe that is answered starts the count again (RFC 1122 section 4.2.2.17). FIN-WAIT-2 lasts as long as
 * TIME-WAIT after the peer's last bytes (Linux: tcp_fin_timeout, for a connection whose application has let go). Left
 * out: keep-alives.
 */
import { END_TIMED_OUT, STATE_SYN_RECEIVED, STATE_SYN_SENT } from "../layout/tcp";
import { GuestMemory } from "../memory/guest-memory";
import { NEVER } from "../sim/event-queue";
import { world } from "../sim/world";
import { onTimeout } from "./tcp-congestion";
import {
  Connection,
  PROBE_IS_DUE,
  SYN_IS_DUE,
  SYN_WAS_LOST,
  TIMER_FIN_WAIT,
  TIMER_NONE,
  TIMER_PERSIST,
  TIMER_RETRANSMIT,
  TIMER_TIME_WAIT,
} from "./tcp-connection";
import { arm, firstDeadline, takeDue } from "./tcp-deadline";
import { finish, free, sendReset } from "./tcp-end";
import { backedOffPs, stopTiming } from "./tcp-estimate";
import { acknowledgeNow } from "./tcp-receive";
import { makeReady, Stack, wake } from "./tcp-stack";

/** Returns when the stack is to be looked at by `onTimer`, NEVER when no timer runs. */
export function nextDeadline(m: GuestMemory, s: Stack): u64 {
  return min<u64>(firstDeadline(m, s), s.openingAt);
}

/** Has every timer fire that is due by now. */
export function onTimer(m: GuestMemory, s: Stack): void {
  const now = world().now;
  for (let c = takeDue(m, s, now); c != null; c = takeDue(m, s, now)) {
    if (c.delayedAckAt <= now) {
      c.delayedAckAt = NEVER;
      acknowledgeNow(m, s, c);
    }
    if (c.workAt <= now) {
      c.workAt = NEVER;
      wake(m, s, c);
    }
    if (c.timerAt <= now) fire(m, s, c);
    arm(m, s, c);
  }
}

function fire(m: GuestMemory, s: Stack, c: Connection): void {
  const timer = c.timer;
  c.timer = TIMER_NONE;
  c.timerAt = NEVER;
  if (timer == TIMER_RETRANSMIT) fireRetransmission(m, s, c);
  else if (timer == TIMER_PERSIST) firePersist(m, s, c);
  else if (timer == TIMER_FIN_WAIT) giveUp(m, s, c);
  else if (timer == TIMER_TIME_WAIT) free(m, s, c);
}

function fireRetransmission(m: GuestMemory, s: Stack, c: Connection): void {
  const isOpening = c.state == STATE_SYN_SENT || c.state == STATE_SYN_RECEIVED;
  if (c.retryCount >= (isOpening ? s.synRetryCountMax : s.retryCountMax)) {
    giveUp(m, s, c);
    return;
  }
  c.timeoutCount++;
  if (isOpening) {
    c.flags |= SYN_IS_DUE | SYN_WAS_LOST;
    stopTiming(c);
  } else {
    onTimeout(c);
  }
  c.retryCount++;
  // It runs on, whether or not the device has room now.
  c.timer = TIMER_RETRANSMIT;
  c.timerAt = world().now + backedOffPs(c, c.retryCount);
  makeReady(m, s, c);
}

function giveUp(m: GuestMemory, s: Stack, c: Connection): void {
  if (c.state != STATE_SYN_SENT) sendReset(s, c);
  finish(m, s, c, END_TIMED_OUT);
}

function firePersist(m: GuestMemory, s: Stack, c: Connection): void {
  if (c.retryCount >= s.retryCountMax) {
    giveUp(m, s, c);
    return;
  }
  c.retryCount++;
  c.probesInRow++;
  c.flags |= PROBE_IS_DUE;
  c.timer = TIMER_PERSIST;
  c.timerAt = world().now + backedOffPs(c, c.probesInRow);
  makeReady(m, s, c);
}
