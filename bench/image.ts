/**
 * The state images that every engine is given, written from the documents (docs/vf-state-image.md and the register
 * table): a virtual function of which every register, timer, context, MSI-X entry, filter and statistic has seen use.
 *
 * Which value a word has is a scrambled number, cut to the bits that the word can have, and never zero.
 */
import {
  COLUMN_COUNT,
  COLUMN_OFFSET,
  COLUMN_RECORD,
  COLUMN_WRITABLE,
  ROW_CELLS,
} from "../assembly/layout/register-table";
import { IMAGE_BYTES_MAX } from "../assembly/layout/state-image";
import { VF_REGISTERS, VF_ROW_COUNT, VFMAILBOX } from "../assembly/layout/vf-registers";
import { crc32c } from "../src/format/crc32c";

/** Room for one image in every engine. */
export const IMAGE_ROOM_BYTES = IMAGE_BYTES_MAX;

const HEADER_BYTES = 32;
const RECORD_HEADER_BYTES = 16;
const END = 65535;
const QUEUE_TYPES: readonly number[] = [4, 5];
const ADDRESS_COUNT = 4;
const VLAN_COUNT = 4;
const HASH_COUNT = 8;
const HASH_COUNT_MAX = 30;
/** Of VFMAILBOX the bits that are state. */
const MAIL_BITS = 0xfc;
/** The longest interval, and an hour of the free-running timer. */
const THROTTLE_PS_MAX = 8192e6;
const TIMER_PS_MAX = 3600e12;

/** Draws words, each from the next scrambled number. */
class Words {
  #number: number;

  constructor(seed: number) {
    this.#number = seed << 16;
  }

  /** Returns a word with bits of the mask only; not 0 unless the mask is. */
  draw(mask: number): number {
    let word = Math.imul(++this.#number, 0x9e3779b1);
    word = Math.imul(word ^ (word >>> 15), 0x2c1b3c6d);
    const bits = (word ^ (word >>> 13)) & mask;
    return (bits === 0 ? mask & -mask : bits) >>> 0;
  }

  /** Returns a number between 1 and a bound. */
  below(bound: number): number {
    return 1 + Math.floor(((this.draw(0xffffffff) % 0x40000000) / 0x40000000) * (bound - 1));
  }
}

/** One record's payload, word by word. */
class Payload {
  readonly #view = new DataView(new ArrayBuffer(IMAGE_ROOM_BYTES));
  #end = 0;

  word(value: number): this {
    this.#view.setUint32(this.#end, value, true);
    this.#end += 4;
    return this;
  }

  wide(value: number): this {
    return this.word(value % 2 ** 32).word(Math.floor(value / 2 ** 32));
  }

  half(value: number): this {
    this.#view.setUint16(this.#end, value, true);
    this.#end += 2;
    return this;
  }

