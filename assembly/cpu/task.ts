/**
 * A task: something that a vCPU does by turns with its other tasks, in bursts.
 *
 *     idle --wake--> ready --its turn--> at hand --burst ends--> ready, behind the others
 *                                                --nothing to do--> idle
 *
 * A task in the background (a computation) gives way at once when another one wakes, and goes on where it stopped; an
 * operating system does so with an interrupt. What a task does is decided in guest/burst.ts, by its kind.
 *
 * Invariant: a ready task is at hand on its vCPU, or in its list once.
 */
import { TASK_BYTES, TASKS } from "../layout/memory-map";
import { TASK_COMPUTE, VCPU_BLOCKED, VCPU_RUNNING } from "../layout/processor";
import { NEVER } from "../sim/event-queue";
import { world } from "../sim/world";
import { breakBurst, runFor, wake } from "./scheduler";
import { timeOf, Vcpu, vcpu } from "./vcpu";

@unmanaged
export class Task {
  /** Time that is to run before the task looks for work: an interrupt's entry, or the rest of a burst. */
  pendingPs: u64;
  /** Time of what the task did at the end of its last burst: part of its next turn. */
  sentPs: u64;
  /** A TASK_ of layout/processor.ts, and whose. */
  kind: u32;
  subject: u32;
  vcpu: u32;
  /** The task behind it in the list, as number + 1. */
  next: u32;
  isReady: u32;
  /** Of TASK_CONTROL: the activity, and cycles that have not been begun. */
  activity: u32;
  owedCycles: u64;
  /** Of TASK_CONTROL: the control plane is to be told when the last of them is over. */
  isWatched: u32;
}

if (offsetof<Task>() > TASK_BYTES) ERROR("layout: Task does not fit TASK_BYTES");

/** A task that was to work had nothing to do. */
export const NO_WORK: u32 = 0xffffffff;

export function task(index: u32): Task {
  return changetype<Task>(TASKS + index * TASK_BYTES);
}

/** Adds a task of a vCPU, idle. */
export function addTask(kind: u32, subject: u32, vcpuIndex: u32): u32 {
  const index = world().taskCount++;
  const t = task(index);
  t.kind = kind;
  t.subject = subject;
  t.vcpu = vcpuIndex;
  return index;
}

/** Has an idle task look for work after charged cycles, in its turn. */
export function wakeTask(index: u32, cycles: u32): void {
  const t = task(index);
  assert(!t.isReady, "an idle task wakes");
  const v = vcpu(t.vcpu);
  const entryPs = timeOf(v, cycles);
  const isAlone = !v.isHalted && !v.isWaiting && v.state == VCPU_BLOCKED;
  t.isReady = 1;
  if (isAlone) v.remainingPs += entryPs;
  else t.pendingPs = entryPs;
  append(v, index);
  if (isAlone) wake(v);
  else if (v.task && task(v.task - 1).kind == TASK_COMPUTE) giveWay(v);
}

/** The task at hand, at the end of its burst, has done something more for charged cycles: its next burst begins with them. */
export function payNext(index: u32, cycles: u32): void {
  const t = task(index);
  assert(vcpu(t.vcpu).task == index + 1, "the task at hand pays");
  t.sentPs += timeOf(vcpu(t.vcpu), cycles);
}

/** Interrupts the background task at hand for the one that has woken, also while its vCPU waits for a processor. */
function giveWay(v: Vcpu): void {
  const at = v.task - 1;
  task(at).pendingPs = v.armed == NEVER ? v.remainingPs : breakBurst(v);
  v.remainingPs = 0;
  append(v, at);
  v.task = 0;
  if (v.state == VCPU_RUNNING) runFor(v, 0);
}

/** Lets a vCPU run again, with whatever it has to do. */
export function unhalt(v: Vcpu): void {
  v.isHalted = 0;
  if (v.remainingPs || v.task || v.readyFirst) wake(v);
}

/** The burst of the task at hand has ended: the others have their turn first, unless its vCPU waits in the middle of it. */
export function endTurn(v: Vcpu): void {
  if (!v.task || v.isWaiting) return;
  append(v, v.task - 1);
  v.task = 0;
}

/** Takes the next task that is ready; returns its number + 1, 0 for none. */
export function takeTurn(v: Vcpu): u32 {
  const number = v.readyFirst;
  if (!number) return 0;
  v.readyFirst = task(number - 1).next;
  if (!v.readyFirst) v.readyLast = 0;
  task(number - 1).next = 0;
  v.task = number;
  return number;
}

/** The task at hand has nothing to do. */
export function endTask(v: Vcpu): void {
  task(v.task - 1).isReady = 0;
  v.task = 0;
}

/** Makes a task of a halted vCPU ready or idle, as a checkpoint says. */
export function setReady(index: u32, isReady: bool): void {
  const t = task(index);
  assert(!t.isReady && vcpu(t.vcpu).isHalted != 0, "a task's state is written before its vCPU runs");
  if (!isReady) return;
  t.isReady = 1;
  append(vcpu(t.vcpu), index);
}

/** Returns the time that has been charged and not run: the burst at hand, and what its task and waiting ones begin with. */
export function owedPs(v: Vcpu): u64 {
  let owed = v.armed == NEVER ? v.remainingPs : v.armed - world().now;
  // A task may go on without a turn, and begins with it when it has one.
  if (v.task) owed += task(v.task - 1).sentPs;
  for (let number = v.readyFirst; number; number = task(number - 1).next) {
    owed += task(number - 1).pendingPs + task(number - 1).sentPs;
  }
  return owed;
}

function append(v: Vcpu, index: u32): void {
  const number = index + 1;
  task(index).next = 0;
  if (v.readyFirst) task(v.readyLast - 1).next = number;
  else v.readyFirst = number;
  v.readyLast = number;
}
