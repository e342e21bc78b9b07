/**
 * Merging on receive: which segments that came one behind the other are handled as one (GRO).
 *
 *     a segment follows the one before it if   same addresses and ports, TCP data, next in sequence, flags only ACK and PSH,
 *                                              and so many have not been merged already
 *     a packet ends behind a segment           that has PSH, or less payload than the first
 *
 * Nothing is joined: each segment keeps its frame, and whoever charges for a packet charges for the first one.
 *
 * Source: Linux net/ipv4/tcp_offload.c, tcp_gro_receive. Left out: several packets at once; one of another connection ends
 * the one that is being merged.
 */
import {
  IPV4_BYTES,
  IPV4_FROM,
  IPV4_LENGTH,
  PROTOCOL_TCP,
  TCP_FLAGS,
  TCP_OFFSET,
  TCP_PSH,
  TCP_SEQUENCE,
} from "../layout/packet";
import { TCP_ACK, TCP_START } from "../layout/tcp";
import { world } from "../sim/world";
import { carries } from "../wire/ipv4";

/** The packet that is being merged. */
@unmanaged
export class Merge {
  /** Addresses, then ports, as they stand in the frame. */
  addresses: u64;
  ports: u32;
  /** Sequence number that continues it. */
  sequence: u32;
  /** Payload of its first segment. */
  segmentBytes: u32;
  /** How many more segments it may have. */
  room: u32;
}

/** Where it lies in the world's scratch page. */
const MERGE_AT: u32 = 3200;

function merge(): Merge {
  return changetype<Merge>(world().scratch + MERGE_AT);
}

/** Begins to look at frames: the first follows none. */
export function beginMerging(): void {
  merge().room = 0;
}

/** Tells whether a frame, which has room for the headers of TCP, follows the one before; `limit` segments make a packet. */
export function followsMerged(at: u32, limit: u32): bool {
  const g = merge();
  const tcp = at + TCP_START;
  const flags = <u32>load<u8>(tcp, TCP_FLAGS);
  const headers = IPV4_BYTES + ((<u32>load<u8>(tcp, TCP_OFFSET) >>> 4) << 2);
  const ipBytes = <u32>bswap<u16>(load<u16>(at, IPV4_LENGTH));
  if (!carries(at, PROTOCOL_TCP) || ipBytes <= headers || flags & ~(TCP_ACK | TCP_PSH)) {
    g.room = 0;
    return false;
  }
  const bytes = ipBytes - headers;
  const addresses = load<u64>(at, IPV4_FROM);
  const ports = load<u32>(tcp);
  const sequence = bswap<u32>(load<u32>(tcp, TCP_SEQUENCE));
  const isNext = g.addresses == addresses && g.ports == ports && g.sequence == sequence;
  const follows = g.room != 0 && isNext && bytes <= g.segmentBytes;
  if (follows) {
    g.room--;
  } else {
    g.addresses = addresses;
    g.ports = ports;
    g.segmentBytes = bytes;
    g.room = limit - 1;
  }
  g.sequence = sequence + bytes;
  if (flags & TCP_PSH || bytes < g.segmentBytes) g.room = 0;
  return follows;
}
