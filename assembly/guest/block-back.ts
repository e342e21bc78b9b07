/**
 * The backend of a disk, in dom0: a task of one of its vCPUs, which takes the requests of a guest's block ring, gives their
 * bytes to the disk, and answers them when the disk has done them, in the order in which they came.
 *
 *     burst    answers of what the disk has done; requests -> checked, their grants looked up, their bytes copied
 *     its end  the disk begins what was taken; answers are shown, and one event is sent, if the guest waits for one
 *
 * The guest may write anything at any time. So each request is looked at once, positions are the disk's own, a bad request
 * is answered with an error and counted, and positions that cannot be (more requests than the ring has entries) break the
 * disk until it is connected anew. Invariant: in the guest's memory dom0 changes answers and event positions in the ring
 * and nothing else, and marks the page in the guest's dirty log.
 *
 * Source: Linux drivers/block/xen-blkback/blkback.c: do_block_io_op, dispatch_rw_block_io, make_response. Bytes are copied
 * when a request is taken, whether a backend maps them or not: a frontend changes no buffer that is under way.
 */
import { cost } from "../cpu/cost";
import { NO_WORK, payNext, task, wakeTask } from "../cpu/task";
import { charge, Vcpu, vcpu } from "../cpu/vcpu";
import { hasUnrequested, publishRequests, resumeBlockFront } from "../disk/block-front";
import {
  beginWrites,
  blocksOf,
  countDisk,
  DISK_BROKEN,
  DISK_CONNECTED,
  DISK_DISCONNECTED,
  Disk,
  disk,
  endWrites,
  forgetRequests,
  pendingOf,
  writeBlock,
} from "../disk/disk";
import { endMirror, freePlaces, hasPlaces, isMirrorFull, mirrorBlock } from "../disk/mirror";
import {
  ACTIVITY_BACKEND,
  ACTIVITY_GRANT,
  ACTIVITY_INTERRUPT,
  COST_BLOCK_BACK,
  COST_DOM0_INTERRUPT,
  COST_GRANT_COPY,
} from "../layout/cost";
import {
  BLOCK_ENTRY_BYTES,
  BLOCK_ERROR,
  BLOCK_OKAY,
  BLOCK_REQUEST_ID,
  BLOCK_REQUEST_OPERATION,
  BLOCK_REQUEST_SECTOR,
  BLOCK_REQUEST_SEGMENT,
  BLOCK_REQUEST_SEGMENTS,
  BLOCK_RESPONSE_ID,
  BLOCK_RESPONSE_OPERATION,
  BLOCK_RESPONSE_STATUS,
  BLOCK_RING_COUNT,
  BLOCK_RING_MASK,
  BLOCK_SEGMENT_BYTES,
  BLOCK_SEGMENT_COUNT_MAX,
  BLOCK_SEGMENT_FIRST,
  BLOCK_SEGMENT_GRANT,
  BLOCK_SEGMENT_LAST,
  BLOCK_UNSUPPORTED,
  BLOCK_WRITE,
  DISK_ERRORS,
  DISK_REQUESTS,
  SECTORS_PER_BLOCK,
} from "../layout/disk";
import { PAGE_BYTES } from "../layout/limits";
import {
  GRANT_BLOCK_RING,
  RING_ENTRIES,
  RING_REQ_EVENT,
  RING_REQ_PROD,
  RING_RSP_EVENT,
  RING_RSP_PROD,
} from "../layout/paravirtual";
import { grantedPage, NOT_GRANTED } from "../memory/grants";
import { frameOf, GuestMemory, memoryOf, touchForeign } from "../memory/guest-memory";
import { paySend, receiveEvent, signalGuest } from "./event-channel";
import { Guest } from "./guest";
import { wakeNetwork } from "./network-task";
import { coolCaches } from "./virtual-interrupt";

/** Connects both ends of a guest's disk, for the first time or elsewhere; false, and disconnected, if the ring is not granted. */
export function connectDisk(index: u32): bool {
  const d = disk(index);
  const m = memoryOf(d.guest);
  disconnectDisk(index);
  resumeBlockFront(m);
  const page = grantedPage(m, GRANT_BLOCK_RING, true);
  if (page == NOT_GRANTED) return false;
  d.ringPage = page;
  d.state = DISK_CONNECTED;
  // What was under way when the guest was last seen is asked for again.
  if (hasUnrequested(m)) wakeNetwork(d.guest);
  return true;
}

