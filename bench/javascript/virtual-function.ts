/**
 * A virtual function and its way to memory: device address, IOMMU map, guest frame, bytes, page by page. A write marks
 * its page in the virtual function's own log. An address that is not mapped changes nothing: the caller gets 0 or
 * false.
 *
 * A device address is two words, as it stands in a descriptor; no map reaches beyond 4 GiB, so a high word is a fault.
 */
import { createLog, mark } from "./dirty-log";
import { frameOf, type GuestMemory, presentFrameOf } from "./guest-memory";
import { copy, PAGE_BYTES, PAGE_MASK, PAGE_SHIFT } from "./pool";

const MAY_READ = 1;
const MAY_WRITE = 2;
const NOT_MAPPED = -1;

/** A descriptor ring: software owns the tail, hardware the head, and hardware works on [head, tail). */
export class Queue {
  baseLow = 0;
  baseHigh = 0;
  count = 0;
  head = 0;
  tail = 0;
  isEnabled = false;
  dropped = 0;

  /** Sets the ring's place and turns the queue on. */
  enable(base: number, count: number, tail: number): void {
    this.baseLow = base;
    this.count = count;
    this.tail = tail;
    this.isEnabled = true;
  }
}

export class VirtualFunction {
  readonly rx = new Queue();
  readonly tx = new Queue();
  /** Guest frame number, may write, may read; 0 is not mapped. */
  readonly map: Int32Array;
  readonly mapBytes: number;
  readonly log: Int32Array;
  isLogging = false;
  isTxFaulted = false;
  /** Descriptors of the packet that was measured. */
  packetDescriptorCount = 0;
  faultCount = 0;
  faultAccess = 0;
  faultLow = 0;
  faultHigh = 0;
  framesReceived = 0;
  framesSent = 0;
  bytesReceived = 0;
  bytesSent = 0;
  groupFramesReceived = 0;

  constructor(readonly memory: GuestMemory) {
    const { pageCount } = memory;
    this.map = Int32Array.from({ length: pageCount }, (_, page) => (page << 2) | MAY_WRITE | MAY_READ);
    this.mapBytes = pageCount * PAGE_BYTES;
    this.log = createLog(pageCount);
  }
}

/** Tells whether there are descriptors between head and tail. */
export function hasWork(queue: Queue): boolean {
  return queue.head !== queue.tail && queue.tail < queue.count;
}

/** Returns the guest frame number that a device address reaches, or NOT_MAPPED after recording the fault. */
function translate(vf: VirtualFunction, low: number, high: number, access: number): number {
  const entry = high === 0 && low < vf.mapBytes ? (vf.map[low >>> PAGE_SHIFT] ?? 0) : 0;
  return entry & access ? entry >>> 2 : fault(vf, low, high, access);
}

function fault(vf: VirtualFunction, low: number, high: number, access: number): number {
  vf.faultCount++;
  vf.faultAccess = access;
  vf.faultLow = low;
  vf.faultHigh = high;
  return NOT_MAPPED;
}

/** Returns where a device may read, up to the end of the page; 0 after a fault. */
export function reachToRead(vf: VirtualFunction, low: number, high: number): number {
  const page = translate(vf, low, high, MAY_READ);
  if (page === NOT_MAPPED) return 0;
  return frameOf(vf.memory, page) + (low & PAGE_MASK);
}

/** Returns where a device may write, up to the end of the page, and marks the page; 0 after a fault. */
export function reachToWrite(vf: VirtualFunction, low: number, high: number): number {
  const page = translate(vf, low, high, MAY_WRITE);
  if (page === NOT_MAPPED) return 0;
  if (vf.isLogging) mark(vf.log, low >>> PAGE_SHIFT);
  return presentFrameOf(vf.memory, page) + (low & PAGE_MASK);
}

/** Copies guest memory to `to`; false after a fault. */
export function dmaRead(vf: VirtualFunction, low: number, high: number, to: number, byteCount: number): boolean {
  for (let done = 0; ; ) {
    const from = reachToRead(vf, low + done, high);
    if (from === 0) return false;
    const part = Math.min(byteCount - done, PAGE_BYTES - ((low + done) & PAGE_MASK));
    copy(vf.memory.pool, to + done, from, part);
    done += part;
    if (done === byteCount) return true;
  }
}

/** Copies bytes into guest memory; false after a fault. */
export function dmaWrite(vf: VirtualFunction, low: number, high: number, from: number, byteCount: number): boolean {
  for (let done = 0; ; ) {
    const to = reachToWrite(vf, low + done, high);
    if (to === 0) return false;
    const part = Math.min(byteCount - done, PAGE_BYTES - ((low + done) & PAGE_MASK));
    copy(vf.memory.pool, to, from + done, part);
    done += part;
    if (done === byteCount) return true;
  }
}
