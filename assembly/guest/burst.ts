/**
 * The bursts of every vCPU: at the end of one its output takes effect, and the next task that is ready begins one.
 *
 *     burst ends --> output --> waits for a device model?         blocked, the same task at hand
 *                               guest to be suspended?            halted
 *                               goes on without a turn?           its burst
 *                               another vCPU's turn?              queued
 *                               next ready task has work:         its burst
 *                               it has none:                      idle, the task after it
 *                               no task is ready:                 blocked
 *
 * This is the file that knows what each kind of task does.
 */
import { block, endBurst, isDisplaced, runFor, yieldProcessor } from "../cpu/scheduler";
import { endTask, endTurn, NO_WORK, Task, takeTurn, task, wakeTask } from "../cpu/task";
import { timeOf, Vcpu, vcpu } from "../cpu/vcpu";
import { GUEST_SUSPENDING } from "../layout/control";
import {
  TASK_BACKEND,
  TASK_BLOCK,
  TASK_BRIDGE,
  TASK_COMPUTE,
  TASK_CONTROL,
  TASK_DEVICE_MODEL,
  TASK_HOLD,
  TASK_NETWORK,
} from "../layout/processor";
import { putOutBlock, restBlock, tellDisk, workBlock } from "./block-back";
import { compute } from "./compute";
import { pay, putOutControl } from "./control-task";
import { putOutDeviceModel, restDeviceModel, workDeviceModel } from "./device-model";
import { putOutPort, restPort, workPort } from "./dom0-port";
import { goOnEmulated, hasEnded } from "./emulated-driver";
import { isEmulated } from "./emulated-nic";
import { guest, haltAfterBurst } from "./guest";
import { putOutHold, workHold } from "./hold-queue";
import { tellDevice } from "./net-device";
import { putOutBackend, restBackend, workBackend } from "./netback";
import { rest, work } from "./network-task";

/** A vCPU ends its burst. */
export function onVcpu(index: u32): void {
  const v = vcpu(index);
  if (!endBurst(v)) return;
  if (v.task) putOut(task(v.task - 1));
  if (v.isWaiting) {
    block(v);
    return;
  }
  if (v.guest && guest(v.guest - 1).state == GUEST_SUSPENDING) {
    haltAfterBurst(v.guest - 1, v);
    return;
  }
  const cycles = v.task ? goOn(task(v.task - 1)) : NO_WORK;
  if (cycles != NO_WORK) {
    runFor(v, timeOf(v, cycles));
    return;
  }
  endTurn(v);
  if (isDisplaced(v)) yieldProcessor(v);
  else begin(v);
}

/** What a task does next before any other has its turn; returns its cycles, charged, or NO_WORK. */
function goOn(t: Task): u32 {
  return t.kind == TASK_NETWORK && isEmulated(guest(t.subject)) ? goOnEmulated(guest(t.subject)) : NO_WORK;
}

function begin(v: Vcpu): void {
  for (let number = takeTurn(v); number; number = takeTurn(v)) {
    const t = task(number - 1);
    if (t.pendingPs) {
      const left = t.pendingPs;
      t.pendingPs = 0;
      runFor(v, left);
      return;
    }
    const sent = t.sentPs;
    t.sentPs = 0;
    const cycles = workOf(t, v);
    if (cycles != NO_WORK || sent) {
      runFor(v, sent + (cycles == NO_WORK ? 0 : timeOf(v, cycles)));
      return;
    }
    endTask(v);
    if (hasMoreAfterRest(t)) wakeTask(number - 1, 0);
  }
  block(v);
}

/** Does what a task's next burst consists of; returns its cycles, charged, or NO_WORK. */
function workOf(t: Task, v: Vcpu): u32 {
  switch (t.kind) {
    case TASK_NETWORK:
      return workNetwork(t);
    case TASK_COMPUTE:
      return compute(guest(t.subject).memory, v);
    case TASK_CONTROL:
      return pay(t, v);
    case TASK_BRIDGE:
      return workPort(t.subject, v);
    case TASK_BACKEND:
      return workBackend(t.subject, v);
    case TASK_DEVICE_MODEL:
      return workDeviceModel(t.subject, v);
    case TASK_HOLD:
      return workHold(t.subject, v);
    case TASK_BLOCK:
      return workBlock(t.subject, v);
    default:
      assert(false, "every kind of task does something");
      return NO_WORK;
  }
}

function workNetwork(t: Task): u32 {
  const g = guest(t.subject);
  const cycles = goOn(t);
  if (cycles != NO_WORK) return cycles;
  return isEmulated(g) && hasEnded(g) ? NO_WORK : work(g);
}

/** A task's burst is over: what it did is seen outside. */
function putOut(t: Task): void {
  if (t.kind == TASK_NETWORK) tellWorld(t.subject);
  else if (t.kind == TASK_BRIDGE) putOutPort(t.subject);
  else if (t.kind == TASK_BACKEND) putOutBackend(t.subject);
  else if (t.kind == TASK_DEVICE_MODEL) putOutDeviceModel(t.subject);
  else if (t.kind == TASK_HOLD) putOutHold(t.subject);
  else if (t.kind == TASK_CONTROL) putOutControl(t);
  else if (t.kind == TASK_BLOCK) putOutBlock(t.subject);
}

function tellWorld(index: u32): void {
  tellDevice(index);
  tellDisk(guest(index));
}

/** A task had nothing to do: it asks to be told of what it waits for. Returns whether that is there already. */
function hasMoreAfterRest(t: Task): bool {
  if (t.kind == TASK_NETWORK) return rest(guest(t.subject));
  if (t.kind == TASK_BACKEND) return restBackend(t.subject);
  if (t.kind == TASK_BLOCK) return restBlock(t.subject);
  if (t.kind == TASK_BRIDGE) restPort(t.subject);
  else if (t.kind == TASK_DEVICE_MODEL) restDeviceModel(t.subject);
  return false;
}
