/**
 * A guest: its memory, its one vCPU, and what the hypervisor knows of both.
 *
 *     state        suspend                  burst ends      resume        host dies
 *     running      suspending, or           -               -             dead
 *                  suspended if idle
 *     suspending   -                        suspended       -             dead
 *     suspended    -                        -               running       dead
 *     absent       -                        -               running       dead       (a backup that waits)
 *     dead         -                        -               -             -
 *
 * A vCPU works in bursts. A burst's inputs are what is visible at its start, its outputs (tail writes) take effect at
 * its end, and a suspend waits for that end: so a suspended guest's state is its memory and the two flags of
 * `vcpuFlags`. Invariant: `armed` is the time of the pending burst end, NEVER without one.
 */
import { GUEST_ABSENT, GUEST_DEAD, GUEST_RUNNING, GUEST_SUSPENDED, GUEST_SUSPENDING } from "../layout/control";
import { EVENT_VCPU, REASON_SUSPENDED } from "../layout/event";
import { GUEST_BYTES, GUESTS } from "../layout/memory-map";
import { TRACE_RESUMED, TRACE_SUSPENDED } from "../layout/trace";
import { GuestMemory } from "../memory/guest-memory";
import { NEVER, schedule } from "../sim/event-queue";
import { trace } from "../sim/trace";
import { interruptRun, world } from "../sim/world";

const MEMORY_BYTES: u32 = 32;
if (offsetof<GuestMemory>() > MEMORY_BYTES) ERROR("layout: GuestMemory has grown into Guest");

@unmanaged
export class Guest {
  /** The memory lies here; see `memory`. */
  memory0: u64;
  memory1: u64;
  memory2: u64;
  memory3: u64;
  mac: u64;
  armed: u64;
  ip: u32;
  host: u32;
  processor: u32;
  vf: u32;
  /** A GUEST_ of layout/control.ts. */
  state: u32;
  /** The vCPU works, or has work to go on with. */
  isBusy: u32;
  /** An interrupt came that has not been taken. */
  isInterrupted: u32;
  /** Cycles of the application for a request. */
  requestCycles: u32;
  /** The pending tick of its stream. */
  tickAt: u64;
  get memory(): GuestMemory {
    return changetype<GuestMemory>(this);
  }
}

if (offsetof<Guest>() > GUEST_BYTES) ERROR("layout: Guest does not fit GUEST_BYTES");

export function guest(index: u32): Guest {
  return changetype<Guest>(GUESTS + index * GUEST_BYTES);
}

/** Asks the vCPU to stand still; returns whether it does already. Otherwise `advance` will say so. */
export function suspend(index: u32): bool {
  const g = guest(index);
  assert(g.state == GUEST_RUNNING, "a running guest is suspended");
  if (g.armed != NEVER) {
    g.state = GUEST_SUSPENDING;
    return false;
  }
  standStill(index);
  return true;
}

/** The burst has ended, and with it the vCPU's last output. */
export function standStill(index: u32): void {
  guest(index).state = GUEST_SUSPENDED;
  trace(TRACE_SUSPENDED, world().now, index, 0, 0, 0, 0);
}

/** Ends a burst of a guest that was asked to suspend. */
export function standStillAfterBurst(index: u32): void {
  standStill(index);
  interruptRun(REASON_SUSPENDED, index);
}

/** Lets the vCPU run on, or run for the first time. */
export function resume(index: u32): void {
  const g = guest(index);
  assert(g.state == GUEST_SUSPENDED || g.state == GUEST_ABSENT, "a guest that stands still is resumed");
  g.state = GUEST_RUNNING;
  trace(TRACE_RESUMED, world().now, index, 0, 0, 0, 0);
  if (g.isBusy || g.isInterrupted) startBurst(index, world().now);
}

/** The vCPU will have ended its burst at a time. */
export function startBurst(index: u32, end: u64): void {
  const g = guest(index);
  g.isBusy = 1;
  g.isInterrupted = 0;
  g.armed = end;
  schedule(EVENT_VCPU, index, end);
}

/** Returns the vCPU's part of a checkpoint: bit 0 busy, bit 1 interrupted. */
export function vcpuFlags(index: u32): u32 {
  const g = guest(index);
  return g.isBusy | (g.isInterrupted << 1);
}

/** Restores the vCPU's part of a checkpoint. */
export function setVcpuFlags(index: u32, flags: u32): void {
  const g = guest(index);
  assert(g.state == GUEST_ABSENT, "a vCPU's state is written before it runs");
  g.isBusy = flags & 1;
  g.isInterrupted = (flags >>> 1) & 1;
}

/** The host is gone, and everything on it. */
export function kill(index: u32): void {
  const g = guest(index);
  g.state = GUEST_DEAD;
  g.armed = NEVER;
  g.tickAt = NEVER;
}
