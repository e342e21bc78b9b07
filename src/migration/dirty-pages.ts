/**
 * How many distinct pages are dirty after some time, by formula: what a planner puts in place of a bitmap.
 *
 *     a region of P pages that is written round and round, r pages a second:   min(floor(r t), P)
 *     a receive ring of R buffers that packets go round in, q a second:        pages of min(floor(q t), R) buffers
 *
 * Regions do not overlap. The formula is exact for software that goes round its memory in order, as all of the
 * simulator's does, and an upper bound for any other order of the same writes. Work that is bound by its processors gets
 * slower while writes are logged: the first write to a page since the last harvest is a fault, and the time it takes is
 * no time of work. So t is the solution of
 *
 *     t + fault x distinct(t) = elapsed x (1 - throttle) x (1 - rest)
 *
 * which is piecewise linear and solved piece by piece. Work that waits for others has time to spare: its t is the right
 * side without the rest, which is what an emulated NIC takes from who computes (emulated-waits.ts). Left out: faults of the one
 * that slow the other, and devices that the guest gives no buffers.
 */

/** A part of memory that a guest's processors write round and round. */
export interface PageWriter {
  readonly pageCount: number;
  readonly pagesPerSecond: number;
  /** The work that writes it is bound by its processors; false if it is not said. */
  readonly isBusy?: boolean;
}

/** Buffers that a device writes, whatever the guest does. */
export interface DeviceWriter {
  readonly packetsPerSecond: number;
  readonly ringEntryCount: number;
  /** Pages that a packet's buffer takes: 0.5 for 2 KiB. */
  readonly pagesPerBuffer: number;
  /** Pages of descriptors that the device writes back. */
  readonly ringPageCount: number;
}

/** Everything that writes a guest's memory. */
export interface Writers {
  /** Of work bound by its processors, in ascending order of the time after which a region is dirty from end to end. */
  readonly busy: readonly PageWriter[];
  readonly paced: readonly PageWriter[];
  /** By which the busy work comes later for each page that it writes first. */
  readonly faultNs: number;
  /** The part of its time that the busy work rests, 0 to 1. */
  readonly restShare: number;
  readonly device: DeviceWriter | null;
}

/** Returns writers as the functions below want them. */
export function writersOf(
  regions: readonly PageWriter[],
  device: DeviceWriter | null,
  faultNs: number,
  restShare = 0,
): Writers {
  const written = regions.filter(({ pageCount, pagesPerSecond }) => pageCount > 0 && pagesPerSecond > 0);
  const busy = written.filter(({ isBusy }) => isBusy === true);
  busy.sort((one, other) => fullAfterNs(one) - fullAfterNs(other));
  return { busy, paced: written.filter(({ isBusy }) => isBusy !== true), faultNs, restShare, device };
}

/** Returns the distinct pages that processors have written after a time in which the guest may have been throttled. */
export function dirtyByGuest(writers: Writers, elapsedNs: number, throttlePercent: number): number {
  const ownNs = (elapsedNs * (100 - throttlePercent)) / 100;
  return writtenIn(writers.paced, ownNs) + writtenIn(writers.busy, workedNs(writers, ownNs * (1 - writers.restShare)));
}

function writtenIn(regions: readonly PageWriter[], ns: number): number {
  let pageCount = 0;
  for (const region of regions) {
    pageCount += Math.min(Math.floor((region.pagesPerSecond * ns) / 1e9), region.pageCount);
  }
  return pageCount;
}

/** Returns the distinct pages that a device has written after a time; a page that it shares counts whole. */
export function dirtyByDevice({ device }: Writers, elapsedNs: number): number {
  if (device === null) return 0;
  const bufferCount = Math.min(Math.floor((device.packetsPerSecond * elapsedNs) / 1e9), device.ringEntryCount);
  return bufferCount === 0 ? 0 : Math.ceil(bufferCount * device.pagesPerBuffer) + device.ringPageCount;
}

/** Returns how much of a time is work, and not faults. */
function workedNs({ busy, faultNs }: Writers, elapsedNs: number): number {
  let perNs = 0;
  for (const { pagesPerSecond } of busy) perNs += pagesPerSecond / 1e9;
  let workNs = 0;
  let leftNs = elapsedNs;
  for (const region of busy) {
    const pieceNs = fullAfterNs(region) - workNs;
    const slope = 1 + faultNs * perNs;
    if (pieceNs * slope >= leftNs) return workNs + leftNs / slope;
    workNs += pieceNs;
    leftNs -= pieceNs * slope;
    perNs -= region.pagesPerSecond / 1e9;
  }
  return workNs + leftNs;
}

function fullAfterNs({ pageCount, pagesPerSecond }: PageWriter): number {
  return (pageCount / pagesPerSecond) * 1e9;
}