  bytes(): Uint8Array {
    return new Uint8Array(this.#view.buffer, 0, this.#end);
  }
}

/** Returns an image, another one for each seed. */
export function imageOf(seed: number): Uint8Array {
  const words = new Words(seed);
  const records: Uint8Array[] = [];
  for (let type = 1; type <= 10; type++) {
    const instanceCount = QUEUE_TYPES.includes(type) ? 2 : 1;
    for (let instance = 0; instance < instanceCount; instance++) {
      const payload = new Payload();
      putRegisters(payload, words, type);
      putRest(payload, words, type);
      records.push(recordOf(type, instance, payload.bytes()));
    }
  }
  return sealImage([...records, recordOf(END, 0, new Uint8Array())]);
}

/** Puts the registers of a record; what cannot be written, as statistics, can have any value. */
function putRegisters(payload: Payload, words: Words, type: number): void {
  for (let row = 0; row < VF_ROW_COUNT; row++) {
    const cell = (column: number) => VF_REGISTERS[row * ROW_CELLS + column] ?? 0;
    if (cell(COLUMN_RECORD) !== type) continue;
    const count = QUEUE_TYPES.includes(type) ? 1 : cell(COLUMN_COUNT);
    const mask = cell(COLUMN_OFFSET) === VFMAILBOX ? MAIL_BITS : cell(COLUMN_WRITABLE) || 0xffffffff;
    for (let i = 0; i < count; i++) payload.word(words.draw(mask));
  }
}

/** Puts what no register shows. */
function putRest(payload: Payload, words: Words, type: number): void {
  switch (type) {
    case 1:
      payload
        .wide(words.below(2 ** 48))
        .word(2)
        .word(0);
      break;
    case 3:
      for (let vector = 0; vector < 3; vector++) {
        payload.wide(words.below(THROTTLE_PS_MAX)).word(words.draw(1)).word(0);
      }
      break;
    case 5:
      payload.word(words.draw(0xffff));
      for (let word = 0; word < 8; word++) payload.word(words.draw(0xffffffff));
      break;
    case 7:
      for (let word = 0; word < 12; word++) payload.word(words.draw(word % 4 === 3 ? 1 : 0xffffffff));
      payload.word(words.draw(7)).word(words.draw(0xc000));
      break;
    case 8:
      payload.word(words.draw(7)).word(words.draw(1)).wide(words.below(TIMER_PS_MAX));
      break;
    case 9:
      putFilters(payload, words);
      break;
    case 10:
      putPolicy(payload, words);
  }
}

function putFilters(payload: Payload, words: Words): void {
  payload.word(ADDRESS_COUNT).word(VLAN_COUNT);
  for (let i = 0; i < ADDRESS_COUNT; i++) payload.wide(i * 2 ** 44 + words.below(2 ** 44));
  for (let i = 0; i < VLAN_COUNT; i++) payload.word(i * 1024 + words.draw(1023));
}

function putPolicy(payload: Payload, words: Words): void {
  payload.word(words.draw(0xffffffff)).word(words.draw(0xc000ffff)).word(words.draw(31)).word(0);
  payload
    .wide(words.below(2 ** 48))
    .word(words.draw(15))
    .word(HASH_COUNT);
  for (let i = 0; i < HASH_COUNT_MAX; i++) payload.half(i < HASH_COUNT ? words.draw(0xfff) : 0);
  payload.word(0);
}

function recordOf(type: number, instance: number, payload: Uint8Array): Uint8Array {
  const record = new Uint8Array(RECORD_HEADER_BYTES + Math.ceil(payload.length / 8) * 8);
  const view = new DataView(record.buffer);
  view.setUint16(0, type, true);
  view.setUint32(4, payload.length, true);
  view.setUint16(8, instance, true);
  view.setUint16(10, 1, true);
  record.set(payload, RECORD_HEADER_BYTES);
  return sealRecord(record);
}

/** Writes the CRC of a record, and returns it. */
function sealRecord(record: Uint8Array): Uint8Array {
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  const covered = new Uint8Array(12 + view.getUint32(4, true));
  covered.set(record.subarray(0, 12));
  covered.set(record.subarray(RECORD_HEADER_BYTES, RECORD_HEADER_BYTES + view.getUint32(4, true)), 12);
  view.setUint32(12, crc32c(covered), true);
  return record;
}

function sealImage(records: readonly Uint8Array[]): Uint8Array {
  const image = new Uint8Array(records.reduce((sum, { length }) => sum + length, HEADER_BYTES));
  image.set(Buffer.from("RENICVF\0"));
  let at = HEADER_BYTES;
  for (const record of records) {
    image.set(record, at);
    at += record.length;
  }
  const view = new DataView(image.buffer);
  view.setUint16(8, 2, true);
  view.setUint32(12, 0x10ca8086, true);
  view.setUint32(20, records.length, true);
  view.setUint32(24, image.length, true);
  view.setUint32(28, crc32c(image.subarray(0, 28)), true);
  return image;
}

/** The two that are measured. */
export const IMAGES: readonly Uint8Array[] = [imageOf(1), imageOf(2)];
