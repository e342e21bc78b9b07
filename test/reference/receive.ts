/**
 * Reception of a frame by one pool: the queue, what is stripped, the buffers, the write-back and the counts.
 * Invariant: the descriptors of a frame are read before anything is written; each buffer is written before its
 * descriptor. Source: docs/device.md, "Receive".
 */

import { addressOf, hasBit, itemAt, littleEndian32, wordBytes } from "./bytes";
import { crc32 } from "./checksums";
import { type BufferLayout, bufferLayout, type Split, splitFrame } from "./header-split";
import { hasTag, isGroupAddress, parsePacket, tagOf } from "./packet";
import * as pf from "./pf-registers";
import { type ArrivedFrame, descriptorAddress, type Pool } from "./pool";
import type { Port } from "./port";
import { advancedStatus, type FrameFields, frameFields, legacyStatus } from "./receive-fields";
import { scaleReceive } from "./rss";
import * as vf from "./vf-registers";
import { causedOnce, completeReceive } from "./write-back";

const FCS_BYTES = 4;
const TAG_BYTES = 4;
const ADDRESSES_BYTES = 12;
const DONE = 1;

interface ReceiveDescriptor {
  readonly position: number;
  readonly packetAddress: bigint;
  readonly headerAddress: bigint;
  /** Has no buffer, and takes no part of a frame. */
  readonly isEmpty: boolean;
}

/** A frame on its way into a queue. */
interface Reception {
  readonly queue: number;
  readonly layout: BufferLayout;
  readonly data: Uint8Array;
  readonly split: Split;
  readonly tag: number;
  readonly fields: FrameFields;
}

/** What is written back for one descriptor. */
interface Part {
  readonly descriptor: ReceiveDescriptor;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly isFaulted: boolean;
  readonly bytes: number;
}

/** A pool gets a frame. */
export function receiveFrame(port: Port, pool: Pool, frame: ArrivedFrame): void {
  causedOnce(port, pool, () => placeFrame(port, pool, frame));
}

function placeFrame(port: Port, pool: Pool, frame: ArrivedFrame): void {
  const packet = parsePacket(frame.bytes);
  const rss = scaleReceive(port, pool, packet);
  if (!port.isReceiveActive(pool, rss.queue)) {
    port.drop("queueDisabled");
    return;
  }
  const isGroup = isGroupAddress(frame.bytes);
  const stripping = isGroup ? port.pf.get(pf.RPLOLR) : port.pf.get(pf.VMOLR + pool.index * 4);
  const isStripped = hasTag(frame.bytes) && hasBit(stripping, 30);
  const data = receivedData(frame.bytes, isStripped, !hasBit(stripping, 31));
  const layout = bufferLayout(pool.queueRegister(vf.SRRCTL, rss.queue));
  const types = pool.registers.get(vf.VTPSRTYPE);
  const split = splitFrame(layout, packet, types, isStripped ? 4 : 0, data.length);
  const needed = Math.max(1, Math.ceil((data.length - split.bytes) / layout.packetBytes));
  const descriptors = takeDescriptors(port, pool, rss.queue, layout, needed);
  if (descriptors === undefined) return;
  const fields = frameFields(port, frame, packet, rss, isStripped, split.isOverflow);
  const tag = isStripped ? tagOf(frame.bytes) : 0;
  noteReception(port, layout, split, isStripped, needed);
  if (!fillDescriptors(port, pool, { queue: rss.queue, layout, data, split, tag, fields }, descriptors)) {
    port.drop("dmaFault");
    return;
  }
  countReceived(pool, frame, isGroup);
}

/** The bytes that are written to the buffers. */
function receivedData(frame: Uint8Array, isStripped: boolean, hasFcs: boolean): Uint8Array {
  const strippedBytes = isStripped ? TAG_BYTES : 0;
  const keptBytes = frame.length - strippedBytes;
  const data = new Uint8Array(keptBytes + (hasFcs ? FCS_BYTES : 0));
  data.set(frame.subarray(0, ADDRESSES_BYTES));
  data.set(frame.subarray(ADDRESSES_BYTES + strippedBytes), ADDRESSES_BYTES);
  if (hasFcs) data.set(wordBytes(crc32(frame)), keptBytes);
  return data;
}

/** The descriptors that a frame takes, with the empty ones between; undefined when it is dropped. */
function takeDescriptors(
  port: Port,
  pool: Pool,
  queue: number,
  layout: BufferLayout,
  needed: number,
): readonly ReceiveDescriptor[] | undefined {
  const ring = pool.receiveRing(queue);
  const canBeEmpty = layout.type === "legacy" || layout.type === "advanced";
  const descriptors: ReceiveDescriptor[] = [];
  let missing = ring.owned < needed ? needed : 0;
  if (missing === 0) {
    missing = needed;
    for (let index = 0; index < ring.owned && missing > 0; index++) {
      const position = (ring.head + index) % ring.count;
      const raw = pool.memory.read(descriptorAddress(ring, position), 16);
      if (raw === undefined) {
        takeRingFault(port, pool, queue);
        return undefined;
      }
      const descriptor = decodeReceive(position, raw, canBeEmpty);
      descriptors.push(descriptor);
      if (!descriptor.isEmpty) missing--;
    }
  }
  if (missing === 0) return descriptors;
  port.drop("noDescriptor");
  pool.setQueueRegister(vf.RQDPC, queue, (pool.queueRegister(vf.RQDPC, queue) + 1) % 2 ** 32);
  return undefined;
}

function decodeReceive(position: number, raw: Uint8Array, canBeEmpty: boolean): ReceiveDescriptor {
  const packetAddress = addressOf(littleEndian32(raw, 0), littleEndian32(raw, 4));
  const headerAddress = addressOf(littleEndian32(raw, 8) & ~1, littleEndian32(raw, 12));
  return { position, packetAddress, headerAddress, isEmpty: canBeEmpty && packetAddress === 0n };
}