/** Lets go of the ring; what was taken stays written, and nobody is told. */
export function disconnectDisk(index: u32): void {
  disk(index).state = DISK_DISCONNECTED;
  forgetRequests(index);
}

/** The primary knows that so many blocks of a mirrored disk are the backup's, too: requests that wait find places. */
export function freeMirrored(index: u32, count: u32): void {
  if (freePlaces(index, count)) goOnWithRequests(index);
}

/** A disk is mirrored no longer: requests that wait find places. */
export function stopMirroring(index: u32): void {
  if (endMirror(index)) goOnWithRequests(index);
}

function goOnWithRequests(index: u32): void {
  const d = disk(index);
  if (d.state == DISK_CONNECTED && !task(d.task).isReady) wakeTask(d.task, 0);
}

/** A guest's burst is over: its requests are shown, and its backend is told if it waits for them. */
export function tellDisk(g: Guest): void {
  if (!g.disk || !publishRequests(g.memory)) return;
  paySend(g.task);
  payNext(g.task, coolCaches(vcpu(g.vcpuFirst), 1));
  const d = disk(g.disk - 1);
  if (d.state == DISK_CONNECTED && !task(d.task).isReady) wakeTask(d.task, receiveEvent(d.task));
}

/** A disk has done something: its interrupt wakes the backend. */
export function onDisk(index: u32): void {
  const d = disk(index);
  if (!endWrites(index) || d.state != DISK_CONNECTED || task(d.task).isReady) return;
  const cycles = cost(COST_DOM0_INTERRUPT);
  charge(vcpu(task(d.task).vcpu), ACTIVITY_INTERRUPT, cycles);
  wakeTask(d.task, cycles);
}

/** Begins a burst; returns its cycles, charged, or NO_WORK. */
export function workBlock(index: u32, cpu: Vcpu): u32 {
  const d = disk(index);
  if (d.state != DISK_CONNECTED) return NO_WORK;
  const m = memoryOf(d.guest);
  const answered = answerDone(index, d, m);
  const before = d.takenCount;
  const blockCount = takeRequests(index, d, m);
  const taken = d.takenCount - before;
  if (!answered && !taken) return NO_WORK;
  const backend = taken * cost(COST_BLOCK_BACK);
  const grant = <u32>((<u64>blockCount * PAGE_BYTES * cost(COST_GRANT_COPY)) / 1000);
  charge(cpu, ACTIVITY_BACKEND, backend);
  charge(cpu, ACTIVITY_GRANT, grant);
  return backend + grant;
}

/** Writes the answers of what is done; returns how many. */
function answerDone(index: u32, d: Disk, m: GuestMemory): u32 {
  const count = d.doneCount - d.answeredCount;
  if (!count) return 0;
  const entries = touchForeign(m, d.ringPage) + RING_ENTRIES;
  while (d.answeredCount != d.doneCount) {
    const p = pendingOf(index, d.answeredCount);
    const at = entries + (d.answeredCount++ & BLOCK_RING_MASK) * BLOCK_ENTRY_BYTES;
    store<u64>(at, p.id, BLOCK_RESPONSE_ID);
    store<u8>(at, <u8>BLOCK_WRITE, BLOCK_RESPONSE_OPERATION);
    store<u16>(at, <u16>p.status, BLOCK_RESPONSE_STATUS);
  }
  return count;
}

/** Takes the requests of the ring; returns how many blocks they write. */
function takeRequests(index: u32, d: Disk, m: GuestMemory): u32 {
  const ring = frameOf(m, d.ringPage);
  const produced = load<u32>(ring, RING_REQ_PROD);
  if (produced - d.answeredCount > BLOCK_RING_COUNT) {
    disconnectDisk(index);
    d.state = DISK_BROKEN;
    return 0;
  }
  let blockCount: u32 = 0;
  while (d.takenCount != produced) {
    const at = ring + RING_ENTRIES + (d.takenCount & BLOCK_RING_MASK) * BLOCK_ENTRY_BYTES;
    const status = statusOf(index, m, at);
    const count: u32 = status == BLOCK_OKAY ? load<u8>(at, BLOCK_REQUEST_SEGMENTS) : 0;
    if (count && !hasPlaces(index, count)) break;
    const p = pendingOf(index, d.takenCount++);
    p.id = load<u64>(at, BLOCK_REQUEST_ID);
    p.status = status;
    p.blockCount = count;
    if (count) takeBlocks(index, m, at);
    else countDisk(index, DISK_ERRORS, 1);
    countDisk(index, DISK_REQUESTS, 1);
    blockCount += p.blockCount;
  }
  return blockCount;
}

