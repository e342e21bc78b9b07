/**
 * A learning switch: store and forward, one table of addresses, one output wire a port.
 *
 * It learns the sender of every frame, so a gratuitous ARP from another port moves an address at once (IEEE 802.1D
 * section 7.8). An address that is not known, and a group address, is flooded. Left out: ageing, VLANs, spanning tree.
 *
 *     table entry:  | address, 48 bits | port + 1, 16 bits |     0: free; open addressing, linear probing
 */

import { SWITCH_ADDRESS_COUNT, SWITCH_PORT_COUNT_MAX } from "../layout/limits";
import { SWITCH_BYTES, SWITCHES } from "../layout/memory-map";
import { DROP_REPLICATED, DROP_SWITCH_SAME_PORT, TRACE_COPIED, TRACE_MOVED } from "../layout/trace";
import { copy } from "../memory/copy";
import { nextFrame, trace } from "../sim/trace";
import { reserve } from "../sim/world";
import { keptOf } from "./content";
import { ADDRESS_MASK, destination, isGroup, source } from "./ethernet";
import { FRAME_START, frame, takeSlot } from "./frame";
import { arm, arrived, drop, isDue, send, wire } from "./wire";

@unmanaged
export class Switch {
  delayPs: u64;
  portCount: u32;
  /** The table of addresses. */
  table: u32;
  addressCount: u32;
}

const PORTS_AT: u32 = 32;
if (PORTS_AT + SWITCH_PORT_COUNT_MAX * 4 > SWITCH_BYTES) ERROR("layout: Switch does not fit SWITCH_BYTES");

function switchAt(index: u32): Switch {
  return changetype<Switch>(SWITCHES + index * SWITCH_BYTES);
}

/** Makes a switch without ports. */
export function createSwitch(index: u32, delayPs: u64): void {
  const s = switchAt(index);
  s.delayPs = delayPs;
  s.table = reserve(SWITCH_ADDRESS_COUNT * 8);
}

/** Adds a port with its output wire and returns its number. */
export function addSwitchPort(index: u32, wireOut: u32): u32 {
  const s = switchAt(index);
  assert(s.portCount < SWITCH_PORT_COUNT_MAX, "a switch has a port left");
  store<u32>(changetype<u32>(s) + PORTS_AT + (s.portCount << 2), wireOut);
  return s.portCount++;
}

function outputOf(s: Switch, port: u32): u32 {
  return load<u32>(changetype<u32>(s) + PORTS_AT + (port << 2));
}

/** Forwards what has arrived on a wire, whose receiver is switch << 8 | port. */
export function onSwitchArrival(wireIndex: u32): void {
  const w = wire(wireIndex);
  if (!isDue(w)) return;
  const index = w.receiver >>> 8;
  const port = w.receiver & 0xff;
  for (let slot = arrived(wireIndex); slot; slot = arrived(wireIndex)) forward(index, port, slot);
  arm(wireIndex, 0);
}

function forward(index: u32, port: u32, slot: u32): void {
  const s = switchAt(index);
  const bytes = slot + FRAME_START;
  const ready = frame(slot).due + s.delayPs;
  learn(index, source(bytes), port, frame(slot).due, frame(slot).id);
  const to = destination(bytes);
  const known = isGroup(to) ? 0 : <u32>(load<u64>(find(s, to)) >> 48);
  if (!known) {
    flood(index, port, slot, ready);
  } else if (known - 1 == port) {
    drop(slot, ready, index, DROP_SWITCH_SAME_PORT);
  } else {
    send(outputOf(s, known - 1), slot, ready);
  }
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
    send(outputOf(s, other), twin, ready);
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
