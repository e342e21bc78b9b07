/**
 * The connection over a link between two hosts, as its ends know it: what a replication link and a migration's have in
 * common.
 *
 * | state  | event   | action                                                                         | next   |
 * |--------|---------|--------------------------------------------------------------------------------|--------|
 * | up     | cut     | what has not left waits at the sender, answers wait at the receiver            | cut    |
 * | cut    | mend    | datagrams pass; the connection does not know yet                               | mended |
 * | cut    | retry   | the time-out is over: tried in vain, and again after twice as long             | cut    |
 * | mended | retry   | tried with success: what waited is sent                                        | up     |
 * | mended | cut     |                                                                                | cut    |
 *
 * A connection never gives up here; who gives up is whoever waits for it. Source of the retries: RFC 6298 section 5
 * (time-outs that double), with the least one of Linux and its greatest, TCP_RTO_MAX.
 */
import type { StateTable } from "./state-table";

export type LinkState = "up" | "cut" | "mended";
export type LinkEvent = "cut" | "mend" | "retry";

export const LINK = {
  up: { cut: "cut", mend: null, retry: null },
  cut: { cut: null, mend: "mended", retry: "cut" },
  mended: { cut: "cut", mend: null, retry: "up" },
} as const satisfies StateTable<LinkState, LinkEvent>;

/** TCP_RTO_MAX of Linux. */
const TIMEOUT_NS_MAX = 120_000_000_000;

/** Returns the first time-out of a connection whose round trip takes twice this latency. */
export function firstTimeoutNs(latencyNs: number, leastNs: number): number {
  return 2 * latencyNs + leastNs;
}

/** Returns the time-out behind one that was tried in vain. */
export function nextTimeoutNs(timeoutNs: number): number {
  return Math.min(2 * timeoutNs, TIMEOUT_NS_MAX);
}
