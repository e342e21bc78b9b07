/**
 * A guest's memory: a table of frames, one word a page, 0 while a page is absent. An absent page reads as zero and
 * gets a frame when it is first written; 64 neighbouring pages get neighbouring frames.
 *
 * `look` and `touch` are the guest's software; `touch` is where the processor's log marks. The common way through each
 * is one short function, because the engine's inlining stops at a total of bytecode: an entry that is 0 or outside the
 * table is told apart on the slow way.
 */
import { createLog, mark } from "./dirty-log";
import { PAGE_BYTES, PAGE_MASK, PAGE_SHIFT, type Pool, ZERO_PAGE } from "./pool";

const CHUNK_PAGES = 64;

export class GuestMemory {
  /** Frames by guest frame number. */
  readonly table: Int32Array;
  readonly chunks: Int32Array;
  readonly log: Int32Array;
  isLogging = false;
  /** Pages that `touch` marked anew. */
  faultCount = 0;

  constructor(
    readonly pool: Pool,
    readonly pageCount: number,
  ) {
    this.table = new Int32Array(pageCount);
    this.chunks = new Int32Array(Math.ceil(pageCount / CHUNK_PAGES));
    this.log = createLog(pageCount);
  }
}

/** Returns where a guest address can be read, up to the end of its page. */
export function look(memory: GuestMemory, address: number): number {
  return frameOf(memory, address >>> PAGE_SHIFT) + (address & PAGE_MASK);
}

/** Returns where a guest address can be written, up to the end of its page, and marks the page. */
export function touch(memory: GuestMemory, address: number): number {
  const page = address >>> PAGE_SHIFT;
  if (memory.isLogging && !((memory.log[page >>> 5] ?? 0) & (1 << (page & 31)))) markAnew(memory, page);
  return presentFrameOf(memory, page) + (address & PAGE_MASK);
}

function markAnew(memory: GuestMemory, page: number): void {
  mark(memory.log, page);
  memory.faultCount++;
}

/** Returns a page's frame, the zero page when it is absent. */
export function frameOf(memory: GuestMemory, page: number): number {
  return memory.table[page] || frameOfAbsent(memory, page);
}

function frameOfAbsent(memory: GuestMemory, page: number): number {
  checkPage(memory, page);
  return ZERO_PAGE;
}

/** Returns a page's frame, giving it one when it is absent. */
export function presentFrameOf(memory: GuestMemory, page: number): number {
  return memory.table[page] || addFrame(memory, page);
}

function addFrame(memory: GuestMemory, page: number): number {
  checkPage(memory, page);
  const { chunks, pool, table } = memory;
  const number = Math.floor(page / CHUNK_PAGES);
  const chunk = chunks[number] || pool.reserve(CHUNK_PAGES * PAGE_BYTES, PAGE_BYTES);
  chunks[number] = chunk;
  const frame = chunk + (page % CHUNK_PAGES) * PAGE_BYTES;
  table[page] = frame;
  return frame;
}

function checkPage(memory: GuestMemory, page: number): void {
  if (page >= memory.pageCount) throw new RangeError("a guest frame number lies in its memory");
}
