/**
 * The order of things: what is to happen next, and that it happens. The port looks for the earliest thing each time.
 * Invariant: things of one time happen in the order of `STAGES`, among equals the lower pool first.
 * Source: docs/device.md, "DMA and time".
 */

import { decide } from "./bridge";
import { hasBit } from "./bytes";
import { endInterval, resumeVectors } from "./interrupts";
import { isBroadcast, isGroupAddress } from "./packet";
import * as pf from "./pf-registers";
import { type ArrivedFrame, POOL_COUNT, type Pool, QUEUE_COUNT, VECTOR_COUNT } from "./pool";
import type { Arrival, Delivery, Port } from "./port";
import { receiveFrame } from "./receive";
import { ROUND_FRAMES_MAX, raiseReported, serveTurn } from "./transmit";
import { reportAll, reportReceive, reportTransmit } from "./write-back";

const FCS_BYTES = 4;
const WIRE_AHEAD_PS = 10_000_000;
const RETRY_AHEAD_PS = 5_000_000;

/** A thing that will happen. */
interface Due {
  readonly ps: number;
  happen(): void;
}

/** The earliest thing of each stage, in the order of those of one time. */
const STAGES: readonly ((port: Port) => Due | undefined)[] = [
  arrivalDue,
  deliveryDue,
  fetchDue,
  intervalDue,
  writeBackDue,
  quiesceDue,
];

/** Lets everything happen up to and including a time. */
export function advanceTo(port: Port, ps: number): void {
  for (;;) {
    const due = nextDue(port);
    if (due === undefined || due.ps > ps) break;
    port.now = Math.max(port.now, due.ps);
    due.happen();
  }
  port.now = Math.max(port.now, ps);
}

/** The earlier of two things; of one time, the first. */
function earlier(first: Due | undefined, ps: number, happen: () => void): Due {
  return first !== undefined && first.ps <= ps ? first : { ps, happen };
}

function nextDue(port: Port): Due | undefined {
  let next: Due | undefined;
  for (const stage of STAGES) {
    const due = stage(port);
    if (due !== undefined) next = earlier(next, due.ps, due.happen);
  }
  return next;
}

/** The next frame from the wire, then the next looped back one. */
function arrivalDue(port: Port): Due | undefined {
  let next: Due | undefined;
  for (const arrival of port.wireArrivals) next = earlier(next, arrival.ps, () => takeArrival(port, arrival));
  for (const arrival of port.loopedArrivals) next = earlier(next, arrival.ps, () => takeArrival(port, arrival));
  return next;
}

/** A frame has arrived, and goes through the write channel. */
function takeArrival(port: Port, arrival: Arrival): void {
  port.wireArrivals = port.wireArrivals.filter((other) => other !== arrival);
  port.loopedArrivals = port.loopedArrivals.filter((other) => other !== arrival);
  const writtenPs = Math.max(port.now, port.writeFreePs) + arrival.bytes.length * port.settings.writePsPerByte;
  port.writeFreePs = writtenPs;
  port.arrivalCount++;
  port.deliveries.push({ ps: writtenPs + port.settings.dmaLatencyPs, arrival, arrivalIndex: port.arrivalCount });
}

function deliveryDue(port: Port): Due | undefined {
  const first = port.deliveries[0];
  return first === undefined ? undefined : { ps: first.ps, happen: () => deliver(port, first) };
}

function deliver(port: Port, delivery: Delivery): void {
  port.deliveries.shift();
  const { bytes, local } = delivery.arrival;
  const { pools, isExact } = local ?? decideFromWire(port, bytes);
  for (const pool of port.pools) {
    if (!hasBit(pools, pool.index)) continue;
    const frame = { bytes, isLooped: local !== undefined, isExact };
    if (pool.stop !== undefined && delivery.arrivalIndex > pool.stop.lastArrival) park(port, pool, frame);
    else receiveFrame(port, pool, frame);
  }
}

/** The bridge decides about a frame from the wire, and the port counts it. */
function decideFromWire(port: Port, bytes: Uint8Array): { pools: number; isExact: boolean } {
  const decision = decide(port, bytes, undefined);
  countFromWire(port, bytes, decision.pools, decision.isTooLong ? "tooLong" : "noPool");
  return decision;
}

function countFromWire(port: Port, bytes: Uint8Array, pools: number, reason: "tooLong" | "noPool"): void {
  if (pools === 0) {
    port.drop(reason);
    if (reason === "noPool") port.pf.add(pf.MPC, 1);
    return;
  }
  port.pf.add(pf.GPRC, 1);
  port.addOctets(pf.GORCL, bytes.length + FCS_BYTES);
  if (isBroadcast(bytes)) port.pf.add(pf.BPRC, 1);
  else if (isGroupAddress(bytes)) port.pf.add(pf.MPRC, 1);
}

