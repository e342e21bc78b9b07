/**
 * The device model of an emulated NIC, a process of dom0's: a task of one of its vCPUs, which takes turns with netback,
 * the bridge and the device models of other guests.
 *
 *     turn       begins                                            ends
 *     access     a register is looked up; of TDT, up to 64         it is read or written; the guest's vCPU goes on,
 *                descriptors are walked                            unless there is more to walk; frames to the bridge
 *     interval   the timer is looked at                            the line may rise
 *     receive    up to 50 frames are read from the tap             they are in the guest's buffers, a cause is noted
 *
 * An access that waits goes before frames that wait, as the guest stands still for it. Whoever ran on the vCPU before, the
 * switch to the process is charged unless it was this one. Invariant: of a guest's memory only descriptors that are
 * reported, and buffers of received frames, change, and each page that does is marked in its dirty log.
 *
 * Source: QEMU's main loop and hw/net/e1000.c; Xen's ioreq page. Left out: a thread for each vCPU, coalesced and buffered
 * writes, posted interrupts.
 */
import { cost } from "../cpu/cost";
import { wake } from "../cpu/scheduler";
import { NO_WORK, payNext, task, wakeTask } from "../cpu/task";
import { charge, Vcpu, vcpu } from "../cpu/vcpu";
import {
  ACTIVITY_DEVICE_MODEL,
  ACTIVITY_HYPERVISOR,
  ACTIVITY_INTERRUPT,
  COST_EVENT_RECEIVE,
  COST_EVENT_SEND,
  COST_MODEL_ACCESS,
  COST_PROCESS_SWITCH,
} from "../layout/cost";
import { CAUSE_SENT, EMULATED_SWITCHES, EMULATED_TDT } from "../layout/emulated";
import { EVENT_THROTTLE, REASON_VIF_QUIESCED } from "../layout/event";
import { FRAME_BYTES_MIN } from "../layout/limits";
import { VIF_BURSTS, VIF_STARVED } from "../layout/paravirtual";
import { BORN_DEVICE_MODEL, DROP_BACKEND_DOWN, TRACE_BORN } from "../layout/trace";
import { NEVER, schedule } from "../sim/event-queue";
import { nextFrame, trace } from "../sim/trace";
import { interruptRun, world } from "../sim/world";
import { writeAnnouncement } from "../wire/ethernet";
import { FRAME_START, frame, freeSlot, removeFirst, takeSlot } from "../wire/frame";
import { drop } from "../wire/wire";
import { joinBridge } from "./dom0-bridge";
import { ACCESS_ANSWERED, ACCESS_PENDING, countEmulated, EmulatedNic, emulatedNic } from "./emulated-nic";
import { canReceive, putFrames, takeFrames } from "./emulated-receive";
import { raiseCause, readRegister, setLine, writeRegister } from "./emulated-registers";
import { beginWalk, walk } from "./emulated-transmit";
import { guest } from "./guest";
import { sendOnward, sendUncharged } from "./hold-queue";
import { disconnectBackend } from "./netback";
import { countVif, VIF_CONNECTED, Vif, vif } from "./vif";

const TURN_ACCESS: u32 = 1;
const TURN_INTERVAL: u32 = 2;
const TURN_RECEIVE: u32 = 3;

/** Resets the NIC and puts its tap on the bridge. */
export function connectEmulated(index: u32): void {
  disconnectEmulated(index, DROP_BACKEND_DOWN);
  const e = emulatedNic(index);
  memory.fill(changetype<u32>(e), 0, offsetof<EmulatedNic>());
  e.isThere = 1;
  e.throttleAt = NEVER;
  const v = vif(index);
  v.state = VIF_CONNECTED;
  joinBridge(index, guest(v.guest).mac);
  v.isBridged = 1;
  // A driver that begins anew waits for nothing that it wanted before.
  goOnWaiting(v);
}

/** Takes the tap off the bridge; what is under way ends, and an access that waits is never answered. */
export function disconnectEmulated(index: u32, reason: u32): void {
  const e = emulatedNic(index);
  disconnectBackend(index, reason);
  while (e.arrivingFirst) drop(removeFirst(e.arriving), world().now, index, reason);
  if (e.packetSlot) freeSlot(e.packetSlot);
  e.packetSlot = 0;
}

/** A guest's vCPU waits for an answer. */
export function signalDeviceModel(index: u32): void {
  const t = task(vif(index).task);
  if (t.isReady) return;
  const cycles = cost(COST_EVENT_RECEIVE);
  charge(vcpu(t.vcpu), ACTIVITY_INTERRUPT, cycles);
  wakeTask(vif(index).task, cycles);
}

/** The interval between two interrupts is over: the device model's timer. */
export function onThrottle(index: u32): void {
  const e = emulatedNic(index);
  if (e.throttleAt != world().now || vif(index).state != VIF_CONNECTED) return;
  e.isThrottleOver = 1;
  wakeDeviceModel(index);
}

/** The kernel has something for the process, which sleeps until then. */
export function wakeDeviceModel(index: u32): void {
  if (!task(vif(index).task).isReady) wakeTask(vif(index).task, 0);
}

