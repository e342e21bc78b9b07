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
import { frameOf, memoryOf, presentFrameOf } from "../memory/guest-memory";
import { MAY_READ, MAY_WRITE, NOT_MAPPED, translate } from "../memory/iommu";
import { trace } from "../sim/trace";
import { world } from "../sim/world";
import { Vf } from "./virtual-function";

/** Returns where a device may read, up to the end of the page; 0 after a fault. */
export function reachToRead(v: Vf, address: u64): u32 {
  const page = translate(v.map, address, MAY_READ);
  if (page == NOT_MAPPED) return fault(v, address, MAY_READ);
  const frame = frameOf(memoryOf(v.guest), page);
  return (frame ? frame : ZERO_PAGE) + (<u32>address & PAGE_MASK);
}

/** Returns where a device may write, up to the end of the page, and marks the frame; 0 after a fault. */
export function reachToWrite(v: Vf, address: u64): u32 {
  const page = translate(v.map, address, MAY_WRITE);
  if (page == NOT_MAPPED) return fault(v, address, MAY_WRITE);
  if (v.log) mark(v.log, <u32>(address >> PAGE_SHIFT));
  return presentFrameOf(memoryOf(v.guest), page) + (<u32>address & PAGE_MASK);
}

/** Copies guest memory to `to`; false after a fault, with the pages before it copied. */
export function dmaRead(v: Vf, address: u64, to: u32, bytes: u32): bool {
  while (true) {
    const from = reachToRead(v, address);
    if (!from) return false;
    const room = PAGE_BYTES - (<u32>address & PAGE_MASK);
    if (bytes <= room) {
      copy(to, from, bytes);
      return true;
    }
    copy(to, from, room);
    address += room;
    to += room;
    bytes -= room;
  }
}

/** Copies bytes into guest memory; false after a fault, with the pages before it written. */
export function dmaWrite(v: Vf, address: u64, from: u32, bytes: u32): bool {
  while (true) {
    const to = reachToWrite(v, address);
    if (!to) return false;
    const room = PAGE_BYTES - (<u32>address & PAGE_MASK);
    if (bytes <= room) {
      copy(to, from, bytes);
      return true;
    }
    copy(to, from, room);
    address += room;
    from += room;
    bytes -= room;
  }
}

function fault(v: Vf, address: u64, access: u32): u32 {
  const index = (changetype<u32>(v) - VFS) / VF_BYTES;
  trace(TRACE_FAULT, world().now, index, 0, <u32>address, <u32>(address >> 32), access);
  return 0;
}
