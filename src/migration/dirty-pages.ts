/**
 * How many distinct pages are dirty after some time, by formula: what a planner puts in place of a bitmap.
 *
 *     a region of P pages that is written round and round, r pages a second:   min(floor(r t), P)
 *     a receive ring of R buffers that packets go round in, q a second:        pages of min(floor(q t), R) buffers
 *
 * Regions do not overlap. The formula is exact for software that goes round its memory in order, as all of the
 * simulator's does, and an upper bound for any other order of the same writes. A guest whose work is bound by its
 * processor gets slower while its writes are logged: the first write to a page since the last harvest is a fault, and
 * the time it takes is no time of work. So t is the solution of
 *
 *     t + fault x distinct(t) = elapsed x (1 - throttle)
 *
 * which is piecewise linear and solved piece by piece. Left out: pages that hold no more than a fraction of a write, and
 * devices that stand still because the guest gives them no buffers.
 */

/** A part of memory that a guest's processors write round and round. */
export interface PageWriter {
  readonly pageCount: number;
  readonly pagesPerSecond: number;
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
  /** In ascending order of the time after which a region is dirty from end to end. */
  readonly regions: readonly PageWriter[];
  /** A page that is written for the first time since the last harvest takes so long; 0 for a guest with time to spare. */
  readonly faultNs: number;
  readonly device: DeviceWriter | null;
}

/** Returns writers as the functions below want them; `isBusy` tells a guest that is bound by its processor. */
export function writersOf(
  regions: readonly PageWriter[],
  device: DeviceWriter | null,
  { isBusy, faultNs }: { readonly isBusy: boolean; readonly faultNs: number },
): Writers {
  const ordered = regions.filter(({ pageCount, pagesPerSecond }) => pageCount > 0 && pagesPerSecond > 0);
  ordered.sort((one, other) => fullAfterNs(one) - fullAfterNs(other));
  return { regions: ordered, faultNs: isBusy ? faultNs : 0, device };
}

/** Returns the distinct pages that processors have written after a time in which the guest may have been throttled. */
export function dirtyByGuest(writers: Writers, elapsedNs: number, throttlePercent: number): number {
  const workNs = workedNs(writers, (elapsedNs * (100 - throttlePercent)) / 100);
  let pageCount = 0;
  for (const region of writers.regions) {
    pageCount += Math.min(Math.floor((region.pagesPerSecond * workNs) / 1e9), region.pageCount);
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
function workedNs({ regions, faultNs }: Writers, elapsedNs: number): number {
  if (faultNs === 0) return elapsedNs;
  let perNs = 0;
  for (const { pagesPerSecond } of regions) perNs += pagesPerSecond / 1e9;
  let workNs = 0;
  let leftNs = elapsedNs;
  for (const region of regions) {
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
