/**
 * Lets time pass in small steps and looks after each: what left on the wire, which descriptors were taken, what was
 * written back. What is counted here comes from memory and from positions, as a driver sees them.
 *
 * Left out: rings of pools that have written garbage into them since they were enabled; what stands there says nothing.
 */

import { advanceTo } from "../dispatch";
import {
  RX_DD,
  RX_EOP,
  RX_HBO,
  RX_IPCS,
  RX_IPE,
  RX_L4CS,
  RX_L4E,
  RX_LB,
  RX_LEGACY_IPE,
  RX_LEGACY_L4E,
  RX_LEGACY_RXE,
  RX_PIF,
  RX_RXE,
  RX_SPLIT,
  RX_TYPE_IPV4,
  RX_UDPCS,
  RX_UDPV,
  RX_VP,
  TX_DD,
} from "../layout/descriptor";
import { REASON_EXHAUSTED, REASON_PF, REASON_UNTIL } from "../layout/event";
import { POOL_COUNT } from "../layout/limits";
import { DESCRIPTOR_LEGACY } from "../layout/virtual-function";
import { descriptorType } from "../nic/configure";
import { port } from "../nic/port-record";
import { Queue, rxQueue, txQueue, Vf, vf } from "../nic/virtual-function";
import { takeWantedPf, world } from "../sim/world";
import { source } from "../wire/ethernet";
import { FRAME_START, frame, freeSlot, removeFirst } from "../wire/frame";
import { wire } from "../wire/wire";
import { answerVfs } from "./hypervisor";
import { isOffender, macOf, Player, player, receivedUpTo, sentUpTo, spot, VF_COUNT, VICTIM } from "./player";
import {
  ROW_RX_MOVED,
  ROW_STATUS,
  ROW_TO_WIRE,
  ROW_TX_MOVED,
  ROW_VICTIM_SENT,
  STATUS_DD,
  STATUS_EOP,
  STATUS_HBO,
  STATUS_IPCS,
  STATUS_IPE,
  STATUS_L4CS,
  STATUS_L4E,
  STATUS_LB,
  STATUS_LEGACY,
  STATUS_LEGACY_IPE,
  STATUS_LEGACY_L4E,
  STATUS_LEGACY_RXE,
  STATUS_LEGACY_VP,
  STATUS_PACKET_TYPES,
  STATUS_PIF,
  STATUS_RSS_TYPES,
  STATUS_RXE,
  STATUS_SPH,
  STATUS_TX_DD,
  STATUS_UDPCS,
  STATUS_UDPV,
  STATUS_VP,
} from "./rows";
import { count, countMany } from "./stream";
import { mixSent } from "./victim-digest";

/** Lets some picoseconds pass. */
export function passTime(ps: u64): void {
  const until = world().now + ps;
  while (true) {
    const reason = advanceTo(until);
    assert(reason != REASON_EXHAUSTED, "slots and events are enough for whatever guests bring about");
    if (reason == REASON_UNTIL) break;
    if (reason != REASON_PF) continue;
    while (takeWantedPf() >= 0);
    answerVfs();
  }
  collectSent();
  for (let pool: u32 = 0; pool < POOL_COUNT; pool++) if (pool != VF_COUNT) lookAtPool(player(pool));
}

/** Takes what has left the port; what the victim sent goes into its digest. */
function collectSent(): void {
  const out = wire(port(0).wireOut);
  const victim = macOf(VICTIM);
  while (out.underWayFirst) {
    const slot = removeFirst(out.underWay);
    const at = slot + FRAME_START;
    if (source(at) == victim) {
      mixSent(at, frame(slot).bytes);
      count(ROW_VICTIM_SENT);
    } else {
      count(ROW_TO_WIRE);
    }
    freeSlot(slot);
  }
}

