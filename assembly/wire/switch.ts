/**
 * A learning switch: store and forward, one table of addresses, a wire in and a wire out for each port.
 *
 * It learns the sender of every frame, so a gratuitous ARP from another port moves an address at once (IEEE 802.1D
 * section 7.8). An address that is not known, and a group address, is flooded. Left out: ageing, VLANs, spanning tree.
 *
 *     table entry:  | address, 48 bits | port + 1, 16 bits |     0: free; open addressing, linear probing
 *
 * Nobody can see what becomes of a frame before it comes out at the other end of a wire: after the switch's delay and
 * that wire's latency. So the switch looks at what has arrived once in so long a time, its window, and takes the frames of all
 * ports in the order of their arrival, of equals that of the lower wire first. Times, order and drops are those of a look at
 * every arrival (a schedule with an event for every hop does so). Invariant: whatever changes how a wire out takes frames is
 * changed after `relayAll`.
 *
 *     arrivals    a   b  c      d | e          window: delay + least latency of the wires out
 *                 |<--- window -->|
 *                                 look: a, b, c, d leave, each as of its own time; none is at its end before now
 */
import { SWITCH_ADDRESS_COUNT, SWITCH_PORT_COUNT_MAX } from "../layout/limits";
import { SWITCH_BYTES, SWITCHES } from "../layout/memory-map";
import { PS_PER_US } from "../layout/time";
import { DROP_REPLICATED, DROP_SWITCH_SAME_PORT, TRACE_COPIED, TRACE_MOVED } from "../layout/trace";
import { copy } from "../memory/copy";
import { NEVER } from "../sim/event-queue";
import { nextFrame, trace } from "../sim/trace";
import { reserve, world } from "../sim/world";
import { ARRIVAL_SHIFT, arrivalAt, dropFirst, heapify, sink } from "./arrival-heap";
import { keptOf } from "./content";
import { ADDRESS_MASK, destination, isGroup, source } from "./ethernet";
import { FRAME_START, frame, takeSlot } from "./frame";
import { arm, arrive, drop, hasArrived, isDue, send, wire } from "./wire";

@unmanaged
export class Switch {
  delayPs: u64;
  portCount: u32;
  /** The table of addresses. */
  table: u32;
  addressCount: u32;
}

/** Behind the record: of each port its wires out and in; then the ports whose next frame is here, as a heap. */
@unmanaged
class SwitchPort {
  wireOut: u32;
  wireIn: u32;
}

const PORTS_AT: u32 = 32;
const PORT_SHIFT: u32 = 3;
const HEAP_AT: u32 = PORTS_AT + (SWITCH_PORT_COUNT_MAX << PORT_SHIFT);
if (offsetof<Switch>() > PORTS_AT) ERROR("layout: Switch has grown into its ports");
if (offsetof<SwitchPort>() != 1 << PORT_SHIFT) ERROR("layout: SwitchPort has drifted");
if (HEAP_AT + (SWITCH_PORT_COUNT_MAX << ARRIVAL_SHIFT) > SWITCH_BYTES)
  ERROR("layout: Switch does not fit SWITCH_BYTES");

/** An event was stale. */
export const NO_SWITCH: u32 = 0xffffffff;

/** Of long wires a window would be long as well, and a look without bounds: neither is worth more than this. */
const WINDOW_PS_MAX: u64 = 2 * PS_PER_US;
/** Frames that leave in one event, a flooded one for each port: what is left is taken in another one, so that no event is without bounds. */
const RELAY_BUDGET: i32 = 1024;

function switchAt(index: u32): Switch {
  return changetype<Switch>(SWITCHES + index * SWITCH_BYTES);
}

/** Makes a switch without ports. */
export function createSwitch(index: u32, delayPs: u64): void {
  const s = switchAt(index);
  s.delayPs = delayPs;
  s.table = reserve(SWITCH_ADDRESS_COUNT * 8);
}

/** Adds a port with its wires out and in; the switch is the receiver of the latter. */
export function addSwitchPort(index: u32, wireOut: u32, wireIn: u32): void {
  const s = switchAt(index);
  assert(s.portCount < SWITCH_PORT_COUNT_MAX, "a switch has a port left");
  const p = portOf(s, s.portCount++);
  p.wireOut = wireOut;
  p.wireIn = wireIn;
  wire(wireIn).notBefore = NEVER;
  wire(wireIn).leader = portOf(s, 0).wireIn;
  const window = windowOf(s);
  for (let other: u32 = 0; other < s.portCount; other++) wire(portOf(s, other).wireIn).unwatchedPsMax = window;
}

/** Returns how long a frame may lie on a wire in before it is looked at. */
function windowOf(s: Switch): u64 {
  let latency = NEVER;
  for (let port: u32 = 0; port < s.portCount; port++) {
    latency = min<u64>(latency, wire(portOf(s, port).wireOut).latencyPs);
  }
  return min<u64>(s.delayPs + latency, WINDOW_PS_MAX);
}

function portOf(s: Switch, port: u32): SwitchPort {
  return changetype<SwitchPort>(changetype<u32>(s) + PORTS_AT + (port << PORT_SHIFT));
}

