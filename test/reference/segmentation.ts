/**
 * The frames of a packet: one, or the segments of TSO. Invariant: they are made together, from all of its bytes.
 * Source: docs/device.md, "Segmentation (TSO)".
 */

import { bigEndian16, bigEndian32, byteAt, setBigEndian16, setBigEndian32 } from "./bytes";
import { finishedBytes, finishFrame, headerBytes, insertSums, L4_TCP, type Plan, segmentCount } from "./offload";

const FIN_AND_PSH = 0x09;
const CWR = 0x80;

/** Payload bytes of a segment. */
function payloadBytes(plan: Plan, segment: number): number {
  const payload = plan.bytes - headerBytes(plan.context);
  return Math.min(plan.context.segmentBytes, payload - segment * plan.context.segmentBytes);
}

/** Lengths of the frames of a packet, known before its bytes are read. */
export function frameLengths(plan: Plan): number[] {
  if (!plan.isSegmented) return [finishedBytes(plan.bytes, plan.tag)];
  return Array.from({ length: segmentCount(plan) }, (_, segment) =>
    finishedBytes(headerBytes(plan.context) + payloadBytes(plan, segment), plan.tag),
  );
}

/** The frames of a packet. */
export function makeFrames(plan: Plan, bytes: Uint8Array): Uint8Array[] {
  if (plan.isSegmented) {
    const count = segmentCount(plan);
    return Array.from({ length: count }, (_, segment) => makeSegment(plan, bytes, segment, segment === count - 1));
  }
  const frame = bytes.slice();
  insertSums(frame, plan, 0);
  return [finishFrame(frame, plan.tag)];
}

function makeSegment(plan: Plan, bytes: Uint8Array, segment: number, isLast: boolean): Uint8Array {
  const { context } = plan;
  const header = headerBytes(context);
  const payload = payloadBytes(plan, segment);
  const from = header + segment * context.segmentBytes;
  const frame = new Uint8Array(header + payload);
  frame.set(bytes.subarray(0, header));
  frame.set(bytes.subarray(from, from + payload), header);
  const l3At = context.macBytes;
  const l4At = l3At + context.ipBytes;
  const l4Length = context.l4Bytes + payload;
  if (context.isIpv4) {
    setBigEndian16(frame, l3At + 2, context.ipBytes + l4Length);
    setBigEndian16(frame, l3At + 4, bigEndian16(frame, l3At + 4) + segment);
  } else setBigEndian16(frame, l3At + 4, context.ipBytes - 40 + l4Length);
  if (context.l4Type === L4_TCP) {
    const sequence = bigEndian32(frame, l4At + 4) + segment * context.segmentBytes;
    setBigEndian32(frame, l4At + 4, sequence % 2 ** 32);
    const cleared = (isLast ? 0 : FIN_AND_PSH) | (segment === 0 ? 0 : CWR);
    frame[l4At + 13] = byteAt(frame, l4At + 13) & ~cleared;
  } else setBigEndian16(frame, l4At + 4, l4Length);
  insertSums(frame, plan, l4Length);
  return finishFrame(frame, plan.tag);
}