function lookAtPool(p: Player): void {
  const v = vf(p.pool);
  p.fetched0 = lookAtFetched(p, v, 0, p.fetched0);
  p.fetched1 = lookAtFetched(p, v, 1, p.fetched1);
  p.sent0 = lookAtSent(p, v, 0, p.sent0);
  p.sent1 = lookAtSent(p, v, 1, p.sent1);
  p.received0 = lookAtReceived(p, v, 0, p.received0);
  p.received1 = lookAtReceived(p, v, 1, p.received1);
}

/** Counts the descriptors between two positions. */
function distance(q: Queue, from: u32, to: u32): u32 {
  const size = q.count;
  return from < size && to < size ? (to + size - from) % size : 0;
}

/** Descriptors that were taken, refused ones included: these are taken off at the chunk's end. */
function lookAtFetched(p: Player, v: Vf, number: u32, from: u32): u32 {
  const q = txQueue(v, number);
  if (isOffender(p)) countMany(ROW_TX_MOVED, distance(q, from, q.fetched));
  return q.fetched;
}

function lookAtSent(p: Player, v: Vf, number: u32, from: u32): u32 {
  const q = txQueue(v, number);
  const to = sentUpTo(v, number);
  if (!isOffender(p) || !p.isClean) return to;
  for (let left = distance(q, from, to); left; left--) {
    const at = spot(p, q.base + ((<u64>from) << 4));
    if (at && load<u32>(at, 12) & TX_DD) count(ROW_STATUS + STATUS_TX_DD);
    from = q.after(from);
  }
  return to;
}

function lookAtReceived(p: Player, v: Vf, number: u32, from: u32): u32 {
  const q = rxQueue(v, number);
  const to = receivedUpTo(v, number);
  if (!isOffender(p)) return to;
  const isLegacy = descriptorType(q) == DESCRIPTOR_LEGACY;
  for (let left = distance(q, from, to); left; left--) {
    const at = spot(p, q.base + ((<u64>from) << 4));
    from = q.after(from);
    if (!at) continue;
    const bytes = load<u32>(at + (isLegacy ? 8 : 12)) & 0xffff;
    if (bytes) count(ROW_RX_MOVED);
    if (!p.isClean) continue;
    if (isLegacy) lookAtLegacy(load<u32>(at, 12));
    else lookAtAdvanced(load<u32>(at), load<u32>(at, 8));
  }
  return to;
}

function see(word: u32, bit: u32, status: u32): void {
  if (word & bit) count(ROW_STATUS + status);
}

function lookAtLegacy(word: u32): void {
  see(word, RX_DD, STATUS_LEGACY);
  see(word, RX_VP, STATUS_LEGACY_VP);
  see(word, RX_LEGACY_L4E, STATUS_LEGACY_L4E);
  see(word, RX_LEGACY_IPE, STATUS_LEGACY_IPE);
  see(word, RX_LEGACY_RXE, STATUS_LEGACY_RXE);
}

function lookAtAdvanced(type: u32, word: u32): void {
  see(word, RX_DD, STATUS_DD);
  if (!(word & RX_EOP)) return;
  count(ROW_STATUS + STATUS_EOP);
  see(word, RX_VP, STATUS_VP);
  see(word, RX_UDPCS, STATUS_UDPCS);
  see(word, RX_L4CS, STATUS_L4CS);
  see(word, RX_IPCS, STATUS_IPCS);
  see(word, RX_PIF, STATUS_PIF);
  see(word, RX_UDPV, STATUS_UDPV);
  see(word, RX_LB, STATUS_LB);
  see(word, RX_HBO, STATUS_HBO);
  see(word, RX_L4E, STATUS_L4E);
  see(word, RX_IPE, STATUS_IPE);
  see(word, RX_RXE, STATUS_RXE);
  see(type, RX_SPLIT, STATUS_SPH);
  for (let bit: u32 = 0; bit < 7; bit++) see(type, RX_TYPE_IPV4 << bit, STATUS_PACKET_TYPES + bit);
  const rss = type & 15;
  if (rss && rss < 10) count(ROW_STATUS + STATUS_RSS_TYPES + rss - 1);
}
