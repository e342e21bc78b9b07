/**
 * A decoder of the state image of a virtual function, written from docs/vf-state-image.md and nothing else: no number
 * here comes from src/ or assembly/. It is what the specification promises that somebody else could write.
 *
 * It reads; it does not judge rings. It throws at what it cannot read.
 */
import { imageCrc } from "./image-crc";

export interface ImageHeader {
  readonly magic: string;
  readonly major: number;
  readonly minor: number;
  readonly model: number;
  readonly features: number;
  readonly recordCount: number;
  readonly byteCount: number;
}

export interface ImageRecord {
  readonly type: number;
  readonly flags: number;
  readonly instance: number;
  readonly version: number;
  readonly payload: Uint8Array;
  /** Where the record begins in the image. */
  readonly at: number;
}

/** What an image says, by the names of the specification. */
export interface DecodedImage {
  readonly header: ImageHeader;
  /** Every record with the END record, in the order of the image. */
  readonly records: readonly ImageRecord[];
  /** Six bytes, first on the wire first. */
  readonly mac: readonly number[];
  readonly tableVersion: number;
  /** Picoseconds left of each vector's interval. */
  readonly throttlePs: readonly bigint[];
  /** Words of INTERRUPT, RX_QUEUE, TX_QUEUE and STATISTICS by register name. */
  readonly registers: ReadonlyMap<string, number>;
  readonly isTxStopped: boolean;
}

const HEADER_BYTES = 32;
const RECORD_HEADER_BYTES = 16;
const END = 65535;

const IDENTITY = 1;
const THROTTLE = 3;
const TX_QUEUE = 5;

const WORDS_OF = new Map<number, string>([
  [2, "VTEIMS VTEIAC VTEIAM VTEICR VTEITR0 VTEITR1 VTEITR2 VTIVAR VTIVAR_MISC"],
  [4, "RDBAL RDBAH RDLEN SRRCTL RDH RDT RXDCTL RQDPC"],
  [5, "TDBAL TDBAH TDLEN TDH TXCTL TDT TXDCTL"],
  [6, "VFGPRC VFGPTC VFGORC VFGOTC VFMPRC"],
]);

/** Decodes an image. */
export function decodeImage(image: Uint8Array): DecodedImage {
  const header = readHeader(image);
  const records = readRecords(image);
  if (records.length !== header.recordCount) throw new Error(`${records.length} records of ${header.recordCount}`);
  const identity = payloadOf(records, IDENTITY);
  const throttle = payloadOf(records, THROTTLE);
  const registers = new Map<string, number>();
  for (const [type, names] of WORDS_OF) {
    const words = payloadOf(records, type);
    names.split(" ").forEach((name, index) => {
      registers.set(name, words.getUint32(index * 4, true));
    });
  }
  return {
    header,
    records,
    mac: [0, 1, 2, 3, 4, 5].map((index) => identity.getUint8(index)),
    tableVersion: identity.getUint32(8, true),
    throttlePs: [0, 1, 2].map((vector) => throttle.getBigUint64(vector * 8, true)),
    registers,
    isTxStopped: payloadOf(records, TX_QUEUE).getUint32(28, true) === 1,
  };
}

function readHeader(image: Uint8Array): ImageHeader {
  const view = viewOf(image);
  if (view.getUint32(28, true) !== imageCrc(image.subarray(0, 28))) throw new Error("the header's CRC is wrong");
  return {
    magic: new TextDecoder().decode(image.subarray(0, 8)),
    major: view.getUint16(8, true),
    minor: view.getUint16(10, true),
    model: view.getUint32(12, true),
    features: view.getUint32(16, true),
    recordCount: view.getUint32(20, true),
    byteCount: view.getUint32(24, true),
  };
}

function readRecords(image: Uint8Array): ImageRecord[] {
  const view = viewOf(image);
  const records: ImageRecord[] = [];
  for (let at = HEADER_BYTES; at < image.length; ) {
    const length = view.getUint32(at + 4, true);
    const payload = image.slice(at + RECORD_HEADER_BYTES, at + RECORD_HEADER_BYTES + length);
    const crc = imageCrc(image.subarray(at, at + 12), payload);
    if (view.getUint32(at + 12, true) !== crc) throw new Error(`the CRC of the record at ${at} is wrong`);
    records.push({
      type: view.getUint16(at, true),
      flags: view.getUint16(at + 2, true),
      instance: view.getUint16(at + 8, true),
      version: view.getUint16(at + 10, true),
      payload,
      at,
    });
    at += RECORD_HEADER_BYTES + Math.ceil(length / 8) * 8;
  }
  if (records.at(-1)?.type !== END) throw new Error("the last record is not END");
  return records;
}

function payloadOf(records: readonly ImageRecord[], type: number): DataView {
  const found = records.find((record) => record.type === type && record.instance === 0);
  if (!found) throw new Error(`record ${type} is missing`);
  return viewOf(found.payload);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
