/**
 * A decoder of the state image of a virtual function, written from docs/vf-state-image.md and nothing else: no number
 * here comes from src/ or assembly/. It is what the specification promises that somebody else could write.
 *
 * It reads; it does not judge values. It throws at what it cannot read. `decodeRecords` reads deltas as well.
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

/** An image or a delta as far as its framing goes. */
export interface Framed {
  readonly header: ImageHeader;
  /** Every record with the END record, in the order of the image. */
  readonly records: readonly ImageRecord[];
}

export interface HeldFrame {
  readonly epoch: number;
  readonly descriptorCount: number;
  readonly queue: number;
  readonly bytes: Uint8Array;
}

/** What an image says, by the names of the specification. */
export interface DecodedImage extends Framed {
  /** Six bytes, first on the wire first. */
  readonly mac: readonly number[];
  readonly tableVersion: number;
  /** For each vector. */
  readonly throttles: readonly { readonly leftPs: bigint; readonly isRemembered: boolean }[];
  /** Every word that is a register, by name; those of queues, vectors and arrays have their number behind it. */
  readonly registers: ReadonlyMap<string, number>;
  /** What no register shows of the two transmit queues. */
  readonly transmit: readonly { readonly fetched: number; readonly contexts: readonly Uint8Array[] }[];
  readonly msix: { readonly table: readonly number[]; readonly pending: number; readonly control: number };
  readonly mail: number;
  readonly turn: number;
  readonly timerPs: bigint;
  /** Six bytes each, first on the wire first. */
  readonly addresses: readonly (readonly number[])[];
  readonly vlans: readonly number[];
  readonly policy: { readonly vmolr: number; readonly vmvir: number; readonly bits: number };
  readonly notes: { readonly mac: readonly number[]; readonly flags: number; readonly hashes: readonly number[] };
  /** Null without a record of it. */
  readonly outbound: Outbound | null;
}

export interface Outbound {
  readonly openEpoch: number;
  readonly releasedBelow: number;
  readonly isHolding: boolean;
  readonly isProtected: boolean;
  readonly frames: readonly HeldFrame[];
}

const HEADER_BYTES = 32;
const RECORD_HEADER_BYTES = 16;
const END = 65535;

const IDENTITY = 1;
const THROTTLE = 3;
const TX_QUEUE = 5;
const MSIX = 7;
const CONTROL = 8;
const FILTERS = 9;
const POLICY = 10;
const OUTBOUND = 11;

/** Registers of a record in their order; a number sign stands for the record's instance. */
const WORDS_OF = new Map<number, string>([
  [2, "VTEIMS VTEIAC VTEIAM VTEICR VTEITR0 VTEITR1 VTEITR2 VTIVAR VTIVAR_MISC"],
  [4, "RDBAL# RDBAH# RDLEN# SRRCTL# RDH# RXCTL# RDT# RXDCTL# RQDPC#"],
  [5, "TDBAL# TDBAH# TDLEN# TDH# TXCTL# TDT# TXDCTL# TDWBAL# TDWBAH#"],
  [6, "VFGPRC VFGPTC VFGORC VFGOTC VFMPRC VFGPRLBC VFGPTLBC VFGORLBC VFGOTLBC"],
  [CONTROL, `VFMAILBOX ${numbers(16, (i) => `VMBMEM${i}`).join(" ")} VTPSRTYPE`],
]);

/** Decodes an image. */
export function decodeImage(image: Uint8Array): DecodedImage {
  const framed = decodeRecords(image);
  if (framed.header.features !== 0) throw new Error("a delta is no image");
  const payload = (type: number, instance = 0) => payloadOf(framed, type, instance);
  const identity = payload(IDENTITY);
  const control = payload(CONTROL);
  return {
    ...framed,
    mac: macAt(identity, 0),
    tableVersion: identity.getUint32(8, true),
    throttles: numbers(3, (vector) => ({
      leftPs: payload(THROTTLE).getBigUint64(vector * 16, true),
      isRemembered: payload(THROTTLE).getUint32(vector * 16 + 8, true) === 1,
    })),
    registers: registersOf(framed),
    transmit: numbers(2, (queue) => {
      const view = payload(TX_QUEUE, queue);
      return { fetched: view.getUint32(36, true), contexts: numbers(2, (slot) => bytesAt(view, 40 + slot * 16, 16)) };
    }),
    msix: {
      table: wordsAt(payload(MSIX), 0, 12),
      pending: payload(MSIX).getUint32(48, true),
      control: payload(MSIX).getUint32(52, true),
    },
    mail: control.getUint32(72, true),
    turn: control.getUint32(76, true),
    timerPs: control.getBigUint64(80, true),
    ...filtersOf(payload(FILTERS)),
    ...policyOf(payload(POLICY)),
    outbound: outboundOf(framed),
  };
}

