/**
 * A guest's NIC, as its network stack uses it: a virtual function (driver.ts), an emulated one, which has the same rings
 * and other registers (emulated-driver.ts), or a paravirtual one (netfront.ts). Which one it is stands in the driver's page;
 * the socket queue behind all is driver.ts's. A bond has two, of which one carries or none (bond.ts).
 *
 *     stack        virtual function             emulated                     paravirtual
 *     poll         descriptors written back     the same                     responses
 *     replenish    with each frame polled       the same                     free buffers granted, at the end of a burst
 *     tell         tail registers               tails, one exit a write      positions, an event if the backend waits for one
 *     rest         unmask                       unmask, some exits           ask for an event, and look once more
 */
import { cost } from "../cpu/cost";
import {
  COST_DMA_LOG_PACKET,
  COST_DRIVER_RECEIVE,
  COST_DRIVER_TRANSMIT,
  COST_FRONTEND,
  COST_IOMMU_PACKET,
  COST_MARK_PACKET,
} from "../layout/cost";
import { DEVICE_EMULATED, DEVICE_FRONT, DEVICE_NONE, DEVICE_VF, DRIVER_PAGE } from "../layout/guest-software";
import { PAGE_SHIFT } from "../layout/limits";
import { GuestMemory, look } from "../memory/guest-memory";
import { drain } from "../nic/port";
import { vf } from "../nic/virtual-function";
import { Stack } from "../transport/tcp-stack";
import { UdpTemplate, writePrepared } from "../wire/udp";
import { Driver, pollReceive, ringDoorbells, unmask } from "./driver";
import { hasRoomForLong, postLong } from "./driver-long";
import {
  DATAGRAM_DESCRIPTORS,
  freeDescriptors,
  hasRoom,
  nextPacket,
  post,
  postDatagram,
  reclaim,
} from "./driver-transmit";
import { awaitEmulated, tellEmulated } from "./emulated-driver";
import { notifyBackend } from "./event-channel";
import { Guest, guest } from "./guest";
import {
  awaitResponses,
  hasFrontRoom,
  netfrontOf,
  nextFrontPacket,
  pollFront,
  postFront,
  publishFront,
  reclaimFront,
  replenish,
} from "./netfront";
import { hasFrontRoomForLong, postFrontLong } from "./netfront-long";

function isFront(d: Driver): bool {
  return d.kind == DEVICE_FRONT;
}

/** Takes what has arrived by now; of a NIC that dom0 serves, dom0 has done so. */
export function drainDevice(g: Guest, d: Driver): void {
  if (d.kind == DEVICE_VF) drain(vf(g.vf).port);
}

/** Nobody carries for a bond: nothing is sent and nothing received. */
function isNobody(d: Driver): bool {
  return d.kind == DEVICE_NONE;
}

/** Reclaims packets that have been sent; returns how many. */
export function reclaimSent(m: GuestMemory, d: Driver): u32 {
  if (isNobody(d)) return 0;
  return isFront(d) ? reclaimFront(m) : reclaim(m, d);
}

/** Moves received frames to the socket queue; returns how many there were. */
export function pollDevice(m: GuestMemory, d: Driver, budget: u32): u32 {
  if (isNobody(d)) return 0;
  return isFront(d) ? pollFront(m, d, budget) : pollReceive(m, d, budget);
}

/** Returns what the driver spends on so many frames received, of which some make one packet, and packets sent. */
export function driverCycles(m: GuestMemory, d: Driver, received: u32, sent: u32): u32 {
  if (isFront(d)) {
    const followers = received ? netfrontOf(m).rxFollowerCount : 0;
    return (received - followers + sent) * cost(COST_FRONTEND);
  }
  const marking: u32 = d.isMarking ? cost(COST_MARK_PACKET) : 0;
  return received * (cost(COST_DRIVER_RECEIVE) + marking) + sent * cost(COST_DRIVER_TRANSMIT);
}

/** Returns what the hypervisor spends on a virtual function's map, and on its dirty log if armed, for so many packets. */
export function dmaCycles(g: Guest, d: Driver, packets: u32): u32 {
  if (d.kind != DEVICE_VF) return 0;
  const log: u32 = vf(g.vf).map.log ? cost(COST_DMA_LOG_PACKET) : 0;
  return packets * (cost(COST_IOMMU_PACKET) + log);
}

/** Tells whether a packet can be posted. */
export function canPost(m: GuestMemory, d: Driver): bool {
  if (isNobody(d) || d.isClosing) return false;
  return isFront(d) ? hasFrontRoom(m) : hasRoom(d);
}

/** Returns where the next packet's bytes are to be written. */
export function packetPlace(m: GuestMemory, d: Driver): u32 {
  return isFront(d) ? nextFrontPacket(m) : nextPacket(m, d);
}

/** Posts the packet that was written to `packetPlace`; the device learns of it when the burst ends. */
export function postPacket(m: GuestMemory, d: Driver, bytes: u32): void {
  if (isFront(d)) postFront(m, bytes);
  else post(m, d, bytes);
}

/** Tells whether a datagram can be posted. */
export function canPostDatagram(m: GuestMemory, d: Driver): bool {
  if (d.kind != DEVICE_VF) return canPost(m, d);
  return !d.isClosing && freeDescriptors(d) >= DATAGRAM_DESCRIPTORS;
}

/**
 * Writes a datagram's headers round its payload, at `packetPlace`, and posts it. A virtual function computes its checksum;
 * for others the stack does.
 */
export function sendDatagram(m: GuestMemory, d: Driver, t: UdpTemplate, at: u32): void {
  const isOffloaded = d.kind == DEVICE_VF;
  const bytes = writePrepared(t, at, d.packetId++, isOffloaded);
  if (isOffloaded) postDatagram(m, d, bytes);
  else postPacket(m, d, bytes);
}

/** Tells whether several segments can be posted as one packet, which is cut behind the device; an emulated one cuts none. */
export function canPostLong(m: GuestMemory, d: Driver): bool {
  if (isNobody(d) || d.isClosing) return false;
  if (isFront(d)) return hasFrontRoomForLong(m);
  return d.kind == DEVICE_VF && hasRoomForLong(d);
}

/** Posts the segments that a stack pulled last, of `bytes` in all, whose headers were written to `packetPlace`. */
export function postLongPacket(m: GuestMemory, d: Driver, s: Stack, bytes: u32): void {
  if (isFront(d)) postFrontLong(m, s, bytes);
  else postLong(m, d, s, bytes);
}

/** At the end of a burst's work: gives the device the buffers that have become free. */
export function returnBuffers(m: GuestMemory, d: Driver): void {
  if (isFront(d)) replenish(m, d);
}

/** Tells the device what the burst has done. */
export function tellDevice(index: u32): void {
  const g = guest(index);
  const d = changetype<Driver>(look(g.memory, DRIVER_PAGE << PAGE_SHIFT));
  if (isNobody(d)) return;
  if (isFront(d)) {
    const found = publishFront(g.memory);
    if (found) notifyBackend(g, found);
  } else if (d.kind == DEVICE_EMULATED) {
    tellEmulated(g);
  } else {
    ringDoorbells(index);
  }
}

/** Lets the device interrupt again; returns whether there is something to do already. */
export function awaitDevice(g: Guest): bool {
  const d = changetype<Driver>(look(g.memory, DRIVER_PAGE << PAGE_SHIFT));
  if (isFront(d)) return awaitResponses(g.memory);
  if (d.kind == DEVICE_EMULATED) return awaitEmulated(g);
  if (isNobody(d)) return false;
  unmask(vf(g.vf));
  return false;
}
