/**
 * Posting several TCP segments as one packet, which the device cuts (TSO).
 *
 *     descriptor   context         headers            payload                payload, if the send ring wraps
 *     points to    -               transmit buffer    the stack's send ring  the beginning of that ring
 *     flags        -                                  EOP and RS on the last of them
 *
 * The payload is not copied: it stays where the stack has it until it is acknowledged, as the fragments of a Linux socket
 * buffer do. The device counts sequence numbers and identifications on and computes every checksum, from a pseudo header's
 * sum without a length in the header that it is given.
 *
 * Source: 82576 datasheet sections 7.2.2.2 and 7.2.4; Linux igbvf_tso. Checksums of whole segments are the stack's, at no
 * cost: on a real machine the device computes those as well.
 */
import {
  TX_ADDRESS,
  TX_COMMAND,
  TX_DEXT,
  TX_EOP,
  TX_IFCS,
  TX_IXSM,
  TX_PAYLEN_SHIFT,
  TX_RS,
  TX_STATUS,
  TX_TSE,
  TX_TXSM,
  TX_TYPE_DATA,
} from "../layout/descriptor";
import { IPV4_BYTES } from "../layout/packet";
import { TCP_START } from "../layout/tcp";
import { GuestMemory } from "../memory/guest-memory";
import { writeTcpContext } from "../nic/offload-context";
import { Stack } from "../transport/tcp-stack";
import { Driver } from "./driver";
import { freeDescriptors, nextBuffer, nextDescriptor } from "./driver-transmit";

/** Descriptors of such a packet, at most. */
const DESCRIPTOR_COUNT_MAX: u32 = 4;

/** Tells whether such a packet can be posted. */
export function hasRoomForLong(d: Driver): bool {
  return freeDescriptors(d) >= DESCRIPTOR_COUNT_MAX;
}

/** Posts the segments that the stack pulled last, of `bytes` in all, whose headers were written to `nextPacket`. */
export function postLong(m: GuestMemory, d: Driver, s: Stack, bytes: u32): void {
  const payloadBytes = s.pulledPayloadBytes;
  const headerBytes = bytes - payloadBytes;
  const header = nextBuffer(d);
  writeTcpContext(nextDescriptor(m, d), IPV4_BYTES, headerBytes - TCP_START, s.pulledSegmentBytes);
  postPart(m, d, header, headerBytes, payloadBytes, 0);
  const first = min<u32>(payloadBytes, s.sendRingBytes - s.pulledOffset);
  postPart(m, d, s.pulledRing + s.pulledOffset, first, payloadBytes, first == payloadBytes ? TX_EOP | TX_RS : 0);
  if (first < payloadBytes) postPart(m, d, s.pulledRing, payloadBytes - first, payloadBytes, TX_EOP | TX_RS);
}

function postPart(m: GuestMemory, d: Driver, address: u32, bytes: u32, payloadBytes: u32, flags: u32): void {
  const at = nextDescriptor(m, d);
  store<u64>(at, address, TX_ADDRESS);
  store<u32>(at, bytes | TX_TYPE_DATA | TX_DEXT | TX_IFCS | TX_TSE | flags, TX_COMMAND);
  store<u32>(at, (payloadBytes << TX_PAYLEN_SHIFT) | TX_IXSM | TX_TXSM, TX_STATUS);
}
