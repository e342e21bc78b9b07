/**
 * The IOMMU's map of one virtual function: which device frame numbers reach which guest frames, and how.
 *
 *     entry:  | guest frame number, 29 bits | unlogged | may write | may read |      0: not mapped
 *
 * `unlogged` asks for a look before the next write: the device's dirty log sets it for pages that are not in the log,
 * the way a dirty bit in the table works the other way round.
 *
 * A DMA that is not mapped changes nothing and leaves a fault record, as a real IOMMU does; the device learns that
 * its transaction failed. Source: Intel VT-d specification sections 3.6 and 7.2, reduced to one page size.
 */
import { PAGE_SHIFT } from "../layout/limits";
import { reserve, world } from "../sim/world";
import { isMarked } from "./dirty-log";

export const MAY_READ: u32 = 1;
export const MAY_WRITE: u32 = 2;
/** The next write is to be logged. */
export const UNLOGGED: u32 = 4;
const FRAME_SHIFT: u32 = 3;

@unmanaged
export class IommuMap {
  /** Device frames from 0 on that the table has entries for. */
  pageCount: u32;
  table: u32;
  faultCount: u32;
  /** The access that the last fault asked for. */
  faultAccess: u32;
  faultAddress: u64;
  /** A second window, as memory above 4 GiB has: its first device frame; its entries lie behind the first window's. */
  windowFrame: u64;
  windowCount: u32;
  /** The device's dirty log, a bit for each entry; 0 while none is kept (renic/dma-log.ts). */
  log: u32;
  /** Where it is kept, once there was one. */
  logRoom: u32;
}

/** The device frame has no entry. */
export const NO_ENTRY: u32 = 0xffffffff;

/** Reserves an empty map for so many device frames, and a second window of so many from a frame on. */
export function createMap(map: IommuMap, pageCount: u32, windowFrame: u64, windowCount: u32): void {
  map.pageCount = pageCount;
  map.windowFrame = windowFrame;
  map.windowCount = windowCount;
  map.table = reserve((pageCount + windowCount) << 2);
}

/** Returns how many entries a map has; a device's log has a bit for each. */
export function entryCountOf(map: IommuMap): u32 {
  return map.pageCount + map.windowCount;
}

/** Returns the number of a device frame's entry, or NO_ENTRY. */
export function entryNumberOf(map: IommuMap, deviceFrame: u64): u32 {
  if (deviceFrame < <u64>map.pageCount) return <u32>deviceFrame;
  const inWindow = deviceFrame - map.windowFrame;
  return inWindow < <u64>map.windowCount ? map.pageCount + <u32>inWindow : NO_ENTRY;
}

/** Maps one device frame that has an entry to a guest frame; access 0 unmaps it. */
export function mapFrame(map: IommuMap, deviceFrame: u64, guestFrame: u32, access: u32): void {
  const number = entryNumberOf(map, deviceFrame);
  assert(number != NO_ENTRY, "a device frame number lies in its map");
  world().mapChanges++;
  const isUnseen = map.log && !isMarked(map.log, number);
  const entry = (guestFrame << FRAME_SHIFT) | access | (isUnseen ? UNLOGGED : 0);
  store<u32>(map.table + (number << 2), access ? entry : 0);
}

/** Returns the entry of a device address, 0 when nothing is mapped there; what it grants is up to the caller. Records nothing. */
export function entryAt(map: IommuMap, address: u64): u32 {
  const deviceFrame = address >> PAGE_SHIFT;
  if (deviceFrame >= <u64>map.pageCount) return entryInWindow(map, deviceFrame);
  return load<u32>(map.table + ((<u32>deviceFrame) << 2));
}

function entryInWindow(map: IommuMap, deviceFrame: u64): u32 {
  const number = entryNumberOf(map, deviceFrame);
  return number == NO_ENTRY ? 0 : entryOf(map, number);
}

/** Records a DMA that the map does not allow. */
export function recordFault(map: IommuMap, address: u64, access: u32): void {
  map.faultCount++;
  map.faultAccess = access;
  map.faultAddress = address;
}

/** Returns the guest frame number of an entry. */
export function guestFrameOf(entry: u32): u32 {
  return entry >>> FRAME_SHIFT;
}

/** Returns an entry by its number, 0 when nothing is mapped there; records nothing. */
export function entryOf(map: IommuMap, number: u32): u32 {
  return load<u32>(map.table + (number << 2));
}

/** Sets or clears the wish to see the next write to a mapped device frame. */
export function setUnlogged(map: IommuMap, number: u32, isUnlogged: bool): void {
  if (isUnlogged) world().mapChanges++;
  const entry = entryOf(map, number);
  if (entry) store<u32>(map.table + (number << 2), isUnlogged ? entry | UNLOGGED : entry & ~UNLOGGED);
}
