/**
 * The vCPUs that wait for a processor: a list for each class, first come, first served.
 *
 * Invariant: a vCPU is in a list exactly while it is VCPU_QUEUED, in that of its present class on its processor.
 */
import { CLASS_COUNT } from "../layout/processor";
import { Processor, processor } from "./processor";
import { Vcpu, vcpu, vcpuIndexOf } from "./vcpu";

/** A list: its first and its last vCPU as numbers + 1, 0 when it is empty. */
@unmanaged
class RunList {
  first: u32;
  last: u32;
}

function listOf(p: Processor, priority: u32): RunList {
  assert(priority < CLASS_COUNT, "a class has a list");
  return changetype<RunList>(changetype<u32>(p) + offsetof<Processor>("queues0") + (priority << 3));
}

/** Puts a vCPU behind the others of its class on its processor. */
export function append(v: Vcpu): void {
  const list = listOf(processor(v.processor), v.presentClass);
  const number = vcpuIndexOf(v) + 1;
  v.next = 0;
  if (list.first) vcpu(list.last - 1).next = number;
  else list.first = number;
  list.last = number;
}

/** Takes a vCPU out of its list. */
export function remove(v: Vcpu): void {
  const list = listOf(processor(v.processor), v.presentClass);
  const number = vcpuIndexOf(v) + 1;
  let before: u32 = 0;
  let at = list.first;
  while (at != number) {
    assert(at != 0, "a queued vCPU is in its list");
    before = at;
    at = vcpu(at - 1).next;
  }
  if (before) vcpu(before - 1).next = v.next;
  else list.first = v.next;
  if (list.last == number) list.last = before;
  v.next = 0;
}

/** Returns the first vCPU that waits on a processor, of the best class that has one, as number + 1; 0 for none. */
export function firstOn(p: Processor): u32 {
  for (let priority: u32 = 0; priority < CLASS_COUNT; priority++) {
    const first = listOf(p, priority).first;
    if (first) return first;
  }
  return 0;
}

/** Returns the first vCPU of a class or a better one that waits on a processor and may run on another; 0 for none. */
export function firstFor(p: Processor, target: u32, worstClass: u32): u32 {
  for (let priority: u32 = 0; priority <= worstClass; priority++) {
    for (let number = listOf(p, priority).first; number; number = vcpu(number - 1).next) {
      if (mayRunOn(vcpu(number - 1), target)) return number;
    }
  }
  return 0;
}

/** Tells whether a vCPU may run on a processor. */
export function mayRunOn(v: Vcpu, index: u32): bool {
  return index - v.affinityFirst < v.affinityCount;
}
