/**
 * Who runs where: the mechanism of a credit scheduler. The policy, which gives classes, is in src/host.
 *
 *     state      wake                     chosen     burst goes on   nothing to do   slice over, better one waits   halted
 *     blocked    running, or queued       -          -               -               -                              blocked
 *     queued     -                        running    -               -               -                              blocked
 *     running    -                        -          running         blocked         queued                         blocked
 *
 * A vCPU that wakes is boosted if it has credit, as one that waited for input and output should be; it takes an idle
 * processor, the one it ran on last before others, or the place of a vCPU of a worse class, or waits. A burst that is
 * interrupted goes on where it stopped. A processor that becomes free takes the best vCPU that waits for it, and one
 * that waits elsewhere in its group before one of its own that has overdrawn its credit.
 *
 * An idle processor sleeps, the deeper the longer: it is awake after a third of the time for which it has been idle, and
 * after the wake-up latency of the cost model at most. Nobody is charged for that time, in which it is still idle. assumed:
 * one proportion in place of a governor's few states and its guesses.
 *
 * Invariant: a processor with somebody in its queue is not idle, or waking. Ties go by processor number;
 * for a vCPU that wakes, from its last one on and round.
 *
 * Source: Xen, xen/common/sched/credit.c: wake, tickle, schedule and load balance. Left out: yields, caps, parking,
 * migration cost but for the switch that is charged.
 */
import { ACTIVITY_HYPERVISOR, COST_VCPU_SWITCH, WAKE_LATENCY_NS } from "../layout/cost";
import { EVENT_SLICE, EVENT_VCPU } from "../layout/event";
import {
  CLASS_BOOST,
  CLASS_COUNT,
  CLASS_OVER,
  CLASS_UNDER,
  VCPU_BLOCKED,
  VCPU_QUEUED,
  VCPU_RUNNING,
} from "../layout/processor";
import { PS_PER_NS } from "../layout/time";
import { ring, setAlarm } from "../sim/alarm";
import { NEVER, schedule } from "../sim/event-queue";
import { world } from "../sim/world";
import { cost } from "./cost";
import { endStretch, Processor, processor } from "./processor";
import { append, firstFor, firstOn, mayRunOn, remove } from "./run-queue";
import { charge, timeOf, Vcpu, vcpu, vcpuIndexOf } from "./vcpu";

/**
 * So many times its exit latency a sleep has to last to pay: two to four in Linux's tables (intel_idle: Nehalem, Sandy
 * Bridge), of which this stands in the middle.
 */
const IDLE_TIMES_LATENCY: u64 = 3;

/** A vCPU has something to do: it runs, or waits for a processor. It may know already. */
export function wake(v: Vcpu): void {
  if (v.state != VCPU_BLOCKED || v.isHalted || v.isWaiting) return;
  v.presentClass = v.basicClass == CLASS_UNDER ? CLASS_BOOST : v.basicClass;
  const target = placeFor(v);
  v.processor = target;
  v.state = VCPU_QUEUED;
  append(v);
  const p = processor(target);
  if (!p.running) rouse(target);
  else if (vcpu(p.running - 1).presentClass > v.presentClass) displace(target);
  else armSlice(target);
}

/** Has an idle processor wake up, and then run whoever is next. */
function rouse(index: u32): void {
  const p = processor(index);
  if (p.wakesAt != NEVER) return;
  const now = world().now;
  const latencyPs = min<u64>((now - p.since) / IDLE_TIMES_LATENCY, <u64>cost(WAKE_LATENCY_NS) * PS_PER_NS);
  if (!latencyPs) {
    choose(index);
    return;
  }
  p.wakesAt = now + latencyPs;
  schedule(EVENT_SLICE, index, p.wakesAt);
}

/**
 * Returns the processor for a vCPU that wakes: its last one if that is idle, else an idle one, else the one that does the
 * least important work. Others are looked at in a circle from the last one on, as Xen cycles among idle ones
 * (cpumask_cycle in csched's pick and tickle): by number, all vCPUs would meet on the first.
 */
function placeFor(v: Vcpu): u32 {
  const usual = mayRunOn(v, v.processor) ? v.processor : v.affinityFirst;
  let best = usual;
  let bestRank = rankOf(processor(usual));
  for (let i: u32 = 1; i < v.affinityCount; i++) {
    const index = v.affinityFirst + ((usual - v.affinityFirst + i) % v.affinityCount);
    const rank = rankOf(processor(index));
    if (rank <= bestRank) continue;
    best = index;
    bestRank = rank;
  }
  return best;
}

/** Higher for a processor that a vCPU would rather take: idle, else by the class of what runs, or will once it is awake. */
function rankOf(p: Processor): u32 {
  if (p.running) return vcpu(p.running - 1).presentClass;
  const next = firstOn(p);
  return next ? vcpu(next - 1).presentClass : CLASS_COUNT;
}

/** Has the vCPU at hand run for so long; it is running, and between two bursts. */
export function runFor(v: Vcpu, ps: u64): void {
  assert(v.state == VCPU_RUNNING && v.armed == NEVER, "a running vCPU begins a burst when it has ended one");
  v.armed = world().now + ps;
  schedule(EVENT_VCPU, vcpuIndexOf(v), v.armed);
}

/** Takes the end of a burst: returns false when the event is stale. */
export function endBurst(v: Vcpu): bool {
  if (v.armed != world().now) return false;
  v.armed = NEVER;
  return true;
}

/** Returns how much of the burst at hand is left, and ends it: something more urgent is done first. */
export function breakBurst(v: Vcpu): u64 {
  const left = v.armed - world().now;
  v.armed = NEVER;
  return left;
}

