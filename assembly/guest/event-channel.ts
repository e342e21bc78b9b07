/**
 * Event channels between a frontend and its backend: the sender pays a hypercall behind its burst, the receiver a
 * virtual interrupt if it is idle. A busy one will look anyway, and a guest that stands still remembers. Either is an
 * exit of a guest, whose caches are cold afterwards; dom0, a paravirtual machine, has none.
 *
 *     receiver     idle                        busy       stands still, absent   dead
 *     guest        interrupt, then its task    nothing    remembers              nothing
 *     backend      interrupt, then its task    nothing    -                      -
 *
 * Which positions are worth an event is decided by the rings (ring.h, RING_PUSH_..._AND_CHECK_NOTIFY); here it is paid
 * and counted. One channel a NIC, for both rings.
 */
import { cost } from "../cpu/cost";
import { payNext, task, wakeTask } from "../cpu/task";
import { charge, vcpu } from "../cpu/vcpu";
import { GUEST_DEAD, GUEST_RUNNING } from "../layout/control";
import { ACTIVITY_HYPERVISOR, ACTIVITY_INTERRUPT, COST_EVENT_RECEIVE, COST_EVENT_SEND } from "../layout/cost";
import { VIF_EVENTS_SENT, VIF_EVENTS_SUPPRESSED, VIF_KICKS_SENT, VIF_KICKS_SUPPRESSED } from "../layout/paravirtual";
import { Guest, guest, isBusy } from "./guest";
import { FRONT_WANTED } from "./netfront";
import { countVif, VIF_CONNECTED, vif } from "./vif";
import { coolCaches } from "./virtual-interrupt";

/** A guest's burst has published requests: its backend is told if it waits for them. */
export function notifyBackend(g: Guest, found: u32): void {
  if (!g.vif) return;
  const index = g.vif - 1;
  if (!(found & FRONT_WANTED)) {
    countVif(index, VIF_KICKS_SUPPRESSED, 1);
    return;
  }
  countVif(index, VIF_KICKS_SENT, 1);
  paySend(g.task);
  payNext(g.task, coolCaches(vcpu(g.vcpuFirst), 1));
  signalBackend(index);
}

/** A backend's burst has published responses: its guest is told if it waits for them. */
export function notifyGuest(index: u32, isWanted: bool): void {
  if (!isWanted) {
    countVif(index, VIF_EVENTS_SUPPRESSED, 1);
    return;
  }
  countVif(index, VIF_EVENTS_SENT, 1);
  paySend(vif(index).task);
  signalGuest(vif(index).guest);
}

/** Charges a task for sending an event, which its next burst begins with. */
export function paySend(taskIndex: u32): void {
  const cycles = cost(COST_EVENT_SEND);
  charge(vcpu(task(taskIndex).vcpu), ACTIVITY_HYPERVISOR, cycles);
  payNext(taskIndex, cycles);
}

/** An event reaches a backend. */
export function signalBackend(index: u32): void {
  const v = vif(index);
  if (v.state == VIF_CONNECTED && !task(v.task).isReady) wakeTask(v.task, receiveEvent(v.task));
}

/** An event reaches a guest. */
export function signalGuest(index: u32): void {
  const g = guest(index);
  if (g.state == GUEST_DEAD) return;
  if (g.state != GUEST_RUNNING || isBusy(g)) {
    g.isInterrupted = 1;
    return;
  }
  g.isInterrupted = 0;
  const received = receiveEvent(g.task);
  wakeTask(g.task, received + coolCaches(vcpu(g.vcpuFirst), 1));
}

/** Charges a task for an event that wakes it; returns the cycles. */
export function receiveEvent(taskIndex: u32): u32 {
  const cycles = cost(COST_EVENT_RECEIVE);
  charge(vcpu(task(taskIndex).vcpu), ACTIVITY_INTERRUPT, cycles);
  return cycles;
}
