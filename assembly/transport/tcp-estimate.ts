/**
 * Round-trip times and the retransmission time-out (RFC 6298). One segment at a time is timed, from its sending to its
 * acknowledgment, and none that was sent twice (Karn): timestamps, whose clock has milliseconds, are too coarse for a
 * data centre.
 *
 *     first sample R     SRTT = R, RTTVAR = R / 2
 *     each other         RTTVAR = 3/4 RTTVAR + 1/4 |SRTT - R|, then SRTT = 7/8 SRTT + 1/8 R
 *     time-out           SRTT + max(least, 4 RTTVAR), at most 120 s; twice as long for each firing in a row
 *
 * The time-out before the first sample, 1 s, and the least one, 200 ms, are rows of the cost model: the latter is what
 * Linux adds in place of the 1 s that the RFC has (TCP_RTO_MIN, in its tcp_rtt_estimator), 120 s its TCP_RTO_MAX.
 */
import { cost } from "../cpu/cost";
import { TCP_TIMEOUT_FIRST_NS, TCP_TIMEOUT_LEAST_NS } from "../layout/cost";
import { PS_PER_NS, PS_PER_US } from "../layout/time";
import { Connection, IS_TIMING, SYN_WAS_LOST } from "./tcp-connection";
import { isAfter } from "./tcp-sequence";

const PS_PER_MS: u64 = <u64>PS_PER_US * 1000;
/** After a SYN that had to be sent again (RFC 6298 section 5.7). */
const TIMEOUT_UNSURE_PS: u64 = 3000 * PS_PER_MS;
const TIMEOUT_PS_MAX: u64 = 120000 * PS_PER_MS;
/** Firings after which the time-out does not grow: 200 ms doubled ten times is beyond the greatest. */
const DOUBLING_COUNT_MAX: u32 = 10;

/** Sets the time-out of a connection that nothing is known of. */
export function startEstimate(c: Connection): void {
  assert(cost(TCP_TIMEOUT_FIRST_NS) != 0 && cost(TCP_TIMEOUT_LEAST_NS) != 0, "a world with TCP has its time-outs");
  c.smoothedPs = 0;
  c.variationPs = 0;
  c.timeoutPs = <u64>cost(TCP_TIMEOUT_FIRST_NS) * PS_PER_NS;
}

/** Begins to time a segment that ends before `end`, unless one is being timed. */
export function startTiming(c: Connection, end: u32, now: u64): void {
  if (c.flags & IS_TIMING) return;
  c.flags |= IS_TIMING;
  c.timedSequence = end;
  c.timedAt = now;
}

/** A segment is sent again: which of its copies an acknowledgment answers cannot be told. */
export function stopTiming(c: Connection): void {
  c.flags &= ~IS_TIMING;
}

/** Takes a sample, if what is being timed has been acknowledged. */
export function sample(c: Connection, acknowledgment: u32, now: u64): void {
  if (!(c.flags & IS_TIMING) || isAfter(c.timedSequence, acknowledgment)) return;
  c.flags &= ~IS_TIMING;
  const sampled = max<u64>(now - c.timedAt, 1);
  if (!c.smoothedPs) {
    c.smoothedPs = sampled;
    c.variationPs = sampled / 2;
  } else {
    const difference = sampled > c.smoothedPs ? sampled - c.smoothedPs : c.smoothedPs - sampled;
    c.variationPs = (3 * c.variationPs + difference) / 4;
    c.smoothedPs = (7 * c.smoothedPs + sampled) / 8;
  }
  const leastPs = <u64>cost(TCP_TIMEOUT_LEAST_NS) * PS_PER_NS;
  c.timeoutPs = min<u64>(c.smoothedPs + max<u64>(leastPs, 4 * c.variationPs), TIMEOUT_PS_MAX);
}

/** The handshake is over: without a sample, because a SYN was lost, time-outs start longer. */
export function settleEstimate(c: Connection): void {
  if (c.flags & SYN_WAS_LOST && !c.smoothedPs) c.timeoutPs = TIMEOUT_UNSURE_PS;
}

/** Returns how long to wait after a timer has fired so often in a row. */
export function backedOffPs(c: Connection, firedCount: u32): u64 {
  return min<u64>(c.timeoutPs << min<u32>(firedCount, DOUBLING_COUNT_MAX), TIMEOUT_PS_MAX);
}
