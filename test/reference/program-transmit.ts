/**
 * The sending side of random programs: packets with their buffers, contexts and descriptors, as drivers write them, and
 * some as no driver would. Source: docs/device.md, "Transmit".
 */

import { itemAt, wordBytes } from "./bytes";
import { PAGE_BYTES } from "./memory";
import {
  type BuiltFrame,
  buildFrame,
  buildOtherFrame,
  type FrameShape,
  outsideAddress,
  PROTOCOL_SCTP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  poolAddress,
} from "./program-frames";
import { drawDestination, drawPayload, drawTag } from "./program-receive";
import type { ProgramWriter } from "./program-writer";
import * as vf from "./vf-registers";

export const END = 2 ** 24;
const LEGACY_SUM = 2 ** 26;
export const REPORT = 2 ** 27;
export const EXTENDED = 2 ** 29;
const TAGGED = 2 ** 30;
const SEGMENTED = 2 ** 31;
export const CONTEXT = 2 * 2 ** 20;
export const DATA = 3 * 2 ** 20;
const IP_SUM = 0x100;
export const L4_SUM = 0x200;

interface Packet {
  readonly bytes: Uint8Array;
  /** Descriptors before the data. */
  readonly contexts: readonly (readonly number[])[];
  /** Bits of dw2 of every data descriptor, and dw3 of the first. */
  readonly command: number;
  readonly options: number;
}

/** Returns what a context says of a protocol. */
export function l4TypeOf(protocol: number): number {
  return protocol === PROTOCOL_UDP ? 0 : protocol === PROTOCOL_TCP ? 1 : 2;
}

/** A context descriptor for a frame. */
function contextFor(
  writer: ProgramWriter,
  frame: BuiltFrame,
  shape: FrameShape,
  slot: number,
  segmentBytes: number,
  tag: number,
): readonly number[] {
  const report = writer.random.chance(20) ? REPORT : 0;
  const commands = (shape.isIpv6 ? 0 : 2 ** 10) + l4TypeOf(shape.protocol) * 2 ** 11;
  const lengths = frame.ipBytes + frame.macBytes * 2 ** 9 + tag * 2 ** 16;
  const last = slot * 16 + frame.l4Bytes * 2 ** 8 + segmentBytes * 2 ** 16;
  return [lengths, 0, CONTEXT + EXTENDED + report + commands, last];
}

function drawShape(writer: ProgramWriter, pool: number, isSegmented: boolean, isPartial: boolean): FrameShape {
  const { random, mood } = writer;
  const largest = random.chance(6) ? 64_000 : 12_000;
  const protocols = isSegmented
    ? [PROTOCOL_TCP, PROTOCOL_TCP, PROTOCOL_UDP]
    : [PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_SCTP];
  return {
    destination: drawDestination(writer),
    source: random.chance(mood.isSpoofing) ? outsideAddress(3) : poolAddress(pool),
    tag: drawTag(writer),
    isIpv6: random.chance(45),
    protocol: random.pick(protocols),
    extras: random.chance(15) ? random.between(1, 3) : 0,
    isFragment: false,
    fragmentOffset: 0,
    payload: isSegmented ? random.between(1, largest) : drawPayload(writer, 1444),
    isPartial,
    isSegmented,
  };
}

/** A packet with contexts and offloads. */
function drawOffloaded(writer: ProgramWriter, pool: number): Packet {
  const { random, mood } = writer;
  const isSegmented = random.chance(mood.isSegmenting ? 50 : 8);
  const isPartial = isSegmented || random.chance(75);
  const shape = drawShape(writer, pool, isSegmented, isPartial);
  const frame = buildFrame(random, shape);
  const slot = random.below(2);
  const header = frame.macBytes + frame.ipBytes + frame.l4Bytes;
  const smallest = Math.max(1, Math.ceil((frame.bytes.length - header) / 250));
  const chosen = random.pick([100, 200, 536, 1000, 1400, 1510 - header, 1518 - header, 1519 - header]);
  const ordinary = isSegmented ? Math.max(smallest, chosen) : random.below(2000);
  const odd = random.pick([
    0,
    1,
    Math.ceil(frame.bytes.length / 400),
    Math.ceil((frame.bytes.length - header) / 256),
    2000,
  ]);
  const segmentBytes = random.chance(8) ? odd : ordinary;
  const tag = drawTag(writer) ?? 0;
  const contexts = [contextFor(writer, frame, shape, slot, segmentBytes, tag)];
  if (random.chance(8)) contexts.unshift(contextFor(writer, frame, shape, 1 - slot, 700, 7));
  const isSpared = random.chance(isSegmented ? 3 : 12);
  const tagging = random.chance(mood.hasVlans ? 40 : 5) ? TAGGED : 0;
  const sums = (random.chance(80) ? IP_SUM : 0) + (isPartial || random.chance(15) ? L4_SUM : 0);
  return {
    bytes: frame.bytes,
    contexts: isSpared ? [] : contexts,
    command: EXTENDED + DATA + tagging + (isSegmented ? SEGMENTED : 0),
    options: sums + slot * 16 + random.below(2 ** 18) * 2 ** 14,
  };
}

