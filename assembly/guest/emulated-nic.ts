/**
 * An emulated NIC: what its device model keeps of it, and where the guest's vCPU stands with it. It has the number of its
 * tap, which is a vif (vif.ts): that has its place on the bridge, the queue of frames to the guest and the task.
 *
 *     access     none --the guest leaves--> leaving --burst's end--> pending --device model--> answered --> none
 *
 * The vCPU waits (Vcpu.isWaiting) exactly while an access is pending. Invariant: an access ends with an answer, however
 * many turns of the device model it takes.
 */
import { EMULATED_COUNTER_COUNT } from "../layout/emulated";
import { EMULATED_BYTES, EMULATED_NICS } from "../layout/memory-map";
import { FrameList } from "../wire/frame";
import { Guest } from "./guest";

export const ACCESS_NONE: u32 = 0;
export const ACCESS_LEAVING: u32 = 1;
export const ACCESS_PENDING: u32 = 2;
export const ACCESS_ANSWERED: u32 = 3;

@unmanaged
export class EmulatedNic {
  /** When the interval between two interrupts ends; NEVER while there is none. */
  throttleAt: u64;
  rxBase: u64;
  txBase: u64;
  /** 0: the vif of this number is a paravirtual NIC's. */
  isThere: u32;
  /** An ACCESS_, and what is wanted. Of a read, the value is the answer. */
  access: u32;
  register: u32;
  value: u32;
  isWrite: u32;
  /** The driver's next access, a STEP_ of emulated-driver.ts; whether it has masked interrupts and polls; whether it has just unmasked. */
  step: u32;
  isPolling: u32;
  isEnding: u32;
  /** ICR, the mask, ITR, and the line. */
  cause: u32;
  mask: u32;
  interval: u32;
  isRaised: u32;
  /** The interval is over, and the device model has not seen it. */
  isThrottleOver: u32;
  rxControl: u32;
  rxBytes: u32;
  rxHead: u32;
  rxTail: u32;
  txControl: u32;
  txBytes: u32;
  txHead: u32;
  txTail: u32;
  /** Descriptors are being walked, from where, and one asked to be reported. */
  isWalking: u32;
  walkedFrom: u32;
  hasReported: u32;
  /** The packet whose descriptors are being walked: its slot or 0, its bytes, whether it comes to nothing. */
  packetSlot: u32;
  packetBytes: u32;
  isPacketBad: u32;
  /** A TURN_ of device-model.ts, 0 between two; and whether none is to begin. */
  turn: u32;
  isQuiesced: u32;
  /** Frames that the turn at hand has read from the tap. */
  arrivingFirst: u32;
  arrivingLast: u32;
  get arriving(): FrameList {
    return changetype<FrameList>(changetype<u32>(this) + offsetof<EmulatedNic>("arrivingFirst"));
  }
}

const COUNTERS_AT: u32 = 160;
if (offsetof<EmulatedNic>() > COUNTERS_AT) ERROR("layout: EmulatedNic has grown into its counters");
if (COUNTERS_AT + EMULATED_COUNTER_COUNT * 8 > EMULATED_BYTES) ERROR("layout: EmulatedNic does not fit EMULATED_BYTES");

/** Returns the emulated NIC that a vif is the tap of. */
export function emulatedNic(index: u32): EmulatedNic {
  return changetype<EmulatedNic>(EMULATED_NICS + index * EMULATED_BYTES);
}

/** Tells whether a guest's NIC is an emulated one. */
export function isEmulated(g: Guest): bool {
  return g.vif != 0 && emulatedNic(g.vif - 1).isThere != 0;
}

function counterAt(index: u32, counter: u32): u32 {
  assert(counter < EMULATED_COUNTER_COUNT, "an emulated NIC has the counter");
  return EMULATED_NICS + index * EMULATED_BYTES + COUNTERS_AT + (counter << 3);
}

/** Returns a counter, an EMULATED_ of layout/emulated.ts. */
export function emulatedCounter(index: u32, counter: u32): u64 {
  return load<u64>(counterAt(index, counter));
}

/** Adds one to a counter. */
export function countEmulated(index: u32, counter: u32): void {
  const at = counterAt(index, counter);
  store<u64>(at, load<u64>(at) + 1);
}
