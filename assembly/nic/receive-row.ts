/**
 * A row: frames that have come in from the wire one behind the other, each to a known destination (known-destinations.ts) and
 * the plain way into its pool's only queue. Nearly every frame is one of a row.
 *
 *     for all:           the write channel, the list of the wire, the port's counters
 *     once a pool:       its run of descriptors (descriptor-run.ts)
 *     once a change of   the bridge's decision, the longest frame, whether its cause asks for an interrupt
 *     destination:
 *     each frame:        its time, its buffer, its headers and checksums, its bytes, its descriptor
 *
 * What comes out is what the general way (port.ts, rx-ring.ts) makes of the same frames, one after the other. Everything
 * of a frame is looked up before anything is changed, so a row ends before the first frame that is not plain.
 */
import { RX_ADDRESS, RX_DD, RX_EOP } from "../layout/descriptor";
import { ETHERNET_CHECK_BYTES, IPV4_ID } from "../layout/packet";
import { TRACE_DELIVERED } from "../layout/trace";
import { QUEUE_GIVES_HASH } from "../layout/virtual-function";
import { copy } from "../memory/copy";
import { trace } from "../sim/trace";
import { world } from "../sim/world";
import { keptOf } from "../wire/content";
import { destination } from "../wire/ethernet";
import { FRAME_START, frame, freeSlot } from "../wire/frame";
import { noteArrival, Wire } from "../wire/wire";
import { beginRun, goPast, hasMore, receiveRun } from "./descriptor-run";
import { openBuffer } from "./dma";
import { asksNow, NO_VECTOR, noteCause, rxVector, setCauseAt } from "./interrupt";
import { knownReceiver, NOWHERE } from "./known-destinations";
import { pf } from "./physical-function";
import { Port, poolOf } from "./port-record";
import { plainStatus, plainType } from "./receive-status";
import { writeDescriptor } from "./rx-ring";
import { indexOf, rxQueue, Vf } from "./virtual-function";

/**
 * Delivers what is delivered by now of what a wire has, up to the first frame that is not plain or arrives later than `dueMax`,
 * when a frame from elsewhere has its turn.
 */
export function deliverRow(p: Port, index: u32, from: Wire, dueMax: u64): void {
  const now = world().now;
  let slot = from.underWayFirst;
  let writeFree = p.writeFree;
  let count: u32 = 0;
  let octetsOfAll: u32 = 0;
  let to = NOWHERE;
  let bytesMax: u32 = 0;
  let v = poolOf(index, 0);
  let vector = NO_VECTOR;
  let asks: bool = false;
  let due = frame(slot).due;
  let bytes = frame(slot).bytes;
  let address = destination(slot + FRAME_START);
  while (slot) {
    const f = frame(slot);
    const bytesAt = slot + FRAME_START;
    const passed = max<u64>(due, writeFree) + <u64>bytes * p.writePsPerByte;
    const time = passed + p.dmaLatencyPs;
    if (time > now || due > dueMax) break;
    if (address != to || bytes > bytesMax) {
      const known = knownReceiver(index, bytesAt, bytes);
      if (!known) break;
      v = <Vf>known.pool;
      to = known.key;
      bytesMax = min<u32>(known.bytes, rxQueue(v, 0).bufferBytes);
      if (bytes > bytesMax) break;
      vector = rxVector(v, 0);
      asks = asksNow(v, vector);
    }
    const q = rxQueue(v, 0);
    const run = receiveRun(v);
    if (!hasMore(run, q.head) && !beginRun(run, v, q, q.head)) break;
    const at = run.at;
    const place = load<u64>(at, RX_ADDRESS);
    const buffer = place ? openBuffer(v, place, bytes) : 0;
    const type = plainType(bytesAt, bytes);
    if (!buffer || !type) break;
    const status = plainStatus(bytesAt, type, q.flags, f) | RX_DD | RX_EOP;
    const hash = q.flags & QUEUE_GIVES_HASH ? 0 : <u32>bswap<u16>(load<u16>(bytesAt, IPV4_ID));
    // Of the next frame, what it is looked up by: its lines are on their way while this one's bytes are copied.
    const next = f.next;
    const nextDue = frame(next).due;
    const nextBytes = frame(next).bytes;
    const nextAddress = destination(next + FRAME_START);
    copy(buffer, bytesAt, keptOf(bytes));
    writeDescriptor(at, type, hash, bytes, status);
    noteArrival(from, slot);
    trace(TRACE_DELIVERED, time, indexOf(v), f.id, bytes, q.head, 0);
    goPast(run);
    q.head = q.after(q.head);
    const octets = bytes + ETHERNET_CHECK_BYTES;
    const c = v.control;
    c.gprc++;
    c.gorc += octets;
    octetsOfAll += octets;
    count++;
    freeSlot(slot);
    slot = next;
    due = nextDue;
    bytes = nextBytes;
    address = nextAddress;
    writeFree = passed;
    if (asks) {
      setCauseAt(v, vector, time);
      asks = asksNow(v, vector);
    } else {
      noteCause(v, vector);
    }
  }
  from.underWayFirst = slot;
  p.writeFree = writeFree;
  const physical = pf(index);
  physical.gprc += count;
  physical.gorc += octetsOfAll;
}
