/**
 * What a packet asks of the device, judged from its descriptors alone, and the checksums and the tag that it gets.
 * Invariant: checksums are computed over the frame as the driver wrote it; the tag and the padding come after.
 * Source: docs/device.md, "Transmit" and "Checksums".
 */

import { bits, hasBit, itemAt, setBigEndian16, wordBytes } from "./bytes";
import { crc32c, fold, onesSum } from "./checksums";
import { type ContextFields, contextFields, slotOf, type TransmitDescriptor } from "./descriptor";
import type { Context } from "./pool";

export const L4_UDP = 0;
export const L4_TCP = 1;
const L4_SCTP = 2;
/** Where the checksum field of UDP, TCP and SCTP ends. */
const L4_FIELD_ENDS: readonly number[] = [8, 18, 12];

export const FRAME_BYTES_MIN = 60;
const PACKET_BYTES_MIN = 14;
export const PACKET_BYTES_MAX = 1518;
/** Of a frame that gets a tag. */
export const UNTAGGED_BYTES_MAX = 1514;
const SEGMENTED_BYTES_MAX = 65_791;
const HEADER_BYTES_MAX = 256;
export const SEGMENTS_MAX = 256;
const DESCRIPTORS_MAX = 64;
const ADDRESSES_BYTES = 12;

/** What a good packet asks for. */
export interface Plan {
  readonly kind: "legacy" | "advanced";
  readonly buffers: readonly TransmitDescriptor[];
  readonly bytes: number;
  /** The tag to insert. */
  readonly tag: number | undefined;
  readonly context: ContextFields;
  readonly hasIpSum: boolean;
  readonly hasL4Sum: boolean;
  /** Legacy: where the sum starts and where it goes. */
  readonly legacySum: { readonly from: number; readonly at: number } | undefined;
  readonly isSegmented: boolean;
}

/** Why a packet is dropped. */
export interface Refusal {
  readonly reason: "malformed" | "oversize";
  /** The rule that it breaks, for coverage. */
  readonly rule: string;
}

export type Verdict = Plan | Refusal;

function malformed(rule: string): Refusal {
  return { reason: "malformed", rule };
}

export function oversize(rule: string): Refusal {
  return { reason: "oversize", rule };
}

/** The tag that is inserted in a packet: the pool's own, or that of its first descriptor. */
function tagFor(first: TransmitDescriptor, context: ContextFields, poolTag: number): number | undefined {
  if (hasBit(poolTag, 30)) return poolTag & 0xffff;
  if (!hasBit(first.dw2, 30) || hasBit(poolTag, 31)) return undefined;
  return first.kind === "legacy" ? bits(first.dw3, 31, 16) : context.tag;
}

/** Judges the descriptors of a packet after its leading contexts. */
export function planPacket(
  buffers: readonly TransmitDescriptor[],
  descriptorCount: number,
  contexts: readonly Context[],
  poolTag: number,
): Verdict {
  const first = buffers[0];
  const isEnded = buffers.at(-1)?.isEnd === true;
  if (first === undefined || (!isEnded && descriptorCount >= DESCRIPTORS_MAX)) return malformed("endless");
  const isLegacy = first.kind === "legacy";
  const stranger = buffers.find((buffer) => buffer.kind !== (isLegacy ? "legacy" : "data"));
  if (stranger !== undefined) return malformed(`kind.${stranger.kind}`);
  const bytes = buffers.reduce((sum, buffer) => sum + buffer.bytes, 0);
  if (bytes < PACKET_BYTES_MIN) return malformed("short");
  const context = contextFields(itemAt(contexts, slotOf(first)));
  const tag = tagFor(first, context, poolTag);
  const isSegmented = !isLegacy && hasBit(first.dw2, 31);
  const plan: Plan = {
    kind: isLegacy ? "legacy" : "advanced",
    buffers,
    bytes,
    tag,
    context,
    hasIpSum: !isLegacy && hasBit(first.dw3, 8) && context.isIpv4,
    hasL4Sum: !isLegacy && hasBit(first.dw3, 9),
    legacySum: isLegacy && hasBit(first.dw2, 26) ? legacySumOf(first) : undefined,
    isSegmented,
  };
  const broken = brokenOffload(plan) ?? (isSegmented ? brokenSegmentation(plan) : undefined);
  if (broken !== undefined) return malformed(broken);
  const longest = isSegmented ? SEGMENTED_BYTES_MAX : tag === undefined ? PACKET_BYTES_MAX : UNTAGGED_BYTES_MAX;
  if (bytes > longest) return oversize(isSegmented ? "tso" : "frame");
  return plan;
}

