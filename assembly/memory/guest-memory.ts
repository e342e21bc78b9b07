/**
 * A guest's memory: a table of frame addresses, one word a page. An absent page (0) reads as zero and gets a frame
 * when it is first written. In log-dirty mode a page that is not in the log is write-protected, as the hypervisor does
 * it with real page tables, so that the common write costs one look at the entry.
 *
 *     entry:  | frame address, bits 31:12 | 0 ... 0 | write-protected |     0: absent
 *
 * The table is flat: its 1/1024 of the guest's size is address space that only costs memory where it is touched, and a
 * second level would cost every access a load.
 *
 * Software in the guest goes through `touch` and `look`, which is where the processor's log-dirty mode marks; devices
 * come through their IOMMU map (iommu.ts, nic/dma.ts) and are seen by no log of the processor. That gap is the
 * problem the paper starts from.
 */
import { CHUNK_PAGES, PAGE_BYTES, PAGE_MASK, PAGE_SHIFT } from "../layout/limits";
import { GUEST_BYTES, GUESTS, ZERO_PAGE } from "../layout/memory-map";
import { digestBytes, mix } from "../sim/digest";
import { reserve } from "../sim/world";
import { createLog, isMarked, mark } from "./dirty-log";
import { scrapFrame, takeChunk } from "./frame-pool";

@unmanaged
export class GuestMemory {
  pageCount: u32;
  /** Frame addresses by guest frame number. */
  table: u32;
  /** Addresses of 64-frame chunks by guest frame number / 64. */
  chunks: u32;
  /** The processor's dirty log. */
  log: u32;
  isLogging: u32;
  /** Pages that `touch` marked anew: each cost the guest a fault, which the vCPU charges. */
  faultCount: u32;
  /** The pages of a round of pre-copy (round-log.ts); 0 for a guest that is not migrated. */
  round: u32;
}

/** Returns the memory of a guest; it stands at the start of the guest's record. */
export function memoryOf(guest: u32): GuestMemory {
  return changetype<GuestMemory>(GUESTS + guest * GUEST_BYTES);
}

/** The next write faults: the page is to be marked first. */
const WRITE_PROTECTED: u32 = 1;
const FRAME_MASK: u32 = ~PAGE_MASK;

/** Reserves the tables of a memory of so many pages, all absent. */
export function createMemory(m: GuestMemory, pageCount: u32): void {
  m.pageCount = pageCount;
  m.table = reserve(pageCount << 2);
  m.chunks = reserve(((pageCount + CHUNK_PAGES - 1) / CHUNK_PAGES) << 2);
  m.log = createLog(pageCount);
  m.isLogging = 0;
}

/** Returns the address of a page's frame, 0 when it is absent. */
export function frameOf(m: GuestMemory, page: u32): u32 {
  assert(page < m.pageCount, "a guest frame number lies in its memory");
  return frameIn(m.table, page);
}

/** Returns the address of a page's frame, giving it one when it is absent; the scrap frame when the pool is exhausted. */
export function presentFrameOf(m: GuestMemory, page: u32): u32 {
  const frame = frameOf(m, page);
  return frame ? frame : addFrame(m, page);
}

function addFrame(m: GuestMemory, page: u32): u32 {
  const chunkEntry = m.chunks + ((page / CHUNK_PAGES) << 2);
  let chunk = load<u32>(chunkEntry);
  if (!chunk) {
    chunk = takeChunk();
    if (!chunk) return scrapFrame();
    store<u32>(chunkEntry, chunk);
  }
  const frame = chunk + ((page % CHUNK_PAGES) << PAGE_SHIFT);
  // A frame that a device brought in is in no log of the processor yet.
  const isUnseen = m.isLogging && !isMarked(m.log, page);
  store<u32>(m.table + (page << 2), isUnseen ? frame | WRITE_PROTECTED : frame);
  return frame;
}

/** Returns the frame in an entry of a page table, 0 when the page is absent. */
export function frameIn(table: u32, page: u32): u32 {
  return load<u32>(table + (page << 2)) & FRAME_MASK;
}

/** Returns where a guest address can be read by guest software, up to the end of its page. */
export function look(m: GuestMemory, address: u32): u32 {
  const frame = frameOf(m, address >>> PAGE_SHIFT);
  return (frame ? frame : ZERO_PAGE) + (address & PAGE_MASK);
}

/** Returns where a guest address can be written by guest software, up to the end of its page, and marks the page. */
export function touch(m: GuestMemory, address: u32): u32 {
  const page = address >>> PAGE_SHIFT;
  assert(page < m.pageCount, "a guest frame number lies in its memory");
  const entry = load<u32>(m.table + (page << 2));
  const frame = entry && !(entry & WRITE_PROTECTED) ? entry : faultIn(m, page);
  return frame + (address & PAGE_MASK);
}

/** A write found its page absent or write-protected: gives it a frame, marks it, lets writes through. */
function faultIn(m: GuestMemory, page: u32): u32 {
  if (m.isLogging && !isMarked(m.log, page)) {
    mark(m.log, page);
    m.faultCount++;
  }
  const frame = frameOf(m, page);
  if (!frame) return addFrame(m, page);
  store<u32>(m.table + (page << 2), frame);
  return frame;
}

/**
 * Returns where another domain writes a page that it was granted, and marks the page, as the hypervisor does for it:
 * nobody in the guest faults.
 */
export function touchForeign(m: GuestMemory, page: u32): u32 {
  if (m.isLogging) mark(m.log, page);
  return presentFrameOf(m, page);
}

/** Has the next write to a page fault, so that it is marked. */
export function writeProtect(m: GuestMemory, page: u32): void {
  const at = m.table + (page << 2);
  const entry = load<u32>(at);
  if (entry) store<u32>(at, entry | WRITE_PROTECTED);
}

/** Copies bytes into guest memory as guest software would; they may cross pages. */
export function writeGuest(m: GuestMemory, address: u32, from: u32, bytes: u32): void {
  while (bytes) {
    const room = PAGE_BYTES - (address & PAGE_MASK);
    const part = min<u32>(bytes, room);
    memory.copy(touch(m, address), from, part);
    address += part;
    from += part;
    bytes -= part;
  }
}

/** Copies bytes out of guest memory; they may cross pages. */
export function readGuest(m: GuestMemory, address: u32, to: u32, bytes: u32): void {
  while (bytes) {
    const room = PAGE_BYTES - (address & PAGE_MASK);
    const part = min<u32>(bytes, room);
    memory.copy(to, look(m, address), part);
    address += part;
    to += part;
    bytes -= part;
  }
}

/** Returns a digest of the contents; an absent page and a page of zeros count alike. */
export function digestMemory(m: GuestMemory): u64 {
  let digest: u64 = m.pageCount;
  const empty = digestBytes(0, ZERO_PAGE, PAGE_BYTES);
  for (let page: u32 = 0; page < m.pageCount; page++) {
    const frame = frameOf(m, page);
    if (!frame) continue;
    const contents = digestBytes(0, frame, PAGE_BYTES);
    if (contents != empty) digest = mix(mix(digest, page), contents);
  }
  return digest;
}