/** Begins a turn; returns its cycles, charged, or NO_WORK. */
export function workDeviceModel(index: u32, cpu: Vcpu): u32 {
  const v = vif(index);
  const e = emulatedNic(index);
  e.turn = v.state == VIF_CONNECTED && !e.isQuiesced ? nextTurn(v, e) : 0;
  if (!e.turn) return NO_WORK;
  countVif(index, VIF_BURSTS, 1);
  const switching = switchTo(index, cpu);
  if (e.turn == TURN_RECEIVE) return switching + takeFrames(index, v, e, cpu);
  if (e.turn == TURN_INTERVAL) return switching + turnOver(cpu);
  const looking = turnOver(cpu);
  if (e.isWalking) return switching + looking + walk(index, v, e, cpu);
  if (!e.isWrite || e.register != EMULATED_TDT) return switching + looking;
  writeRegister(index, EMULATED_TDT, e.value);
  return switching + looking + (beginWalk(e) ? walk(index, v, e, cpu) : 0);
}

function nextTurn(v: Vif, e: EmulatedNic): u32 {
  if (e.access == ACCESS_PENDING) return TURN_ACCESS;
  if (e.isThrottleOver) return TURN_INTERVAL;
  return v.queueFirst && canReceive(e) ? TURN_RECEIVE : 0;
}

function switchTo(index: u32, cpu: Vcpu): u32 {
  if (cpu.process == index + 1) return 0;
  cpu.process = index + 1;
  countEmulated(index, EMULATED_SWITCHES);
  const cycles = cost(COST_PROCESS_SWITCH);
  charge(cpu, ACTIVITY_DEVICE_MODEL, cycles);
  return cycles;
}

/** A turn of the main loop that finds something to do. */
function turnOver(cpu: Vcpu): u32 {
  const cycles = cost(COST_MODEL_ACCESS);
  charge(cpu, ACTIVITY_DEVICE_MODEL, cycles);
  return cycles;
}

/** A turn is over: what it did is seen by the guest, and on the bridge. */
export function putOutDeviceModel(index: u32): void {
  const v = vif(index);
  const e = emulatedNic(index);
  if (v.state != VIF_CONNECTED) return;
  // A burst may be nothing but a debt that was paid.
  const wasTurn = e.turn != 0;
  if (e.turn == TURN_RECEIVE) {
    putFrames(index, v, e);
  } else if (e.turn == TURN_INTERVAL) {
    e.isThrottleOver = 0;
    e.throttleAt = NEVER;
  } else if (e.turn == TURN_ACCESS && !e.isWalking) {
    answer(index, v, e);
  }
  e.turn = 0;
  const calls = setLine(index);
  if (calls) pay(v, calls);
  sendOnward(index);
  if (wasTurn && e.isQuiesced) interruptRun(REASON_VIF_QUIESCED, index);
}

/** The access is made, and the guest's vCPU goes on behind it. */
function answer(index: u32, v: Vif, e: EmulatedNic): void {
  if (e.hasReported) raiseCause(index, CAUSE_SENT);
  e.hasReported = 0;
  if (!e.isWrite) e.value = readRegister(index, e.register);
  else if (e.register != EMULATED_TDT) writeRegister(index, e.register, e.value);
  e.access = ACCESS_ANSWERED;
  pay(v, cost(COST_EVENT_SEND));
  goOnWaiting(v);
}

function goOnWaiting(v: Vif): void {
  const waiting = vcpu(guest(v.guest).vcpuFirst);
  waiting.isWaiting = 0;
  if (waiting.task) wake(waiting);
}

function pay(v: Vif, cycles: u32): void {
  charge(vcpu(task(v.task).vcpu), ACTIVITY_HYPERVISOR, cycles);
  payNext(v.task, cycles);
}

/** The process has nothing to do, and sleeps. */
export function restDeviceModel(index: u32): void {
  const v = vif(index);
  vcpu(task(v.task).vcpu).process = 0;
  if (v.state == VIF_CONNECTED && v.queueFirst && !emulatedNic(index).isQuiesced) countVif(index, VIF_STARVED, 1);
}

/** Lets no turn begin; returns whether none is at hand. Otherwise `advance` will say so when it has ended. */
export function quiesceDeviceModel(index: u32): bool {
  const e = emulatedNic(index);
  e.isQuiesced = 1;
  return !e.turn;
}

/** Lets turns begin again. */
export function unquiesceDeviceModel(index: u32): void {
  const e = emulatedNic(index);
  e.isQuiesced = 0;
  if (vif(index).state == VIF_CONNECTED && nextTurn(vif(index), e)) wakeDeviceModel(index);
}

/** Puts the tap of a restored NIC on the bridge; the interval that it was saved in runs on. */
export function attachEmulated(index: u32): void {
  const v = vif(index);
  const e = emulatedNic(index);
  assert(v.state != VIF_CONNECTED, "a restored NIC is attached once");
  if (e.throttleAt != NEVER) {
    // Until here it is what is left.
    e.throttleAt += world().now;
    schedule(EVENT_THROTTLE, index, e.throttleAt);
  }
  v.state = VIF_CONNECTED;
  joinBridge(index, guest(v.guest).mac);
  v.isBridged = 1;
  unquiesceDeviceModel(index);
}

/**
 * Has the device model tell the network where its guest's address is, as QEMU does for a guest that knows of nothing. It
 * goes through the tap like the guest's own frames: while the machine is protected it waits for its epoch, as they do.
 */
export function announceEmulated(index: u32): void {
  const v = vif(index);
  const g = guest(v.guest);
  if (v.state != VIF_CONNECTED) return;
  const slot = takeSlot(FRAME_BYTES_MIN);
  const f = frame(slot);
  f.bytes = writeAnnouncement(slot + FRAME_START, g.mac, g.ip);
  f.id = nextFrame();
  f.due = world().now;
  trace(TRACE_BORN, world().now, index, f.id, f.bytes, BORN_DEVICE_MODEL, 0);
  sendUncharged(index, slot);
}
