/**
 * Taking the acknowledgment of a segment (RFC 9293 section 3.10.7.4, fifth): what it says has arrived, what it reports
 * behind gaps, the window that it offers; and what follows for timers and congestion control.
 */
import { TCP_FIN } from "../layout/packet";
import { STATE_TIME_WAIT, TCP_SYN } from "../layout/tcp";
import { GuestMemory } from "../memory/guest-memory";
import { NEVER } from "../sim/event-queue";
import { world } from "../sim/world";
import { Segment, sackWord } from "../wire/tcp";
import { onAcked, onDuplicate } from "./tcp-congestion";
import { Connection, HAS_SACK, has, IS_PROBING, PROBE_IS_DUE, TIMER_NONE, TIMER_PERSIST } from "./tcp-connection";
import { sample } from "./tcp-estimate";
import { restartRetransmitTimer } from "./tcp-output";
import { answerMisplaced } from "./tcp-receive";
import { addReported, forgetAcked } from "./tcp-scoreboard";
import { earlierOf, isAfter, isBefore, laterOf } from "./tcp-sequence";
import { makeReady, Stack, wake } from "./tcp-stack";

/** Takes an acknowledgment; false when the segment is to be dropped for it. */
export function takeAcknowledgment(m: GuestMemory, s: Stack, c: Connection, g: Segment): bool {
  const acked = g.acknowledgment;
  if (isAfter(acked, c.sendMax)) {
    if (!has(c, IS_PROBING) || acked != c.sendMax + 1) {
      answerMisplaced(m, s, c, g);
      return false;
    }
    c.sendMax = acked;
  }
  if (c.state == STATE_TIME_WAIT) return true;
  if (c.timer == TIMER_PERSIST) c.retryCount = 0;
  const before = c.sendUnacked;
  const hasReports = takeReports(c, g);
  // The window of a SYN is never scaled (RFC 7323 section 2.2).
  const window = g.flags & TCP_SYN ? g.window : g.window << c.peerShift;
  if (isAfter(acked, before)) {
    advance(m, s, c, acked);
  } else if (isDuplicate(c, g, window, hasReports)) {
    onDuplicate(c);
    makeReady(m, s, c);
  }
  if (!isBefore(acked, before)) takeWindow(m, s, c, g, window);
  return true;
}

/** Notes what is reported of bytes behind gaps; returns whether any of it is new. */
function takeReports(c: Connection, g: Segment): bool {
  if (!g.sackCount || !has(c, HAS_SACK)) return false;
  let hasNews = false;
  for (let i: u32 = 0; i < g.sackCount; i++) {
    const start = laterOf(sackWord(g, 2 * i), laterOf(c.sendUnacked, g.acknowledgment));
    const end = earlierOf(sackWord(g, 2 * i + 1), c.sendMax);
    if (isBefore(start, end) && addReported(c, start, end)) hasNews = true;
  }
  return hasNews;
}

/** Without reports: nothing but the acknowledgment, which acknowledges nothing new (RFC 5681 section 2). */
function isDuplicate(c: Connection, g: Segment, window: u32, hasReports: bool): bool {
  if (c.sendUnacked == c.sendMax || g.acknowledgment != c.sendUnacked) return false;
  if (has(c, HAS_SACK)) return hasReports;
  return !g.payloadBytes && !(g.flags & TCP_FIN) && window == c.sendWindow;
}

function advance(m: GuestMemory, s: Stack, c: Connection, acked: u32): void {
  const before = c.sendUnacked;
  sample(c, acked, world().now);
  c.retryCount = 0;
  // Neither the SYN nor the FIN is the application's byte.
  const from = laterOf(before, c.sendStart + 1);
  const to = earlierOf(acked, c.sendEnd);
  if (isAfter(to, from)) c.ackedBytes += to - from;
  c.sendUnacked = acked;
  if (isBefore(c.sendNext, acked)) c.sendNext = acked;
  if (c.scoreboardCount) forgetAcked(c);
  onAcked(c, before);
  if (acked == c.sendMax) {
    c.timer = TIMER_NONE;
    c.timerAt = NEVER;
  } else {
    restartRetransmitTimer(m, s, c);
  }
  makeReady(m, s, c);
  wake(m, s, c);
}

/** Takes the window of a segment that is not older than the one that last told it. */
function takeWindow(m: GuestMemory, s: Stack, c: Connection, g: Segment, window: u32): void {
  if (isAfter(c.windowSequence, g.sequence)) return;
  if (c.windowSequence == g.sequence && isAfter(c.windowAcknowledgment, g.acknowledgment)) return;
  c.windowSequence = g.sequence;
  c.windowAcknowledgment = g.acknowledgment;
  if (window == c.sendWindow) return;
  const isMore = window > c.sendWindow;
  c.sendWindow = window;
  c.sendWindowMax = max<u32>(c.sendWindowMax, window);
  if (!isMore) return;
  if (c.timer == TIMER_PERSIST) {
    c.timer = TIMER_NONE;
    c.timerAt = NEVER;
    c.probesInRow = 0;
    c.flags &= ~PROBE_IS_DUE;
  }
  makeReady(m, s, c);
}
