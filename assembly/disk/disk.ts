/**
 * A disk: its blocks, and what the backend in dom0 keeps of it. A block is a page, in a memory of its own kind: one that
 * was never written has no frame and reads as zeros; in a world without content a block has the version of what was
 * written to it, as payload pages have (memory/payload.ts).
 *
 *     state          connect            impossible positions   disconnect, host dies
 *     disconnected   connected, or not  -                      disconnected
 *     connected      connected          broken                 disconnected
 *     broken         connected, or not  -                      disconnected
 *
 *     requests   taken --burst's end--> begun --the disk has done it--> done --answered--> its place is free
 *
 * What is taken is in the blocks at once, as in a disk's own cache: nobody reads a block before it is done but who follows
 * the writes. The disk does one thing after another, a latency behind its transfer, so that requests end in their order.
 * Invariant: answeredCount <= doneCount <= begunCount <= takenCount <= answeredCount + BLOCK_RING_COUNT.
 *
 * Left out: seeks, which a journal has none of; errors of the medium.
 */
import { cost } from "../cpu/cost";
import { DISK_BYTE_PS, DISK_LATENCY_NS } from "../layout/cost";
import { BLOCK_RING_COUNT, BLOCK_RING_MASK, DISK_BLOCKS, DISK_COUNTER_COUNT } from "../layout/disk";
import { EVENT_DISK } from "../layout/event";
import { PAGE_BYTES } from "../layout/limits";
import { DISK_BYTES, DISKS } from "../layout/memory-map";
import { PS_PER_NS } from "../layout/time";
import { TRACE_WRITTEN } from "../layout/trace";
import {
  createMemory,
  frameOf,
  GuestMemory,
  isPayload,
  lookAtPage,
  presentFrameOf,
  setPayload,
  versionOf,
} from "../memory/guest-memory";
import { Alarm, initAlarm, ring, setAlarm } from "../sim/alarm";
import { digestBytes } from "../sim/digest";
import { NEVER } from "../sim/event-queue";
import { trace } from "../sim/trace";
import { world } from "../sim/world";

export const DISK_DISCONNECTED: u32 = 0;
export const DISK_CONNECTED: u32 = 1;
export const DISK_BROKEN: u32 = 2;

@unmanaged
export class Disk {
  /** The blocks lie here; see `blocks`. */
  blocks0: u64;
  blocks1: u64;
  blocks2: u64;
  blocks3: u64;
  /** When the disk has transferred what it was given. */
  freeAt: u64;
  /** When the oldest request that has begun is done lies here; see `alarm`. */
  alarm0: u64;
  alarm1: u64;
  alarm2: u64;
  alarm3: u64;
  alarm4: u64;
  /** Blocks that were ever written. */
  writtenCount: u64;
  guest: u32;
  /** The disk whose blocks these are: this one, unless several hosts reach one and the same. */
  store: u32;
  /** The backend's task, and the page of the ring. */
  task: u32;
  ringPage: u32;
  state: u32;
  /** Requests of the ring: taken, begun, done, answered, and answers shown to the guest. */
  takenCount: u32;
  begunCount: u32;
  doneCount: u32;
  answeredCount: u32;
  publishedCount: u32;
  /** Its mirror (mirror.ts), 0 without one. */
  mirror: u32;
  get blocks(): GuestMemory {
    return changetype<GuestMemory>(this);
  }
  get alarm(): Alarm {
    return changetype<Alarm>(changetype<u32>(this) + offsetof<Disk>("alarm0"));
  }
}

/** A request that was taken and is not answered. */
@unmanaged
export class Pending {
  /** When it is done, once it has begun. */
  dueAt: u64;
  id: u64;
  blockCount: u32;
  /** A BLOCK_ status. */
  status: u32;
}

const COUNTERS_AT: u32 = 192;
const PENDING_AT: u32 = 256;
if (offsetof<GuestMemory>() > offsetof<Disk>("freeAt")) ERROR("layout: GuestMemory has grown into Disk");
if (offsetof<Disk>("writtenCount") - offsetof<Disk>("alarm0") != offsetof<Alarm>()) {
  ERROR("layout: a disk has no room for its alarm");
}
if (offsetof<Disk>() > COUNTERS_AT) ERROR("layout: Disk has grown into its counters");
if (COUNTERS_AT + DISK_COUNTER_COUNT * 8 > PENDING_AT) ERROR("layout: counters have grown into pending requests");
if (PENDING_AT + BLOCK_RING_COUNT * offsetof<Pending>() > DISK_BYTES) ERROR("layout: Disk does not fit DISK_BYTES");

