/**
 * Finds the TCP segment in an Ethernet frame.
 *
 * Leaves out checksums, options and the reassembly of fragments. Invariant: a segment's payload lies inside the frame and
 * inside its IP packet; the padding of a short frame is none of it. Read first: `ip-packet.ts`, RFC 9293 section 3.1.
 */

import { ByteView } from "./byte-view";
import { type IpPayload, type PortAddresses, readIp } from "./ip-packet";

/** A segment whole and plain, or one that is TCP by its header and cannot be used. */
export type TcpSegment = PortAddresses & (WholeSegment | { readonly kind: "unusable"; readonly reason: string });

export interface WholeSegment {
  readonly kind: "whole";
  readonly sequence: number;
  /** The next number that the sender expects; null without ACK. */
  readonly acknowledgment: number | null;
  readonly isSyn: boolean;
  readonly isFin: boolean;
  readonly isReset: boolean;
  /** A view of the frame. */
  readonly payload: Uint8Array;
}

const PROTOCOL_TCP = 6;

/**
 *      0             2             4          8                12                  14
 *     +-------------+-------------+----------+----------------+--------+----------+-------- -
 *     | source port | target port | sequence | acknowledgment | offset | flags    | window ...
 *     +-------------+-------------+----------+----------------+--------+----------+-------- -
 */
const TCP = {
  sourcePort: 0,
  targetPort: 2,
  sequence: 4,
  acknowledgment: 8,
  offset: 12,
  flags: 13,
  bytesMin: 20,
} as const;
/** The offset counts words of 4 bytes in its upper half. */
const OFFSET_SHIFT = 4;
const WORD_BYTES = 4;
const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;

/** Returns the TCP segment of an Ethernet frame, or null when there is none or its ports were not captured. */
export function readTcp(frame: Uint8Array): TcpSegment | null {
  const view = new ByteView(frame, "frame", false);
  const packet = readIp(view);
  if (packet === null || packet.protocol !== PROTOCOL_TCP) return null;
  const { source, target, at, end } = packet;
  if (Math.min(end, view.byteCount) - at < TCP.bytesMin) return null;
  const addresses = {
    source,
    target,
    sourcePort: view.u16(at + TCP.sourcePort),
    targetPort: view.u16(at + TCP.targetPort),
  };
  const headerBytes = (view.u8(at + TCP.offset) >>> OFFSET_SHIFT) * WORD_BYTES;
  const reason = findDefect(view, packet, headerBytes);
  if (reason !== null) return { kind: "unusable", ...addresses, reason };
  const flags = view.u8(at + TCP.flags);
  return {
    kind: "whole",
    ...addresses,
    sequence: view.u32(at + TCP.sequence),
    acknowledgment: flags & ACK ? view.u32(at + TCP.acknowledgment) : null,
    isSyn: (flags & SYN) !== 0,
    isFin: (flags & FIN) !== 0,
    isReset: (flags & RST) !== 0,
    payload: view.slice(at + headerBytes, end - at - headerBytes),
  };
}

/** Returns why a segment with so long a header cannot be used; null when it can. */
function findDefect(view: ByteView, { at, end, isFragment }: IpPayload, headerBytes: number): string | null {
  if (isFragment) return "is a fragment of an IP packet, which is not put together here; leave its connection out";
  if (headerBytes < TCP.bytesMin || headerBytes > end - at) {
    return `has a TCP header of ${headerBytes} bytes; ${TCP.bytesMin} to ${end - at} fit its IP packet: leave its connection out`;
  }
  if (end > view.byteCount) {
    const missing = end - view.byteCount;
    return `lacks its last ${missing} bytes, ${view.byteCount} were captured; record with a longer snap length (-s 0)`;
  }
  return null;
}
