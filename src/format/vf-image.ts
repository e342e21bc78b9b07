/**
 * Decoder of the state image of a virtual function, for people: checks everything that docs/vf-state-image.md asks for
 * and names each value. The data plane has its own, which restores; this one describes.
 *
 *     header -> record: frame, checksum, order -> known kind? -> its fields (vf-image-record.ts) -> END -> presence
 */

import {
  FEATURE_DELTA,
  HEADER_CRC,
  HEADER_FEATURES,
  HEADER_LENGTH,
  HEADER_MAGIC,
  HEADER_MAJOR,
  HEADER_MODEL,
  HEADER_RECORDS,
  IMAGE_HEADER_BYTES,
  IMAGE_MAJOR,
  IMAGE_MODEL,
  RECORD_CRC,
  RECORD_FLAGS,
  RECORD_HEADER_BYTES,
  RECORD_INSTANCE,
  RECORD_LENGTH,
  RECORD_LENGTH_MAX,
  RECORD_OPTIONAL,
  RECORD_TYPE,
  RECORD_VERSION,
  TYPE_BASE,
  TYPE_END,
} from "../../assembly/layout/state-image";
import type { InputError } from "../sim/input-error";
import { ByteView } from "./byte-view";
import { crc32c } from "./crc32c";
import type { Payload, RecordField } from "./vf-image-field";
import { RECORD_KINDS, type RecordKind } from "./vf-image-record";

/** The bytes that every image starts with. */
export const IMAGE_MAGIC = "RENICVF\0";

/** A value of an image, by the name of the register or field. */
export interface ImageField {
  readonly record: string;
  readonly name: string;
  readonly value: string;
}

/** What a record's header says. */
interface Frame {
  readonly at: number;
  readonly type: number;
  readonly instance: number;
  readonly length: number;
}

/**
 * Decodes an image, or a delta: that has a record BASE and may leave out others. Throws InputError with the byte offset
 * of what is wrong.
 */
export function decodeVfImage(bytes: Uint8Array, source: string): ImageField[] {
  return new Decoder(bytes, source).decode();
}

class Decoder {
  readonly #view: ByteView;
  readonly #bytes: Uint8Array;
  readonly #fields: ImageField[] = [];
  /** Names of the known records that are there. */
  readonly #seen = new Set<string>();
  #isDelta = false;

  constructor(bytes: Uint8Array, source: string) {
    this.#view = new ByteView(bytes, source, true);
    this.#bytes = bytes;
  }

  decode(): ImageField[] {
    this.#readHeader();
    let before = -1;
    let count = 0;
    for (let at: number = IMAGE_HEADER_BYTES; ; ) {
      const frame = this.#readFrame(at);
      const { type, instance } = frame;
      const order = type * 65_536 + instance;
      if (order <= before) throw this.#refuse(at, "record", `has type ${type} after a later one; records ascend`);
      before = order;
      count++;
      at = endOf(frame);
      if (type === TYPE_END) {
        this.#checkEnd(frame, count);
        return this.#fields;
      }
      this.#readRecord(frame);
    }
  }

