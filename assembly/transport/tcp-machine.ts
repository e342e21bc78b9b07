/**
 * An external machine with a TCP stack and work over it, at the end of wires of its own. It has no processor: it is
 * quick. Its memory is a `GuestMemory` like a guest's, which nobody logs: the stack is the same code.
 *
 *     a frame arrives, a timer is due, the wire has room again
 *         -> the stack takes it -> work that is woken goes on -> frames are pulled, while the wire is free soon
 *
 * Frames are committed to the wire up to the look-ahead of a port, 10 us, so that connections take turns and a window is
 * not put on the wire at once. Invariant: `armed` is the time of the pending event, no later than the stack's first
 * deadline and, with frames to send, than half a look-ahead before the wire runs dry; an event of another time is stale.
 */
import { LOOK_AHEAD_PS } from "../layout/control";
import { EVENT_MACHINE } from "../layout/event";
import { FRAME_BYTES_MAX, SLOT_SMALL_BYTES } from "../layout/limits";
import { MACHINE_BYTES, MACHINES } from "../layout/memory-map";
import { BORN_MACHINE, DROP_NOT_FOR_US, TRACE_BORN, TRACE_CONSUMED } from "../layout/trace";
import { copy } from "../memory/copy";
import { GuestMemory } from "../memory/guest-memory";
import { Alarm, ring, setAlarm } from "../sim/alarm";
import { nextFrame, trace } from "../sim/trace";
import { world } from "../sim/world";
import { FRAME_START, frame, freeSlot, takeSlot } from "../wire/frame";
import { arm, arrived, drop, isDue, send, wire } from "../wire/wire";
import { onSegment } from "./tcp-input";
import { pullSegment } from "./tcp-output";
import { Stack, stackAt } from "./tcp-stack";
import { nextDeadline, onTimer } from "./tcp-timer";
import { runWork } from "./tcp-work";

@unmanaged
export class Machine {
  mac: u64;
  /** The alarm lies here; see `alarm`. */
  alarm0: u64;
  alarm1: u64;
  alarm2: u64;
  alarm3: u64;
  alarm4: u64;
  ip: u32;
  wireIn: u32;
  wireOut: u32;
  memoryStart: u32;
  get memory(): GuestMemory {
    return changetype<GuestMemory>(changetype<u32>(this) + offsetof<Machine>());
  }
  get alarm(): Alarm {
    return changetype<Alarm>(changetype<u32>(this) + offsetof<Machine>("alarm0"));
  }
}

/** The stack begins behind page 0, so that address 0 is nothing. */
export const MACHINE_STACK_PAGE: u32 = 1;

if (offsetof<Machine>("ip") - offsetof<Machine>("alarm0") != offsetof<Alarm>())
  ERROR("layout: a machine has no room for its alarm");
if (offsetof<Machine>() + offsetof<GuestMemory>() > MACHINE_BYTES) ERROR("layout: Machine does not fit MACHINE_BYTES");

const SMALL_FRAME_BYTES_MAX: u32 = SLOT_SMALL_BYTES - FRAME_START;

export function machine(index: u32): Machine {
  return changetype<Machine>(MACHINES + index * MACHINE_BYTES);
}

/** Returns a machine's stack, to be changed. */
export function machineStack(index: u32): Stack {
  return stackAt(machine(index).memory, MACHINE_STACK_PAGE);
}

/** A timer of the stack is due, or the wire has room. */
export function onMachine(index: u32): void {
  const x = machine(index);
  if (!ring(x.alarm, EVENT_MACHINE, index)) return;
  onTimer(x.memory, machineStack(index));
  goOn(index);
}

/** Takes the frames that have arrived. */
export function onMachineArrival(wireIndex: u32): void {
  const w = wire(wireIndex);
  if (!isDue(w)) return;
  for (let slot = arrived(wireIndex); slot; slot = arrived(wireIndex)) consume(w.receiver, slot);
  arm(wireIndex, 0);
  goOn(w.receiver);
}

function consume(index: u32, slot: u32): void {
  const f = frame(slot);
  if (!onSegment(machine(index).memory, machineStack(index), slot + FRAME_START, f.bytes)) {
    drop(slot, f.due, index, DROP_NOT_FOR_US);
    return;
  }
  trace(TRACE_CONSUMED, f.due, index, f.id, f.bytes, BORN_MACHINE, 0);
  freeSlot(slot);
}

/** Has the work go on with what is woken, and the wire take what wants to leave. */
export function goOn(index: u32): void {
  const x = machine(index);
  const s = machineStack(index);
  runWork(x.memory, s, u32.MAX_VALUE);
  transmit(index);
  rearm(index);
}

function transmit(index: u32): void {
  const x = machine(index);
  const s = machineStack(index);
  const now = world().now;
  const out = wire(x.wireOut);
  while (out.freeAt < now + LOOK_AHEAD_PS && s.readyFirst | s.resetCount) {
    let slot = takeSlot(FRAME_BYTES_MAX);
    const bytes = pullSegment(x.memory, s, slot + FRAME_START, s.mss);
    if (bytes <= SMALL_FRAME_BYTES_MAX) slot = replaced(slot, bytes);
    if (!bytes) break;
    const f = frame(slot);
    f.bytes = bytes;
    f.id = nextFrame();
    trace(TRACE_BORN, now, index, f.id, bytes, BORN_MACHINE, 0);
    send(x.wireOut, slot, now);
  }
}

/** Moves a short frame into a slot of its size, and none into none. */
function replaced(slot: u32, bytes: u32): u32 {
  freeSlot(slot);
  if (!bytes) return slot;
  const small = takeSlot(bytes);
  copy(small + FRAME_START, slot + FRAME_START, bytes);
  return small;
}

function rearm(index: u32): void {
  const x = machine(index);
  const s = machineStack(index);
  let time = nextDeadline(x.memory, s);
  if (s.readyFirst | s.resetCount) time = min<u64>(time, wire(x.wireOut).freeAt - LOOK_AHEAD_PS / 2);
  setAlarm(x.alarm, EVENT_MACHINE, index, max<u64>(time, world().now));
}
