/**
 * A guest's driver of its disk, and the journal that its services write there: blocks one behind the other, round the
 * disk. Everything that it knows is a few counts in a page of the guest, and the pages that writes are made in.
 *
 *     wanted  >=  filled  >=  requested  >=  durable            blocks, counted since the beginning
 *     asked for   in a buffer  in the ring    answered           block number = count modulo the disk's size
 *
 * Writes are asked for by those who serve requests, and made into requests at the end of a burst's work, as many blocks
 * together as a request takes: so requests that come together share one. Whoever asked waits until so many blocks are
 * durable. A buffer belongs to a block from when it is filled until the block is durable.
 *
 * A frontend that finds itself on another host makes its ring and its grants anew and asks again for all that was not
 * answered, from the buffers, whose bytes are still there: to write a block twice changes nothing.
 *
 * Source: Linux drivers/block/xen-blkfront.c: blkif_queue_rw_req, blkif_interrupt, blkfront_resume and blkif_recover;
 * buffers stay granted, as with its persistent grants. Left out: reads, since memory has what services need; and what a
 * service does about a write that was answered with an error, which is counted.
 */
import {
  BLOCK_BUFFER_COUNT,
  BLOCK_BUFFER_MASK,
  BLOCK_ENTRY_BYTES,
  BLOCK_FRONT_ENDS,
  BLOCK_OKAY,
  BLOCK_REQUEST_ID,
  BLOCK_REQUEST_OPERATION,
  BLOCK_REQUEST_SECTOR,
  BLOCK_REQUEST_SEGMENT,
  BLOCK_REQUEST_SEGMENTS,
  BLOCK_RESPONSE_ID,
  BLOCK_RESPONSE_STATUS,
  BLOCK_RING_COUNT,
  BLOCK_RING_MASK,
  BLOCK_SEGMENT_BYTES,
  BLOCK_SEGMENT_COUNT_MAX,
  BLOCK_SEGMENT_FIRST,
  BLOCK_SEGMENT_GRANT,
  BLOCK_SEGMENT_LAST,
  BLOCK_WRITE,
  SECTORS_PER_BLOCK,
} from "../layout/disk";
import { BLOCK_BUFFERS_PAGE, BLOCK_FRONT_PAGE, BLOCK_RING_PAGE } from "../layout/guest-software";
import { PAGE_BYTES, PAGE_SHIFT } from "../layout/limits";
import {
  GRANT_BLOCK_FIRST,
  GRANT_BLOCK_RING,
  GRANT_COUNT,
  RING_ENTRIES,
  RING_REQ_EVENT,
  RING_REQ_PROD,
  RING_RSP_EVENT,
  RING_RSP_PROD,
} from "../layout/paravirtual";
import { grantAccess } from "../memory/grants";
import { GuestMemory, look, touch, touchPage, writePayload } from "../memory/guest-memory";
import { mix } from "../sim/digest";

@unmanaged
export class BlockFront {
  /** Blocks of the disk; 0 without one. */
  blockCount: u32;
  wantedCount: u32;
  filledCount: u32;
  requestedCount: u32;
  durableCount: u32;
  /** Requests made, shown to the backend, and answered. */
  producedCount: u32;
  publishedCount: u32;
  consumedCount: u32;
  /** Answers that say that something was wrong. */
  errorCount: u32;
}

if (offsetof<BlockFront>() > BLOCK_FRONT_ENDS) ERROR("layout: BlockFront has grown into what requests end with");
if (RING_ENTRIES + BLOCK_RING_COUNT * BLOCK_ENTRY_BYTES > PAGE_BYTES) ERROR("layout: a block ring outgrows its page");
if (GRANT_BLOCK_FIRST + BLOCK_BUFFER_COUNT > GRANT_COUNT) ERROR("layout: the grant table has no room for buffers");

function frontOf(m: GuestMemory): BlockFront {
  return changetype<BlockFront>(look(m, BLOCK_FRONT_PAGE << PAGE_SHIFT));
}

function changedFrontOf(m: GuestMemory): BlockFront {
  return changetype<BlockFront>(touch(m, BLOCK_FRONT_PAGE << PAGE_SHIFT));
}

/** Has a guest's software know its disk. */
export function createBlockFront(m: GuestMemory, blockCount: u32): void {
  changedFrontOf(m).blockCount = blockCount;
}

/** Makes ring and grants, for the first time or anew; what was not answered will be asked for again. */
export function resumeBlockFront(m: GuestMemory): void {
  const f = changedFrontOf(m);
  memory.fill(touchPage(m, BLOCK_RING_PAGE), 0, PAGE_BYTES);
  const ring = touchPage(m, BLOCK_RING_PAGE);
  store<u32>(ring, 1, RING_REQ_EVENT);
  store<u32>(ring, 1, RING_RSP_EVENT);
  grantAccess(m, GRANT_BLOCK_RING, BLOCK_RING_PAGE, false);
  for (let i: u32 = 0; i < BLOCK_BUFFER_COUNT; i++) grantAccess(m, GRANT_BLOCK_FIRST + i, BLOCK_BUFFERS_PAGE + i, true);
  f.producedCount = 0;
  f.publishedCount = 0;
  f.consumedCount = 0;
  f.requestedCount = f.durableCount;
}

/** Tells whether there are blocks to be written that no request has. */
export function hasUnrequested(m: GuestMemory): bool {
  const f = frontOf(m);
  return f.requestedCount != f.wantedCount;
}

