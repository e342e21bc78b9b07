/**
 * Interrupts of a virtual function: causes, masks, throttling, MSI-X messages.
 *
 *     a cause is set -> is it unmasked? -> has the throttle's interval passed? -> the message leaves
 *                       no: it waits        no: it waits for a timer
 *                       in EICR
 *
 * When a message leaves, EIAC clears its cause and EIAM its mask bit, and the interval starts (82576 datasheet section
 * 7.3.3.1). The message itself is an event, so that this folder need not know who listens.
 */
import { EVENT_INTERRUPT, EVENT_MODERATION } from "../layout/event";
import { PS_PER_US } from "../layout/time";
import { TRACE_INTERRUPT } from "../layout/trace";
import {
  EITR_MASK,
  EITR_SHIFT,
  IVAR_RX0_SHIFT,
  IVAR_TX0_SHIFT,
  IVAR_VALID,
  IVAR_VECTOR_MASK,
  VECTOR_COUNT,
  VF_CONTROL,
  VF_EITR,
} from "../layout/virtual-function";
import { NEVER, schedule } from "../sim/event-queue";
import { trace } from "../sim/trace";
import { world } from "../sim/world";
import { Control, moderation, Vf, vf } from "./virtual-function";

/** The queue has no vector. */
export const NO_VECTOR: u32 = 0xffffffff;

function vectorAt(ivar: u32, shift: u32): u32 {
  const entry = ivar >>> shift;
  const vector = entry & IVAR_VECTOR_MASK;
  return entry & IVAR_VALID && vector < VECTOR_COUNT ? vector : NO_VECTOR;
}

/** Returns the vector of receive queue 0, or NO_VECTOR. */
export function rxVector(v: Vf): u32 {
  return vectorAt(v.control.ivar, IVAR_RX0_SHIFT);
}

/** Returns the vector of transmit queue 0, or NO_VECTOR. */
export function txVector(v: Vf): u32 {
  return vectorAt(v.control.ivar, IVAR_TX0_SHIFT);
}

/** Sets a vector's cause, and sends its message if nothing is in the way. */
export function setCause(index: u32, vector: u32): void {
  if (vector == NO_VECTOR) return;
  vf(index).control.eicr |= 1 << vector;
  deliver(index, vector);
}

/** Sends the message of a vector whose cause is set and unmasked, now or when its interval ends. */
export function deliver(index: u32, vector: u32): void {
  const v = vf(index);
  const c = v.control;
  const bit: u32 = 1 << vector;
  if (!(c.eicr & c.eims & bit) || v.isQuiesced) return;
  const m = moderation(v, vector);
  const now = world().now;
  if (m.nextAt > now) {
    if (m.armed != m.nextAt) {
      m.armed = m.nextAt;
      schedule(EVENT_MODERATION, (index << 2) | vector, m.nextAt);
    }
    return;
  }
  m.nextAt = now + intervalPs(c, vector);
  if (c.eiac & bit) c.eicr &= ~bit;
  if (c.eiam & bit) c.eims &= ~bit;
  trace(TRACE_INTERRUPT, now, index, 0, vector, 0, 0);
  schedule(EVENT_INTERRUPT, (index << 2) | vector, now);
}

/** Ends an interval: a remembered cause is delivered. Returns false for a stale event. */
export function onModeration(index: u32, vector: u32): bool {
  const m = moderation(vf(index), vector);
  if (m.armed != world().now) return false;
  m.armed = NEVER;
  deliver(index, vector);
  return true;
}

function intervalPs(c: Control, vector: u32): u64 {
  const eitr = load<u32>(changetype<u32>(c) + VF_EITR - VF_CONTROL + (vector << 2));
  return <u64>((eitr >>> EITR_SHIFT) & EITR_MASK) * PS_PER_US;
}
