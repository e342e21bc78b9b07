/**
 * dom0's bridge of a port: which vif a frame is for, or whether it leaves by the port.
 *
 *     for             from the port                from a vif
 *     a vif's guest   that vif                     that vif; its own: dropped
 *     a machine       flooded to all vifs, or      the port, if a frame has come from there with that address,
 *     elsewhere       dropped: it came from here   else flooded
 *     a group         flooded to all vifs          flooded to the other vifs and the port
 *
 * The address of a vif is here while its frontend is connected, as the announcement of one that connects would have it.
 * Those behind the port are learned from the frames that come from it, and never take the place of a vif's; that of a
 * vif that leaves is taken to be there. A full table learns nothing more, and such frames are flooded.
 *
 *     table entry:  | address, 48 bits | vif + 2, or 1 for the port |     0: free; open addressing, linear probing
 *
 * dom0's own stack, where it has one there (dom0-station.ts), is a member like a vif and takes no part in floods.
 *
 * Source: IEEE 802.1D section 7.8; Linux net/bridge. Left out: ageing, VLANs, spanning tree, learning from vifs.
 */
import { BRIDGE_ADDRESS_COUNT } from "../layout/limits";
import { DOM0_COPIED, DOM0_UNBRIDGED } from "../layout/paravirtual";
import { COPIED_DOM0, DROP_REPLICATED, DROP_UNBRIDGED, TRACE_COPIED } from "../layout/trace";
import { takeTwin } from "../nic/port";
import { trace } from "../sim/trace";
import { reserve, world } from "../sim/world";
import { ADDRESS_MASK, destination, isGroup, source } from "../wire/ethernet";
import { FRAME_START, frame } from "../wire/frame";
import { drop, send } from "../wire/wire";
import { countDom0, Dom0Port, dom0Port, sendFromDom0 } from "./dom0-port";
import { emulatedNic } from "./emulated-nic";
import { enqueueToTap } from "./emulated-receive";
import { enqueueToGuest } from "./netback";
import { vif } from "./vif";

/** What the table says of an address, and where a frame came from. */
const UNKNOWN: u32 = 0;
const PORT: u32 = 1;
const VIF_FIRST: u32 = 2;
const STATION: u32 = 0xffff;

/** Makes an empty table. */
export function createBridge(port: u32): void {
  dom0Port(port).table = reserve(BRIDGE_ADDRESS_COUNT * 8);
}

/** Puts a vif with a guest's address on its port's bridge. */
export function joinBridge(index: u32, mac: u64): void {
  const v = vif(index);
  const p = dom0Port(v.port);
  const at = find(p, mac);
  const entry = load<u64>(at);
  assert(!isGroup(mac) && <u32>(entry >> 48) <= PORT, "an address belongs to one vif of a bridge");
  if (!entry) p.addressCount++;
  store<u64>(at, ((<u64>(index + VIF_FIRST)) << 48) | mac);
  v.next = p.vifFirst;
  p.vifFirst = index + 1;
}

/** Takes a vif off its port's bridge: whoever has its address is elsewhere. */
export function leaveBridge(index: u32, mac: u64): void {
  const v = vif(index);
  const p = dom0Port(v.port);
  store<u64>(find(p, mac), ((<u64>PORT) << 48) | mac);
  if (p.vifFirst == index + 1) {
    p.vifFirst = v.next;
    return;
  }
  let before = p.vifFirst;
  while (vif(before - 1).next != index + 1) before = vif(before - 1).next;
  vif(before - 1).next = v.next;
}

/** Puts dom0's own stack on a port's bridge: its address, and the wire towards it. */
export function joinStation(port: u32, mac: u64, wireIndex: u32): void {
  const p = dom0Port(port);
  const at = find(p, mac);
  assert(!isGroup(mac) && !load<u64>(at), "a station's address is nobody's yet");
  p.addressCount++;
  p.stationWire = wireIndex;
  store<u64>(at, ((<u64>STATION) << 48) | mac);
}

/** Decides about a frame that came from dom0's own stack. */
export function bridgeFromStation(port: u32, slot: u32): void {
  forward(port, slot, STATION);
}

/** Decides about a frame that came from the port. */
export function bridgeFromPort(port: u32, slot: u32): void {
  learn(dom0Port(port), source(slot + FRAME_START));
  forward(port, slot, PORT);
}

/** Decides about a frame that came from a vif. */
export function bridgeFromVif(port: u32, index: u32, slot: u32): void {
  forward(port, slot, index + VIF_FIRST);
}

function forward(port: u32, slot: u32, from: u32): void {
  const to = destination(slot + FRAME_START);
  const known = isGroup(to) ? UNKNOWN : <u32>(load<u64>(find(dom0Port(port), to)) >> 48);
  if (known == UNKNOWN) flood(port, slot, from);
  else if (known == from) end(port, slot);
  else if (known == PORT) sendFromDom0(port, slot);
  else if (known == STATION) send(dom0Port(port).stationWire, slot, world().now);
  else give(known - VIF_FIRST, slot);
}

/** Gives a frame to a vif's guest, which has a backend or a device model. */
function give(index: u32, slot: u32): void {
  if (emulatedNic(index).isThere) enqueueToTap(index, slot);
  else enqueueToGuest(index, slot);
}

/** Nobody here is meant. */
function end(port: u32, slot: u32): void {
  countDom0(port, DOM0_UNBRIDGED, 1);
  drop(slot, world().now, port, DROP_UNBRIDGED);
}

/** Gives a copy to everybody but the sender. */
function flood(port: u32, slot: u32, from: u32): void {
  let count: u32 = 0;
  for (let number = dom0Port(port).vifFirst; number; number = vif(number - 1).next) {
    if (number - 1 + VIF_FIRST == from) continue;
    give(number - 1, twinOf(port, slot));
    count++;
  }
  if (from != PORT) {
    sendFromDom0(port, twinOf(port, slot));
    count++;
  }
  countDom0(port, DOM0_COPIED, count);
  if (count) drop(slot, world().now, port, DROP_REPLICATED);
  else end(port, slot);
}

function twinOf(port: u32, slot: u32): u32 {
  const twin = takeTwin(slot);
  frame(twin).isFollower = frame(slot).isFollower;
  trace(TRACE_COPIED, world().now, port, frame(slot).id, frame(twin).id, frame(twin).bytes, COPIED_DOM0);
  return twin;
}

function learn(p: Dom0Port, address: u64): void {
  if (isGroup(address)) return;
  const at = find(p, address);
  if (load<u64>(at) || p.addressCount >= BRIDGE_ADDRESS_COUNT - BRIDGE_ADDRESS_COUNT / 4) return;
  p.addressCount++;
  store<u64>(at, ((<u64>PORT) << 48) | address);
}

/** Returns where an address stands in the table, or the free entry where it would. */
function find(p: Dom0Port, address: u64): u32 {
  let slot = <u32>((address * 0x9e3779b97f4a7c15) >> 54);
  while (true) {
    const at = p.table + (slot << 3);
    const entry = load<u64>(at);
    if (!entry || (entry & ADDRESS_MASK) == address) return at;
    slot = (slot + 1) & (BRIDGE_ADDRESS_COUNT - 1);
  }
}