  #readHeader(): void {
    const view = this.#view;
    if (view.byteCount < IMAGE_HEADER_BYTES) {
      const reason = `ends after ${view.byteCount} bytes; a header has ${IMAGE_HEADER_BYTES}`;
      throw this.#refuse(view.byteCount, "header", reason);
    }
    const magic = new TextDecoder("latin1").decode(view.slice(HEADER_MAGIC, IMAGE_MAGIC.length));
    if (magic !== IMAGE_MAGIC) throw this.#refuse(HEADER_MAGIC, "magic", `is not ${JSON.stringify(IMAGE_MAGIC)}`);
    const major = view.u16(HEADER_MAJOR);
    if (major !== IMAGE_MAJOR) throw this.#refuse(HEADER_MAJOR, "version", `is ${major}; this reads ${IMAGE_MAJOR}`);
    const model = view.u32(HEADER_MODEL);
    if (model !== IMAGE_MODEL) {
      throw this.#refuse(HEADER_MODEL, "model", `is ${hex(model)}; this is ${hex(IMAGE_MODEL)}`);
    }
    const features = view.u32(HEADER_FEATURES);
    if (features & ~FEATURE_DELTA) {
      throw this.#refuse(
        HEADER_FEATURES,
        "features",
        `are ${hex(features)}; only bits ${hex(FEATURE_DELTA)} are known`,
      );
    }
    this.#isDelta = features !== 0;
    this.#checkCrc(HEADER_CRC, this.#bytes.subarray(0, HEADER_CRC), "header");
    const length = view.u32(HEADER_LENGTH);
    if (length !== view.byteCount) {
      throw this.#refuse(HEADER_LENGTH, "length", `is ${length}; the file has ${view.byteCount} bytes`);
    }
  }

  #checkCrc(at: number, bytes: Uint8Array, what: string): void {
    const found = this.#view.u32(at);
    const wanted = crc32c(bytes);
    if (found !== wanted) throw this.#refuse(at, "CRC", `is ${hex(found)}; the ${what} gives ${hex(wanted)}`);
  }

  #readFrame(at: number): Frame {
    const view = this.#view;
    if (view.byteCount - at < RECORD_HEADER_BYTES) {
      throw this.#refuse(at, "record", "begins too near the end; the END record is missing");
    }
    const length = view.u32(at + RECORD_LENGTH);
    const frame = { at, type: view.u16(at + RECORD_TYPE), instance: view.u16(at + RECORD_INSTANCE), length };
    if (length > RECORD_LENGTH_MAX) {
      throw this.#refuse(at + RECORD_LENGTH, "record", `is ${length} bytes long; ${RECORD_LENGTH_MAX} are allowed`);
    }
    if (endOf(frame) > view.byteCount) {
      throw this.#refuse(at + RECORD_LENGTH, "record", `is ${length} bytes long and reaches beyond the file`);
    }
    const checked = new Uint8Array(RECORD_CRC + length);
    checked.set(view.slice(at, RECORD_CRC));
    checked.set(view.slice(at + RECORD_HEADER_BYTES, length), RECORD_CRC);
    this.#checkCrc(at + RECORD_CRC, checked, "record");
    return frame;
  }

  #readRecord({ at, type, instance, length }: Frame): void {
    const kind = this.#kindOf(type, instance);
    if (!kind) {
      if (this.#view.u16(at + RECORD_FLAGS) & RECORD_OPTIONAL) return;
      const what = `has the unknown type ${type}, instance ${instance}`;
      throw this.#refuse(at, "record", `${what}, and is not optional; use a newer version`);
    }
    const record = nameOf(kind, instance);
    const version = this.#view.u16(at + RECORD_VERSION);
    if (version !== 1) throw this.#refuse(at + RECORD_VERSION, record, `has version ${version}; this reads 1`);
    if (length < kind.bytesMin) {
      throw this.#refuse(at + RECORD_LENGTH, record, `is ${length} bytes long; it needs ${kind.bytesMin}`);
    }
    this.#seen.add(record);
    const bytes = this.#bytes;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const payload = { view, at: at + RECORD_HEADER_BYTES, length, instance };
    for (const field of kind.fields(payload)) this.#readField(record, payload, field);
    const needed = kind.exactBytes?.(payload) ?? length;
    if (needed === length) return;
    throw this.#refuse(at + RECORD_LENGTH, record, `is ${length} bytes long; its lists need ${needed}`);
  }

  /** A known type with another instance is an unknown record, and so is BASE in an image that is no delta. */
  #kindOf(type: number, instance: number): RecordKind | undefined {
    const kind = RECORD_KINDS.get(type);
    const isKnown = kind && instance < kind.instanceCount && (type !== TYPE_BASE || this.#isDelta);
    return isKnown ? kind : undefined;
  }

  #readField(record: string, { view, at }: Payload, field: RecordField): void {
    const place = at + field.at;
    const value = numberAt(view, place, field.bytes);
    const found = `has ${field.name} at ${field.show(value)}`;
    if (field.bits !== undefined && value & ~BigInt(field.bits)) {
      const only = `only bits ${hex(field.bits)} can be set`;
      throw this.#refuse(place, record, `has ${field.name} at ${hex(value)}; ${only}`);
    }
    const { min, max } = field;
    if (min !== undefined && value < min) {
      throw this.#refuse(place, record, `${found}; at least ${field.show(BigInt(min))} is allowed here`);
    }
    if (max !== undefined && value > max) {
      throw this.#refuse(place, record, `${found}; at most ${field.show(BigInt(max))} is allowed`);
    }
    this.#fields.push({ record, name: field.name, value: field.show(value) });
  }

  #checkEnd({ at, length }: Frame, count: number): void {
    const records = this.#view.u32(HEADER_RECORDS);
    if (records !== count) {
      throw this.#refuse(HEADER_RECORDS, "records", `are ${records} by the header, ${count} in fact`);
    }
    if (length) throw this.#refuse(at + RECORD_LENGTH, "END record", `is ${length} bytes long; 0 is allowed`);
    if (at + RECORD_HEADER_BYTES !== this.#view.byteCount) {
      throw this.#refuse(at + RECORD_HEADER_BYTES, "END record", "is not the last");
    }
    for (const name of this.#isDelta ? ["BASE"] : mandatoryNames()) {
      if (!this.#seen.has(name)) throw this.#refuse(at, name, "is missing");
    }
  }

  #refuse(at: number, subject: string, reason: string): InputError {
    return this.#view.problem(at, subject, reason);
  }
}

function endOf({ at, length }: Frame): number {
  return at + RECORD_HEADER_BYTES + Math.ceil(length / 8) * 8;
}

/** Returns what a record is called: a queue's number belongs to its name. */
function nameOf(kind: RecordKind, instance: number): string {
  return kind.instanceCount > 1 ? `${kind.name} ${instance}` : kind.name;
}

function mandatoryNames(): string[] {
  return [...RECORD_KINDS.values()]
    .filter(({ isMandatory }) => isMandatory)
    .flatMap((kind) => Array.from({ length: kind.instanceCount }, (_, instance) => nameOf(kind, instance)));
}

function numberAt(view: DataView, at: number, bytes: RecordField["bytes"]): bigint {
  switch (bytes) {
    case 1:
      return BigInt(view.getUint8(at));
    case 2:
      return BigInt(view.getUint16(at, true));
    case 4:
      return BigInt(view.getUint32(at, true));
    default:
      return view.getBigUint64(at, true);
  }
}

function hex(value: number | bigint): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}