function legacySumOf(first: TransmitDescriptor): { from: number; at: number } {
  return { from: bits(first.dw3, 15, 8), at: bits(first.dw2, 23, 16) };
}

/** The rule about checksums that a packet breaks. */
function brokenOffload(plan: Plan): string | undefined {
  const { bytes, context, legacySum } = plan;
  if (legacySum !== undefined && legacySum.from > bytes) return "legacySum.from";
  if (legacySum !== undefined && legacySum.at + 2 > bytes) return "legacySum.at";
  const l4At = context.macBytes + context.ipBytes;
  if (plan.hasIpSum && context.ipBytes < 20) return "ipSum.short";
  if (plan.hasIpSum && l4At > bytes) return "ipSum.outside";
  if (!plan.hasL4Sum) return undefined;
  const fieldEnd = L4_FIELD_ENDS[context.l4Type];
  if (fieldEnd === undefined) return "l4Sum.type";
  return l4At + fieldEnd > bytes ? "l4Sum.outside" : undefined;
}

/** Bytes of the header that every segment carries. */
export function headerBytes(context: ContextFields): number {
  return context.macBytes + context.ipBytes + context.l4Bytes;
}

export function segmentCount(plan: Plan): number {
  return Math.ceil((plan.bytes - headerBytes(plan.context)) / plan.context.segmentBytes);
}

/** The rule about segmentation that a packet breaks. */
function brokenSegmentation(plan: Plan): string | undefined {
  const { context } = plan;
  const header = headerBytes(context);
  const frameMax = plan.tag === undefined ? PACKET_BYTES_MAX : UNTAGGED_BYTES_MAX;
  if (header > HEADER_BYTES_MAX) return "tso.header";
  if (header >= plan.bytes) return "tso.noPayload";
  if (context.segmentBytes === 0) return "tso.noSegment";
  if (header + context.segmentBytes > frameMax) return "tso.longSegment";
  if (context.l4Type > L4_TCP) return "tso.type";
  if (context.l4Bytes < (context.l4Type === L4_TCP ? 20 : 8)) return "tso.l4Short";
  if (context.macBytes < PACKET_BYTES_MIN) return "tso.macShort";
  if (context.ipBytes < (context.isIpv4 ? 20 : 40)) return "tso.ipShort";
  return segmentCount(plan) > SEGMENTS_MAX ? "tso.manySegments" : undefined;
}

/** Puts the checksums into a frame; `lengthInSum` is what the driver's pseudo header leaves out. */
export function insertSums(frame: Uint8Array, plan: Plan, lengthInSum: number): void {
  const { context, legacySum } = plan;
  if (legacySum !== undefined) {
    setBigEndian16(frame, legacySum.at, ~onesSum(frame, legacySum.from, frame.length) & 0xffff);
  }
  if (plan.hasIpSum) {
    setBigEndian16(frame, context.macBytes + 10, 0);
    const l3End = context.macBytes + context.ipBytes;
    setBigEndian16(frame, context.macBytes + 10, ~onesSum(frame, context.macBytes, l3End) & 0xffff);
  }
  if (plan.hasL4Sum) insertL4Sum(frame, context, lengthInSum);
}

function insertL4Sum(frame: Uint8Array, context: ContextFields, lengthInSum: number): void {
  const l4At = context.macBytes + context.ipBytes;
  if (context.l4Type === L4_SCTP) {
    frame.fill(0, l4At + 8, l4At + 12);
    frame.set(wordBytes(crc32c(frame, l4At)), l4At + 8);
    return;
  }
  const sum = ~fold(onesSum(frame, l4At, frame.length) + lengthInSum) & 0xffff;
  if (context.l4Type === L4_TCP) setBigEndian16(frame, l4At + 16, sum);
  else setBigEndian16(frame, l4At + 6, sum === 0 ? 0xffff : sum);
}

/** Bytes of a frame after insertion of the tag and padding. */
export function finishedBytes(bytes: number, tag: number | undefined): number {
  return Math.max(FRAME_BYTES_MIN, bytes + (tag === undefined ? 0 : 4));
}

/** Inserts the tag and pads. */
export function finishFrame(frame: Uint8Array, tag: number | undefined): Uint8Array {
  const finished = new Uint8Array(finishedBytes(frame.length, tag));
  if (tag === undefined) {
    finished.set(frame);
    return finished;
  }
  finished.set(frame.subarray(0, ADDRESSES_BYTES));
  finished.set([0x81, 0x00, tag >>> 8, tag & 0xff], ADDRESSES_BYTES);
  finished.set(frame.subarray(ADDRESSES_BYTES), ADDRESSES_BYTES + 4);
  return finished;
}
