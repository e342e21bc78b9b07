/**
 * The frontend of a paravirtual NIC: the guest's driver for two rings that it shares with a backend in dom0.
 *
 *     identifier   free --post--> requested, its buffer granted --response--> free, the grant taken back
 *     buffer       free --replenish--> posted, granted --response--> socket queue --taken--> free
 *
 * Like driver.ts it is software: all it knows lies in guest memory, and positions and numbers are masked, so that torn
 * memory may mislead it but stays its own. A receive buffer is a page, because a request has no offset: it has the
 * number of its page's first 2 KiB, so that the socket queue means the same with either NIC. Transmit buffers are 2 KiB
 * each, one for an identifier.
 *
 * Notification is ring.h's: whoever produces tells the other side only if that asked for this position. Responses that
 * nobody can have given (more than requests) end all work until the frontend is connected anew, as in Linux.
 *
 * Several segments that are to be cut are requested by netfront-long.ts.
 *
 * Source: Linux drivers/net/xen-netfront.c; Xen io/ring.h, io/netif.h. Left out: feature negotiation over xenstore, what
 * layout/paravirtual.ts leaves out, and a pool of references: each identifier has its own.
 */
import {
  BUFFER_SHIFT,
  DEVICE_FRONT,
  FREE_BUFFERS_PAGE,
  GRANT_TABLE_PAGE,
  NETFRONT_PAGE,
  RX_BUFFER_MASK,
  RX_BUFFER_OF_PAGE,
  RX_BUFFERS_PAGE,
  RX_RING_PAGE,
  SOCKET_PAGE,
  TX_RING_PAGE,
} from "../layout/guest-software";
import { PAGE_BYTES, PAGE_SHIFT } from "../layout/limits";
import {
  GRANT_BLOCK_RING,
  GRANT_BYTES,
  GRANT_RX_FIRST,
  GRANT_RX_RING,
  GRANT_TX_FIRST,
  GRANT_TX_RING,
  NETFRONT_FOLLOWING,
  NETFRONT_FREE_IDS,
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
  RX_RESPONSE_STATUS,
  SHARED_COUNT,
  SHARED_MASK,
  STATUS_NULL,
  STATUS_OK,
  TX_ENTRY_BYTES,
  TX_REQUEST_FLAGS,
  TX_REQUEST_GRANT,
  TX_REQUEST_ID,
  TX_REQUEST_OFFSET,
  TX_REQUEST_SIZE,
  TX_RESPONSE_ID,
  TX_RESPONSE_STATUS,
} from "../layout/paravirtual";
import { endAccess, grantAccess } from "../memory/grants";
import { GuestMemory, look, touch } from "../memory/guest-memory";
import { writeAnnouncement } from "../wire/ethernet";
import { transmitBuffer } from "./buffers";
import { Driver, driver, enqueue, freeBuffer } from "./driver";

/** The frontend's page. */
@unmanaged
export class Netfront {
  /** Requests made and responses taken of the transmit ring: req_prod_pvt and rsp_cons of ring.h. */
  txProduced: u32;
  txConsumed: u32;
  rxProduced: u32;
  rxConsumed: u32;
  /** Free transmit identifiers on the stack. */
  txFreeCount: u32;
  /** Responses that say that something was wrong. */
  errorCount: u32;
  /** The backend's positions made no sense. */
  isBroken: u32;
  /** The last response taken says that the next belongs to the same packet. */
  isRxGoingOn: u32;
  /** Responses of the last poll that went on with a packet: the driver works once for all of one. */
  rxFollowerCount: u32;
}

if (offsetof<Netfront>() > NETFRONT_FREE_IDS) ERROR("layout: Netfront has grown into its free identifiers");
if (NETFRONT_FREE_IDS + SHARED_COUNT * 2 > NETFRONT_FOLLOWING) ERROR("layout: free identifiers have grown");
if (NETFRONT_FOLLOWING + SHARED_COUNT > PAGE_BYTES) ERROR("layout: what follows does not fit its page");
if (RING_ENTRIES + SHARED_COUNT * TX_ENTRY_BYTES > PAGE_BYTES) ERROR("layout: a ring does not fit its page");

/** Returns the frontend's page, to be looked at. */
export function netfrontOf(m: GuestMemory): Netfront {
  return changetype<Netfront>(look(m, NETFRONT_PAGE << PAGE_SHIFT));
}

