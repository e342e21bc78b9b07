/**
 * The backend of a paravirtual NIC, in dom0: a task of one of its vCPUs, which moves frames both ways between a guest's
 * shared rings and dom0's bridge, up to 64 each way a burst.
 *
 *     from the guest   requests of a packet -> checked, put together, cut -> at the burst's end responses, bridge
 *                      or hold queue
 *     to the guest     queue -> posted buffer, its grant looked up -> written -> at the burst's end response
 *     at the burst's end one event, if the guest waits for one of the positions
 *
 * The guest may write anything at any time. So each request is copied before it is looked at, positions are the vif's
 * own, a bad request is answered with an error and counted, and positions that cannot be (more requests than the ring
 * has entries) break the vif until it is connected anew. Invariant: in the guest's memory dom0 changes responses and
 * event positions in the two rings and, of a granted page, the bytes of a frame; and each page that it changes is marked
 * in the guest's dirty log.
 *
 * A frame that dom0 takes from the guest is born here, and one that it writes into a granted buffer ends here
 * (docs/trace.md). Whether bytes are mapped or copied is a matter of what is charged: the simulator copies them.
 *
 * Source: Linux drivers/net/xen-netback/{netback,rx,interface}.c. Left out: queues longer than
 * ten seconds being dropped, taking the carrier away from a guest that posts nothing, credit scheduling of bytes.
 */
import { cost } from "../cpu/cost";
import { NO_WORK, task, wakeTask } from "../cpu/task";
import { charge, Vcpu } from "../cpu/vcpu";
import {
  ACTIVITY_BACKEND,
  ACTIVITY_GRANT,
  COST_BACKEND_RECEIVE,
  COST_BACKEND_TRANSMIT,
  COST_GRANT_COPY,
  COST_GRANT_PAGE,
} from "../layout/cost";
import {
  BACKEND_BUDGET,
  GRANT_RX_RING,
  GRANT_TX_RING,
  RING_ENTRIES,
  RING_REQ_EVENT,
  RING_REQ_PROD,
  RING_RSP_EVENT,
  RING_RSP_PROD,
  RX_ENTRY_BYTES,
  RX_MORE_DATA,
  RX_REQUEST_GRANT,
  RX_REQUEST_ID,
  RX_RESPONSE_FLAGS,
  RX_RESPONSE_ID,
  RX_RESPONSE_OFFSET,
  RX_RESPONSE_STATUS,
  SHARED_COUNT,
  SHARED_MASK,
  STATUS_ERROR,
  STATUS_NOT_GRANTED,
  STATUS_NULL,
  STATUS_OK,
  TX_ENTRY_BYTES,
  TX_REQUEST_ID,
  TX_RESPONSE_ID,
  TX_RESPONSE_STATUS,
  VIF_BURSTS,
  VIF_DROPPED_DOWN,
  VIF_DROPPED_FULL,
  VIF_ERRORS,
  VIF_FROM_GUEST,
  VIF_QUEUED,
  VIF_STARVED,
  VIF_TO_GUEST,
} from "../layout/paravirtual";
import {
  BORN_BACKEND,
  DROP_BACKEND_DOWN,
  DROP_BACKEND_FULL,
  DROP_NOT_GRANTED,
  TRACE_BORN,
  TRACE_HANDED,
} from "../layout/trace";
import { copy } from "../memory/copy";
import { grantedPage, NOT_GRANTED } from "../memory/grants";
import { frameOf, GuestMemory, memoryOf, touchForeign } from "../memory/guest-memory";
import { nextFrame, trace } from "../sim/trace";
import { world } from "../sim/world";
import { keptOf } from "../wire/content";
import { append, FRAME_START, frame, freeSlot, removeFirst } from "../wire/frame";
import { drop } from "../wire/wire";
import { joinBridge, leaveBridge } from "./dom0-bridge";
import { notifyGuest } from "./event-channel";
import { guest } from "./guest";
import { chargeOnward, dropLeaving, sendOnward } from "./hold-queue";
import {
  gatherRequest,
  isExtra,
  readTransmitRequest,
  TransmitRequest,
  takeFrame,
  transmitRequest,
} from "./transmit-request";
import {
  countQueued,
  countVif,
  setVifCounter,
  VIF_BROKEN,
  VIF_CONNECTED,
  VIF_DISCONNECTED,
  Vif,
  vif,
  vifCounter,
} from "./vif";

