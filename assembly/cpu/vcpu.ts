/**
 * A vCPU: what it owes and has done, in cycles by activity and in time.
 *
 * Work is charged when it is begun: cycles go to an activity of the account, and become time that is still to run.
 * Conversion from cycles to picoseconds keeps its remainder, so that no time is lost however small the charges are.
 *
 *     cycles of the account x numerator = (time run + time still to run) x denominator + remainder
 *
 * Invariant: that equation, whose parts are kept apart: charges here, time on processors (processor.ts). A path that
 * takes time without a charge, or is charged without taking time, breaks it.
 */
import { ACTIVITY_COUNT } from "../layout/cost";
import { VCPU_BYTES, VCPUS } from "../layout/memory-map";
import { VCPU_RUNNING } from "../layout/processor";
import { PS_PER_NS } from "../layout/time";
import { NEVER } from "../sim/event-queue";
import { world } from "../sim/world";
import { processor } from "./processor";

@unmanaged
export class Vcpu {
  /** When the burst at hand ends; NEVER while the vCPU does not run. */
  armed: u64;
  /** Of a burst that was interrupted, how long it has still to run. */
  remainingPs: u64;
  /** Time run in stretches that have ended. */
  ranPs: u64;
  /** A VCPU_ of layout/processor.ts; scheduler.ts has the table. */
  state: u32;
  /** Its class while it is neither boosted nor out of credit, and its class now. */
  basicClass: u32;
  presentClass: u32;
  /** It stays off every processor: its guest is absent, suspended or dead. */
  isHalted: u32;
  /** It stays off every processor until a device model has answered; the task at hand stays at hand. */
  isWaiting: u32;
  host: u32;
  /** Its guest, as number + 1; 0 for one of dom0's. */
  guest: u32;
  /** Where it runs, or ran last. */
  processor: u32;
  /** The processors that it may run on. */
  affinityFirst: u32;
  affinityCount: u32;
  /** The vCPU behind it in a run queue, as number + 1. */
  next: u32;
  /** What is left over of the last conversion, in 1 / denominator picoseconds. */
  remainder: u32;
  /** Where the account is: one u64 of cycles for each activity. */
  account: u32;
  /** The task at hand, and those that wait for their turn, as numbers + 1. */
  task: u32;
  readyFirst: u32;
  readyLast: u32;
  /** Of dom0's: the process that it ran last, a device model's vif as number + 1; 0 for none. */
  process: u32;
}

if (offsetof<Vcpu>() > VCPU_BYTES) ERROR("layout: Vcpu does not fit VCPU_BYTES");

export function vcpu(index: u32): Vcpu {
  return changetype<Vcpu>(VCPUS + index * VCPU_BYTES);
}

export function vcpuIndexOf(v: Vcpu): u32 {
  return (changetype<u32>(v) - VCPUS) / VCPU_BYTES;
}

/** Adds cycles to an activity; `timeOf` turns them into time. */
export function charge(v: Vcpu, activity: u32, cycles: u32): void {
  assert(activity < ACTIVITY_COUNT, "an activity has a row");
  const at = v.account + (activity << 3);
  store<u64>(at, load<u64>(at) + cycles);
}

/** Returns how long charged cycles take, which is then owed: whoever asks has the vCPU run for so long. */
export function timeOf(v: Vcpu, cycles: u32): u64 {
  const p = processor(v.affinityFirst);
  const scaled = <u64>cycles * p.numerator + v.remainder;
  v.remainder = <u32>(scaled % p.denominator);
  return scaled / p.denominator;
}

/** Returns the cycles that a vCPU makes in so many nanoseconds. */
export function cyclesOfNs(v: Vcpu, ns: u32): u32 {
  const p = processor(v.affinityFirst);
  return <u32>((<u64>ns * PS_PER_NS * p.denominator) / p.numerator);
}

/** Returns for how long a vCPU has run until now. */
export function ranPs(v: Vcpu): u64 {
  return v.ranPs + (v.state == VCPU_RUNNING ? world().now - processor(v.processor).since : 0);
}

/** Tells whether a vCPU has begun a burst that has not ended. */
export function isInBurst(v: Vcpu): bool {
  return v.armed != NEVER || v.remainingPs != 0;
}