/** Returns the names of the registers that are the words a record begins with, in their order. */
export function registerNames(type: number, instance: number): string[] {
  const names = WORDS_OF.get(type)?.replaceAll("#", String(instance));
  return names?.split(" ") ?? [];
}

function registersOf(framed: Framed): Map<string, number> {
  const registers = new Map<string, number>();
  for (const [type, names] of WORDS_OF) {
    for (const instance of names.includes("#") ? [0, 1] : [0]) {
      const words = payloadOf(framed, type, instance);
      registerNames(type, instance).forEach((name, index) => {
        registers.set(name, words.getUint32(index * 4, true));
      });
    }
  }
  return registers;
}

function filtersOf(view: DataView) {
  const addressCount = view.getUint32(0, true);
  const vlanCount = view.getUint32(4, true);
  return {
    addresses: numbers(addressCount, (index) => macAt(view, 8 + index * 8)),
    vlans: wordsAt(view, 8 + addressCount * 8, vlanCount),
  };
}

function policyOf(view: DataView) {
  const [vmolr = 0, vmvir = 0, bits = 0] = wordsAt(view, 0, 3);
  const hashes = numbers(view.getUint32(28, true), (index) => view.getUint16(32 + index * 2, true));
  return { policy: { vmolr, vmvir, bits }, notes: { mac: macAt(view, 16), flags: view.getUint32(24, true), hashes } };
}

function outboundOf({ records }: Framed): Outbound | null {
  const parts = records.filter(({ type }) => type === OUTBOUND).map(({ payload }) => viewOf(payload));
  const [first] = parts;
  if (!first) return null;
  const [, openEpoch = 0, releasedBelow = 0, bits = 0] = wordsAt(first, 0, 4);
  const frames = parts.flatMap(framesOf);
  return { openEpoch, releasedBelow, isHolding: (bits & 1) !== 0, isProtected: (bits & 2) !== 0, frames };
}

function framesOf(view: DataView): HeldFrame[] {
  let at = 16;
  return numbers(view.getUint32(0, true), () => {
    const [epoch = 0, byteCount = 0, descriptorCount = 0, queue = 0] = wordsAt(view, at, 4);
    const bytes = bytesAt(view, at + 16, byteCount);
    at += 16 + Math.ceil(byteCount / 8) * 8;
    return { epoch, descriptorCount, queue, bytes };
  });
}

/** Reads header and records, and checks every CRC, the counts and the order. */
export function decodeRecords(image: Uint8Array): Framed {
  const header = readHeader(image);
  const records = readRecords(image);
  if (records.length !== header.recordCount) throw new Error(`${records.length} records of ${header.recordCount}`);
  records.forEach((record, index) => {
    const before = records[index - 1];
    if (before && orderOf(before) >= orderOf(record)) throw new Error(`record ${index} is out of order`);
  });
  return { header, records };
}

/** Records stand in ascending order of this. */
export function orderOf({ type, instance }: { readonly type: number; readonly instance: number }): number {
  return type * 65_536 + instance;
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

function payloadOf({ records }: Framed, type: number, instance: number): DataView {
  const found = records.find((record) => record.type === type && record.instance === instance);
  if (!found) throw new Error(`record ${type}, instance ${instance}, is missing`);
  return viewOf(found.payload);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function bytesAt(view: DataView, at: number, count: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, count).slice();
}

function macAt(view: DataView, at: number): number[] {
  return [...bytesAt(view, at, 6)];
}

function wordsAt(view: DataView, at: number, count: number): number[] {
  return numbers(count, (index) => view.getUint32(at + index * 4, true));
}

function numbers<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