/** Returns the frontend's page, to be changed. */
export function netfront(m: GuestMemory): Netfront {
  return changetype<Netfront>(touch(m, NETFRONT_PAGE << PAGE_SHIFT));
}

/** Makes rings, grants and buffers anew; everything queued is forgotten. The backend connects to them next. */
export function initialiseFront(m: GuestMemory): void {
  const d = driver(m);
  memory.fill(changetype<u32>(d), 0, offsetof<Driver>());
  d.kind = DEVICE_FRONT;
  forgetGrants(m);
  freeEveryId(m);
  const free = touch(m, FREE_BUFFERS_PAGE << PAGE_SHIFT);
  // The stack's top is the lowest, so that the ring starts with neighbours.
  for (let i: u32 = 0; i < SHARED_COUNT; i++) store<u16>(free + (i << 1), <u16>((SHARED_MASK - i) << 1));
  d.freeCount = SHARED_COUNT;
  makeSharedRings(m, d);
}

/** Forgets every grant of a NIC's; those of a disk stand behind them, and stay. */
export function forgetGrants(m: GuestMemory): void {
  const bytes = GRANT_BLOCK_RING * GRANT_BYTES;
  for (let at: u32 = 0; at < bytes; at += PAGE_BYTES) {
    memory.fill(touch(m, (GRANT_TABLE_PAGE << PAGE_SHIFT) + at), 0, min<u32>(PAGE_BYTES, bytes - at));
  }
}

/** Forgets every position, with all transmit identifiers free. */
export function freeEveryId(m: GuestMemory): void {
  const n = netfront(m);
  memory.fill(changetype<u32>(n), 0, NETFRONT_FOLLOWING + SHARED_COUNT);
  for (let i: u32 = 0; i < SHARED_COUNT; i++) pushId(n, SHARED_MASK - i);
}

/** Makes two empty rings, grants them, and posts what buffers are free. */
export function makeSharedRings(m: GuestMemory, d: Driver): void {
  const n = netfront(m);
  createRing(m, TX_RING_PAGE, GRANT_TX_RING);
  createRing(m, RX_RING_PAGE, GRANT_RX_RING);
  replenish(m, d);
  publish(m, TX_RING_PAGE, n.txProduced);
  publish(m, RX_RING_PAGE, n.rxProduced);
}

/** An empty ring, in which both sides want to be told of the first entry (SHARED_RING_INIT). */
function createRing(m: GuestMemory, page: u32, reference: u32): void {
  const ring = touch(m, page << PAGE_SHIFT);
  memory.fill(ring, 0, PAGE_BYTES);
  store<u32>(ring, 1, RING_REQ_EVENT);
  store<u32>(ring, 1, RING_RSP_EVENT);
  grantAccess(m, reference, page, false);
}

function pushId(n: Netfront, id: u32): void {
  if (n.txFreeCount >= SHARED_COUNT) return;
  store<u16>(changetype<u32>(n) + NETFRONT_FREE_IDS + (n.txFreeCount++ << 1), <u16>id);
}

/** Returns the identifier that is used next; there is one, or memory is torn and it is some. */
function nextId(n: Netfront): u32 {
  const position = (n.txFreeCount - 1) & SHARED_MASK;
  return <u32>load<u16>(changetype<u32>(n) + NETFRONT_FREE_IDS + (position << 1)) & SHARED_MASK;
}

/** Takes the identifier that is used next. */
export function takeId(n: Netfront): u32 {
  const id = nextId(n);
  n.txFreeCount--;
  store<u8>(changetype<u32>(n) + NETFRONT_FOLLOWING + id, 0);
  return id;
}

/** Notes that what has this identifier goes on with a packet. */
export function markFollowing(n: Netfront, id: u32): void {
  store<u8>(changetype<u32>(n) + NETFRONT_FOLLOWING + id, 1);
}

/** Tells whether a packet can be posted. */
export function hasFrontRoom(m: GuestMemory): bool {
  const n = netfrontOf(m);
  return n.txFreeCount - 1 < SHARED_COUNT && n.txProduced - n.txConsumed < SHARED_COUNT && !n.isBroken;
}

/** Returns where the next packet's bytes are to be written. */
export function nextFrontPacket(m: GuestMemory): u32 {
  return touch(m, transmitBuffer(nextId(netfrontOf(m))));
}

