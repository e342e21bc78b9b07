/**
 * Throughput of one bulk connection over a wire that loses a share of what goes one way, and the laws that it should
 * follow: what a window allows in a round trip, and what Mathis, Semke, Mahdavi and Ott found for random loss ("The
 * macroscopic behavior of the TCP congestion avoidance algorithm", 1997).
 */

import { REASON_UNTIL } from "../../assembly/layout/event";
import { joinMachines, setFaults } from "../support/machines";
import { createSmallWorld } from "../support/small-world";

export const LOSSES: readonly number[] = [0, 0.0001, 0.001, 0.01, 0.03];
export const ROUND_TRIPS_MS: readonly number[] = [1, 10, 50, 100];
/** The receive ring: a step of the window scale less can be offered. */
export const WINDOW_BYTES = 2 ** 18;
export const SEGMENT_BYTES = 1448;

const PLAN = { seed: 1, run: 0, eventCount: 1024, chunkCount: 16, slotCount: 1024, arenaBytes: 10 * 1024 ** 2 };
const PORT = 5001;
/** Enough for hundreds of losses at a thousandth; and a bound for the slowest. */
const BYTES = 200e6;
const SECONDS_MAX = 4000;
const NS_PER_SECOND = 1e9;
const NS_PER_MS = 1e6;

/** What a run gave, without its first twentieth. */
export interface Throughput {
  readonly bitsPerSecond: number;
  readonly wrong: number;
  readonly fastRetransmits: number;
  readonly timedRetransmits: number;
  readonly timeouts: number;
}

/** Measures a bulk connection on a link of 10 Gb/s. */
export function measure(module: WebAssembly.Module, loss: number, roundTripMs: number): Throughput {
  const world = createSmallWorld({ module, ...PLAN, isObserved: false });
  const latencyNs = (roundTripMs * NS_PER_MS) / 2;
  const stack = { connectionCount: 1, sendBytes: 2 * WINDOW_BYTES };
  const { one, two, there } = joinMachines(world, { latencyNs, one: stack, two: { receiveBytes: WINDOW_BYTES } });
  setFaults(world, there, { loss });
  const sink = two.addSink(PORT);
  one.start(one.addSource(two, PORT, 0));
  const read = () => two.work(sink).doneBytes;
  const stepNs = 20 * roundTripMs * NS_PER_MS;
  const runUntil = (bytes: number) => {
    while (read() < bytes && world.nowNs() < SECONDS_MAX * NS_PER_SECOND) {
      const { reason } = world.advance(world.nowNs() + stepNs);
      if (reason !== REASON_UNTIL) throw new Error(`the world stops for reason ${reason}`);
    }
    return { bytes: read(), ns: world.nowNs() };
  };
  const start = runUntil(BYTES / 20);
  const end = runUntil(BYTES);
  const { fastRetransmits, timedRetransmits, timeouts } = one.connection();
  const bitsPerSecond = ((end.bytes - start.bytes) * 8 * NS_PER_SECOND) / (end.ns - start.ns);
  return { bitsPerSecond, wrong: two.work(sink).wrong, fastRetransmits, timedRetransmits, timeouts };
}

/** What a window allows. */
export function windowLaw(roundTripMs: number): number {
  return (WINDOW_BYTES * 8 * 1000) / roundTripMs;
}

/** A segment a round trip is added, half is taken away: C is the root of 3/2. */
export function mathisLaw(loss: number, roundTripMs: number): number {
  return ((SEGMENT_BYTES * 8 * 1000) / roundTripMs) * Math.sqrt(1.5 / loss);
}
