/**
 * Decoder of the state image of a virtual function, for people: checks everything that docs/vf-state-image.md asks for
 * and names each value. The data plane has its own, which restores; this one describes.
 */

import {
  HEADER_CRC,
  HEADER_FEATURES,
  HEADER_LENGTH,
  HEADER_MAJOR,
  HEADER_MODEL,
  HEADER_RECORDS,
  IDENTITY_BYTES,
  IMAGE_HEADER_BYTES,
  IMAGE_MAJOR,
  IMAGE_MODEL,
  INTERRUPT_BYTES,
  RECORD_CRC,
  RECORD_FLAGS,
  RECORD_HEADER_BYTES,
  RECORD_INSTANCE,
  RECORD_LENGTH,
  RECORD_LENGTH_MAX,
  RECORD_OPTIONAL,
  RECORD_TYPE,
  RECORD_VERSION,
  RX_QUEUE_BYTES,
  STATISTICS_BYTES,
  TABLE_VERSION,
  THROTTLE_BYTES,
  TX_QUEUE_BYTES,
  TYPE_END,
  TYPE_IDENTITY,
  TYPE_INTERRUPT,
  TYPE_RX_QUEUE,
  TYPE_STATISTICS,
  TYPE_THROTTLE,
  TYPE_TX_QUEUE,
} from "../../assembly/layout/state-image";
import {
  COLUMN_COUNT,
  COLUMN_RECORD,
  COLUMN_WRITABLE,
  VF_REGISTER_NAMES,
  VF_REGISTERS,
} from "../../assembly/layout/vf-registers";
import { InputError } from "../sim/input-error";
import { crc32c } from "./crc32c";

/** The bytes that every image starts with. */
export const IMAGE_MAGIC = "RENICVF\0";

/** A value of an image, by the name of the register or field. */
export interface ImageField {
  readonly record: string;
  readonly name: string;
  readonly value: string;
}

const NAMES = VF_REGISTER_NAMES.split(" ");
/** Where a queue record has the ring's length. */
const LENGTH_WORD = 2;

interface RecordKind {
  readonly name: string;
  readonly bytes: number;
}

const KINDS = new Map<number, RecordKind>([
  [TYPE_IDENTITY, { name: "IDENTITY", bytes: IDENTITY_BYTES }],
  [TYPE_INTERRUPT, { name: "INTERRUPT", bytes: INTERRUPT_BYTES }],
  [TYPE_THROTTLE, { name: "THROTTLE", bytes: THROTTLE_BYTES }],
  [TYPE_RX_QUEUE, { name: "RX_QUEUE", bytes: RX_QUEUE_BYTES }],
  [TYPE_TX_QUEUE, { name: "TX_QUEUE", bytes: TX_QUEUE_BYTES }],
  [TYPE_STATISTICS, { name: "STATISTICS", bytes: STATISTICS_BYTES }],
]);

/** Decodes an image. Throws InputError with the byte offset of what is wrong. */
export function decodeVfImage(bytes: Uint8Array, source: string): ImageField[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  checkHeader(bytes, view, source);
  const fields: ImageField[] = [];
  const seen = new Set<number>();
  let before = -1;
  let count = 0;
  for (let at = IMAGE_HEADER_BYTES; ; ) {
    const { type, instance, length } = readRecord(bytes, view, at, source);
    const order = type * 65_536 + instance;
    if (order <= before) throw refuse(source, at, "record", `has type ${type} after a later one; records ascend`);
    before = order;
    count++;
    const stride = RECORD_HEADER_BYTES + Math.ceil(length / 8) * 8;
    if (type === TYPE_END) {
      checkEnd(view, at + stride, count, seen, source);
      return fields;
    }
    const kind = instance === 0 ? KINDS.get(type) : undefined;
    if (kind) {
      const version = view.getUint16(at + RECORD_VERSION, true);
      if (version !== 1) throw refuse(source, at + RECORD_VERSION, kind.name, `has version ${version}; this reads 1`);
      if (length < kind.bytes) {
        throw refuse(source, at + RECORD_LENGTH, kind.name, `is ${length} bytes long; it needs ${kind.bytes}`);
      }
      seen.add(type);
      fields.push(...fieldsOf(view, type, kind.name, at + RECORD_HEADER_BYTES, source));
    } else if (!(view.getUint16(at + RECORD_FLAGS, true) & RECORD_OPTIONAL)) {
      throw refuse(source, at, "record", `has the unknown type ${type} and is not optional; use a newer version`);
    }
    at += stride;
  }
}

function checkHeader(bytes: Uint8Array, view: DataView, source: string): void {
  if (bytes.length < IMAGE_HEADER_BYTES) {
    throw refuse(
      source,
      bytes.length,
      "header",
      `ends after ${bytes.length} bytes; a header has ${IMAGE_HEADER_BYTES}`,
    );
  }
  const major = view.getUint16(HEADER_MAJOR, true);
  if (major !== IMAGE_MAJOR) throw refuse(source, HEADER_MAJOR, "version", `is ${major}; this reads ${IMAGE_MAJOR}`);
  const model = view.getUint32(HEADER_MODEL, true);
  if (model !== IMAGE_MODEL)
    throw refuse(source, HEADER_MODEL, "model", `is ${hex(model)}; this is ${hex(IMAGE_MODEL)}`);
  const features = view.getUint32(HEADER_FEATURES, true);
  if (features) throw refuse(source, HEADER_FEATURES, "features", `${hex(features)} are unknown; 0 is allowed`);
  const found = view.getUint32(HEADER_CRC, true);
  const wanted = crc32c(bytes.subarray(0, HEADER_CRC));
  if (found !== wanted) throw refuse(source, HEADER_CRC, "CRC", `is ${hex(found)}; the header gives ${hex(wanted)}`);
  const length = view.getUint32(HEADER_LENGTH, true);
  if (length !== bytes.length) {
    throw refuse(source, HEADER_LENGTH, "length", `is ${length}; the file has ${bytes.length} bytes`);
  }
}

