/**
 * A vif: what dom0 keeps of a guest's paravirtual NIC. The rings lie in the guest's memory and may hold anything; every
 * position that the backend trusts is here.
 *
 *     state          connect            impossible positions   disconnect, host dies
 *     disconnected   connected, or not  -                      disconnected
 *     connected      connected          broken                 disconnected
 *     broken         connected, or not  -                      disconnected
 *
 * Only a connected one moves frames. It is on the bridge from its connection until it is disconnected; what the bridge
 * has for a broken one is dropped.
 */
import { VIF_BYTES, VIFS } from "../layout/memory-map";
import { VIF_COUNTER_COUNT, VIF_QUEUED, VIF_QUEUED_PEAK } from "../layout/paravirtual";
import { FrameList } from "../wire/frame";

export const VIF_DISCONNECTED: u32 = 0;
export const VIF_CONNECTED: u32 = 1;
export const VIF_BROKEN: u32 = 2;

@unmanaged
export class Vif {
  guest: u32;
  /** The port whose bridge it is on, its task, and the next vif on that bridge as number + 1. */
  port: u32;
  task: u32;
  next: u32;
  /** A VIF_ state. */
  state: u32;
  /** The bridge knows it. */
  isBridged: u32;
  /** Transmitted packets are mapped, a charge for each page; else copied, a charge for the bytes. */
  isMapping: u32;
  /** The pages of the rings. */
  txPage: u32;
  rxPage: u32;
  /** Requests taken, responses made and responses published of each ring: req_cons, rsp_prod_pvt and rsp_prod of ring.h. */
  txConsumed: u32;
  txProduced: u32;
  txPublished: u32;
  rxConsumed: u32;
  rxProduced: u32;
  rxPublished: u32;
  /** Frames that wait for the guest, their bytes, and how many bytes may. */
  queueFirst: u32;
  queueLast: u32;
  queueBytes: u32;
  queueBytesMax: u32;
  /** Frames that the burst at hand has taken from the guest: the bridge gets them at its end. */
  leavingFirst: u32;
  leavingLast: u32;
  /** The hold queue (hold-queue.ts), 0 without one; and whether what the burst at hand takes goes there. */
  hold: u32;
  isHeld: u32;
  get queue(): FrameList {
    return changetype<FrameList>(changetype<u32>(this) + offsetof<Vif>("queueFirst"));
  }
  get leaving(): FrameList {
    return changetype<FrameList>(changetype<u32>(this) + offsetof<Vif>("leavingFirst"));
  }
}

const COUNTERS_AT: u32 = 128;
if (offsetof<Vif>() > COUNTERS_AT) ERROR("layout: Vif has grown into its counters");
if (COUNTERS_AT + VIF_COUNTER_COUNT * 8 > VIF_BYTES) ERROR("layout: Vif does not fit VIF_BYTES");

export function vif(index: u32): Vif {
  return changetype<Vif>(VIFS + index * VIF_BYTES);
}

function counterAt(index: u32, counter: u32): u32 {
  assert(counter < VIF_COUNTER_COUNT, "a vif has the counter");
  return VIFS + index * VIF_BYTES + COUNTERS_AT + (counter << 3);
}

/** Returns a counter, a VIF_ of layout/paravirtual.ts. */
export function vifCounter(index: u32, counter: u32): u64 {
  return load<u64>(counterAt(index, counter));
}

/** Adds to a counter. */
export function countVif(index: u32, counter: u32, increase: u64): void {
  const at = counterAt(index, counter);
  store<u64>(at, load<u64>(at) + increase);
}

/** Counts a frame that waits for the guest, and the most that have. */
export function countQueued(index: u32): void {
  countVif(index, VIF_QUEUED, 1);
  const queued = vifCounter(index, VIF_QUEUED);
  if (queued > vifCounter(index, VIF_QUEUED_PEAK)) setVifCounter(index, VIF_QUEUED_PEAK, queued);
}

/** Sets a counter that tells a level. */
export function setVifCounter(index: u32, counter: u32, value: u64): void {
  store<u64>(counterAt(index, counter), value);
}
