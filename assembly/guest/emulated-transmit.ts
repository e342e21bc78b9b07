/**
 * What a device model does when its guest has written TDT: it walks the descriptors from head to tail, copies their bytes
 * out of the guest, and makes a frame of each packet, which the turn's end gives to the bridge.
 *
 *     head --descriptor: context? skipped   data: copied--> EOP: a frame --> ... --> tail, or once round the ring
 *
 * The guest may have written anything. A descriptor outside its memory counts as zeros; a packet that is too long or
 * short, has an address outside, or asks for an offload comes to nothing and is counted. A walk ends where it began at
 * the latest, in turns of 64, so that a ring without an end costs its own guest time and nobody else. Invariant: a walk
 * goes on only while the guest's vCPU waits for it.
 *
 * Source: QEMU hw/net/e1000.c, start_xmit and process_tx_desc. Left out: offloads, VLANs.
 */
import { cost } from "../cpu/cost";
import { charge, Vcpu } from "../cpu/vcpu";
import {
  ACTIVITY_COPY,
  ACTIVITY_DEVICE_MODEL,
  COST_COPY_USER,
  COST_MODEL_COPY,
  COST_MODEL_PACKET,
} from "../layout/cost";
import {
  DESCRIPTOR_BYTES,
  TX_ADDRESS,
  TX_COMMAND,
  TX_DD,
  TX_DEXT,
  TX_EOP,
  TX_IC,
  TX_IXSM,
  TX_LENGTH_MASK,
  TX_RS,
  TX_STATUS,
  TX_TSE,
  TX_TXSM,
  TX_TYPE_CONTEXT,
  TX_TYPE_MASK,
  TX_VLE,
} from "../layout/descriptor";
import { RING_ENABLE, WALK_BUDGET } from "../layout/emulated";
import { FRAME_BYTES_MAX, FRAME_BYTES_MIN, PAGE_MASK, PAGE_SHIFT } from "../layout/limits";
import { BACKEND_FRAME_BYTES_MIN, VIF_ERRORS, VIF_FROM_GUEST } from "../layout/paravirtual";
import { BORN_DEVICE_MODEL, TRACE_BORN } from "../layout/trace";
import { GuestMemory, look, memoryOf, readGuest, touchForeign } from "../memory/guest-memory";
import { nextFrame, trace } from "../sim/trace";
import { world } from "../sim/world";
import { keptFrom } from "../wire/content";
import { append, FRAME_START, frame, freeSlot, takeSlot } from "../wire/frame";
import { EmulatedNic } from "./emulated-nic";
import { countOfRing } from "./emulated-registers";
import { chargeOnward } from "./hold-queue";
import { countVif, Vif } from "./vif";

/** Begins to walk, if there is anything to walk; returns whether there is. */
export function beginWalk(e: EmulatedNic): bool {
  const isThere = (e.txControl & RING_ENABLE) != 0 && e.txHead < countOfRing(e.txBytes) && e.txHead != e.txTail;
  e.isWalking = isThere ? 1 : 0;
  e.walkedFrom = e.txHead;
  return isThere;
}

/** Walks up to 64 descriptors; returns the cycles, charged. */
export function walk(index: u32, v: Vif, e: EmulatedNic, cpu: Vcpu): u32 {
  const m = memoryOf(v.guest);
  let bytes: u32 = 0;
  let packets: u32 = 0;
  for (let i: u32 = 0; i < WALK_BUDGET && e.isWalking; i++) {
    const command = takeDescriptor(m, e);
    bytes += isContext(command) ? 0 : command & TX_LENGTH_MASK;
    if (command & TX_EOP && !isContext(command)) {
      packets++;
      endPacket(index, v, e);
    }
    e.isWalking = e.txHead != e.txTail && e.txHead != e.walkedFrom ? 1 : 0;
  }
  return chargeFor(cpu, packets, bytes) + chargeOnward(index, cpu, packets);
}

