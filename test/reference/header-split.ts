/**
 * How a frame is divided between a header buffer and packet buffers.
 * Invariant: only the first descriptor of a frame has a header part. Source: docs/device.md, "Header split".
 */

import { bits, hasBit } from "./bytes";
import type { Packet } from "./packet";

const SPLIT = 2;
const SPLIT_ALWAYS = 5;
const SPLIT_BIT = 31;
const LENGTH_BIT = 21;
const LENGTH_MASK = 0x3ff;

/** A receive queue's SRRCTL. */
export interface BufferLayout {
  readonly type: "legacy" | "advanced" | "split" | "splitAlways";
  readonly packetBytes: number;
  readonly headerBytes: number;
}

export function bufferLayout(control: number): BufferLayout {
  const code = bits(control, 27, 25);
  const splitType = code === SPLIT ? "split" : code === SPLIT_ALWAYS ? "splitAlways" : "advanced";
  const kibibytes = bits(control, 6, 0);
  return {
    type: code === 0 ? "legacy" : splitType,
    packetBytes: (kibibytes === 0 ? 2 : kibibytes) * 1024,
    headerBytes: bits(control, 13, 8) * 64,
  };
}

/** Bytes of the header that PSRTYPE covers, 0 for none; in the frame as it arrived. */
function coveredBytes(packet: Packet, types: number): number {
  if (packet.l3 === "none") return 0;
  const first = packet.l3 === "ipv4" ? 1 : 7;
  const isPair = (packet.l4 === "tcp" && hasBit(types, first + 1)) || (packet.l4 === "udp" && hasBit(types, first + 2));
  if (isPair) return packet.l4At + packet.l4Bytes;
  return hasBit(types, first) ? packet.l3At + packet.l3Bytes : 0;
}

/** What of a frame goes to the header buffer, and what dw0 says of it. */
export interface Split {
  readonly bytes: number;
  readonly fields: number;
  readonly isOverflow: boolean;
}

const NO_SPLIT: Split = { bytes: 0, fields: 0, isOverflow: false };

function lengthField(bytes: number): number {
  return (bytes & LENGTH_MASK) * 2 ** LENGTH_BIT;
}

export function splitFrame(
  layout: BufferLayout,
  packet: Packet,
  types: number,
  strippedBytes: number,
  dataBytes: number,
): Split {
  if (layout.type !== "split" && layout.type !== "splitAlways") return NO_SPLIT;
  const covered = coveredBytes(packet, types);
  const header = covered === 0 ? 0 : covered - strippedBytes;
  if (header > layout.headerBytes) return { bytes: 0, fields: lengthField(header), isOverflow: true };
  if (header === 0 && layout.type === "split") return NO_SPLIT;
  const bytes = header > 0 ? header : Math.min(layout.headerBytes, dataBytes);
  return { bytes, fields: 2 ** SPLIT_BIT + lengthField(bytes), isOverflow: false };
}
