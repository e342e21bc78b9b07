/**
 * When a port fetches, and for whom: pools that may have something to send are on its list, each from when on its descriptors
 * and what they point at can be there; one event is armed for the earliest of them. The ready ones take turns (dispatch.ts).
 */
import { EVENT_TRANSMIT } from "../layout/event";
import { POOL_COUNT } from "../layout/limits";
import { NEVER, schedule } from "../sim/event-queue";
import { world } from "../sim/world";
import { Port, poolOf, port } from "./port-record";
import { RUNNING, Vf } from "./virtual-function";

/** Lists a pool: it may have something to send. */
export function requestTransmit(v: Vf): void {
  const p = port(v.port);
  const bit: u32 = 1 << v.pool;
  if (p.isDead || p.listedPools & bit || v.quiet != RUNNING) return;
  p.listedPools |= bit;
  // Descriptors are fetched, then what they point at.
  v.fetchAt = world().now + 2 * p.dmaLatencyPs;
  armTransmit(v.port, v.fetchAt);
}

/** Has the port fetch at a time, unless it does so before. */
export function armTransmit(index: u32, time: u64): void {
  const p = port(index);
  if (p.armedTransmit <= time) return;
  p.armedTransmit = time;
  schedule(EVENT_TRANSMIT, index, time);
}

/** Has the port fetch when it has a reason to: a retry, or a listed pool that may not fetch yet. */
export function rearmTransmit(index: u32): void {
  const p = port(index);
  p.armedTransmit = NEVER;
  const next = min<u64>(p.retryAt, nextFetch(index));
  if (next != NEVER) armTransmit(index, next);
}

/** Returns the pools on the list that may fetch by now. */
export function fetchingPools(index: u32): u32 {
  const now = world().now;
  let pools: u32 = 0;
  for (let listed = port(index).listedPools; listed; listed &= listed - 1) {
    const pool = <u32>ctz(listed);
    if (poolOf(index, pool).fetchAt <= now) pools |= 1 << pool;
  }
  return pools;
}

/** Returns when the next listed pool may fetch that may not yet; NEVER when there is none. */
function nextFetch(index: u32): u64 {
  const now = world().now;
  let earliest = NEVER;
  for (let listed = port(index).listedPools; listed; listed &= listed - 1) {
    const at = poolOf(index, <u32>ctz(listed)).fetchAt;
    if (at > now && at < earliest) earliest = at;
  }
  return earliest;
}

/** Returns the next of some pools in turn; there is one. */
export function nextPool(p: Port, pools: u32): u32 {
  assert(pools != 0, "some pool is ready");
  const wrapped = (pools | (pools << POOL_COUNT)) >>> p.poolNext;
  return (p.poolNext + <u32>ctz(wrapped)) % POOL_COUNT;
}

/** A pool has had its turn: the one behind it is next. */
export function endTurn(p: Port, pool: u32): void {
  p.poolNext = (pool + 1) % POOL_COUNT;
}

/** Has a packet's bytes go through the read channel; returns when its frames are ready. */
export function passRead(p: Port, bytes: u32): u64 {
  p.readFree = max<u64>(p.readFree, world().now) + <u64>bytes * p.readPsPerByte;
  return p.readFree;
}