/** Connects to the rings that a frontend has made; false, and disconnected, if they are not granted. */
export function connectBackend(index: u32): bool {
  const v = vif(index);
  const m = memoryOf(v.guest);
  disconnectBackend(index, DROP_BACKEND_DOWN);
  const txPage = grantedPage(m, GRANT_TX_RING, true);
  const rxPage = grantedPage(m, GRANT_RX_RING, true);
  if (txPage == NOT_GRANTED || rxPage == NOT_GRANTED) return false;
  v.txPage = txPage;
  v.rxPage = rxPage;
  v.txConsumed = 0;
  v.txProduced = 0;
  v.txPublished = 0;
  v.rxConsumed = 0;
  v.rxProduced = 0;
  v.rxPublished = 0;
  v.state = VIF_CONNECTED;
  joinBridge(index, guest(v.guest).mac);
  v.isBridged = 1;
  return true;
}

/** Lets go of the rings and the bridge; what is under way ends. */
export function disconnectBackend(index: u32, reason: u32): void {
  const v = vif(index);
  v.state = VIF_DISCONNECTED;
  dropQueue(index, reason);
  while (v.leavingFirst) drop(removeFirst(v.leaving), world().now, index, reason);
  dropLeaving(index, reason);
  if (v.isBridged) leaveBridge(index, guest(v.guest).mac);
  v.isBridged = 0;
}

function dropQueue(index: u32, reason: u32): void {
  const v = vif(index);
  while (v.queueFirst) drop(removeFirst(v.queue), world().now, index, reason);
  v.queueBytes = 0;
  setVifCounter(index, VIF_QUEUED, 0);
}

/** The bridge has a frame for the guest: it waits for the backend's turn, unless the queue is full. */
export function enqueueToGuest(index: u32, slot: u32): void {
  const v = vif(index);
  const bytes = frame(slot).bytes;
  if (v.state != VIF_CONNECTED) {
    countVif(index, VIF_DROPPED_DOWN, 1);
    drop(slot, world().now, index, DROP_BACKEND_DOWN);
    return;
  }
  if (v.queueBytes + bytes > v.queueBytesMax) {
    countVif(index, VIF_DROPPED_FULL, 1);
    drop(slot, world().now, index, DROP_BACKEND_FULL);
    return;
  }
  append(v.queue, slot);
  v.queueBytes += bytes;
  countQueued(index);
  if (task(v.task).isReady) return;
  // Without a buffer there is nothing to do before the guest's event.
  if (awaitIn(memoryOf(v.guest), v.rxPage, v.rxConsumed)) wakeTask(v.task, 0);
}

function ringOf(m: GuestMemory, page: u32): u32 {
  // The ring's page has been written by the guest, or it would be absent and read as zero.
  return frameOf(m, page) ? frameOf(m, page) : touchForeign(m, page);
}

/** Begins a burst; returns its cycles, charged, or NO_WORK. */
export function workBackend(index: u32, cpu: Vcpu): u32 {
  const v = vif(index);
  if (v.state != VIF_CONNECTED) return NO_WORK;
  const m = memoryOf(v.guest);
  const taking = takeRequests(index, v, m, cpu);
  const giving = giveFrames(index, v, m, cpu);
  if (taking == NO_WORK && giving == NO_WORK) return NO_WORK;
  countVif(index, VIF_BURSTS, 1);
  return (taking == NO_WORK ? 0 : taking) + (giving == NO_WORK ? 0 : giving);
}

/** Returns how many requests a ring has; 0, and a broken vif, for what cannot be. */
function requestsIn(index: u32, ring: u32, consumed: u32): u32 {
  const count = load<u32>(ring, RING_REQ_PROD) - consumed;
  if (count <= SHARED_COUNT) return count;
  breakVif(index);
  return 0;
}

