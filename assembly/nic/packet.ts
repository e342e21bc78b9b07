/**
 * The packet that a transmit queue is taking apart: what its descriptors said, then its bytes.
 *
 *      0         256                1280   2048
 *     +---------+------------------+------+---------------------------------+
 *     | Packet  | 64 pieces, 16 B  |      | the bytes, as the driver has them |
 *     +---------+------------------+------+---------------------------------+
 *
 * There is one for a world, because a packet is taken whole in one event: there is never half a packet in the device.
 * Nothing in it outlives the event.
 */
import { PACKET_DESCRIPTOR_MAX, TSO_BYTES_MAX, TX_CONTEXT_BIT } from "../layout/descriptor";
import { CONTEXT_BYTES, CONTEXT_COUNT } from "../layout/virtual-function";
import { world } from "../sim/world";

@unmanaged
export class Packet {
  /** The queue it is from, and the position behind its last descriptor. */
  queue: u32;
  end: u32;
  /** Its descriptors, contexts included, and those of them that describe bytes. */
  descriptorCount: u32;
  pieceCount: u32;
  /** Bytes that the pieces describe; frames that become of them. */
  bytes: u32;
  frameCount: u32;
  /** Words 2 and 3 of the first data descriptor. */
  command: u32;
  status: u32;
  /** The tag to be inserted, as it is on the wire but in host order; meaningless unless `isTagged`. */
  tag: u32;
  isTagged: u32;
  isLegacy: u32;
  /** Segmentation: bytes of the header, and of payload in a segment. */
  headerBytes: u32;
  segmentBytes: u32;
  /** It is one descriptor, plain as tx-ring.ts has it, and nothing here but its address and bytes is filled in. */
  isPlain: u32;
  /** Of a plain one: the checksum that is inserted (l4-sum.ts), 0 for none. */
  plainSum: u32;
  /** Of a plain one: where its descriptor can be written straight, 0 when it cannot (`openDescriptor`). */
  openedAt: u32;
  /** Contexts as they are after the packet. */
  context0: u64;
  context0High: u64;
  context1: u64;
  context1High: u64;
}

@unmanaged
export class Piece {
  address: u64;
  bytes: u32;
  unused: u32;
}

const PIECES: u32 = 256;
const PIECE_BYTES: u32 = 16;
const BYTES: u32 = 2048;
/** Room for one packet; behind the longest one a checksum may be looked up 16 bytes too far. */
export const PACKET_BYTES: u32 = BYTES + TSO_BYTES_MAX + 64;

if (offsetof<Packet>() > PIECES) ERROR("layout: Packet has grown into its pieces");
if (PIECES + PACKET_DESCRIPTOR_MAX * PIECE_BYTES > BYTES) ERROR("layout: pieces have grown into the bytes");

export function packet(): Packet {
  return changetype<Packet>(world().packet);
}

export function piece(p: Packet, index: u32): Piece {
  return changetype<Piece>(changetype<u32>(p) + PIECES + index * PIECE_BYTES);
}

/** Returns where the packet's bytes are. */
export function packetBytesAt(p: Packet): u32 {
  return changetype<u32>(p) + BYTES;
}

/** Returns where a context is that the packet sees. */
export function contextAt(p: Packet, slot: u32): u32 {
  return changetype<u32>(p) + <u32>offsetof<Packet>("context0") + slot * CONTEXT_BYTES;
}

/** Returns which context a status word names. */
export function slotOf(status: u32): u32 {
  return status & TX_CONTEXT_BIT ? 1 : 0;
}

if (offsetof<Packet>() - offsetof<Packet>("context0") != CONTEXT_COUNT * CONTEXT_BYTES) {
  ERROR("layout: a packet has room for every context of its queue");
}