/** Grants the packet that was written to `nextFrontPacket` and requests that it be sent; the backend learns of it later. */
export function postFront(m: GuestMemory, bytes: u32): void {
  const n = netfront(m);
  const id = takeId(n);
  const address = transmitBuffer(id);
  grantAccess(m, GRANT_TX_FIRST + id, address >>> PAGE_SHIFT, true);
  writeRequest(m, n, id, address, bytes, 0);
}

/** Writes the next request of the transmit ring: for bytes of a granted page, from an address in it on. */
export function writeRequest(m: GuestMemory, n: Netfront, id: u32, address: u32, bytes: u32, flags: u32): void {
  const at = touch(m, TX_RING_PAGE << PAGE_SHIFT) + RING_ENTRIES + (n.txProduced++ & SHARED_MASK) * TX_ENTRY_BYTES;
  store<u32>(at, GRANT_TX_FIRST + id, TX_REQUEST_GRANT);
  store<u16>(at, <u16>(address & (PAGE_BYTES - 1)), TX_REQUEST_OFFSET);
  store<u16>(at, <u16>flags, TX_REQUEST_FLAGS);
  store<u16>(at, <u16>id, TX_REQUEST_ID);
  store<u16>(at, <u16>bytes, TX_REQUEST_SIZE);
}

/** Returns how many responses a ring has that have not been taken; ends all work if they are more than requests. */
function responsesIn(m: GuestMemory, page: u32, consumed: u32, produced: u32): u32 {
  const count = load<u32>(look(m, page << PAGE_SHIFT), RING_RSP_PROD) - consumed;
  if (count <= produced - consumed && count <= SHARED_COUNT) return count;
  netfront(m).isBroken = 1;
  return 0;
}

/** Takes the responses to transmit requests; returns how many packets they end, each with its first response. */
export function reclaimFront(m: GuestMemory): u32 {
  const seen = netfrontOf(m);
  if (seen.isBroken) return 0;
  const count = responsesIn(m, TX_RING_PAGE, seen.txConsumed, seen.txProduced);
  if (!count) return 0;
  const n = netfront(m);
  const entries = look(m, TX_RING_PAGE << PAGE_SHIFT) + RING_ENTRIES;
  let packetCount: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const at = entries + (n.txConsumed++ & SHARED_MASK) * TX_ENTRY_BYTES;
    const status = <u32>load<u16>(at, TX_RESPONSE_STATUS);
    if (status == STATUS_NULL) continue;
    const id = <u32>load<u16>(at, TX_RESPONSE_ID) & SHARED_MASK;
    const follows = <u32>load<u8>(changetype<u32>(n) + NETFRONT_FOLLOWING + id);
    if (!follows) packetCount++;
    if (status != STATUS_OK && !follows) n.errorCount++;
    endAccess(m, GRANT_TX_FIRST + id);
    pushId(n, id);
  }
  return packetCount;
}

/** Moves received frames to the socket queue; returns how many responses there were. */
export function pollFront(m: GuestMemory, d: Driver, budget: u32): u32 {
  const seen = netfrontOf(m);
  if (seen.isBroken) return 0;
  const count = min<u32>(budget, responsesIn(m, RX_RING_PAGE, seen.rxConsumed, seen.rxProduced));
  if (!count) return 0;
  const n = netfront(m);
  const entries = look(m, RX_RING_PAGE << PAGE_SHIFT) + RING_ENTRIES;
  const bufferOf = look(m, RX_BUFFER_OF_PAGE << PAGE_SHIFT);
  const free = touch(m, FREE_BUFFERS_PAGE << PAGE_SHIFT);
  const socket = touch(m, SOCKET_PAGE << PAGE_SHIFT);
  n.rxFollowerCount = 0;
  for (let i: u32 = 0; i < count; i++) {
    const at = entries + (n.rxConsumed++ & SHARED_MASK) * RX_ENTRY_BYTES;
    const id = <u32>load<u16>(at, RX_RESPONSE_ID) & SHARED_MASK;
    const buffer = load<u32>(bufferOf + (id << 2)) & RX_BUFFER_MASK;
    const status = <i32>load<i16>(at, RX_RESPONSE_STATUS);
    endAccess(m, GRANT_RX_FIRST + id);
    n.rxFollowerCount += n.isRxGoingOn & 1;
    n.isRxGoingOn = <u32>load<u16>(at, RX_RESPONSE_FLAGS) & RX_MORE_DATA ? 1 : 0;
    if (status > 0) {
      enqueue(socket, free, d, buffer, 0, <u32>status);
    } else {
      n.errorCount++;
      freeBuffer(free, d, buffer);
    }
  }
  return count;
}

