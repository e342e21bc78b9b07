/**
 * The frontend's requests for several TCP segments at once, which somebody behind the ring cuts.
 *
 *     entry      headers               extra information        payload, a page or less each
 *     says       bytes of the whole    GSO: TCP over IPv4,      bytes of the part
 *                packet                payload of a segment
 *     granted    transmit buffer       -                        page of the stack's send ring
 *     flags      csum_blank, more,     -                        more, but on the last
 *                extra
 *
 * Each entry but the second has an identifier and a grant of its own. The payload stays where the stack has it, as with a
 * virtual function (driver-long.ts). The second entry has no identifier; the backend answers it with a null response.
 *
 * Source: Xen io/netif.h; Linux xennet_start_xmit and xennet_make_txreqs.
 */
import { TX_RING_PAGE } from "../layout/guest-software";
import { PAGE_BYTES, PAGE_MASK, PAGE_SHIFT } from "../layout/limits";
import {
  EXTRA_GSO_BYTES,
  EXTRA_GSO_KIND,
  EXTRA_GSO_TCP_IPV4,
  EXTRA_KIND,
  EXTRA_KIND_GSO,
  GRANT_TX_FIRST,
  RING_ENTRIES,
  SHARED_COUNT,
  SHARED_MASK,
  TX_CHECKSUM_BLANK,
  TX_ENTRY_BYTES,
  TX_EXTRA_INFO,
  TX_MORE_DATA,
  TX_PART_COUNT_MAX,
} from "../layout/paravirtual";
import { grantAccess } from "../memory/grants";
import { GuestMemory, touch } from "../memory/guest-memory";
import { Stack } from "../transport/tcp-stack";
import { transmitBuffer } from "./buffers";
import { markFollowing, Netfront, netfront, netfrontOf, takeId, writeRequest } from "./netfront";

/** Tells whether such a packet can be requested. */
export function hasFrontRoomForLong(m: GuestMemory): bool {
  const n = netfrontOf(m);
  const entriesLeft = SHARED_COUNT - min<u32>(n.txProduced - n.txConsumed, SHARED_COUNT);
  const hasIds = n.txFreeCount >= TX_PART_COUNT_MAX && n.txFreeCount <= SHARED_COUNT;
  return hasIds && entriesLeft > TX_PART_COUNT_MAX && !n.isBroken;
}

/** Requests the segments that the stack pulled last, of `bytes` in all, whose headers were written to `nextFrontPacket`. */
export function postFrontLong(m: GuestMemory, s: Stack, bytes: u32): void {
  const n = netfront(m);
  const id = takeId(n);
  const header = transmitBuffer(id);
  requestPart(m, n, id, header, bytes, TX_CHECKSUM_BLANK | TX_MORE_DATA | TX_EXTRA_INFO);
  const extra = touch(m, TX_RING_PAGE << PAGE_SHIFT) + RING_ENTRIES + (n.txProduced++ & SHARED_MASK) * TX_ENTRY_BYTES;
  memory.fill(extra, 0, TX_ENTRY_BYTES);
  store<u8>(extra, <u8>EXTRA_KIND_GSO, EXTRA_KIND);
  store<u16>(extra, <u16>s.pulledSegmentBytes, EXTRA_GSO_BYTES);
  store<u8>(extra, <u8>EXTRA_GSO_TCP_IPV4, EXTRA_GSO_KIND);
  let offset = s.pulledOffset;
  for (let left = s.pulledPayloadBytes; left; ) {
    const part = min<u32>(left, PAGE_BYTES - (offset & PAGE_MASK));
    left -= part;
    const next = takeId(n);
    markFollowing(n, next);
    requestPart(m, n, next, s.pulledRing + offset, part, left ? TX_MORE_DATA : 0);
    offset = (offset + part) & (s.sendRingBytes - 1);
  }
}

function requestPart(m: GuestMemory, n: Netfront, id: u32, address: u32, bytes: u32, flags: u32): void {
  grantAccess(m, GRANT_TX_FIRST + id, address >>> PAGE_SHIFT, true);
  writeRequest(m, n, id, address, bytes, flags);
}