/** Between two bursts: tells whether the vCPU is to let another one run. */
export function isDisplaced(v: Vcpu): bool {
  const p = processor(v.processor);
  if (p.slice.wanted > world().now) return false;
  endBoost(v);
  const first = firstOn(p);
  return first != 0 && vcpu(first - 1).presentClass <= v.presentClass;
}

/** Between two bursts: waits behind the others of its class. */
export function yieldProcessor(v: Vcpu): void {
  leave(v, VCPU_QUEUED);
  append(v);
  choose(v.processor);
}

/** The vCPU has nothing to do. */
export function block(v: Vcpu): void {
  leave(v, VCPU_BLOCKED);
  choose(v.processor);
}

/** Takes a vCPU off its processor or out of its queue for as long as it is halted; a burst at hand goes on later. */
export function halt(v: Vcpu): void {
  v.isHalted = 1;
  if (v.state == VCPU_QUEUED) {
    remove(v);
    v.state = VCPU_BLOCKED;
  } else if (v.state == VCPU_RUNNING) {
    if (v.armed != NEVER) v.remainingPs = breakBurst(v);
    block(v);
  }
}

/** Sets the class that a vCPU has by its credit; a boost ends with it. */
export function setClass(v: Vcpu, basicClass: u32): void {
  assert(basicClass == CLASS_UNDER || basicClass == CLASS_OVER, "credit is there or overdrawn");
  v.basicClass = basicClass;
  if (v.state == VCPU_QUEUED) {
    remove(v);
    v.presentClass = basicClass;
    append(v);
  } else {
    v.presentClass = basicClass;
  }
}

/** After classes have changed: has every processor of a group do the most important work that waits there. */
export function reconsider(index: u32): void {
  const p = processor(index);
  if (!p.running) return;
  const v = vcpu(p.running - 1);
  const first = firstOn(p);
  const isWorse = first != 0 && vcpu(first - 1).presentClass < v.presentClass;
  if (isWorse || (v.presentClass == CLASS_OVER && firstElsewhere(index, CLASS_UNDER))) displace(index);
}

/** A processor is awake, or its time slice ends. */
export function onSlice(index: u32): void {
  const p = processor(index);
  if (p.wakesAt == world().now) {
    p.wakesAt = NEVER;
    choose(index);
    return;
  }
  if (!ring(p.slice, EVENT_SLICE, index)) return;
  const first = firstOn(p);
  if (!first || !p.running) return;
  const v = vcpu(p.running - 1);
  endBoost(v);
  if (vcpu(first - 1).presentClass <= v.presentClass) {
    displace(index);
  } else {
    p.startedAt = world().now;
    armSlice(index);
  }
}

/** A boost ends when its vCPU leaves the processor, or has had a time slice of it. */
function endBoost(v: Vcpu): void {
  if (v.presentClass == CLASS_BOOST) v.presentClass = v.basicClass;
}

/** Has the vCPU that runs wait, its burst interrupted, and another one run. */
function displace(index: u32): void {
  const v = vcpu(processor(index).running - 1);
  v.remainingPs = breakBurst(v);
  leave(v, VCPU_QUEUED);
  append(v);
  choose(index);
}

/** Ends the present stretch of a processor, and begins another of the same kind: what is known is then recorded. */
export function closeStretch(index: u32): void {
  const p = processor(index);
  if (p.running) vcpu(p.running - 1).ranPs += world().now - p.since;
  endStretch(index);
}

function leave(v: Vcpu, state: u32): void {
  const p = processor(v.processor);
  assert(v.state == VCPU_RUNNING && p.running == vcpuIndexOf(v) + 1, "who leaves a processor runs on it");
  closeStretch(v.processor);
  p.running = 0;
  p.slice.wanted = NEVER;
  v.state = state;
  endBoost(v);
}

/** Has a free processor run whoever is next. */
function choose(index: u32): void {
  const number = nextFor(index);
  if (!number) return;
  const p = processor(index);
  const v = vcpu(number - 1);
  remove(v);
  endStretch(index);
  v.state = VCPU_RUNNING;
  v.processor = index;
  p.running = number;
  p.startedAt = world().now;
  const switching = p.last && p.last != number ? cost(COST_VCPU_SWITCH) : 0;
  p.last = number;
  if (switching) charge(v, ACTIVITY_HYPERVISOR, switching);
  const burst = v.remainingPs + (switching ? timeOf(v, switching) : 0);
  v.remainingPs = 0;
  runFor(v, burst);
  if (firstOn(p)) armSlice(index);
}

/** Returns who runs next on a processor: its own first, but one from elsewhere before an overdrawn one of its own. */
function nextFor(index: u32): u32 {
  const p = processor(index);
  const own = firstOn(p);
  if (own && vcpu(own - 1).presentClass < CLASS_OVER) return own;
  const other = firstElsewhere(index, own ? CLASS_UNDER : CLASS_OVER);
  return other ? other : own;
}

/** Returns who waits in the group for another processor, of a class or a better one, and may run on this one. */
function firstElsewhere(index: u32, worstClass: u32): u32 {
  const p = processor(index);
  for (let i: u32 = 0; i < p.groupCount; i++) {
    const other = p.groupFirst + i;
    if (other == index) continue;
    const found = firstFor(processor(other), index, worstClass);
    if (found) return found;
  }
  return 0;
}

/** Somebody waits behind the vCPU that runs: its slice ends at some time. */
function armSlice(index: u32): void {
  const p = processor(index);
  if (p.slice.wanted != NEVER) return;
  setAlarm(p.slice, EVENT_SLICE, index, max<u64>(p.startedAt + p.slicePs, world().now));
}
