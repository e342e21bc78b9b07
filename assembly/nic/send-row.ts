/**
 * A row: packets that a port's pools send one behind the other, in turn, each a plain one in one descriptor, from its pool's
 * only queue, to a destination on the wire and nowhere else (known-destinations.ts). Nearly every packet is one of a row.
 *
 *     for all:      the read channel, the wire, the port's counters
 *     once a pool:  its run of descriptors (descriptor-run.ts), the checksum that its context asks for
 *     each packet:  its descriptor and buffer, its destination if its pool's last one was another, its bytes, its time on
 *                   the wire
 *
 * What comes out is what the general way (dispatch.ts, tx-ring.ts) makes of the same packets, one after the other.
 * Everything of a packet is looked up before anything is changed, so a row ends before the first one that is not plain.
 */
import { TX_ADDRESS, TX_COMMAND, TX_DD, TX_RS, TX_STATUS, TX_TXSM } from "../layout/descriptor";
import { FRAME_BYTES_MIN } from "../layout/limits";
import { ETHERNET_CHECK_BYTES, ETHERNET_GAP_BYTES, ETHERNET_WRAP_BYTES } from "../layout/packet";
import { TRACE_FETCHED } from "../layout/trace";
import { copy } from "../memory/copy";
import { trace } from "../sim/trace";
import { world } from "../sim/world";
import { keptOf } from "../wire/content";
import { destination } from "../wire/ethernet";
import { FRAME_START, frame, takeSlot } from "../wire/frame";
import { padded } from "../wire/ipv4";
import { arm, isFaultless, noteStart, wire } from "../wire/wire";
import { hasTag } from "./bridge";
import { beginRun, goPast, hasMore, SentPackets, sentPackets, transmitRun } from "./descriptor-run";
import { openSource } from "./dma";
import { endTurn, nextPool } from "./fetching";
import { leavesOnly, NOWHERE } from "./known-destinations";
import { insertSumInSlot, plainSumOf, SUM_BITS, sumFits } from "./l4-sum";
import { pf } from "./physical-function";
import { Port, poolOf } from "./port-record";
import { plainBytes } from "./tx-ring";
import { epochMark, indexOf, txQueue } from "./virtual-function";

/**
 * Sends packets of some pools in turn, at most so many and as far as the wire is free before a time, up to the first that
 * is not plain or whose pool may send no rows; returns how many there were.
 */
export function sendRow(p: Port, index: u32, pools: u32, rowPools: u32, countMax: u32, horizon: u64): u32 {
  const w = world();
  const out = wire(p.wireOut);
  if (!isFaultless(out)) return 0;
  const wasEmpty = !out.underWayFirst;
  let last = wasEmpty ? 0 : out.underWayLast;
  let readFree = max<u64>(p.readFree, w.now);
  let freeAt = out.freeAt;
  let number = w.frameNext;
  let pool = nextPool(p, pools);
  let octetsOfAll: u32 = 0;
  let count: u32 = 0;
  const isAlone = !(pools & (pools - 1));
  const readPs = <u64>p.readPsPerByte;
  const wirePs = <u64>out.psPerByte;
  let v = poolOf(index, pool);
  let run = transmitRun(v);
  let known = sentPackets(v);
  // What is known of a pool's packets holds for a row: no context is in it, and no rule of the bridge changes meanwhile.
  for (let some = rowPools; some; some &= some - 1) forgetPackets(sentPackets(poolOf(index, <u32>ctz(some))));
  for (; count < countMax && freeAt < horizon && (rowPools >>> pool) & 1; count++) {
    const q = txQueue(v, 0);
    if (!hasMore(run, q.fetched) && (q.pending || txQueue(v, 1).isActive || !beginRun(run, v, q, q.fetched))) break;
    const at = run.at;
    const command = load<u32>(at, TX_COMMAND);
    const status = load<u32>(at, TX_STATUS);
    const packetBytes = plainBytes(command, status);
    const from = packetBytes ? openSource(v, load<u64>(at, TX_ADDRESS), packetBytes) : 0;
    const bytes = max<u32>(packetBytes, FRAME_BYTES_MIN);
    if (!from || hasTag(from, bytes)) break;
    if (status & TX_TXSM) {
      if ((status & SUM_BITS) != known.sumBits) {
        known.sum = plainSumOf(q, status);
        known.sumBits = status & SUM_BITS;
      }
      if (!sumFits(known.sum, packetBytes)) break;
    }
    if (destination(from) != known.to) {
      if (!leavesOnly(v, from, bytes)) break;
      known.to = destination(from);
    }
    const slot = takeSlot(bytes);
    copy(slot + FRAME_START, from, keptOf(packetBytes));
    padded(slot + FRAME_START, packetBytes);
    if (status & TX_TXSM) insertSumInSlot(known.sum, slot, from, packetBytes);
    if (command & TX_RS) {
      store<u32>(at, status | TX_DD, TX_STATUS);
      q.hasNews = true;
    }
    goPast(run);
    const next = q.after(q.fetched);
    q.head = next;
    q.fetched = next;
    v.turn = 1;
    const octets = bytes + ETHERNET_CHECK_BYTES;
    const c = v.control;
    c.gptc++;
    c.gotc += octets;
    octetsOfAll += octets;
    readFree += <u64>packetBytes * readPs;
    const start = max<u64>(freeAt, readFree);
    const end = start + <u64>(bytes + ETHERNET_WRAP_BYTES) * wirePs;
    freeAt = end + ETHERNET_GAP_BYTES * wirePs;
    const f = frame(slot);
    f.id = ++number;
    f.epoch = epochMark(v);
    f.due = end + out.latencyPs;
    trace(TRACE_FETCHED, w.now, indexOf(v), number, bytes, v.guest, 0);
    noteStart(out, slot, start);
    if (last) frame(last).next = slot;
    else out.underWayFirst = slot;
    last = slot;
    if (!isAlone) {
      endTurn(p, pool);
      pool = nextPool(p, pools);
      v = poolOf(index, pool);
      run = transmitRun(v);
      known = sentPackets(v);
    }
  }
  if (!count) return 0;
  if (isAlone) endTurn(p, pool);
  p.readFree = readFree;
  w.frameNext = number;
  out.freeAt = freeAt;
  out.underWayLast = last;
  if (wasEmpty) arm(p.wireOut, 0);
  const physical = pf(index);
  physical.gptc += count;
  physical.gotc += octetsOfAll;
  return count;
}

function forgetPackets(known: SentPackets): void {
  known.to = NOWHERE;
  known.sumBits = 0;
}