/** A frame has lain on a wire in for a window. Returns the switch, NO_SWITCH for a stale event. */
export function onSwitchArrival(leader: u32): u32 {
  const w = wire(leader);
  if (!isDue(w)) return NO_SWITCH;
  const index = w.receiver;
  relay(index, RELAY_BUDGET);
  armSwitch(switchAt(index));
  return index;
}

/** Has the switch look again when a frame will have lain on some wire for a window. */
function armSwitch(s: Switch): void {
  let earliest = NEVER;
  let wireIn: u32 = 0;
  for (let port: u32 = 0; port < s.portCount; port++) {
    const slot = wire(portOf(s, port).wireIn).underWayFirst;
    if (!slot || frame(slot).due >= earliest) continue;
    earliest = frame(slot).due;
    wireIn = portOf(s, port).wireIn;
  }
  if (earliest != NEVER) arm(wireIn, 0);
}

/** Forwards everything that has arrived at any switch by now. */
export function relayAll(): void {
  for (let index: u32 = 0; index < world().switchCount; index++) relay(index, i32.MAX_VALUE);
}

/** Forwards what has arrived by now, as far as the budget goes. */
function relay(index: u32, budget: i32): void {
  const s = switchAt(index);
  const heap = changetype<u32>(s) + HEAP_AT;
  let count = gather(s, heap);
  while (count && budget > 0) {
    const first = arrivalAt(heap, 0);
    const port = first.port;
    const w = wire(portOf(s, port).wireIn);
    const slot = w.underWayFirst;
    arrive(w, slot);
    budget -= forward(s, index, port, slot);
    if (hasArrived(w)) first.due = frame(w.underWayFirst).due;
    else count = dropFirst(heap, count);
    sink(heap, 0, count);
  }
}

/** Makes a heap of the ports on whose wires a frame has arrived; returns how many there are. */
function gather(s: Switch, heap: u32): u32 {
  let count: u32 = 0;
  for (let port: u32 = 0; port < s.portCount; port++) {
    const w = wire(portOf(s, port).wireIn);
    if (!hasArrived(w)) continue;
    const a = arrivalAt(heap, count++);
    a.due = frame(w.underWayFirst).due;
    a.port = port;
  }
  heapify(heap, count);
  return count;
}

/** Returns how many ports a switch has. */
export function switchPortCount(index: u32): u32 {
  return switchAt(index).portCount;
}

/** Returns the wire out of one of its ports. */
export function switchOutput(index: u32, port: u32): u32 {
  return portOf(switchAt(index), port).wireOut;
}

/** Forwards a frame; returns for how many ports. */
function forward(s: Switch, index: u32, port: u32, slot: u32): u32 {
  const bytes = slot + FRAME_START;
  const ready = frame(slot).due + s.delayPs;
  learn(index, source(bytes), port, frame(slot).due, frame(slot).id);
  const to = destination(bytes);
  const known = isGroup(to) ? 0 : <u32>(load<u64>(find(s, to)) >> 48);
  if (!known) {
    flood(index, port, slot, ready);
    return s.portCount;
  }
  if (known - 1 == port) drop(slot, ready, index, DROP_SWITCH_SAME_PORT);
  else send(portOf(s, known - 1).wireOut, slot, ready);
  return 1;
}

function flood(index: u32, port: u32, slot: u32, ready: u64): void {
  const s = switchAt(index);
  for (let other: u32 = 0; other < s.portCount; other++) {
    if (other == port) continue;
    const twin = takeSlot(frame(slot).bytes);
    frame(twin).id = nextFrame();
    frame(twin).epoch = frame(slot).epoch;
    trace(TRACE_COPIED, ready, index, frame(slot).id, frame(twin).id, frame(twin).bytes, 0);
    copy(twin + FRAME_START, slot + FRAME_START, keptOf(frame(slot).bytes));
    send(portOf(s, other).wireOut, twin, ready);
  }
  drop(slot, ready, index, DROP_REPLICATED);
}

function learn(index: u32, address: u64, port: u32, time: u64, id: u32): void {
  const s = switchAt(index);
  if (isGroup(address)) return;
  const at = find(s, address);
  const entry = load<u64>(at);
  const wanted = ((<u64>(port + 1)) << 48) | address;
  if (entry == wanted) return;
  if (!entry) {
    // A full table forgets nothing and learns nothing: such frames are flooded.
    if (s.addressCount >= SWITCH_ADDRESS_COUNT - SWITCH_ADDRESS_COUNT / 4) return;
    s.addressCount++;
  } else {
    trace(TRACE_MOVED, time, index, id, port, 0, 0);
  }
  store<u64>(at, wanted);
}

/** Returns where an address stands in the table, or the free entry where it would. */
function find(s: Switch, address: u64): u32 {
  let slot = <u32>((address * 0x9e3779b97f4a7c15) >> 54);
  while (true) {
    const at = s.table + (slot << 3);
    const entry = load<u64>(at);
    if (!entry || (entry & ADDRESS_MASK) == address) return at;
    slot = (slot + 1) & (SWITCH_ADDRESS_COUNT - 1);
  }
}
