/**
 * The transmit half of the driver (driver.ts): buffers are taken, descriptors posted, and both reclaimed.
 *
 *     buffer --nextPacket--> written --post--> descriptor --DD, reclaim--> free
 *
 * A packet's checksum may be the device's to compute. The stack then leaves the pseudo header's sum where the checksum
 * belongs, and a context says where that is:
 *
 *     descriptor   context, if the device has not been told yet    datagram
 *     flags        slot 1                                          TXSM, slot 1, EOP, RS
 *
 * It is the same for every datagram over IPv4, and the device keeps it, so that it is told once, and again when the rings
 * are made anew, because a reset forgets it. TSO's contexts differ from packet to packet and have slot 0 (driver-long.ts).
 *
 * Source: Linux igbvf_xmit_frame, igbvf_clean_tx_irq and igbvf_tx_csum, which writes a context for each packet. assumed: a
 * driver that remembers the last one, as FreeBSD's em does (em_transmit_checksum_setup).
 */
import {
  CONTEXT_MSS_SHIFT,
  CONTEXT_SIZES,
  DESCRIPTOR_SHIFT,
  TX_ADDRESS,
  TX_COMMAND,
  TX_CONTEXT_BIT,
  TX_DD,
  TX_DEXT,
  TX_EOP,
  TX_IFCS,
  TX_LENGTH_MASK,
  TX_PAYLEN_SHIFT,
  TX_RS,
  TX_STATUS,
  TX_TSE,
  TX_TXSM,
  TX_TYPE_CONTEXT,
  TX_TYPE_DATA,
  TX_TYPE_MASK,
} from "../layout/descriptor";
import { MODERATION_FIXED, RING_MASK, TX_RING_PAGE } from "../layout/guest-software";
import { PAGE_SHIFT } from "../layout/limits";
import { IPV4_BYTES } from "../layout/packet";
import { GuestMemory, look, touch } from "../memory/guest-memory";
import { writeUdpContext } from "../nic/offload-context";
import { transmitBuffer } from "./buffers";
import { Driver } from "./driver";

/** Notes what reclaimed descriptors sent: a packet that was cut counts as its segments. */
function noteSent(d: Driver, ring: u32, first: u32): void {
  let segmentBytes: u32 = 1;
  for (let position = first; position != d.txClean; position = (position + 1) & RING_MASK) {
    const at = ring + (position << DESCRIPTOR_SHIFT);
    const command = load<u32>(at, TX_COMMAND);
    if ((command & TX_TYPE_MASK) == TX_TYPE_CONTEXT) {
      segmentBytes = max<u32>(load<u32>(at, CONTEXT_SIZES) >>> CONTEXT_MSS_SHIFT, 1);
      continue;
    }
    d.txPolledBytes += command & TX_LENGTH_MASK;
    if (!(command & TX_EOP)) continue;
    const payloadBytes = load<u32>(at, TX_STATUS) >>> TX_PAYLEN_SHIFT;
    d.txPolledPackets += command & TX_TSE ? (payloadBytes + segmentBytes - 1) / segmentBytes : 1;
  }
}

/** Reclaims the descriptors of packets that the device has completed; returns how many packets. */
export function reclaim(m: GuestMemory, d: Driver): u32 {
  const ring = look(m, TX_RING_PAGE << PAGE_SHIFT);
  const first = d.txClean;
  let count: u32 = 0;
  while (d.txClean != d.txNext) {
    const last = lastOfPacket(ring, d);
    if (!(load<u32>(ring + (last << DESCRIPTOR_SHIFT), TX_STATUS) & TX_DD)) break;
    d.txClean = (last + 1) & RING_MASK;
    count++;
  }
  if (d.txClean == d.txNext) d.txStart = d.txNext;
  if (d.moderation != MODERATION_FIXED) noteSent(d, ring, first);
  if (count && d.isMarking) touch(m, TX_RING_PAGE << PAGE_SHIFT);
  return count;
}

/** Returns the last descriptor of the packet that is reclaimed next: only that one is reported. */
function lastOfPacket(ring: u32, d: Driver): u32 {
  let position = d.txClean & RING_MASK;
  while (!(load<u32>(ring + (position << DESCRIPTOR_SHIFT), TX_COMMAND) & TX_EOP)) {
    const next = (position + 1) & RING_MASK;
    if (next == (d.txNext & RING_MASK)) break;
    position = next;
  }
  return position;
}

/** Returns how many descriptors are free: one stays, because a full ring would look like an empty one. */
export function freeDescriptors(d: Driver): u32 {
  return (d.txClean - d.txNext - 1) & RING_MASK;
}

/** Tells whether a packet can be posted. */
export function hasRoom(d: Driver): bool {
  return freeDescriptors(d) != 0;
}

/**
 * Returns the guest address of the next packet's buffer. Each descriptor has one, counted from where the driver last had
 * nothing under way: whenever all have come back they begin with the first again. So few pages are written and these are
 * warm, as with the memory that an allocator hands out, that which came back last (per-CPU free lists of Linux's SLUB).
 */
export function nextBuffer(d: Driver): u32 {
  return transmitBuffer((d.txNext - d.txStart) & RING_MASK);
}

/** Takes the next descriptor, all of which is then written. */
export function nextDescriptor(m: GuestMemory, d: Driver): u32 {
  const at = touch(m, TX_RING_PAGE << PAGE_SHIFT) + ((d.txNext & RING_MASK) << DESCRIPTOR_SHIFT);
  d.txNext = (d.txNext + 1) & RING_MASK;
  return at;
}

/** Returns where the next packet's bytes are to be written. */
export function nextPacket(m: GuestMemory, d: Driver): u32 {
  return touch(m, nextBuffer(d));
}

/** Posts the packet that was written to `nextPacket`; the device learns of it when the burst ends. */
export function post(m: GuestMemory, d: Driver, bytes: u32): void {
  const buffer = nextBuffer(d);
  write(nextDescriptor(m, d), buffer, bytes, 0);
}

/** Writes a packet's descriptor; an offload is bits of the status word. */
function write(at: u32, buffer: u32, bytes: u32, offload: u32): void {
  store<u64>(at, buffer, TX_ADDRESS);
  store<u32>(at, bytes | TX_TYPE_DATA | TX_DEXT | TX_IFCS | TX_EOP | TX_RS, TX_COMMAND);
  store<u32>(at, (bytes << TX_PAYLEN_SHIFT) | offload, TX_STATUS);
}

/** What a datagram takes at most: a context and itself. */
export const DATAGRAM_DESCRIPTORS: u32 = 2;

/** Posts the datagram that was written to `nextPacket`, for whose checksum the pseudo header's sum stands. */
export function postDatagram(m: GuestMemory, d: Driver, bytes: u32): void {
  const buffer = nextBuffer(d);
  if (!d.hasContext) {
    writeUdpContext(nextDescriptor(m, d), IPV4_BYTES);
    d.hasContext = 1;
  }
  write(nextDescriptor(m, d), buffer, bytes, TX_TXSM | TX_CONTEXT_BIT);
}
