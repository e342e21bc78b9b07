/**
 * Interrupts of a virtual function: causes, masks, throttling, MSI-X messages.
 *
 *     cause set -> unmasked in EIMS? -> an interval is running? -> MSI-X masked?  -> the message leaves
 *                  no: it waits          yes: the request is      yes: it pends
 *                  in EICR               remembered until then    in the PBA
 *
 * When a vector sends, EIAC clears its cause and EIAM its mask bit, and the interval starts (82576 datasheet section
 * 7.3.3.1, 7.3.4.1). While a pool is quiesced nothing is sent and every request is remembered. The message itself is an
 * event, so that this folder need not know who listens.
 */
import { EVENT_INTERRUPT, EVENT_MODERATION } from "../layout/event";
import { PS_PER_US } from "../layout/time";
import { TRACE_INTERRUPT } from "../layout/trace";
import {
  EITR_COUNTER_MASK,
  EITR_COUNTER_SHIFT,
  EITR_COUNTER_US,
  EITR_KEEP_COUNTER,
  EITR_MASK,
  EITR_SHIFT,
  IVAR_QUEUE_SHIFT,
  IVAR_RX0_SHIFT,
  IVAR_TX0_SHIFT,
  IVAR_VALID,
  IVAR_VECTOR_MASK,
  MSIX_ENABLE,
  MSIX_ENTRY_BYTES,
  MSIX_ENTRY_CONTROL,
  MSIX_FUNCTION_MASKED,
  MSIX_VECTOR_MASKED,
  VECTOR_COUNT,
  VF_CONTROL,
  VF_EITR,
  VF_MSIX,
} from "../layout/virtual-function";
import { NEVER, schedule } from "../sim/event-queue";
import { trace } from "../sim/trace";
import { world } from "../sim/world";
import { forgetWake } from "./port-record";
import { Control, indexOf, throttle, Vf } from "./virtual-function";

/** The cause has no vector. */
export const NO_VECTOR: u32 = 0xffffffff;

function vectorAt(ivar: u32, shift: u32): u32 {
  const entry = ivar >>> shift;
  const vector = entry & IVAR_VECTOR_MASK;
  return entry & IVAR_VALID && vector < VECTOR_COUNT ? vector : NO_VECTOR;
}

/** Returns the vector of a receive queue, or NO_VECTOR. */
export function rxVector(v: Vf, number: u32): u32 {
  return vectorAt(v.control.ivar, IVAR_RX0_SHIFT + number * IVAR_QUEUE_SHIFT);
}

/** Returns the vector of a transmit queue, or NO_VECTOR. */
export function txVector(v: Vf, number: u32): u32 {
  return vectorAt(v.control.ivar, IVAR_TX0_SHIFT + number * IVAR_QUEUE_SHIFT);
}

/** Returns the vector of the mailbox, or NO_VECTOR. */
export function mailVector(v: Vf): u32 {
  return vectorAt(v.control.ivarMisc, 0);
}

/** Sets a vector's cause now, which requests a message if it is unmasked. */
export function setCause(v: Vf, vector: u32): void {
  noteCause(v, vector);
  if (asksNow(v, vector)) request(v, vector, throttle(v, vector).nextAt > world().now);
}

/**
 * Sets a vector's cause for something that happened at a time, perhaps before now, and in any case before intervals that
 * end at that time end: arrivals and fetching come before timers (layout/event.ts).
 */
export function setCauseAt(v: Vf, vector: u32, time: u64): void {
  noteCause(v, vector);
  if (!asksNow(v, vector)) return;
  const nextAt = throttle(v, vector).nextAt;
  request(v, vector, nextAt != 0 && nextAt >= time);
}

/** Tells whether a cause of a vector asks for a message when it is set; otherwise it is only noted. */
export function asksNow(v: Vf, vector: u32): bool {
  return vector != NO_VECTOR && ((v.control.eims >>> vector) & 1) != 0;
}

/** Sets a vector's cause that does not ask for a message. */
export function noteCause(v: Vf, vector: u32): void {
  if (vector != NO_VECTOR) v.control.eicr |= 1 << vector;
}

/** Sets the causes whose bits are set. */
export function setCauses(v: Vf, bits: u32): void {
  for (let vector: u32 = 0; vector < VECTOR_COUNT; vector++) {
    if ((bits >>> vector) & 1) setCause(v, vector);
  }
}

/** Requests messages for causes that have just been unmasked. */
export function unmaskCauses(v: Vf, bits: u32): void {
  for (let vector: u32 = 0; vector < VECTOR_COUNT; vector++) {
    if (((v.control.eicr & bits) >>> vector) & 1) request(v, vector, throttle(v, vector).nextAt > world().now);
  }
}

/** Sends a vector's message, or remembers it until the running interval ends. */
function request(v: Vf, vector: u32, isRunning: bool): void {
  if (v.isQuiesced || isRunning) {
    throttle(v, vector).isRemembered = 1;
    forgetWake(v);
    if (!v.isQuiesced) awaitInterval(v, vector);
    return;
  }
  sendMessage(v, vector);
}

