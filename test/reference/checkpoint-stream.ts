/**
 * A backup as docs/checkpoint-stream.md describes it, and nothing else: it shares no number with the sources. Slow, and
 * as plain as the text.
 */
import { imageCrc } from "../renic/image-crc";
import { join } from "../renic/image-join";

const PAGE_BYTES = 4096;
const VCPU = 1;
const DEVICE = 2;
const RAW = 3;
const ZERO = 4;
const DELTA = 5;
const END = 65535;

/** Why a stream is refused, and where. */
export interface Refusal {
  readonly code: number;
  readonly offset: number;
}

/** A record as it stands in a stream. */
export interface StreamRecord {
  readonly offset: number;
  readonly type: number;
  readonly flags: number;
  readonly subject: number;
  readonly header: Uint8Array;
  readonly payload: Uint8Array;
  readonly end: number;
}

class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(`code ${refusal.code} at ${refusal.offset}`);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** What a backup holds. */
export class StreamModel {
  readonly pages = new Map<number, Uint8Array>();
  sequence = 0;
  epoch: number | null = null;
  image: Uint8Array = new Uint8Array();
  vcpuFlags = 0;

  constructor(readonly pageCount: number) {}

  /** Takes a stream whole and returns null; or changes nothing and returns why not. */
  take(stream: Uint8Array): Refusal | null {
    try {
      this.#take(stream);
      return null;
    } catch (error) {
      if (error instanceof Refused) return error.refusal;
      throw error;
    }
  }

  pageOf(page: number): Uint8Array {
    return this.pages.get(page) ?? new Uint8Array(PAGE_BYTES);
  }

  #take(stream: Uint8Array): void {
    const { isBatch, epoch } = this.#readHeader(stream);
    const found = { pages: new Map<number, Uint8Array>(), image: this.image, vcpuFlags: this.vcpuFlags };
    let place = 0;
    let least = 0;
    const headers = [stream.subarray(0, 32)];
    for (let offset = 32; ; ) {
      const record = readRecord(stream, offset);
      const { type, subject, payload } = record;
      const refuse = (code: number): never => refuseAt(code, offset);
      if (type === END) {
        this.#readEnd(stream, record, headers, isBatch || place === DEVICE);
        break;
      }
      if (type === VCPU || type === DEVICE) {
        if (isBatch || type <= place) refuse(11);
        if (type !== place + 1) refuse(12);
        place = type;
        if (type === VCPU && payload.length !== 8) refuse(10);
        if (type === VCPU) found.vcpuFlags = viewOf(payload).getUint32(0, true);
        else found.image = this.#readDevice(record);
      } else if (type === RAW || type === ZERO || type === DELTA) {
        if (!isBatch && place !== DEVICE) refuse(12);
        if (subject < least) refuse(11);
        if (subject >= this.pageCount) refuse(13);
        least = subject + 1;
        found.pages.set(subject, this.#readPage(record));
      } else if (!(record.flags & 1)) refuse(9);
      headers.push(record.header);
      offset = record.end;
    }
    this.sequence++;
    for (const [page, bytes] of found.pages) this.pages.set(page, bytes);
    if (isBatch) return;
    this.epoch = epoch;
    this.image = found.image;
    this.vcpuFlags = found.vcpuFlags;
  }

  #readHeader(stream: Uint8Array): { isBatch: boolean; epoch: number } {
    if (stream.length < 32) refuseAt(1, 0);
    const view = viewOf(stream);
    const magic = String.fromCharCode(...stream.subarray(0, 8));
    if (magic !== "RENICCP\0") refuseAt(2, 0);
    if (view.getUint16(8, true) !== 1) refuseAt(3, 0);
    if (view.getUint32(28, true) !== imageCrc(stream.subarray(0, 28))) refuseAt(4, 0);
    const flags = view.getUint32(12, true);
    if (flags > 1) refuseAt(5, 0);
    const isBatch = flags === 1;
    const epoch = view.getUint32(20, true);
    if (view.getUint32(16, true) !== this.sequence) refuseAt(6, 0);
    if (!isBatch && this.epoch !== null && epoch <= this.epoch) refuseAt(6, 0);
    if (view.getUint32(24, true) !== this.pageCount) refuseAt(7, 0);
    return { isBatch, epoch };
  }

  #readDevice({ offset, subject, payload }: StreamRecord): Uint8Array {
    if (payload.length > 4096) refuseAt(10, offset);
    if (subject === 0) return payload.slice();
    if (subject !== 1 || this.epoch === null) refuseAt(16, offset);
    try {
      return join(this.image, payload);
    } catch {
      return refuseAt(16, offset);
    }
  }

  #readPage({ offset, type, subject, payload }: StreamRecord): Uint8Array {
    if (type === ZERO) return payload.length === 0 ? new Uint8Array(PAGE_BYTES) : refuseAt(10, offset);
    if (type === RAW && payload.length !== 4104) refuseAt(10, offset);
    if (type === DELTA && (payload.length < 14 || payload.length > 4103)) refuseAt(10, offset);
    const bytes = type === RAW ? payload.slice(8) : runsOver(this.pageOf(subject), payload.subarray(8), offset);
    if (viewOf(payload).getBigUint64(0, true) !== pageDigest(subject, bytes)) refuseAt(15, offset);
    return bytes;
  }

  #readEnd(stream: Uint8Array, record: StreamRecord, headers: readonly Uint8Array[], isWhole: boolean): void {
    const { offset, payload, end } = record;
    if (payload.length !== 8) refuseAt(10, offset);
    if (!isWhole) refuseAt(12, offset);
    // The stream's header is among the headers and no record; END is a record and not among them.
    if (viewOf(payload).getUint32(0, true) !== headers.length) refuseAt(17, offset);
    if (viewOf(payload).getUint32(4, true) !== imageCrc(...headers)) refuseAt(18, offset);
    if (end !== stream.length) refuseAt(19, end);
  }
}

