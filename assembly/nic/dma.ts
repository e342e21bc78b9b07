/**
 * The DMA engine's way to memory: device address -> IOMMU map -> guest frame -> bytes, page by page.
 *
 * A write marks its frame in the virtual function's own log when that is armed; the processor's log never sees it.
 * A read marks nothing. An address that is not mapped changes nothing: the caller gets 0 or false, and the fault
 * stands in the map and in the trace. The frame pool answers at once; a memory that answers later comes with the
 * asynchronous engine.
 */
import { PAGE_BYTES, PAGE_MASK, PAGE_SHIFT } from "../layout/limits";
import { VFS, ZERO_PAGE } from "../layout/memory-map";
import { TRACE_FAULT } from "../layout/trace";
import { VF_BYTES } from "../layout/virtual-function";
import { copy } from "../memory/copy";
import { mark } from "../memory/dirty-log";
import { frameIn, memoryOf, presentFrameOf } from "../memory/guest-memory";
import { guestFrameOf, MAY_READ, MAY_WRITE, setUnlogged, translate, UNLOGGED } from "../memory/iommu";
import { trace } from "../sim/trace";
import { world } from "../sim/world";
import { Vf } from "./virtual-function";

/** Returns where a device may read, up to the end of the page; 0 after a fault. */
export function reachToRead(v: Vf, address: u64): u32 {
  const entry = translate(v.map, address, MAY_READ);
  if (!entry) return fault(v, address, MAY_READ);
  const frame = frameIn(v.table, guestFrameOf(entry));
  return (frame ? frame : ZERO_PAGE) + (<u32>address & PAGE_MASK);
}

/** Returns where a device may write, up to the end of the page, and marks the frame; 0 after a fault. */
export function reachToWrite(v: Vf, address: u64): u32 {
  const entry = translate(v.map, address, MAY_WRITE);
  if (!entry) return fault(v, address, MAY_WRITE);
  if (entry & UNLOGGED) logWrite(v, <u32>(address >> PAGE_SHIFT));
  const page = guestFrameOf(entry);
  const frame = frameIn(v.table, page);
  return (frame ? frame : presentFrameOf(memoryOf(v.guest), page)) + (<u32>address & PAGE_MASK);
}

function logWrite(v: Vf, deviceFrame: u32): void {
  mark(v.log, deviceFrame);
  setUnlogged(v.map, deviceFrame, false);
}

/** Copies guest memory to `to`; false after a fault, with the pages before it copied. */
export function dmaRead(v: Vf, address: u64, to: u32, bytes: u32): bool {
  return bytes > roomOf(address) ? readAcross(v, address, to, bytes) : readPart(v, address, to, bytes);
}

function readPart(v: Vf, address: u64, to: u32, bytes: u32): bool {
  const from = reachToRead(v, address);
  if (!from) return false;
  copy(to, from, bytes);
  return true;
}

function readAcross(v: Vf, address: u64, to: u32, bytes: u32): bool {
  while (bytes) {
    const part = min<u32>(bytes, roomOf(address));
    if (!readPart(v, address, to, part)) return false;
    address += part;
    to += part;
    bytes -= part;
  }
  return true;
}

/** Copies bytes into guest memory; false after a fault, with the pages before it written. */
export function dmaWrite(v: Vf, address: u64, from: u32, bytes: u32): bool {
  return bytes > roomOf(address) ? writeAcross(v, address, from, bytes) : writePart(v, address, from, bytes);
}

function writePart(v: Vf, address: u64, from: u32, bytes: u32): bool {
  const to = reachToWrite(v, address);
  if (!to) return false;
  copy(to, from, bytes);
  return true;
}

function writeAcross(v: Vf, address: u64, from: u32, bytes: u32): bool {
  while (bytes) {
    const part = min<u32>(bytes, roomOf(address));
    if (!writePart(v, address, from, part)) return false;
    address += part;
    from += part;
    bytes -= part;
  }
  return true;
}

/** Returns the bytes from an address to the end of its page. */
function roomOf(address: u64): u32 {
  return PAGE_BYTES - (<u32>address & PAGE_MASK);
}

function fault(v: Vf, address: u64, access: u32): u32 {
  const index = (changetype<u32>(v) - VFS) / VF_BYTES;
  trace(TRACE_FAULT, world().now, index, 0, <u32>address, <u32>(address >> 32), access);
  return 0;
}