export function disk(index: u32): Disk {
  return changetype<Disk>(DISKS + index * DISK_BYTES);
}

/** Returns the blocks of a disk, wherever they are kept. */
export function blocksOf(index: u32): GuestMemory {
  return disk(disk(index).store).blocks;
}

/** Adds a disk of so many blocks for a guest, not connected; `task` is its backend's. */
export function addDisk(guest: u32, task: u32, blockCount: u32): u32 {
  const index = world().diskCount++;
  const d = disk(index);
  createMemory(d.blocks, blockCount);
  initAlarm(d.alarm);
  d.guest = guest;
  d.task = task;
  d.store = index;
  return index;
}

/** Returns the place of a request by its number. */
export function pendingOf(index: u32, number: u32): Pending {
  return changetype<Pending>(
    DISKS + index * DISK_BYTES + PENDING_AT + (number & BLOCK_RING_MASK) * offsetof<Pending>(),
  );
}

/** Writes a guest's page to a block, which has it at once. */
export function writeBlock(index: u32, block: u32, m: GuestMemory, page: u32): void {
  const blocks = blocksOf(index);
  if (blocks.versions) setPayload(blocks, block, contentOf(m, page));
  else memory.copy(presentFrameOf(blocks, block), lookAtPage(m, page), PAGE_BYTES);
  const d = disk(disk(index).store);
  trace(TRACE_WRITTEN, world().now, index, 0, block, 0, <u32>d.writtenCount);
  d.writtenCount++;
  countDisk(index, DISK_BLOCKS, 1);
}

/** Returns what stands for a page in a world without content: its version, or a digest of what bytes it has. */
export function contentOf(m: GuestMemory, page: u32): u64 {
  if (isPayload(m, page)) return versionOf(m, page);
  return frameOf(m, page) ? digestBytes(page, frameOf(m, page), PAGE_BYTES) | 1 : 0;
}

/** Has the disk begin what was taken. */
export function beginWrites(index: u32): void {
  const d = disk(index);
  while (d.begunCount != d.takenCount) {
    const p = pendingOf(index, d.begunCount++);
    d.freeAt = max<u64>(d.freeAt, world().now) + <u64>p.blockCount * PAGE_BYTES * cost(DISK_BYTE_PS);
    p.dueAt = d.freeAt + <u64>cost(DISK_LATENCY_NS) * PS_PER_NS;
  }
  armDisk(index);
}

/** An event of a disk has come; returns whether requests are done that were not. */
export function endWrites(index: u32): bool {
  const d = disk(index);
  if (!ring(d.alarm, EVENT_DISK, index)) return false;
  while (d.doneCount != d.begunCount && pendingOf(index, d.doneCount).dueAt <= world().now) d.doneCount++;
  armDisk(index);
  return true;
}

function armDisk(index: u32): void {
  const d = disk(index);
  const due = d.doneCount == d.begunCount ? NEVER : pendingOf(index, d.doneCount).dueAt;
  setAlarm(d.alarm, EVENT_DISK, index, due);
}

/** Forgets every request: the guest asks again, or is gone. */
export function forgetRequests(index: u32): void {
  const d = disk(index);
  d.takenCount = 0;
  d.begunCount = 0;
  d.doneCount = 0;
  d.answeredCount = 0;
  d.publishedCount = 0;
  armDisk(index);
}

/** Returns a counter, a DISK_ of layout/disk.ts. */
export function diskCounter(index: u32, counter: u32): u64 {
  return load<u64>(counterAt(index, counter));
}

/** Adds to a counter. */
export function countDisk(index: u32, counter: u32, increase: u64): void {
  const at = counterAt(index, counter);
  store<u64>(at, load<u64>(at) + increase);
}

function counterAt(index: u32, counter: u32): u32 {
  assert(counter < DISK_COUNTER_COUNT, "a disk has the counter");
  return DISKS + index * DISK_BYTES + COUNTERS_AT + (counter << 3);
}