function readRecord(bytes: Uint8Array, view: DataView, at: number, source: string) {
  if (bytes.length - at < RECORD_HEADER_BYTES) {
    throw refuse(source, at, "record", "begins too near the end; the END record is missing");
  }
  const length = view.getUint32(at + RECORD_LENGTH, true);
  const isInside = length <= RECORD_LENGTH_MAX && at + RECORD_HEADER_BYTES + Math.ceil(length / 8) * 8 <= bytes.length;
  if (!isInside)
    throw refuse(source, at + RECORD_LENGTH, "record", `is ${length} bytes long and reaches beyond the file`);
  const checked = new Uint8Array(12 + length);
  checked.set(bytes.subarray(at, at + 12));
  checked.set(bytes.subarray(at + RECORD_HEADER_BYTES, at + RECORD_HEADER_BYTES + length), 12);
  const found = view.getUint32(at + RECORD_CRC, true);
  const wanted = crc32c(checked);
  if (found !== wanted)
    throw refuse(source, at + RECORD_CRC, "CRC", `is ${hex(found)}; the record gives ${hex(wanted)}`);
  return {
    type: view.getUint16(at + RECORD_TYPE, true),
    instance: view.getUint16(at + RECORD_INSTANCE, true),
    length,
  };
}

function checkEnd(view: DataView, end: number, count: number, seen: ReadonlySet<number>, source: string): void {
  const records = view.getUint32(HEADER_RECORDS, true);
  if (records !== count)
    throw refuse(source, HEADER_RECORDS, "records", `are ${records} by the header, ${count} in fact`);
  if (end !== view.byteLength) throw refuse(source, end, "END record", "is not the last");
  for (const [type, { name }] of KINDS) {
    if (!seen.has(type)) throw refuse(source, end, name, "is missing");
  }
}

function fieldsOf(view: DataView, type: number, record: string, at: number, source: string): ImageField[] {
  const field = (name: string, value: string): ImageField => ({ record, name, value });
  if (type === TYPE_IDENTITY) {
    const version = view.getUint32(at + 8, true);
    if (version !== TABLE_VERSION) {
      throw refuse(source, at + 8, record, `follows register table ${version}; this reads ${TABLE_VERSION}`);
    }
    const bytes = Array.from({ length: 6 }, (_, index) =>
      view
        .getUint8(at + index)
        .toString(16)
        .padStart(2, "0"),
    );
    return [field("MAC", bytes.join(":")), field("table version", String(version))];
  }
  if (type === TYPE_THROTTLE) {
    return [0, 1, 2].map((vector) => {
      return field(`vector ${vector} time left`, `${view.getBigUint64(at + vector * 8, true)} ps`);
    });
  }
  checkWords(view, type, record, at, source);
  const rows = rowsOf(type);
  const fields = rows.map((row, index) => field(NAMES[row] ?? "", hex(view.getUint32(at + index * 4, true))));
  if (type === TYPE_TX_QUEUE) {
    fields.push(field("stopped by a fault", view.getUint32(at + rows.length * 4, true) ? "yes" : "no"));
  }
  return fields;
}

/** Checks that no register has a bit that it cannot have, and that a ring is a multiple of 128 bytes long. */
function checkWords(view: DataView, type: number, record: string, at: number, source: string): void {
  rowsOf(type).forEach((row, index) => {
    const value = view.getUint32(at + index * 4, true);
    const writable = (VF_REGISTERS[row * COLUMN_COUNT + COLUMN_WRITABLE] ?? 0) >>> 0;
    if (writable === 0 || (value & ~writable) === 0) return;
    throw refuse(
      source,
      at + index * 4,
      record,
      `has ${NAMES[row]} at ${hex(value)}; only bits ${hex(writable)} can be set`,
    );
  });
  if (type !== TYPE_RX_QUEUE && type !== TYPE_TX_QUEUE) return;
  const ringBytes = view.getUint32(at + LENGTH_WORD * 4, true);
  if (ringBytes % 128 === 0) return;
  throw refuse(source, at + LENGTH_WORD * 4, record, `has a ring of ${ringBytes} bytes; multiples of 128 are allowed`);
}

/** Rows of the register table whose registers a record carries, in its order. */
function rowsOf(type: number): number[] {
  return NAMES.map((_, row) => row).filter((row) => VF_REGISTERS[row * COLUMN_COUNT + COLUMN_RECORD] === type);
}

function refuse(source: string, at: number, subject: string, reason: string): InputError {
  return new InputError(source, [{ place: `byte ${at}`, subject, reason }]);
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}