/** An event that comes earlier looks again; so a guest that keeps changing its interval does not fill the queue. */
function awaitInterval(v: Vf, vector: u32): void {
  const t = throttle(v, vector);
  if (t.armed <= t.nextAt) return;
  t.armed = t.nextAt;
  schedule(EVENT_MODERATION, (indexOf(v) << 2) | vector, t.nextAt);
}

/** An interval ends: a remembered request is looked at. Returns false for a stale event. */
export function onModeration(v: Vf, vector: u32): bool {
  const t = throttle(v, vector);
  if (t.armed != world().now) return false;
  t.armed = NEVER;
  lookAgain(v, vector);
  return true;
}

/** Looks at a remembered request, if its interval has ended and the pool is not quiesced. */
export function lookAgain(v: Vf, vector: u32): void {
  const t = throttle(v, vector);
  if (!t.isRemembered || v.isQuiesced) return;
  if (t.nextAt > world().now) {
    awaitInterval(v, vector);
    return;
  }
  t.isRemembered = 0;
  if (asksNow(v, vector)) sendMessage(v, vector);
}

function sendMessage(v: Vf, vector: u32): void {
  const c = v.control;
  const bit: u32 = 1 << vector;
  const interval = intervalPs(v, vector);
  forgetWake(v);
  // No interval is none that ends now.
  throttle(v, vector).nextAt = interval ? world().now + interval : 0;
  if (c.eiac & bit) c.eicr &= ~bit;
  if (c.eiam & bit) c.eims &= ~bit;
  if (!(v.msix.control & MSIX_ENABLE)) return;
  v.msix.pending |= bit;
  releasePending(v, vector);
}

/** Lets a vector's pending message leave, if nothing masks it. */
export function releasePending(v: Vf, vector: u32): void {
  const m = v.msix;
  const bit: u32 = 1 << vector;
  if (!(m.pending & bit) || v.isQuiesced) return;
  if ((m.control & (MSIX_ENABLE | MSIX_FUNCTION_MASKED)) != MSIX_ENABLE) return;
  if (load<u32>(msixEntry(v, vector), MSIX_ENTRY_CONTROL) & MSIX_VECTOR_MASKED) return;
  m.pending &= ~bit;
  const index = indexOf(v);
  trace(TRACE_INTERRUPT, world().now, index, 0, vector, 0, 0);
  schedule(EVENT_INTERRUPT, (index << 2) | vector, world().now);
}

/** Returns where a vector's entry of the MSI-X table is. */
export function msixEntry(v: Vf, vector: u32): u32 {
  return changetype<u32>(v) + VF_MSIX + vector * MSIX_ENTRY_BYTES;
}

/** Returns the interval that a vector's throttle is programmed to; 0 for NO_VECTOR. */
export function intervalPs(v: Vf, vector: u32): u64 {
  if (vector == NO_VECTOR) return 0;
  const eitr = load<u32>(changetype<u32>(v) + VF_EITR + (vector << 2));
  return <u64>((eitr >>> EITR_SHIFT) & EITR_MASK) * PS_PER_US;
}

/** Returns EITR as the guest reads it: the interval, and what is left of the running one. */
export function readThrottle(v: Vf, vector: u32): u32 {
  const nextAt = throttle(v, vector).nextAt;
  const now = world().now;
  const unit = EITR_COUNTER_US * PS_PER_US;
  const left = nextAt > now ? min<u64>((nextAt - now + unit - 1) / unit, EITR_COUNTER_MASK) : 0;
  return load<u32>(changetype<u32>(v) + VF_EITR + (vector << 2)) | ((<u32>left) << EITR_COUNTER_SHIFT);
}

/** What a write of EITR does to the running interval, the new one having been stored. */
export function writeThrottle(v: Vf, vector: u32, value: u32): void {
  if (value & EITR_KEEP_COUNTER) return;
  const units = (value >>> EITR_COUNTER_SHIFT) & EITR_COUNTER_MASK;
  throttle(v, vector).nextAt = units ? world().now + <u64>units * EITR_COUNTER_US * PS_PER_US : 0;
  lookAgain(v, vector);
}

/** Ends every interval and forgets every request. */
export function forgetThrottles(v: Vf): void {
  for (let vector: u32 = 0; vector < VECTOR_COUNT; vector++) {
    const t = throttle(v, vector);
    t.nextAt = 0;
    t.armed = NEVER;
    t.isRemembered = 0;
  }
}

/** The earliest moment at which a cause that is set from now on may send a vector's message; NEVER while it is masked. */
export function mayInterruptAt(v: Vf, vector: u32): u64 {
  if (!asksNow(v, vector)) return NEVER;
  const t = throttle(v, vector);
  // What is remembered will be sent anyway, and stands for whatever comes until then.
  return t.isRemembered ? NEVER : t.nextAt;
}

if (VF_EITR - VF_CONTROL != offsetof<Control>("eitr0")) ERROR("layout: EITR has drifted");
