/**
 * The receive queue: advanced descriptors, one buffer a frame.
 *
 * A frame is written into the buffer at the head, then its descriptor is written back, the status word with DD last,
 * because the driver polls that word. Left out until the whole device comes: frames over several buffers, header
 * split, checksum and VLAN offloads, receive-side scaling.
 */

import {
  DESCRIPTOR_SHIFT,
  RX_ADDRESS,
  RX_DD,
  RX_EOP,
  RX_HASH,
  RX_LENGTH,
  RX_STATUS,
  RX_TYPE,
  RX_TYPE_IPV4,
  RX_TYPE_UDP,
} from "../layout/descriptor";
import { ETHERNET_CHECK_BYTES, ETHERNET_TYPE, ETHERTYPE_IPV4, IPV4_PROTOCOL, PROTOCOL_UDP } from "../layout/packet";
import { destination, isGroup } from "../wire/ethernet";
import { dmaWrite, reachToWrite } from "./dma";
import { Vf } from "./virtual-function";

/** What became of a frame. */
export enum Received {
  Ok,
  /** The queue is off. */
  Disabled,
  /** Hardware owns no descriptor: counted in RQDPC. */
  NoDescriptor,
  /** The ring or the buffer is not mapped. */
  Fault,
}

/** Writes a frame of so many bytes at `from` into the guest's next buffer. */
export function receive(v: Vf, from: u32, bytes: u32): Received {
  const q = v.rx;
  if (!q.isEnabled) return Received.Disabled;
  if (!q.hasWork) {
    q.dropped++;
    return Received.NoDescriptor;
  }
  const at = reachToWrite(v, q.base + ((<u64>q.head) << DESCRIPTOR_SHIFT));
  if (!at) return Received.Fault;
  if (!dmaWrite(v, load<u64>(at, RX_ADDRESS), from, bytes)) return Received.Fault;
  store<u32>(at, packetType(from), RX_TYPE);
  store<u32>(at, 0, RX_HASH);
  store<u32>(at, bytes, RX_LENGTH);
  store<u32>(at, RX_DD | RX_EOP, RX_STATUS);
  const next = q.head + 1;
  q.head = next == q.count ? 0 : next;
  const c = v.control;
  c.gprc++;
  c.gorc += bytes + ETHERNET_CHECK_BYTES;
  if (isGroup(destination(from))) c.mprc++;
  return Received.Ok;
}

function packetType(from: u32): u32 {
  if (load<u16>(from, ETHERNET_TYPE) != bswap<u16>(<u16>ETHERTYPE_IPV4)) return 0;
  return load<u8>(from, IPV4_PROTOCOL) == <u8>PROTOCOL_UDP ? RX_TYPE_IPV4 | RX_TYPE_UDP : RX_TYPE_IPV4;
}