function refuseAt(code: number, offset: number): never {
  throw new Refused({ code, offset });
}

/** Returns all records of a stream that is right, END included. */
export function recordsOf(stream: Uint8Array): StreamRecord[] {
  const records: StreamRecord[] = [];
  for (let offset = 32; offset < stream.length; offset = records.at(-1)?.end ?? 0)
    records.push(readRecord(stream, offset));
  return records;
}

/** Reads the record at an offset, and its CRC. */
function readRecord(stream: Uint8Array, offset: number): StreamRecord {
  if (stream.length - offset < 16) refuseAt(1, offset);
  const view = viewOf(stream);
  const type = view.getUint16(offset, true);
  const length = view.getUint32(offset + 4, true);
  if (length > 65536) refuseAt(10, offset);
  const end = offset + 16 + Math.ceil(length / 8) * 8;
  if (end > stream.length) refuseAt(1, offset);
  const covered = type === RAW ? Math.min(end, offset + 24) : end;
  const crc = imageCrc(stream.subarray(offset, offset + 12), stream.subarray(offset + 16, covered));
  if (view.getUint32(offset + 12, true) !== crc) refuseAt(8, offset);
  return {
    offset,
    type,
    flags: view.getUint16(offset + 2, true),
    subject: view.getUint32(offset + 8, true),
    header: stream.subarray(offset, offset + 16),
    payload: stream.subarray(offset + 16, offset + 16 + length),
    end,
  };
}

/** Returns the newer version of a page. */
function runsOver(older: Uint8Array, runs: Uint8Array, offset: number): Uint8Array {
  const page = older.slice();
  let at = 0;
  let word = 0;
  let count = 0;
  while (at < runs.length) {
    const skip = runs[at] ?? 0;
    if (at + 2 > runs.length) refuseAt(14, offset);
    count = runs[at + 1] ?? 0;
    at += 2;
    if (count === 0 && skip !== 255) refuseAt(14, offset);
    word += skip;
    if (word + count > 1024 || at + 4 * count > runs.length) refuseAt(14, offset);
    for (let byte = 0; byte < 4 * count; byte++)
      page[4 * word + byte] = (page[4 * word + byte] ?? 0) ^ (runs[at + byte] ?? 0);
    at += 4 * count;
    word += count;
  }
  if (count === 0) refuseAt(14, offset);
  return page;
}

const MASK = (1n << 64n) - 1n;
const P1 = 0x9e3779b185ebca87n;
const P2 = 0xc2b2ae3d27d4eb4fn;

function rotl(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (64n - bits))) & MASK;
}

/** Returns the digest of a page with a number. */
export function pageDigest(page: number, bytes: Uint8Array): bigint {
  const n = BigInt(page);
  const lanes = [n + P1 + P2, n + P2, n, n - P1].map((lane) => lane & MASK);
  const view = viewOf(bytes);
  for (let at = 0; at < PAGE_BYTES; at += 8) {
    const lane = (at / 8) % 4;
    const mixed = ((lanes[lane] ?? 0n) + view.getBigUint64(at, true) * P2) & MASK;
    lanes[lane] = (rotl(mixed, 31n) * P1) & MASK;
  }
  const [a = 0n, b = 0n, c = 0n, d = 0n] = lanes;
  let h = (rotl(a, 1n) + rotl(b, 7n) + rotl(c, 12n) + rotl(d, 18n)) & MASK;
  h ^= h >> 33n;
  h = (h * P2) & MASK;
  return h ^ (h >> 29n);
}
