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
 *
 * In a world without content some pages have a version in place of a frame (payload.ts).
 */
import { CHUNK_PAGES, PAGE_BYTES, PAGE_MASK, PAGE_SHIFT } from "../layout/limits";
import { GUEST_BYTES, GUESTS, ZERO_PAGE } from "../layout/memory-map";
import { digestBytes, mix } from "../sim/digest";
import { hasContent, reserve, world } from "../sim/world";
import { createLog, isMarked, mark } from "./dirty-log";
import { scrapFrame, takeChunk } from "./frame-pool";
import { changeVersion, PAYLOAD, PAYLOAD_IS_OPEN, setVersion, versionIn } from "./payload";

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
  /** Versions by guest frame number, of payload pages; 0 with content. */
  versions: u32;
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
  m.versions = hasContent() ? 0 : reserve(pageCount << 3);
}

/** Returns the address of a page's frame, 0 when it is absent or payload. */
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
  if (isPayload(m, page)) return strayFrame(m, page);
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

/**
 * Somebody writes bytes to a payload page: a device that torn memory has sent there. The bytes are lost, and the page is
 * another one since.
 */
function strayFrame(m: GuestMemory, page: u32): u32 {
  changeVersion(m.versions, page, 0, PAGE_BYTES, world().now);
  return scrapFrame();
}

/** Tells whether a page has anything: a frame or a version. */
export function isPresent(m: GuestMemory, page: u32): bool {
  assert(page < m.pageCount, "a guest frame number lies in its memory");
  return load<u32>(m.table + (page << 2)) != 0;
}

/** Tells whether a page has a version in place of a frame. */
export function isPayload(m: GuestMemory, page: u32): bool {
  return (load<u32>(m.table + (page << 2)) & PAYLOAD) != 0;
}

/** Returns the frame in an entry of a page table, 0 when the page is absent. */
export function frameIn(table: u32, page: u32): u32 {
  return load<u32>(table + (page << 2)) & FRAME_MASK;
}

/** Returns where a guest address can be read by guest software, up to the end of its page. */
export function look(m: GuestMemory, address: u32): u32 {
  return lookAtPage(m, address >>> PAGE_SHIFT) + (address & PAGE_MASK);
}

/** The same for a page, which may lie beyond 4 GiB; returns where it begins. */
export function lookAtPage(m: GuestMemory, page: u32): u32 {
  const frame = frameOf(m, page);
  return frame ? frame : ZERO_PAGE;
}

/** Returns where a guest address can be written by guest software, up to the end of its page, and marks the page. */
export function touch(m: GuestMemory, address: u32): u32 {
  return touchPage(m, address >>> PAGE_SHIFT) + (address & PAGE_MASK);
}

/** The same for a page, which may lie beyond 4 GiB; returns where it begins. */
export function touchPage(m: GuestMemory, page: u32): u32 {
  assert(page < m.pageCount, "a guest frame number lies in its memory");
  const entry = load<u32>(m.table + (page << 2));
  // Two branches: of one condition a value would be made first, and then looked at.
  if (!entry) return faultIn(m, page);
  if (entry & WRITE_PROTECTED) return faultIn(m, page);
  return entry;
}

/** A write found its page absent or write-protected: gives it a frame, marks it, lets writes through. */
function faultIn(m: GuestMemory, page: u32): u32 {
  noteFault(m, page);
  const frame = frameOf(m, page);
  if (!frame) return addFrame(m, page);
  store<u32>(m.table + (page << 2), frame);
  return frame;
}

function noteFault(m: GuestMemory, page: u32): void {
  if (!m.isLogging || isMarked(m.log, page)) return;
  mark(m.log, page);
  m.faultCount++;
}

/**
 * Writes payload within a page, in a world without content: the page gets a version if it is absent, is marked, and
 * changes its version. A page that has a frame is bytes to somebody else, and only marked.
 */
export function writePayload(m: GuestMemory, page: u32, offset: u32, bytes: u32, serial: u64): void {
  assert(page < m.pageCount, "a guest frame number lies in its memory");
  const at = m.table + (page << 2);
  const entry = load<u32>(at);
  if (entry & FRAME_MASK) {
    touchPage(m, page);
    return;
  }
  if (!(entry & PAYLOAD_IS_OPEN)) {
    noteFault(m, page);
    store<u32>(at, PAYLOAD | WRITE_PROTECTED | PAYLOAD_IS_OPEN);
  }
  changeVersion(m.versions, page, offset, bytes, serial);
}

/** Has a page that is absent or payload be payload of a version, as a checkpoint does. */
export function setPayload(m: GuestMemory, page: u32, version: u64): void {
  if (!isPresent(m, page)) store<u32>(m.table + (page << 2), PAYLOAD | WRITE_PROTECTED);
  setVersion(m.versions, page, version);
}

/** Returns the version of a payload page. */
export function versionOf(m: GuestMemory, page: u32): u64 {
  return versionIn(m.versions, page);
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
  if (entry) store<u32>(at, (entry & ~PAYLOAD_IS_OPEN) | WRITE_PROTECTED);
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
    if (isPayload(m, page) && versionOf(m, page)) digest = mix(mix(digest, page), versionOf(m, page));
    if (!frame) continue;
    const contents = digestBytes(0, frame, PAGE_BYTES);
    if (contents != empty) digest = mix(mix(digest, page), contents);
  }
  return digest;
}