function breakVif(index: u32): void {
  dropQueue(index, DROP_BACKEND_DOWN);
  vif(index).state = VIF_BROKEN;
}

/** Takes requests of the transmit ring; returns the cycles, charged, or NO_WORK. */
function takeRequests(index: u32, v: Vif, m: GuestMemory, cpu: Vcpu): u32 {
  const available = requestsIn(index, ringOf(m, v.txPage), v.txConsumed);
  if (!available) return NO_WORK;
  const ring = touchForeign(m, v.txPage);
  let slotCount: u32 = 0;
  let packetCount: u32 = 0;
  let taken: u32 = 0;
  let parts: u32 = 0;
  let bytes: u32 = 0;
  while (slotCount < min<u32>(available, BACKEND_BUDGET)) {
    // A frontend shows whole packets.
    if (!readTransmitRequest(ring, v.txConsumed, available - slotCount)) {
      breakVif(index);
      break;
    }
    const r = transmitRequest();
    const isTaken = takePacket(index, v, m);
    packetCount++;
    if (isTaken) {
      taken++;
      parts += r.partCount;
      bytes += r.bytes;
    } else {
      countVif(index, VIF_ERRORS, 1);
    }
    slotCount += r.slotCount;
    respond(v, r, isTaken);
  }
  const backend = packetCount * cost(COST_BACKEND_TRANSMIT);
  const onward = chargeOnward(index, cpu, taken);
  const grant = v.isMapping ? parts * cost(COST_GRANT_PAGE) : copyCycles(bytes);
  charge(cpu, ACTIVITY_BACKEND, backend);
  charge(cpu, ACTIVITY_GRANT, grant);
  return backend + onward + grant;
}

function copyCycles(bytes: u32): u32 {
  return <u32>((<u64>bytes * cost(COST_GRANT_COPY)) / 1000);
}

/** Makes frames of the packet that was read, which leave at the burst's end; false for one that is refused. */
function takePacket(index: u32, v: Vif, m: GuestMemory): bool {
  const count = gatherRequest(m);
  for (let i: u32 = 0; i < count; i++) {
    const slot = takeFrame(i);
    const f = frame(slot);
    f.id = nextFrame();
    f.due = world().now;
    f.isFollower = i ? 1 : 0;
    trace(TRACE_BORN, world().now, index, f.id, f.bytes, BORN_BACKEND, 0);
    append(v.leaving, slot);
  }
  countVif(index, VIF_FROM_GUEST, count);
  return count != 0;
}

/** Answers each slot of the packet that was read, in its place. */
function respond(v: Vif, r: TransmitRequest, isTaken: bool): void {
  for (let slot: u32 = 0; slot < r.slotCount; slot++) {
    const id = load<u16>(r.entries + (v.txConsumed++ & SHARED_MASK) * TX_ENTRY_BYTES, TX_REQUEST_ID);
    const to = r.entries + (v.txProduced++ & SHARED_MASK) * TX_ENTRY_BYTES;
    const status = isTaken ? STATUS_OK : STATUS_ERROR;
    store<u16>(to, isExtra(r, slot) ? 0 : id, TX_RESPONSE_ID);
    store<u16>(to, <u16>(isExtra(r, slot) ? STATUS_NULL : status), TX_RESPONSE_STATUS);
  }
}