/** Returns what a request is answered with. */
function statusOf(index: u32, m: GuestMemory, at: u32): u32 {
  if (load<u8>(at, BLOCK_REQUEST_OPERATION) != BLOCK_WRITE) return BLOCK_UNSUPPORTED;
  const count = load<u8>(at, BLOCK_REQUEST_SEGMENTS);
  const sector = load<u64>(at, BLOCK_REQUEST_SECTOR);
  if (!count || count > BLOCK_SEGMENT_COUNT_MAX || sector % SECTORS_PER_BLOCK) return BLOCK_ERROR;
  const blocks = <u64>blocksOf(index).pageCount;
  const first = sector / SECTORS_PER_BLOCK;
  if (first >= blocks || count > blocks - first) return BLOCK_ERROR;
  for (let i: u32 = 0; i < count; i++) {
    const segment = at + BLOCK_REQUEST_SEGMENT + i * BLOCK_SEGMENT_BYTES;
    const isWhole =
      load<u8>(segment, BLOCK_SEGMENT_FIRST) == 0 && load<u8>(segment, BLOCK_SEGMENT_LAST) == SECTORS_PER_BLOCK - 1;
    if (!isWhole || grantedPage(m, load<u32>(segment, BLOCK_SEGMENT_GRANT), false) == NOT_GRANTED) return BLOCK_ERROR;
  }
  return BLOCK_OKAY;
}

/** Gives the pages of a request that was looked at to the disk. */
function takeBlocks(index: u32, m: GuestMemory, at: u32): void {
  const first = <u32>(load<u64>(at, BLOCK_REQUEST_SECTOR) / SECTORS_PER_BLOCK);
  const count = load<u8>(at, BLOCK_REQUEST_SEGMENTS);
  for (let i: u32 = 0; i < count; i++) {
    const segment = at + BLOCK_REQUEST_SEGMENT + i * BLOCK_SEGMENT_BYTES;
    writeBlock(index, first + i, m, grantedPage(m, load<u32>(segment, BLOCK_SEGMENT_GRANT), false));
    mirrorBlock(index, first + i);
  }
}

/** A burst is over: the disk begins what was taken, answers are seen, the guest is told if it waits. */
export function putOutBlock(index: u32): void {
  const d = disk(index);
  if (d.state != DISK_CONNECTED) return;
  beginWrites(index);
  const old = d.publishedCount;
  if (old == d.answeredCount) return;
  d.publishedCount = d.answeredCount;
  const ring = touchForeign(memoryOf(d.guest), d.ringPage);
  store<u32>(ring, d.answeredCount, RING_RSP_PROD);
  if (d.answeredCount - load<u32>(ring, RING_RSP_EVENT) >= d.answeredCount - old) return;
  paySend(d.task);
  signalGuest(d.guest);
}

/** Nothing is left to do: asks for an event of the next request. Returns whether one is there already, or an answer to be given. */
export function restBlock(index: u32): bool {
  const d = disk(index);
  if (d.state != DISK_CONNECTED) return false;
  const m = memoryOf(d.guest);
  const ring = frameOf(m, d.ringPage);
  if (load<u32>(ring, RING_REQ_EVENT) != d.takenCount + 1) {
    store<u32>(touchForeign(m, d.ringPage), d.takenCount + 1, RING_REQ_EVENT);
  }
  // Requests that find no place in the mirror are looked at when there is one.
  const hasRequest = load<u32>(ring, RING_REQ_PROD) != d.takenCount && !isMirrorFull(index);
  return hasRequest || d.doneCount != d.answeredCount;
}
