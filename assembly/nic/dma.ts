/**
 * The DMA engine's way to memory: device address -> IOMMU map -> guest frame -> bytes, page by page.
 *
 * This is the port through which the device sees memory. The frame pool answers at once; a memory that lives elsewhere
 * (remote-memory.ts) answers later, and until it does a call here fails and `isWaiting` tells that it is no fault: the
 * device then gives the operation up without a trace, and repeats it when the answer has come.
 *
 * A write marks its frame in the virtual function's own log when that is armed; the processor's log never sees it. A
 * read marks nothing. An address that is not mapped changes nothing: the caller gets 0 or false, and the fault stands
 * in the map and in the trace.
 */
import { DESCRIPTOR_BYTES, DESCRIPTOR_SHIFT } from "../layout/descriptor";
import { PAGE_BYTES, PAGE_MASK, PAGE_SHIFT } from "../layout/limits";
import { ZERO_PAGE } from "../layout/memory-map";
import { DMA_PREFETCH_COUNT } from "../layout/remote-memory";
import { TRACE_FAULT } from "../layout/trace";
import { copy } from "../memory/copy";
import { mark } from "../memory/dirty-log";
import { frameIn, memoryOf, presentFrameOf } from "../memory/guest-memory";
import {
  entryAt,
  entryNumberOf,
  guestFrameOf,
  MAY_READ,
  MAY_WRITE,
  recordFault,
  setUnlogged,
  UNLOGGED,
} from "../memory/iommu";
import { trace } from "../sim/trace";
import { world } from "../sim/world";
import { keptFrom } from "../wire/content";
import { postElsewhere, readElsewhere, writeElsewhere } from "./remote-memory";
import { indexOf, Queue, Vf } from "./virtual-function";

/** Returns where a descriptor can be read, 0 after a fault. Descriptors are aligned, so none crosses a page. */
export function lookAtDescriptor(v: Vf, address: u64): u32 {
  const entry = entryAt(v.map, address);
  return entry & MAY_READ ? readableAt(v, entry, address) : readElsewhereOrFail(v, address, DESCRIPTOR_BYTES);
}

/** Asks a memory elsewhere for several descriptors of a ring together. */
export function askAhead(v: Vf, q: Queue, position: u32, owned: u32): void {
  for (let left = min<u32>(owned, DMA_PREFETCH_COUNT); left; left--) {
    lookAtDescriptor(v, q.base + ((<u64>position) << DESCRIPTOR_SHIFT));
    position = q.after(position);
  }
}

/**
 * Returns where a descriptor can be read and written without any further step, 0 when it cannot: it is not mapped for
 * both, its write is to be logged, it is absent, or elsewhere. Changes nothing.
 */
export function openDescriptor(v: Vf, address: u64): u32 {
  const entry = entryAt(v.map, address);
  if ((entry & (MAY_READ | MAY_WRITE | UNLOGGED)) != (MAY_READ | MAY_WRITE)) return 0;
  return placeOf(v, entry, address);
}

/** The same for so many bytes that are to be written, which lie in one page. */
export function openBuffer(v: Vf, address: u64, bytes: u32): u32 {
  const entry = entryAt(v.map, address);
  if ((entry & (MAY_WRITE | UNLOGGED)) != MAY_WRITE || bytes > roomOf(address)) return 0;
  return placeOf(v, entry, address);
}

/** The same for so many bytes that are to be read. */
export function openSource(v: Vf, address: u64, bytes: u32): u32 {
  const entry = entryAt(v.map, address);
  if (!(entry & MAY_READ) || bytes > roomOf(address)) return 0;
  return placeOf(v, entry, address);
}

/** Returns where an entry's page has an address, 0 when it is absent. */
function placeOf(v: Vf, entry: u32, address: u64): u32 {
  const frame = frameIn(v.table, guestFrameOf(entry));
  return frame ? frame + (<u32>address & PAGE_MASK) : 0;
}

function readableAt(v: Vf, entry: u32, address: u64): u32 {
  const frame = frameIn(v.table, guestFrameOf(entry));
  return (frame ? frame : ZERO_PAGE) + (<u32>address & PAGE_MASK);
}

