/**
 * What dom0 owes the control plane in cycles: it is worked off in bursts, so that packets do not wait behind all of it.
 */
import { NO_WORK, Task, task, wakeTask } from "../cpu/task";
import { charge, Vcpu } from "../cpu/vcpu";
import { REASON_WORKED } from "../layout/event";
import { interruptRun } from "../sim/world";

/** Cycles of a burst at most. assumed: some twenty pages sent between two looks at other work. */
const BURST_CYCLES: u64 = 100000;

/** Has a control task work so many cycles more. */
export function owe(index: u32, cycles: u64): void {
  const t = task(index);
  t.owedCycles += cycles;
  if (!t.isReady && cycles) wakeTask(index, 0);
}

/** Begins a burst of what is owed; returns its cycles, charged, or NO_WORK. */
export function pay(t: Task, v: Vcpu): u32 {
  if (!t.owedCycles) return NO_WORK;
  const cycles = <u32>min<u64>(t.owedCycles, BURST_CYCLES);
  t.owedCycles -= cycles;
  charge(v, t.activity, cycles);
  return cycles;
}

/** Has a control task work so many cycles more, and tell when it owes nothing any more. */
export function workOff(index: u32, cycles: u64): void {
  task(index).isWatched = 1;
  owe(index, cycles);
}

/** A control task's burst is over. */
export function putOutControl(t: Task): void {
  if (t.owedCycles || !t.isWatched) return;
  t.isWatched = 0;
  interruptRun(REASON_WORKED, t.subject);
}
