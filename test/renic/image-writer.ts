/**
 * Puts state images together from parts, right or wrong on purpose, with every CRC and count as docs/vf-state-image.md
 * asks unless a test says otherwise. Like the decoder it knows the specification only.
 */
import { imageCrc } from "./image-crc";
import type { Framed, ImageRecord } from "./image-decoder";

/** What goes into a record; the rest is as in a well-formed one. */
export interface RecordParts {
  readonly type: number;
  readonly payload: Uint8Array;
  readonly flags?: number;
  readonly instance?: number;
  readonly version?: number;
}

/** Fields of a header; each is right unless told. */
export interface HeaderParts {
  readonly magic?: string;
  readonly major?: number;
  readonly minor?: number;
  readonly model?: number;
  readonly features?: number;
  readonly recordCount?: number;
  readonly byteCount?: number;
}

export const OPTIONAL = 1;
export const END_TYPE = 65535;

/** Writes an image of these records, to which END belongs, with a valid header CRC. */
export function writeImage(records: readonly RecordParts[], header: HeaderParts = {}): Uint8Array {
  const written = records.map(writeRecord);
  const byteCount = written.reduce((sum, bytes) => sum + bytes.length, 32);
  const image = new Uint8Array(byteCount);
  let at = 32;
  for (const bytes of written) {
    image.set(bytes, at);
    at += bytes.length;
  }
  image.set(new TextEncoder().encode(header.magic ?? "RENICVF\0"), 0);
  const view = new DataView(image.buffer);
  view.setUint16(8, header.major ?? 2, true);
  view.setUint16(10, header.minor ?? 0, true);
  view.setUint32(12, header.model ?? 0x10ca8086, true);
  view.setUint32(16, header.features ?? 0, true);
  view.setUint32(20, header.recordCount ?? records.length, true);
  view.setUint32(24, header.byteCount ?? byteCount, true);
  view.setUint32(28, imageCrc(image.subarray(0, 28)), true);
  return image;
}

function writeRecord({ type, payload, flags = 0, instance = 0, version = 1 }: RecordParts): Uint8Array {
  const record = new Uint8Array(16 + Math.ceil(payload.length / 8) * 8);
  const view = new DataView(record.buffer);
  view.setUint16(0, type, true);
  view.setUint16(2, flags, true);
  view.setUint32(4, payload.length, true);
  view.setUint16(8, instance, true);
  view.setUint16(10, version, true);
  view.setUint32(12, imageCrc(record.subarray(0, 12), payload), true);
  record.set(payload, 16);
  return record;
}

/** A frame that waits. */
export interface FrameParts {
  readonly bytes: Uint8Array;
  readonly epoch?: number;
  readonly descriptorCount?: number;
  readonly queue?: number;
}

/** Writes the payload of OUTBOUND: epoch 2 is open and held, nothing is released, unless told. */
export function writeOutbound(
  frames: readonly FrameParts[],
  head: { count?: number; flags?: number } = {},
): Uint8Array {
  const words = [head.count ?? frames.length, 2, 0, head.flags ?? 3];
  const parts = [wordsOf(words)];
  for (const { bytes, epoch = 1, descriptorCount = 0, queue = 0 } of frames) {
    const padded = new Uint8Array(Math.ceil(bytes.length / 8) * 8);
    padded.set(bytes);
    parts.push(wordsOf([epoch, bytes.length, descriptorCount, queue]), padded);
  }
  return new Uint8Array(Buffer.concat(parts));
}

function wordsOf(words: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(words.length * 4);
  words.forEach((word, index) => {
    new DataView(bytes.buffer).setUint32(index * 4, word, true);
  });
  return bytes;
}

/** Returns an image's records with one of a type replaced by others; of a queue's, the first queue's unless told. */
export function replaceRecord(
  { records }: Framed,
  type: number,
  replace: (record: ImageRecord) => readonly RecordParts[],
  instance = 0,
): RecordParts[] {
  return records.flatMap((record) => {
    return record.type === type && record.instance === instance ? replace(record) : [record];
  });
}

/** Returns an image's records with one more in the place where the order wants it. */
export function insertRecord({ records }: Framed, more: RecordParts): RecordParts[] {
  const isBefore = ({ type, instance }: ImageRecord) => {
    return type < more.type || (type === more.type && instance < (more.instance ?? 0));
  };
  return [...records.filter(isBefore), more, ...records.filter((record) => !isBefore(record))];
}

/** Returns a payload with one of its words changed. */
export function withWord(payload: Uint8Array, index: number, value: number): Uint8Array {
  const changed = payload.slice();
  new DataView(changed.buffer).setUint32(index * 4, value, true);
  return changed;
}

/** Returns an image with the payload of a record changed. */
export function withPayload(image: Framed, type: number, change: (payload: Uint8Array) => Uint8Array): Uint8Array {
  return writeImage(replaceRecord(image, type, (record) => [{ ...record, payload: change(record.payload) }]));
}

/** Returns an image with bits of one byte turned over, and nothing put right again. */
export function damage(image: Uint8Array, at: number, bits: number): Uint8Array {
  const damaged = image.slice();
  damaged[at] = (damaged[at] ?? 0) ^ bits;
  return damaged;
}