/** Grants every free buffer to the backend, as far as the ring has room; the backend learns of it later. */
export function replenish(m: GuestMemory, d: Driver): void {
  const seen = netfrontOf(m);
  if (!d.freeCount || seen.isBroken || seen.rxProduced - seen.rxConsumed >= SHARED_COUNT) return;
  const n = netfront(m);
  const entries = touch(m, RX_RING_PAGE << PAGE_SHIFT) + RING_ENTRIES;
  const bufferOf = touch(m, RX_BUFFER_OF_PAGE << PAGE_SHIFT);
  const free = look(m, FREE_BUFFERS_PAGE << PAGE_SHIFT);
  while (d.freeCount && n.rxProduced - n.rxConsumed < SHARED_COUNT) {
    d.freeCount = (d.freeCount - 1) & RX_BUFFER_MASK;
    const buffer = <u32>load<u16>(free + (d.freeCount << 1)) & RX_BUFFER_MASK;
    const id = n.rxProduced & SHARED_MASK;
    store<u32>(bufferOf + (id << 2), buffer);
    grantAccess(m, GRANT_RX_FIRST + id, RX_BUFFERS_PAGE + (buffer >>> (PAGE_SHIFT - BUFFER_SHIFT)), false);
    const at = entries + (n.rxProduced++ & SHARED_MASK) * RX_ENTRY_BYTES;
    store<u32>(at, id, RX_REQUEST_ID);
    store<u32>(at, GRANT_RX_FIRST + id, RX_REQUEST_GRANT);
  }
}

/** Requests that a gratuitous ARP be sent, as a guest does whose frontend has been connected; nothing without room. */
export function announceFront(m: GuestMemory, mac: u64, ip: u32): void {
  if (!hasFrontRoom(m)) return;
  postFront(m, writeAnnouncement(nextFrontPacket(m), mac, ip));
  publishFront(m);
}

/** What `publishFront` found to tell: bits. */
export const FRONT_PUBLISHED: u32 = 1;
export const FRONT_WANTED: u32 = 2;

/** Lets the backend see the requests of a burst; returns FRONT_PUBLISHED if there were any, FRONT_WANTED if it waits. */
export function publishFront(m: GuestMemory): u32 {
  const n = netfrontOf(m);
  return publish(m, TX_RING_PAGE, n.txProduced) | publish(m, RX_RING_PAGE, n.rxProduced);
}

/** RING_PUSH_REQUESTS_AND_CHECK_NOTIFY. */
function publish(m: GuestMemory, page: u32, produced: u32): u32 {
  const seen = look(m, page << PAGE_SHIFT);
  const old = load<u32>(seen, RING_REQ_PROD);
  if (old == produced) return 0;
  const ring = touch(m, page << PAGE_SHIFT);
  store<u32>(ring, produced, RING_REQ_PROD);
  const isWanted = produced - load<u32>(ring, RING_REQ_EVENT) < produced - old;
  return isWanted ? FRONT_PUBLISHED | FRONT_WANTED : FRONT_PUBLISHED;
}

/** Asks to be told of the next response in either ring; returns whether there is one already. */
export function awaitResponses(m: GuestMemory): bool {
  const n = netfrontOf(m);
  if (n.isBroken) return false;
  const isSent = awaitIn(m, TX_RING_PAGE, n.txConsumed);
  return awaitIn(m, RX_RING_PAGE, n.rxConsumed) || isSent;
}

/** RING_FINAL_CHECK_FOR_RESPONSES. */
function awaitIn(m: GuestMemory, page: u32, consumed: u32): bool {
  if (load<u32>(look(m, page << PAGE_SHIFT), RING_RSP_EVENT) != consumed + 1) {
    store<u32>(touch(m, page << PAGE_SHIFT), consumed + 1, RING_RSP_EVENT);
  }
  return load<u32>(look(m, page << PAGE_SHIFT), RING_RSP_PROD) != consumed;
}
