/**
 * A run over wires that lose, delay and double frames, all of it drawn from a seed: two machines, a stream each way and
 * requests beside them. Each byte is compared where it is read; a connection ends with everything delivered, or for a
 * reason that is told.
 */

import { REASON_UNTIL } from "../../assembly/layout/event";
import {
  CONNECTS_EACH_TIME,
  USES_DELAYED_ACK,
  USES_NAGLE,
  USES_SACK,
  USES_TIMESTAMPS,
  USES_WINDOW_SCALE,
} from "../../assembly/layout/tcp";
import type { World } from "../../src/core/world";
import {
  type ConnectionView,
  type Faults,
  joinMachines,
  type Machine,
  type Pair,
  type StackOptions,
  setFaults,
} from "../support/machines";
import { RandomSource } from "../support/random-source";
import { createSmallWorld } from "../support/small-world";

/** What came of a seed. */
export interface FaultOutcome {
  /** Streams and requesters that came to their end, and that were cut off with a reason. */
  readonly delivered: number;
  readonly reset: number;
  /** Places in streams at which something else stood than was written, or amounts that are not what was sent. */
  readonly wrong: number;
  /** Connections that were open at both ends when time was over, and sources that neither finished nor failed. */
  readonly hung: number;
}

const PLAN = { run: 0, eventCount: 1024, chunkCount: 24, slotCount: 768, arenaBytes: 12 * 1024 ** 2 };
const SECOND_NS = 1e9;
/** A day: on a wire that loses nearly everything a dozen requests take more than an hour. */
const END_NS = 86_400 * SECOND_NS;
const CHOICES = [USES_SACK, USES_TIMESTAMPS, USES_WINDOW_SCALE, USES_NAGLE, USES_DELAYED_ACK];
const STREAM_PORT = 5001;
const REQUEST_PORT = 5002;

function drawStack(random: RandomSource): StackOptions {
  // Mostly everything, for that is what is used.
  const options = CHOICES.reduce((bits, bit) => bits | (random.below(5) > 0 ? bit : 0), 0);
  const receiveBytes = 65_536 << random.below(2);
  return { connectionCount: 6, mss: 536 + random.below(925), receiveBytes, options };
}

function drawFaults(random: RandomSource, latencyNs: number): Faults {
  const share = (most: number) => (random.below(2) ? (random.below(1000) / 1000) * most : 0);
  // One in sixteen is a wire on which hardly anything gets through.
  const loss = random.below(16) === 0 ? 0.7 : share(0.12);
  return { loss, delay: share(0.2), delayNs: Math.floor((latencyNs * random.below(300)) / 100), twice: share(0.1) };
}

/** A stream from one machine to the other, by the numbers of its works. */
interface Stream {
  readonly from: Machine;
  readonly to: Machine;
  readonly source: number;
  readonly sink: number;
  readonly bytes: number;
}

/** Requests from one machine to the other. */
interface Requests {
  readonly from: Machine;
  readonly to: Machine;
  readonly requester: number;
  readonly responder: number;
  readonly count: number;
  readonly replyBytes: number;
}

function addStream(from: Machine, to: Machine, bytes: number): Stream {
  return { from, to, bytes, source: from.addSource(to, STREAM_PORT, bytes), sink: to.addSink(STREAM_PORT) };
}

function addRequests(from: Machine, to: Machine, random: RandomSource): Requests {
  const { plane } = from.world;
  const [requestBytes, replyBytes] = [1 + random.below(2000), 1 + random.below(4000)];
  const count = 1 + random.below(12);
  const options = random.below(3) === 0 ? CONNECTS_EACH_TIME : 0;
  const thinkNs = random.below(2) * 1e6;
  const responder = plane.addTcpResponder(to.index, REQUEST_PORT, requestBytes, replyBytes, 0, 0, 0);
  const target = [...to.mac, to.ip, REQUEST_PORT] as const;
  const sizes = [requestBytes, replyBytes] as const;
  const requester = plane.addTcpRequester(from.index, ...target, 1, count, ...sizes, thinkNs, options);
  return { from, to, requester, responder, count, replyBytes };
}