/** Charges the device model for packets of either direction, of so many bytes in all; returns the cycles. */
export function chargeFor(cpu: Vcpu, packets: u32, bytes: u32): u32 {
  const work = packets * cost(COST_MODEL_PACKET);
  // Each byte is copied between guest and process, and between process and tap.
  const copying = <u32>((<u64>bytes * (cost(COST_MODEL_COPY) + cost(COST_COPY_USER))) / 1000);
  charge(cpu, ACTIVITY_DEVICE_MODEL, work);
  charge(cpu, ACTIVITY_COPY, copying);
  return work + copying;
}

function isContext(command: u32): bool {
  return (command & (TX_DEXT | TX_TYPE_MASK)) == (TX_DEXT | TX_TYPE_CONTEXT);
}

/** Takes the descriptor at the head and reports it, if it asks for that; returns its command word. */
function takeDescriptor(m: GuestMemory, e: EmulatedNic): u32 {
  const address = e.txBase + e.txHead * DESCRIPTOR_BYTES;
  e.txHead = (e.txHead + 1) % countOfRing(e.txBytes);
  if (!isInside(m, address, DESCRIPTOR_BYTES)) return 0;
  const at = look(m, <u32>address);
  const command = load<u32>(at, TX_COMMAND);
  if (!isContext(command)) {
    gather(m, e, load<u64>(at, TX_ADDRESS), command, load<u32>(at, TX_STATUS));
  }
  if (command & TX_RS) {
    e.hasReported = 1;
    const written = touchForeign(m, <u32>(address >> PAGE_SHIFT)) + (<u32>address & PAGE_MASK);
    store<u32>(written, load<u32>(written, TX_STATUS) | TX_DD, TX_STATUS);
  }
  return command;
}

/** Tells whether bytes lie in a guest's memory. */
export function isInside(m: GuestMemory, address: u64, bytes: u32): bool {
  const end = (<u64>m.pageCount) << PAGE_SHIFT;
  return address < end && bytes <= end - address;
}

/** Adds a descriptor's bytes to the packet. */
function gather(m: GuestMemory, e: EmulatedNic, address: u64, command: u32, status: u32): void {
  const bytes = command & TX_LENGTH_MASK;
  const isFirst = e.packetSlot == 0;
  if (!isFitting(m, e, address, bytes) || hasOffload(command, status)) e.isPacketBad = 1;
  if (e.isPacketBad) return;
  if (isFirst) e.packetSlot = takeSlot(command & TX_EOP ? max<u32>(bytes, FRAME_BYTES_MIN) : FRAME_BYTES_MAX);
  readGuest(m, <u32>address, e.packetSlot + FRAME_START + e.packetBytes, keptFrom(e.packetBytes, bytes));
  e.packetBytes += bytes;
}

function isFitting(m: GuestMemory, e: EmulatedNic, address: u64, bytes: u32): bool {
  return e.packetBytes + bytes <= FRAME_BYTES_MAX && isInside(m, address, bytes);
}

function hasOffload(command: u32, status: u32): bool {
  if (command & TX_VLE) return true;
  if (!(command & TX_DEXT)) return (command & TX_IC) != 0;
  return (command & TX_TSE) != 0 || (status & (TX_IXSM | TX_TXSM)) != 0;
}

/** The packet is whole: a frame, or nothing. */
function endPacket(index: u32, v: Vif, e: EmulatedNic): void {
  const slot = e.packetSlot;
  const size = e.packetBytes;
  const isGood = !e.isPacketBad && size >= BACKEND_FRAME_BYTES_MIN;
  e.packetSlot = 0;
  e.packetBytes = 0;
  e.isPacketBad = 0;
  countVif(index, isGood ? VIF_FROM_GUEST : VIF_ERRORS, 1);
  if (!isGood) {
    if (slot) freeSlot(slot);
    return;
  }
  const f = frame(slot);
  f.bytes = max<u32>(size, FRAME_BYTES_MIN);
  if (size < f.bytes) memory.fill(slot + FRAME_START + size, 0, f.bytes - size);
  f.id = nextFrame();
  f.due = world().now;
  trace(TRACE_BORN, world().now, index, f.id, f.bytes, BORN_DEVICE_MODEL, 0);
  append(v.leaving, slot);
}