/** A packet without contexts, legacy or advanced. */
function drawPlain(writer: ProgramWriter, pool: number): Packet {
  const { random, mood } = writer;
  const shape = drawShape(writer, pool, false, false);
  const source = shape.source;
  const isOther = random.chance(15);
  const frame = isOther ? undefined : buildFrame(random, shape);
  const bytes = frame?.bytes ?? buildOtherFrame(random, shape.destination, source);
  const tagging = random.chance(mood.hasVlans ? 40 : 5) ? TAGGED : 0;
  if (random.chance(40))
    return { bytes, contexts: [], command: EXTENDED + DATA + tagging, options: random.below(32) & 16 };
  const hasSum = random.chance(40);
  const isFromEdge = random.chance(4);
  const layerFrom = frame === undefined ? random.below(60) : frame.macBytes + frame.ipBytes;
  const from = isFromEdge ? bytes.length + 1 - random.below(3) : layerFrom;
  const isAtEdge = random.chance(8);
  const edge = bytes.length - random.below(4);
  const at = isAtEdge ? edge : from + (shape.protocol === PROTOCOL_UDP ? 6 : 16);
  const tag = (drawTag(writer) ?? 5) * 2 ** 16;
  const isFitting = from <= 255 && at <= 255;
  return {
    bytes,
    contexts: [],
    command: tagging + (hasSum && isFitting ? LEGACY_SUM + at * 2 ** 16 : 0),
    options: tag + (isFitting ? from * 2 ** 8 : 0),
  };
}

/** Lengths of the buffers of a packet. */
function cutBuffers(writer: ProgramWriter, bytes: number): number[] {
  const { random } = writer;
  const wanted = random.chance(60) ? 1 : random.between(2, 5);
  const lengths: number[] = [];
  let left = bytes;
  for (let index = 1; index < wanted && left > 0; index++) {
    const length = random.chance(5)
      ? 0
      : random.chance(30)
        ? Math.min(left, random.pick([1, 14, 54, 100]))
        : random.below(left);
    lengths.push(length);
    left -= length;
  }
  return [...lengths, left];
}

/** What a hostile guest changes in a descriptor. */
function spoilDescriptor(writer: ProgramWriter, words: readonly number[]): readonly number[] {
  const { random } = writer;
  const spoilt = [...words];
  const word = random.below(4);
  const old = itemAt(spoilt, word);
  const kind = random.below(5);
  if (kind === 0) spoilt[word] = random.word();
  else if (kind === 1) spoilt[word] = (old ^ (1 << random.below(32))) >>> 0;
  else if (kind === 2) spoilt[2] = (itemAt(spoilt, 2) & ~0xffff) >>> 0;
  else if (kind === 3) spoilt[2] = (itemAt(spoilt, 2) | 0xffff) >>> 0;
  else spoilt[2] = (itemAt(spoilt, 2) & ~END) >>> 0;
  return spoilt;
}