/** Writes frames of the queue into posted buffers; returns the cycles, charged, or NO_WORK. */
function giveFrames(index: u32, v: Vif, m: GuestMemory, cpu: Vcpu): u32 {
  if (!v.queueFirst || v.state != VIF_CONNECTED) return NO_WORK;
  const posted = min<u32>(requestsIn(index, ringOf(m, v.rxPage), v.rxConsumed), BACKEND_BUDGET);
  if (!posted) {
    countVif(index, VIF_STARVED, 1);
    return NO_WORK;
  }
  const entries = touchForeign(m, v.rxPage) + RING_ENTRIES;
  let count: u32 = 0;
  let packetCount: u32 = 0;
  let bytes: u32 = 0;
  for (; count < posted && v.queueFirst; count++) {
    const at = entries + (v.rxConsumed++ & SHARED_MASK) * RX_ENTRY_BYTES;
    const id = load<u16>(at, RX_REQUEST_ID);
    const page = grantedPage(m, load<u32>(at, RX_REQUEST_GRANT), true);
    const slot = removeFirst(v.queue);
    const size = frame(slot).bytes;
    v.queueBytes -= size;
    if (!count || !frame(slot).isFollower) packetCount++;
    const goesOn = count + 1 < posted && v.queueFirst && frame(v.queueFirst).isFollower;
    const to = entries + (v.rxProduced++ & SHARED_MASK) * RX_ENTRY_BYTES;
    if (page == NOT_GRANTED) {
      countVif(index, VIF_ERRORS, 1);
      drop(slot, world().now, index, DROP_NOT_GRANTED);
    } else {
      bytes += size;
      copy(touchForeign(m, page), slot + FRAME_START, keptOf(size));
      trace(TRACE_HANDED, world().now, index, frame(slot).id, size, (v.rxProduced - 1) & SHARED_MASK, 0);
      freeSlot(slot);
      countVif(index, VIF_TO_GUEST, 1);
    }
    // Last: a guest may have granted the ring itself.
    store<u16>(to, id, RX_RESPONSE_ID);
    store<u16>(to, 0, RX_RESPONSE_OFFSET);
    store<u16>(to, <u16>(goesOn ? RX_MORE_DATA : 0), RX_RESPONSE_FLAGS);
    store<u16>(to, <u16>(page == NOT_GRANTED ? STATUS_NOT_GRANTED : size), RX_RESPONSE_STATUS);
  }
  setVifCounter(index, VIF_QUEUED, vifCounter(index, VIF_QUEUED) - count);
  const backend = packetCount * cost(COST_BACKEND_RECEIVE);
  const grant = copyCycles(bytes);
  charge(cpu, ACTIVITY_BACKEND, backend);
  charge(cpu, ACTIVITY_GRANT, grant);
  return backend + grant;
}

/** A burst is over: responses are seen, the bridge gets the frames, the guest is told if it waits. */
export function putOutBackend(index: u32): void {
  const v = vif(index);
  const m = memoryOf(v.guest);
  if (v.state == VIF_CONNECTED) {
    const found = publish(m, v.txPage, v.txPublished, v.txProduced) | publish(m, v.rxPage, v.rxPublished, v.rxProduced);
    v.txPublished = v.txProduced;
    v.rxPublished = v.rxProduced;
    if (found) notifyGuest(index, (found & WANTED) != 0);
  }
  sendOnward(index);
}

const PUBLISHED: u32 = 1;
const WANTED: u32 = 2;

/** RING_PUSH_RESPONSES_AND_CHECK_NOTIFY, but what was published before is not read back from the guest. */
function publish(m: GuestMemory, page: u32, old: u32, produced: u32): u32 {
  if (old == produced) return 0;
  const ring = touchForeign(m, page);
  store<u32>(ring, produced, RING_RSP_PROD);
  return produced - load<u32>(ring, RING_RSP_EVENT) < produced - old ? PUBLISHED | WANTED : PUBLISHED;
}

/** The backend has nothing to do: it asks for an event of whatever it waits for. Returns whether that is there already. */
export function restBackend(index: u32): bool {
  const v = vif(index);
  if (v.state != VIF_CONNECTED) return false;
  const m = memoryOf(v.guest);
  const hasRequest = awaitIn(m, v.txPage, v.txConsumed);
  // A guest need not tell of buffers that nobody waits for.
  return (v.queueFirst != 0 && awaitIn(m, v.rxPage, v.rxConsumed)) || hasRequest;
}

/** RING_FINAL_CHECK_FOR_REQUESTS. */
function awaitIn(m: GuestMemory, page: u32, consumed: u32): bool {
  const ring = ringOf(m, page);
  if (load<u32>(ring, RING_REQ_EVENT) != consumed + 1) store<u32>(touchForeign(m, page), consumed + 1, RING_REQ_EVENT);
  return load<u32>(ring, RING_REQ_PROD) != consumed;
}
