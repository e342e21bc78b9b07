/**
 * A guest: its memory, its vCPUs, and what the hypervisor knows of both.
 *
 *     state        suspend                   bursts have ended   resume        host dies
 *     running      suspending, or            -                   -             dead
 *                  suspended if idle
 *     suspending   -                         suspended           -             dead
 *     suspended    -                         -                   running       dead
 *     absent       -                         -                   running       dead       (a backup that waits)
 *     dead         -                         -                   -             -
 *
 * A vCPU works in bursts. A burst's inputs are what is visible at its start, its outputs (tail writes) take effect at
 * its end, and a suspend waits for that end on every vCPU: so a suspended guest's state is its memory and the flags of
 * `vcpuFlags`. Invariant: only a running guest's vCPUs, and those of a suspending one that are in a burst, are not
 * halted.
 */
import { halt } from "../cpu/scheduler";
import { endTurn, setReady, task, unhalt } from "../cpu/task";
import { isInBurst, Vcpu, vcpu } from "../cpu/vcpu";
import { GUEST_ABSENT, GUEST_DEAD, GUEST_RUNNING, GUEST_SUSPENDED, GUEST_SUSPENDING } from "../layout/control";
import { REASON_SUSPENDED } from "../layout/event";
import { GUEST_BYTES, GUESTS } from "../layout/memory-map";
import { TRACE_RESUMED, TRACE_SUSPENDED } from "../layout/trace";
import { GuestMemory } from "../memory/guest-memory";
import { Alarm } from "../sim/alarm";
import { NEVER } from "../sim/event-queue";
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
  ip: u32;
  host: u32;
  /** Its vCPUs, and the task that drives its device; that task's vCPU is the first. */
  vcpuFirst: u32;
  vcpuCount: u32;
  task: u32;
  /** Its virtual function, unless it has a paravirtual NIC; of dom0's memory for a port, that port's own pool. */
  vf: u32;
  /** A GUEST_ of layout/control.ts. */
  state: u32;
  /** vCPUs whose bursts have to end before a suspending guest stands still. */
  burstCount: u32;
  /** An interrupt came that has not been taken. */
  isInterrupted: u32;
  /** Cycles of the application for a request. */
  requestCycles: u32;
  /** The pending tick of its stream. */
  tickAt: u64;
  /** The timer of its TCP lies here; see `deadline`. */
  deadline0: u64;
  deadline1: u64;
  deadline2: u64;
  deadline3: u64;
  deadline4: u64;
  /** Its own number. */
  index: u32;
  /** The page at which its TCP begins; 0 without one. */
  stackPage: u32;
  /** Its paravirtual NIC, as number + 1; 0 without one. */
  vif: u32;
  /** Its disk, as number + 1; 0 without one. */
  disk: u32;
  get memory(): GuestMemory {
    return changetype<GuestMemory>(this);
  }
  get deadline(): Alarm {
    return changetype<Alarm>(changetype<u32>(this) + offsetof<Guest>("deadline0"));
  }
}

if (offsetof<Guest>("index") - offsetof<Guest>("deadline0") != offsetof<Alarm>())
  ERROR("layout: a guest has no room for its alarm");

if (offsetof<Guest>() > GUEST_BYTES) ERROR("layout: Guest does not fit GUEST_BYTES");

export function guest(index: u32): Guest {
  return changetype<Guest>(GUESTS + index * GUEST_BYTES);
}

/** Tells whether a guest's network task works, or has work to go on with. */
export function isBusy(g: Guest): bool {
  return task(g.task).isReady != 0;
}

function vcpuOf(g: Guest, number: u32): Vcpu {
  return vcpu(g.vcpuFirst + number);
}

/** Asks the vCPUs to stand still; returns whether they do already. Otherwise `advance` will say so. */
export function suspend(index: u32): bool {
  const g = guest(index);
  assert(g.state == GUEST_RUNNING, "a running guest is suspended");
  for (let number: u32 = 0; number < g.vcpuCount; number++) {
    // An access to an emulated NIC is answered first, as Xen defers a shutdown: its task is at hand until then.
    if (isInBurst(vcpuOf(g, number)) || vcpuOf(g, number).task) g.burstCount++;
    else halt(vcpuOf(g, number));
  }
  if (g.burstCount) {
    g.state = GUEST_SUSPENDING;
    return false;
  }
  standStill(index);
  return true;
}

/** The bursts have ended, and with them the vCPUs' last output. */
function standStill(index: u32): void {
  guest(index).state = GUEST_SUSPENDED;
  trace(TRACE_SUSPENDED, world().now, index, 0, 0, 0, 0);
}

/** A burst of a guest that was asked to suspend has ended. */
export function haltAfterBurst(index: u32, v: Vcpu): void {
  const g = guest(index);
  endTurn(v);
  halt(v);
  g.burstCount--;
  if (g.burstCount) return;
  standStill(index);
  interruptRun(REASON_SUSPENDED, index);
}

/** Lets the vCPUs run on, or run for the first time. */
export function resume(index: u32): void {
  const g = guest(index);
  assert(g.state == GUEST_SUSPENDED || g.state == GUEST_ABSENT, "a guest that stands still is resumed");
  g.state = GUEST_RUNNING;
  trace(TRACE_RESUMED, world().now, index, 0, 0, 0, 0);
  if (g.isInterrupted && !isBusy(g)) setReady(g.task, true);
  g.isInterrupted = 0;
  for (let number: u32 = 0; number < g.vcpuCount; number++) unhalt(vcpuOf(g, number));
}

/** Returns the vCPUs' part of a checkpoint: bit 0 busy, bit 1 interrupted. */
export function vcpuFlags(index: u32): u32 {
  const g = guest(index);
  return (isBusy(g) ? 1 : 0) | (g.isInterrupted << 1);
}

/** Restores the vCPUs' part of a checkpoint. */
export function setVcpuFlags(index: u32, flags: u32): void {
  const g = guest(index);
  assert(g.state == GUEST_ABSENT, "a vCPU's state is written before it runs");
  setReady(g.task, (flags & 1) != 0);
  g.isInterrupted = (flags >>> 1) & 1;
}

/** The host is gone, and everything on it. */
export function kill(index: u32): void {
  const g = guest(index);
  g.state = GUEST_DEAD;
  g.tickAt = NEVER;
  g.deadline.wanted = NEVER;
  for (let number: u32 = 0; number < g.vcpuCount; number++) halt(vcpuOf(g, number));
}