/** Asks for so many blocks more to be written; returns how many have to be durable then. */
export function wantBlocks(m: GuestMemory, count: u32): u32 {
  const f = changedFrontOf(m);
  assert(f.blockCount != 0, "who writes has a disk");
  f.wantedCount += count;
  return f.wantedCount;
}

/** Tells whether so many blocks are durable. */
export function isDurable(m: GuestMemory, count: u32): bool {
  return <i32>(frontOf(m).durableCount - count) >= 0;
}

/** Makes requests of what is wanted, as far as ring and buffers go; returns how many. */
export function makeRequests(m: GuestMemory): u32 {
  const f = frontOf(m);
  let made: u32 = 0;
  while (f.producedCount - f.consumedCount < BLOCK_RING_COUNT) {
    const count = nextCount(f);
    if (!count) break;
    makeRequest(m, changedFrontOf(m), count);
    made++;
  }
  return made;
}

/** Returns how many blocks the next request has: they lie one behind the other on the disk. */
function nextCount(f: BlockFront): u32 {
  const wanted = f.wantedCount - f.requestedCount;
  if (!wanted) return 0;
  const free = BLOCK_BUFFER_COUNT - (f.requestedCount - f.durableCount);
  const toEnd = f.blockCount - (f.requestedCount % f.blockCount);
  return min<u32>(min<u32>(wanted, free), min<u32>(toEnd, BLOCK_SEGMENT_COUNT_MAX));
}

function makeRequest(m: GuestMemory, f: BlockFront, count: u32): void {
  const id = f.producedCount & BLOCK_RING_MASK;
  const at = touch(m, BLOCK_RING_PAGE << PAGE_SHIFT) + RING_ENTRIES + id * BLOCK_ENTRY_BYTES;
  store<u8>(at, <u8>BLOCK_WRITE, BLOCK_REQUEST_OPERATION);
  store<u8>(at, <u8>count, BLOCK_REQUEST_SEGMENTS);
  store<u64>(at, id, BLOCK_REQUEST_ID);
  store<u64>(at, <u64>(f.requestedCount % f.blockCount) * SECTORS_PER_BLOCK, BLOCK_REQUEST_SECTOR);
  for (let i: u32 = 0; i < count; i++) {
    const number = f.requestedCount++;
    if (number == f.filledCount) fillBuffer(m, f.filledCount++);
    const segment = at + BLOCK_REQUEST_SEGMENT + i * BLOCK_SEGMENT_BYTES;
    store<u32>(segment, GRANT_BLOCK_FIRST + (number & BLOCK_BUFFER_MASK), BLOCK_SEGMENT_GRANT);
    store<u8>(segment, 0, BLOCK_SEGMENT_FIRST);
    store<u8>(segment, <u8>(SECTORS_PER_BLOCK - 1), BLOCK_SEGMENT_LAST);
  }
  store<u32>(changetype<u32>(f) + BLOCK_FRONT_ENDS + (id << 2), f.requestedCount);
  f.producedCount++;
}

/** Makes the bytes of a block: its number in the journal, and what follows from that. */
function fillBuffer(m: GuestMemory, number: u32): void {
  const page = BLOCK_BUFFERS_PAGE + (number & BLOCK_BUFFER_MASK);
  if (m.versions) {
    // Not the serial of zeros: with content no block is of zeros.
    writePayload(m, page, 0, PAGE_BYTES, <u64>number + 1);
    return;
  }
  const at = touchPage(m, page);
  for (let i: u32 = 0; i < PAGE_BYTES; i += 8) store<u64>(at + i, mix(number, i));
}

/** At the end of a burst: shows the backend what was requested; returns whether it waits for that. */
export function publishRequests(m: GuestMemory): bool {
  const f = frontOf(m);
  const old = f.publishedCount;
  if (old == f.producedCount) return false;
  const ring = touch(m, BLOCK_RING_PAGE << PAGE_SHIFT);
  store<u32>(ring, f.producedCount, RING_REQ_PROD);
  changedFrontOf(m).publishedCount = f.producedCount;
  return f.producedCount - load<u32>(ring, RING_REQ_EVENT) < f.producedCount - old;
}

/** Takes the answers that are there; returns how many. */
export function takeAnswers(m: GuestMemory): u32 {
  const ring = look(m, BLOCK_RING_PAGE << PAGE_SHIFT);
  // Memory may be torn: no more answers than requests.
  const count = min<u32>(load<u32>(ring, RING_RSP_PROD) - frontOf(m).consumedCount, BLOCK_RING_COUNT);
  if (!count) return 0;
  const f = changedFrontOf(m);
  for (let i: u32 = 0; i < count; i++) {
    const at = ring + RING_ENTRIES + (f.consumedCount++ & BLOCK_RING_MASK) * BLOCK_ENTRY_BYTES;
    const id = <u32>load<u64>(at, BLOCK_RESPONSE_ID) & BLOCK_RING_MASK;
    if (load<u16>(at, BLOCK_RESPONSE_STATUS) != BLOCK_OKAY) f.errorCount++;
    f.durableCount = load<u32>(changetype<u32>(f) + BLOCK_FRONT_ENDS + (id << 2));
  }
  return count;
}

/** Nothing is left to do: asks for an event of the next answer. Returns whether one is there already. */
export function awaitAnswers(m: GuestMemory): bool {
  const consumed = frontOf(m).consumedCount;
  const at = BLOCK_RING_PAGE << PAGE_SHIFT;
  if (load<u32>(look(m, at), RING_RSP_EVENT) != consumed + 1) {
    store<u32>(touch(m, at), consumed + 1, RING_RSP_EVENT);
  }
  return load<u32>(look(m, at), RING_RSP_PROD) != consumed;
}
