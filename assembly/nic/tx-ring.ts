/**
 * The transmit queue: advanced data descriptors, one or several buffers a packet, write-back of DD where RS asks.
 *
 * Fetching is two steps, because the caller must know how much room the packet needs: `measure` looks, `gather` copies
 * and completes. Invariant: between the two nothing else touches the queue. Left out until the whole device comes:
 * legacy descriptors, contexts and offloads, head write-back, thresholds.
 */

import {
  DESCRIPTOR_SHIFT,
  TX_ADDRESS,
  TX_COMMAND,
  TX_DD,
  TX_DEXT,
  TX_EOP,
  TX_LENGTH_MASK,
  TX_RS,
  TX_STATUS,
  TX_TYPE_DATA,
  TX_TYPE_MASK,
} from "../layout/descriptor";
import { FRAME_BYTES_MAX, FRAME_BYTES_MIN } from "../layout/limits";
import { ETHERNET_CHECK_BYTES } from "../layout/packet";
import { dmaRead, reachToRead, reachToWrite } from "./dma";
import { Queue, Vf } from "./virtual-function";

function descriptorAddress(q: Queue, position: u32): u64 {
  return q.base + ((<u64>position) << DESCRIPTOR_SHIFT);
}

function after(q: Queue, position: u32): u32 {
  const next = position + 1;
  return next == q.count ? 0 : next;
}

/** Returns the bytes of the packet at the head, 0 when there is no whole packet. */
export function measure(v: Vf): u32 {
  const q = v.tx;
  if (!q.isEnabled || v.isTxFaulted || !q.hasWork) return 0;
  let position = q.head;
  let bytes: u32 = 0;
  let count: u32 = 0;
  while (position != q.tail) {
    const at = reachToRead(v, descriptorAddress(q, position));
    if (!at) {
      v.isTxFaulted = 1;
      return 0;
    }
    const command = load<u32>(at, TX_COMMAND);
    bytes += command & TX_LENGTH_MASK;
    count++;
    if (command & TX_EOP) {
      v.packetDescriptorCount = count;
      return max<u32>(bytes, FRAME_BYTES_MIN);
    }
    position = after(q, position);
  }
  return 0;
}

/** What became of a packet that `gather` took off the ring. */
export enum Gathered {
  /** It is whole, and no descriptor asked for a report. */
  Silent,
  /** It is whole, and a descriptor was written back. */
  Reported,
  /** It is longer than the longest frame; nothing was copied. */
  Oversize,
  /** A descriptor is not an advanced data descriptor; nothing was copied. */
  Malformed,
  /** A buffer or the ring is not mapped; the queue has stopped. */
  Fault,
}

/** Copies the measured packet to `to`, padded to the shortest frame, and completes its descriptors. */
export function gather(v: Vf, to: u32, bytes: u32): Gathered {
  const q = v.tx;
  let result: Gathered = bytes > FRAME_BYTES_MAX ? Gathered.Oversize : Gathered.Silent;
  let room = bytes;
  for (let left = v.packetDescriptorCount; left; left--) {
    const address = descriptorAddress(q, q.head);
    const at = reachToRead(v, address);
    assert(at != 0, "the ring was mapped when the packet was measured");
    const command = load<u32>(at, TX_COMMAND);
    if ((command & (TX_DEXT | TX_TYPE_MASK)) != (TX_DEXT | TX_TYPE_DATA)) result = Gathered.Malformed;
    const part = command & TX_LENGTH_MASK;
    if (result <= Gathered.Reported) {
      if (!dmaRead(v, load<u64>(at, TX_ADDRESS), to, part)) {
        v.isTxFaulted = 1;
        return Gathered.Fault;
      }
      to += part;
      room -= part;
    }
    if (command & TX_RS) {
      const back = reachToWrite(v, address);
      if (!back) {
        v.isTxFaulted = 1;
        return Gathered.Fault;
      }
      store<u32>(back, load<u32>(back, TX_STATUS) | TX_DD, TX_STATUS);
      if (result == Gathered.Silent) result = Gathered.Reported;
    }
    q.head = after(q, q.head);
  }
  if (result > Gathered.Reported) return result;
  if (room) memory.fill(to, 0, room);
  v.control.gptc++;
  v.control.gotc += bytes + ETHERNET_CHECK_BYTES;
  return result;
}