function descriptorsOf(writer: ProgramWriter, pool: number, packet: Packet): (readonly number[])[] {
  const { random, mood } = writer;
  const lengths = cutBuffers(writer, packet.bytes.length);
  const descriptors = [...packet.contexts];
  const isReporting = random.chance(75);
  let from = 0;
  lengths.forEach((length, index) => {
    const address = writer.transmitBuffer(pool, length);
    if (length > 0) {
      writer.add({ kind: "writeMemory", pool, address, bytes: packet.bytes.slice(from, from + length) });
    }
    from += length;
    const isLast = index === lengths.length - 1;
    const ending = (isLast ? END : 0) + (isReporting && (isLast || random.chance(10)) ? REPORT : 0);
    const [low, high] = writer.deviceWords(pool, address);
    const options = index === 0 ? packet.options : random.below(2 ** 16) & 0xfff0;
    descriptors.push([low, high, packet.command + ending + length, options]);
  });
  return descriptors.map((words) => (random.chance(mood.hostility / 2) ? spoilDescriptor(writer, words) : words));
}

/** Longest packets and others at the edges. */
function drawEdge(writer: ProgramWriter, pool: number): Packet {
  const { random } = writer;
  const length = random.pick([1, 13, 14, 59, 60, 61, 1513, 1514, 1515, 1517, 1518, 1519, 3000]);
  const bytes = random.bytes(length);
  bytes.set([...drawDestination(writer), ...poolAddress(pool)].slice(0, length));
  if (random.chance(40) && length > 14) bytes.set([0x81, 0x00], 12);
  const tagging = random.chance(50) ? TAGGED : 0;
  return { bytes, contexts: [], command: tagging + (random.chance(50) ? EXTENDED + DATA : 0), options: 0 };
}

/** Puts some packets into a ring, and rings the doorbell. */
export function writeTransmissions(writer: ProgramWriter): void {
  const { random, mood } = writer;
  const pool = random.pick(writer.pools);
  const queue = random.below(2);
  const ring = writer.ring(pool, queue, false);
  const count = random.between(1, mood.isBursting ? 8 : 3);
  for (let index = 0; index < count; index++) {
    const kind = random.below(100);
    const packet =
      kind < 55 ? drawOffloaded(writer, pool) : kind < 92 ? drawPlain(writer, pool) : drawEdge(writer, pool);
    writer.putDescriptors(pool, ring, descriptorsOf(writer, pool, packet));
    if (random.chance(15)) writer.ringTail(pool, queue, false);
  }
  writer.ringTail(pool, queue, false);
}

/** A run of descriptors that never ends. */
export function writeEndless(writer: ProgramWriter): void {
  const { random } = writer;
  const pool = random.pick(writer.pools);
  const queue = random.below(2);
  const ring = writer.ring(pool, queue, false);
  const kind = random.pick([0, EXTENDED + DATA, EXTENDED + CONTEXT]);
  const [low, high] = writer.deviceWords(pool, writer.transmitBuffer(pool, 64));
  const descriptors = Array.from({ length: random.pick([20, 64, 70]) }, () => [low, high, kind + REPORT + 20, 0]);
  writer.putDescriptors(pool, ring, descriptors);
  writer.ringTail(pool, queue, false);
}

/** Fills both rings of a pool with more packets than a port fetches without a pause; most of them are dropped. */
export function writeFlood(writer: ProgramWriter): void {
  const { random } = writer;
  const pool = random.pick(writer.pools);
  const ring = writer.ring(pool, 0, false);
  ring.count = 512;
  ring.tail = 511;
  writer.writeQueue(pool, vf.TXDCTL, 0, 0);
  writer.writeQueue(pool, vf.TDLEN, 0, ring.count * 16);
  writer.writeQueue(pool, vf.TXDCTL, 0, 2 ** 25);
  const address = writer.transmitBuffer(pool, 64);
  const frame = random.bytes(64);
  frame.set([...poolAddress(random.pick(writer.pools)), ...poolAddress(pool)]);
  writer.add({ kind: "writeMemory", pool, address, bytes: frame });
  const [low, high] = writer.deviceWords(pool, address);
  const words = Array.from({ length: 511 }, () => [low, high, END + REPORT + (random.chance(95) ? 1 : 64), 0]);
  const ringAddress = ring.page * PAGE_BYTES;
  writer.add({ kind: "writeMemory", pool, address: ringAddress, bytes: wordBytes(...words.flat()) });
  // The second ring lies in the second half of the first.
  const second = writer.ring(pool, 1, false);
  second.tail = second.count - 1;
  writer.ringTail(pool, 1, false);
  writer.ringTail(pool, 0, false);
}