function takeRingFault(port: Port, pool: Pool, queue: number): void {
  port.seen("receive.fault.ring");
  port.drop("dmaFault");
  port.disableByFault(pool, queue, true);
}

/** Writes a frame to its buffers and descriptors; false after a fault. */
function fillDescriptors(
  port: Port,
  pool: Pool,
  reception: Reception,
  descriptors: readonly ReceiveDescriptor[],
): boolean {
  const { queue, layout, data, split } = reception;
  let at = 0;
  let isFirst = true;
  for (const descriptor of descriptors) {
    if (descriptor.isEmpty) {
      port.seen("receive.emptyDescriptor");
      if (!writeEmpty(port, pool, queue, layout, descriptor)) return false;
      continue;
    }
    const header = isFirst ? data.subarray(0, split.bytes) : new Uint8Array(0);
    at += header.length;
    const payload = data.subarray(at, Math.min(data.length, at + layout.packetBytes));
    at += payload.length;
    const isWritten =
      pool.memory.write(descriptor.headerAddress, header) && pool.memory.write(descriptor.packetAddress, payload);
    if (!isWritten) port.seen("receive.fault.buffer");
    const isLast = at === data.length || !isWritten;
    const part = { descriptor, isFirst, isLast, isFaulted: !isWritten, bytes: isWritten ? payload.length : 0 };
    if (!writePart(port, pool, reception, part) || !isWritten) return false;
    isFirst = false;
  }
  return true;
}

function writeEmpty(
  port: Port,
  pool: Pool,
  queue: number,
  layout: BufferLayout,
  descriptor: ReceiveDescriptor,
): boolean {
  if (layout.type === "legacy") return writeLegacy(port, pool, queue, descriptor, 0, DONE, false);
  return writeAdvanced(port, pool, queue, descriptor, [0, 0, 0], DONE, false);
}

/** Writes back a descriptor with a part of a frame. */
function writePart(port: Port, pool: Pool, reception: Reception, part: Part): boolean {
  const { queue, layout, split, tag, fields } = reception;
  const { descriptor, isLast, isFaulted, bytes } = part;
  if (layout.type === "legacy") {
    const sums = bytes + (isLast ? fields.packetSum * 0x10000 : 0);
    const status = isLast ? legacyStatus(fields, isFaulted) + tag * 0x10000 : DONE;
    return writeLegacy(port, pool, queue, descriptor, sums, status, isLast);
  }
  const splitFields = part.isFirst ? split.fields : 0;
  const status = isLast ? advancedStatus(fields, isFaulted) : DONE;
  const words = isLast
    ? [fields.typeWord + splitFields, fields.hashWord, bytes + tag * 0x10000]
    : [splitFields, 0, bytes];
  return writeAdvanced(port, pool, queue, descriptor, words, status, isLast);
}

function writeLegacy(
  port: Port,
  pool: Pool,
  queue: number,
  descriptor: ReceiveDescriptor,
  sums: number,
  status: number,
  isLast: boolean,
): boolean {
  const address = descriptorAddress(pool.receiveRing(queue), descriptor.position);
  if (!pool.memory.write(address + 8n, wordBytes(sums))) return failWriteBack(port, pool, queue);
  return complete(port, pool, queue, descriptor, 12, status, isLast);
}

/** Writes dw0, dw1 and dw3, then dw2. */
function writeAdvanced(
  port: Port,
  pool: Pool,
  queue: number,
  descriptor: ReceiveDescriptor,
  words: readonly number[],
  status: number,
  isLast: boolean,
): boolean {
  const address = descriptorAddress(pool.receiveRing(queue), descriptor.position);
  const isWritten =
    pool.memory.write(address, wordBytes(itemAt(words, 0), itemAt(words, 1))) &&
    pool.memory.write(address + 12n, wordBytes(itemAt(words, 2)));
  if (!isWritten) return failWriteBack(port, pool, queue);
  return complete(port, pool, queue, descriptor, 8, status, isLast);
}

function failWriteBack(port: Port, pool: Pool, queue: number): boolean {
  port.seen("receive.fault.writeBack");
  port.disableByFault(pool, queue, true);
  return false;
}

/** The head moves on, and the word with DD is written or kept. */
function complete(
  port: Port,
  pool: Pool,
  queue: number,
  descriptor: ReceiveDescriptor,
  inDescriptor: number,
  word: number,
  isLast: boolean,
): boolean {
  const ring = pool.receiveRing(queue);
  pool.setQueueRegister(vf.RDH, queue, (descriptor.position + 1) % ring.count);
  return completeReceive(port, pool, queue, { position: descriptor.position, inDescriptor, word, isLast });
}

function countReceived(pool: Pool, frame: ArrivedFrame, isGroup: boolean): void {
  if (!pool.hasVf) return;
  const octets = frame.bytes.length + FCS_BYTES;
  pool.registers.add(vf.VFGPRC, 1);
  pool.registers.add(vf.VFGORC, octets);
  if (isGroup) pool.registers.add(vf.VFMPRC, 1);
  if (!frame.isLooped) return;
  pool.registers.add(vf.VFGPRLBC, 1);
  pool.registers.add(vf.VFGORLBC, octets);
}

function noteReception(port: Port, layout: BufferLayout, split: Split, isStripped: boolean, needed: number): void {
  port.seen(`receive.${layout.type}`);
  if (needed > 1) port.seen(`receive.severalDescriptors.${layout.type}`);
  if (split.bytes > 0) port.seen("receive.split");
  if (split.isOverflow) port.seen("receive.headerOverflow");
  if (isStripped) port.seen("receive.stripped");
}
