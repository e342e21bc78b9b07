/**
 * Frames to a guest with an emulated NIC: they wait in the tap until the device model reads them, which it does while the
 * guest has posted descriptors, and then lie in its buffers.
 *
 *     bridge --> tap's queue, 500 --turn: up to 50 read--> turn's end: buffer, descriptor written back, cause
 *
 * The guest may have written anything: a descriptor or a buffer outside its memory loses its frame and is counted.
 * Invariant: a turn reads no more frames than there are descriptors.
 *
 * Source: Linux drivers/net/tun.c; QEMU net/tap.c, tap_send, and hw/net/e1000.c, e1000_receive and e1000_can_receive.
 * Left out: buffers of other sizes than 2 KiB, frames of several, checksum reports, hash filters.
 */
import { Vcpu } from "../cpu/vcpu";
import { DESCRIPTOR_BYTES, RX_ADDRESS, RX_DD, RX_EOP, RX_LENGTH, RX_RXE, RX_STATUS } from "../layout/descriptor";
import {
  CAUSE_RECEIVED,
  EMULATED_NOT_FOR_US,
  RING_ENABLE,
  TAP_QUEUE_COUNT_MAX,
  TAP_READ_BUDGET,
} from "../layout/emulated";
import { PAGE_BYTES, PAGE_MASK, PAGE_SHIFT } from "../layout/limits";
import { VIF_DROPPED_DOWN, VIF_DROPPED_FULL, VIF_ERRORS, VIF_QUEUED, VIF_TO_GUEST } from "../layout/paravirtual";
import { DROP_BACKEND_DOWN, DROP_BAD_ADDRESS, DROP_FILTERED, DROP_TAP_FULL, TRACE_HANDED } from "../layout/trace";
import { copy } from "../memory/copy";
import { GuestMemory, look, memoryOf, touchForeign } from "../memory/guest-memory";
import { trace } from "../sim/trace";
import { world } from "../sim/world";
import { keptFrom } from "../wire/content";
import { destination, isGroup } from "../wire/ethernet";
import { append, FRAME_START, frame, freeSlot, removeFirst } from "../wire/frame";
import { drop } from "../wire/wire";
import { wakeDeviceModel } from "./device-model";
import { countEmulated, EmulatedNic, emulatedNic } from "./emulated-nic";
import { countOfRing, raiseCause } from "./emulated-registers";
import { chargeFor, isInside } from "./emulated-transmit";
import { guest } from "./guest";
import { countQueued, countVif, setVifCounter, VIF_CONNECTED, Vif, vif, vifCounter } from "./vif";

/** The bridge has a frame for the guest: it waits in the tap, unless that is full. */
export function enqueueToTap(index: u32, slot: u32): void {
  if (vif(index).state != VIF_CONNECTED) lose(index, slot, VIF_DROPPED_DOWN, DROP_BACKEND_DOWN);
  else if (vifCounter(index, VIF_QUEUED) >= TAP_QUEUE_COUNT_MAX) lose(index, slot, VIF_DROPPED_FULL, DROP_TAP_FULL);
  else wait(index, slot);
}

function wait(index: u32, slot: u32): void {
  append(vif(index).queue, slot);
  countQueued(index);
  if (canReceive(emulatedNic(index))) wakeDeviceModel(index);
}

function lose(index: u32, slot: u32, counter: u32, reason: u32): void {
  countVif(index, counter, 1);
  drop(slot, world().now, index, reason);
}

/** Tells whether the guest has posted a descriptor. */
export function canReceive(e: EmulatedNic): bool {
  return (e.rxControl & RING_ENABLE) != 0 && e.rxHead != e.rxTail && e.rxHead < countOfRing(e.rxBytes);
}

/** Returns how many descriptors there are; a tail outside the ring is never reached. */
function postedCount(e: EmulatedNic): u32 {
  const count = countOfRing(e.rxBytes);
  if (e.rxTail >= count) return count;
  return e.rxTail >= e.rxHead ? e.rxTail - e.rxHead : e.rxTail + count - e.rxHead;
}

/** Reads frames from the tap; returns the cycles, charged. */
export function takeFrames(index: u32, v: Vif, e: EmulatedNic, cpu: Vcpu): u32 {
  const most = min<u32>(TAP_READ_BUDGET, postedCount(e));
  let count: u32 = 0;
  let bytes: u32 = 0;
  for (; count < most && v.queueFirst; count++) {
    const slot = removeFirst(v.queue);
    bytes += frame(slot).bytes;
    append(e.arriving, slot);
  }
  setVifCounter(index, VIF_QUEUED, vifCounter(index, VIF_QUEUED) - count);
  return chargeFor(cpu, count, bytes);
}

/** Puts the frames that were read into the guest's buffers. */
export function putFrames(index: u32, v: Vif, e: EmulatedNic): void {
  const m = memoryOf(v.guest);
  const mac = guest(v.guest).mac;
  let hasPut = false;
  while (e.arrivingFirst) {
    const slot = removeFirst(e.arriving);
    const to = destination(slot + FRAME_START);
    if (to != mac && !isGroup(to)) {
      countEmulated(index, EMULATED_NOT_FOR_US);
      drop(slot, world().now, index, DROP_FILTERED);
    } else {
      putFrame(index, m, e, slot);
      hasPut = true;
    }
  }
  if (hasPut) raiseCause(index, CAUSE_RECEIVED);
}

function putFrame(index: u32, m: GuestMemory, e: EmulatedNic, slot: u32): void {
  const position = e.rxHead;
  const address = e.rxBase + position * DESCRIPTOR_BYTES;
  const bytes = frame(slot).bytes;
  e.rxHead = (position + 1) % countOfRing(e.rxBytes);
  if (!isInside(m, address, DESCRIPTOR_BYTES)) {
    lose(index, slot, VIF_ERRORS, DROP_BAD_ADDRESS);
    return;
  }
  const buffer = load<u64>(look(m, <u32>address), RX_ADDRESS);
  const isGood = isInside(m, buffer, bytes);
  if (isGood) writeForeign(m, <u32>buffer, slot + FRAME_START, bytes);
  const at = touchForeign(m, <u32>(address >> PAGE_SHIFT)) + (<u32>address & PAGE_MASK);
  store<u64>(at, 0);
  store<u32>(at, RX_DD | RX_EOP | (isGood ? 0 : RX_RXE), RX_STATUS);
  store<u32>(at, isGood ? bytes : 0, RX_LENGTH);
  if (!isGood) {
    lose(index, slot, VIF_ERRORS, DROP_BAD_ADDRESS);
    return;
  }
  countVif(index, VIF_TO_GUEST, 1);
  trace(TRACE_HANDED, world().now, index, frame(slot).id, bytes, position, 0);
  freeSlot(slot);
}

/** Copies a frame into a guest's memory from outside it; it may cross pages, and all that it takes are written. */
function writeForeign(m: GuestMemory, address: u32, from: u32, bytes: u32): void {
  for (let offset: u32 = 0; offset < bytes; ) {
    const part = min<u32>(bytes - offset, PAGE_BYTES - (address & PAGE_MASK));
    const to = touchForeign(m, address >>> PAGE_SHIFT) + (address & PAGE_MASK);
    copy(to, from + offset, keptFrom(offset, part));
    address += part;
    offset += part;
  }
}