function writableAt(v: Vf, entry: u32, address: u64): u32 {
  if (entry & UNLOGGED) logWrite(v, address);
  const page = guestFrameOf(entry);
  const frame = frameIn(v.table, page);
  return (frame ? frame : presentFrameOf(memoryOf(v.guest), page)) + (<u32>address & PAGE_MASK);
}

function logWrite(v: Vf, address: u64): void {
  const number = entryNumberOf(v.map, address >> PAGE_SHIFT);
  mark(v.map.log, number);
  setUnlogged(v.map, number, false);
}

/** Stores a word of a descriptor or a head; the address is a multiple of 4. False after a fault. */
export function dmaStore(v: Vf, address: u64, value: u32): bool {
  const entry = entryAt(v.map, address);
  if (!(entry & MAY_WRITE)) {
    if (v.remote) return postElsewhere(v, address, value);
    fault(v, address, MAY_WRITE);
    return false;
  }
  store<u32>(writableAt(v, entry, address), value);
  return true;
}

/**
 * Copies guest memory to `to`, where a frame has it from an offset on; false after a fault, with the pages before it
 * copied. In a world without content the bytes behind those that a frame keeps are looked up, and not copied.
 */
export function dmaRead(v: Vf, address: u64, to: u32, offset: u32, bytes: u32): bool {
  return bytes > roomOf(address) ? readAcross(v, address, to, offset, bytes) : readPart(v, address, to, offset, bytes);
}

function readPart(v: Vf, address: u64, to: u32, offset: u32, bytes: u32): bool {
  const entry = entryAt(v.map, address);
  const from = entry & MAY_READ ? readableAt(v, entry, address) : readElsewhereOrFail(v, address, bytes);
  if (!from) return false;
  copy(to, from, keptFrom(offset, bytes));
  return true;
}

function readAcross(v: Vf, address: u64, to: u32, offset: u32, bytes: u32): bool {
  while (bytes) {
    const part = min<u32>(bytes, roomOf(address));
    if (!readPart(v, address, to, offset, part)) return false;
    address += part;
    to += part;
    offset += part;
    bytes -= part;
  }
  return true;
}

/**
 * Copies bytes, which a frame has from an offset on, into guest memory; false after a fault, with the pages before it
 * written. In a world without content all their pages are written, with the bytes that a frame keeps.
 */
export function dmaWrite(v: Vf, address: u64, from: u32, offset: u32, bytes: u32): bool {
  return bytes > roomOf(address)
    ? writeAcross(v, address, from, offset, bytes)
    : writePart(v, address, from, offset, bytes);
}

function writePart(v: Vf, address: u64, from: u32, offset: u32, bytes: u32): bool {
  const entry = entryAt(v.map, address);
  if (!(entry & MAY_WRITE)) return writeElsewhereOrFail(v, address, from, bytes);
  copy(writableAt(v, entry, address), from, keptFrom(offset, bytes));
  return true;
}

function writeAcross(v: Vf, address: u64, from: u32, offset: u32, bytes: u32): bool {
  while (bytes) {
    const part = min<u32>(bytes, roomOf(address));
    if (!writePart(v, address, from, offset, part)) return false;
    address += part;
    from += part;
    offset += part;
    bytes -= part;
  }
  return true;
}

/** Returns the bytes from an address to the end of its page. */
function roomOf(address: u64): u32 {
  return PAGE_BYTES - (<u32>address & PAGE_MASK);
}

/** Returns where bytes of a memory elsewhere are, once it has sent them; 0 before that, and after a fault. */
function readElsewhereOrFail(v: Vf, address: u64, bytes: u32): u32 {
  if (v.remote) return readElsewhere(v, address, bytes);
  fault(v, address, MAY_READ);
  return 0;
}

function writeElsewhereOrFail(v: Vf, address: u64, from: u32, bytes: u32): bool {
  if (v.remote) return writeElsewhere(v, address, from, bytes);
  fault(v, address, MAY_WRITE);
  return false;
}

function fault(v: Vf, address: u64, access: u32): void {
  recordFault(v.map, address, access);
  trace(TRACE_FAULT, world().now, indexOf(v), 0, <u32>address, <u32>(address >> 32), access);
}