/** A frame waits for a quiesced pool. */
function park(port: Port, pool: Pool, frame: ArrivedFrame): void {
  if (pool.waitingBytes + frame.bytes.length > port.settings.parkedBytesMax) {
    port.drop("quiesceFull");
    return;
  }
  port.seen("quiesce.parked");
  pool.waiting.push(frame);
  pool.waitingBytes += frame.bytes.length;
}

/** When the port fetches next: for a newly listed pool, or for those that it had to leave. */
function fetchDue(port: Port): Due | undefined {
  let ps = port.retryAtPs;
  for (const { listed } of port.pools) {
    if (listed?.isAwaited === true && (ps === undefined || listed.mayFetchPs < ps)) ps = listed.mayFetchPs;
  }
  return ps === undefined ? undefined : { ps, happen: () => fetchRound(port) };
}

function mayFetch(port: Port, pool: Pool): boolean {
  return pool.listed !== undefined && pool.listed.mayFetchPs <= port.now;
}

/** The next pool that may fetch, after the one served last. */
function nextPool(port: Port): Pool | undefined {
  for (let step = 1; step <= POOL_COUNT; step++) {
    const pool = port.pool((port.lastServedPool + step) % POOL_COUNT);
    if (mayFetch(port, pool)) return pool;
  }
  return undefined;
}

function fetchRound(port: Port): void {
  for (const { listed } of port.pools)
    if (listed !== undefined && listed.mayFetchPs <= port.now) listed.isAwaited = false;
  port.retryAtPs = undefined;
  port.reportedInRound = new Set();
  port.roundFrames = 0;
  let pool = nextPool(port);
  while (pool !== undefined && port.roundFrames < ROUND_FRAMES_MAX && port.wireFreePs - port.now < WIRE_AHEAD_PS) {
    const turn = serveTurn(port, pool);
    if (turn.isServed) port.lastServedPool = pool.index;
    if (!turn.isListed) pool.listed = undefined;
    pool = nextPool(port);
  }
  raiseReported(port);
  if (pool === undefined) return;
  const isWireBusy = port.wireFreePs - port.now >= WIRE_AHEAD_PS;
  port.seen(isWireBusy ? "fetch.wireBusy" : "fetch.paused");
  port.retryAtPs = isWireBusy ? port.wireFreePs - RETRY_AHEAD_PS : port.now;
}

function intervalDue(port: Port): Due | undefined {
  let next: Due | undefined;
  for (const pool of port.pools) {
    for (let vector = 0; vector < VECTOR_COUNT; vector++) {
      const ps = pool.vectors[vector]?.endsAtPs;
      if (ps !== undefined) next = earlier(next, ps, () => endInterval(port, pool, vector));
    }
  }
  return next;
}

function writeBackDue(port: Port): Due | undefined {
  let next: Due | undefined;
  for (const pool of port.vfPools) {
    for (let queue = 0; queue < QUEUE_COUNT; queue++) {
      const ps = pool.receiveQueues[queue]?.timerPs;
      if (ps !== undefined) next = earlier(next, ps, () => void reportReceive(port, pool, queue));
    }
    for (let queue = 0; queue < QUEUE_COUNT; queue++) {
      const ps = pool.transmitQueues[queue]?.timerPs;
      if (ps !== undefined) next = earlier(next, ps, () => reportTransmit(port, pool, queue));
    }
  }
  return next;
}

function quiesceDue(port: Port): Due | undefined {
  let next: Due | undefined;
  for (const pool of port.pools) {
    const { stop } = pool;
    if (stop !== undefined && !stop.isDone) next = earlier(next, stop.endsAtPs, () => endQuiesce(port, pool));
  }
  return next;
}

/** Stops a pool; it is quiesced when the last frame that has arrived is delivered. */
export function quiescePool(port: Port, pool: Pool): void {
  if (pool.stop !== undefined) return;
  const endsAtPs = port.deliveries.at(-1)?.ps ?? port.now;
  if (port.deliveries.length > 0) port.seen("quiesce.drains");
  pool.listed = undefined;
  pool.stop = { lastArrival: port.arrivalCount, endsAtPs, isDone: false };
}

function endQuiesce(port: Port, pool: Pool): void {
  port.seen("quiesce.done");
  if (pool.stop !== undefined) pool.stop.isDone = true;
  reportAll(port, pool);
}

/** Lets a pool go on. */
export function unquiescePool(port: Port, pool: Pool): void {
  if (pool.stop === undefined) return;
  const waiting = pool.waiting;
  pool.waiting = [];
  pool.waitingBytes = 0;
  for (const frame of waiting) receiveFrame(port, pool, frame);
  pool.stop = undefined;
  resumeVectors(port, pool);
  port.list(pool);
}
