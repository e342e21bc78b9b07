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
import { reserve } from "../sim/world";

export const MAY_READ: u32 = 1;
export const MAY_WRITE: u32 = 2;
/** The next write is to be logged. */
export const UNLOGGED: u32 = 4;
const FRAME_SHIFT: u32 = 3;
/** What `translate` returns for an address that is not mapped; no guest has so many frames. */
export const NOT_MAPPED: u32 = 0xffffffff;

@unmanaged
export class IommuMap {
  pageCount: u32;
  table: u32;
  faultCount: u32;
  /** The access that the last fault asked for. */
  faultAccess: u32;
  faultAddress: u64;
}

/** Reserves an empty map for so many device frames. */
export function createMap(map: IommuMap, pageCount: u32): void {
  map.pageCount = pageCount;
  map.table = reserve(pageCount << 2);
}

/** Maps one device frame to a guest frame; access 0 unmaps it. */
export function mapFrame(map: IommuMap, deviceFrame: u32, guestFrame: u32, access: u32): void {
  assert(deviceFrame < map.pageCount, "a device frame number lies in its map");
  store<u32>(map.table + (deviceFrame << 2), access ? (guestFrame << FRAME_SHIFT) | access : 0);
}

/** Returns the entry of a device address if it grants the access, else 0 after recording the fault. */
export function translate(map: IommuMap, address: u64, access: u32): u32 {
  const deviceFrame = address >> PAGE_SHIFT;
  if (deviceFrame < <u64>map.pageCount) {
    const entry = load<u32>(map.table + ((<u32>deviceFrame) << 2));
    if (entry & access) return entry;
  }
  return refuse(map, address, access);
}

function refuse(map: IommuMap, address: u64, access: u32): u32 {
  map.faultCount++;
  map.faultAccess = access;
  map.faultAddress = address;
  return 0;
}

/** Returns the guest frame number of an entry. */
export function guestFrameOf(entry: u32): u32 {
  return entry >>> FRAME_SHIFT;
}

/** Returns the entry of a device frame, 0 when it is not mapped; records nothing. */
export function entryOf(map: IommuMap, deviceFrame: u32): u32 {
  return load<u32>(map.table + (deviceFrame << 2));
}

/** Sets or clears the wish to see the next write to a mapped device frame. */
export function setUnlogged(map: IommuMap, deviceFrame: u32, isUnlogged: bool): void {
  const entry = entryOf(map, deviceFrame);
  if (entry) store<u32>(map.table + (deviceFrame << 2), isUnlogged ? entry | UNLOGGED : entry & ~UNLOGGED);
}
