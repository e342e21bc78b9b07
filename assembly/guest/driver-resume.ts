/**
 * The driver of a virtual function that makes its rings anew and keeps what it has received: when another NIC served the
 * guest meanwhile (bond.ts).
 *
 *     frame in the socket queue    stays there, its buffer is taken
 *     everything else              forgotten: every descriptor gets a free buffer, positions are those of a device that is
 *                                  enabled, interrupts are moderated as before any traffic
 *
 * A frame may have come in a page of a paravirtual NIC, and be as long: then both of the page's buffers are taken. Two
 * buffers of 2 KiB each are a page the other way round; `leaveSocket` of driver.ts gives back what is whole.
 */
import {
  BUFFER_BYTES,
  DEVICE_VF,
  FREE_BUFFERS_PAGE,
  RING_COUNT,
  RX_BUFFER_COUNT,
  RX_BUFFER_MASK,
  SOCKET_COUNT,
} from "../layout/guest-software";
import { PAGE_SHIFT } from "../layout/limits";
import { GuestMemory, touch } from "../memory/guest-memory";
import { world } from "../sim/world";
import { Driver, fillRings, queuedFrame } from "./driver";

/** Makes rings round the frames that the guest has received; false, and nothing is changed, without a buffer for each descriptor. */
export function makeRingsAround(m: GuestMemory, d: Driver): bool {
  const isTaken = world().scratch;
  memory.fill(isTaken, 0, RX_BUFFER_COUNT);
  // Memory may be torn: the queue has no more entries than there is room for.
  const queued = min<u32>(d.socketCount, SOCKET_COUNT);
  for (let i: u32 = 0; i < queued; i++) {
    const e = queuedFrame(m, d, i);
    const buffer = e.buffer & RX_BUFFER_MASK;
    store<u8>(isTaken + buffer, 1);
    if (e.bytes > BUFFER_BYTES) store<u8>(isTaken + (buffer | 1), 1);
  }
  // The last buffer is never used, as in `makeRings`.
  let freeCount: u32 = 0;
  for (let buffer: u32 = 0; buffer < RX_BUFFER_MASK; buffer++) freeCount += load<u8>(isTaken + buffer) ? 0 : 1;
  if (freeCount < RING_COUNT) return false;

  const free = touch(m, FREE_BUFFERS_PAGE << PAGE_SHIFT);
  d.freeCount = 0;
  // The stack's top is the lowest, so that the ring starts with neighbours.
  for (let i: u32 = 0; i < RX_BUFFER_MASK; i++) {
    const buffer = RX_BUFFER_MASK - 1 - i;
    if (!load<u8>(isTaken + buffer)) store<u16>(free + (d.freeCount++ << 1), <u16>buffer);
  }
  d.kind = DEVICE_VF;
  d.oldFrameCount = 0;
  d.isClosing = 0;
  d.interval = 0;
  d.isIntervalNew = 0;
  fillRings(m, d);
  return true;
}