const isOpen = ({ state }: ConnectionView) => state !== "CLOSED" && state !== "TIME-WAIT";

/** How many connections are open at both of their ends. */
function openCount({ one, two }: Pair): number {
  const far = two.connections().filter(isOpen);
  const isPeer = (near: ConnectionView) =>
    far.some((c) => c.selfPort === near.peerPort && c.peerPort === near.selfPort);
  return one.connections().filter((near) => isOpen(near) && isPeer(near)).length;
}

/** Advances until no connection is open, or to the end; one that is open at one end only has nobody to hear from. */
function runToEnd(world: World, pair: Pair): void {
  for (let untilNs = 0.05 * SECOND_NS; ; untilNs = Math.min(untilNs * 1.6, END_NS)) {
    const { reason } = world.advance(Math.floor(untilNs));
    if (reason !== REASON_UNTIL) throw new Error(`the world stops for reason ${reason}`);
    const isDone = ![...pair.one.connections(), ...pair.two.connections()].some(isOpen);
    if (isDone || untilNs === END_NS) return;
  }
}

/** Runs what a seed says. */
export function runFaults(module: WebAssembly.Module, seed: number): FaultOutcome {
  const random = new RandomSource(seed);
  const world = createSmallWorld({ module, ...PLAN, seed, isObserved: false });
  const latencyNs = random.pick([10_000, 500_000, 20_000_000]);
  const rate = random.pick([10e6, 100e6, 1e9, 10e9]);
  const pair = joinMachines(world, { rate, latencyNs, one: drawStack(random), two: drawStack(random) });
  const { one, two } = pair;
  for (const wire of [pair.there, pair.back]) setFaults(world, wire, drawFaults(random, latencyNs));
  for (const { index } of [one, two]) world.plane.setTcpLimits(index, SECOND_NS, 4, 4 + random.below(6));
  const streams = [addStream(one, two, 1 + random.below(200_000)), addStream(two, one, 1 + random.below(60_000))];
  const requests = addRequests(one, two, random);
  for (const { from, source } of streams) from.start(source);
  one.start(requests.requester);
  runToEnd(world, pair);
  const outcomes = [...streams.map(judgeStream), judgeRequests(requests)];
  const sum = (of: (outcome: FaultOutcome) => number) => outcomes.reduce((total, outcome) => total + of(outcome), 0);
  return {
    delivered: sum(({ delivered }) => delivered),
    reset: sum(({ reset }) => reset),
    wrong: sum(({ wrong }) => wrong),
    hung: sum(({ hung }) => hung) + openCount(pair),
  };
}

function judgeStream({ from, to, source, sink, bytes }: Stream): FaultOutcome {
  const sent = from.work(source);
  const read = to.work(sink);
  const isWhole = read.doneBytes === bytes;
  const isWrong = read.doneBytes > bytes || (sent.finished > 0 && !isWhole);
  return {
    delivered: sent.finished,
    reset: sent.failed,
    wrong: read.wrong + (isWrong ? 1 : 0),
    hung: sent.finished + sent.failed === 1 ? 0 : 1,
  };
}

/** A requester whose answer does not come waits on, where the other end is gone: TCP without keep-alives. */
function judgeRequests({ from, to, requester, responder, count, replyBytes }: Requests): FaultOutcome {
  const asked = from.work(requester);
  const isShort = asked.doneBytes < asked.transactions * replyBytes;
  const isLong = asked.doneBytes > asked.transactions * replyBytes && asked.transactions === count;
  return {
    delivered: asked.transactions === count ? 1 : 0,
    reset: asked.transactions === count ? 0 : 1,
    wrong: asked.wrong + to.work(responder).wrong + (isShort || isLong ? 1 : 0),
    hung: 0,
  };
}
