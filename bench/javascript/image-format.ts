/** The framing of a state image (docs/vf-state-image.md): places, types, and reasons for refusing one. */

export const IMAGE_HEADER_BYTES = 32;
export const HEADER_MAJOR = 8;
export const HEADER_MODEL = 12;
export const HEADER_FEATURES = 16;
export const HEADER_RECORDS = 20;
export const HEADER_LENGTH = 24;
export const HEADER_CRC = 28;
export const MAGIC_LOW = 0x494e4552;
export const MAGIC_HIGH = 0x00465643;
export const IMAGE_MAJOR = 2;
export const IMAGE_MODEL = 0x10ca8086;
export const TABLE_VERSION = 2;

export const RECORD_HEADER_BYTES = 16;
export const RECORD_FLAGS = 2;
export const RECORD_LENGTH = 4;
export const RECORD_INSTANCE = 8;
export const RECORD_VERSION = 10;
export const RECORD_CRC = 12;
export const RECORD_LENGTH_MAX = 65536;
export const RECORD_OPTIONAL = 1;

export const IDENTITY = 1;
export const INTERRUPT = 2;
export const THROTTLE = 3;
export const RX_QUEUE = 4;
export const TX_QUEUE = 5;
export const STATISTICS = 6;
export const MSIX = 7;
export const CONTROL = 8;
export const FILTERS = 9;
export const POLICY = 10;
export const OUTBOUND = 11;
export const END = 0xffff;

// Why an image is refused: the numbers of assembly/layout/state-image.ts, so that engines can be compared.
export const OK = 0;
export const SHORT = 1;
export const BAD_MAGIC = 2;
export const BAD_MAJOR = 3;
export const BAD_MODEL = 4;
export const BAD_FEATURES = 5;
export const BAD_HEADER_CRC = 6;
export const RECORD_BEYOND = 7;
export const BAD_RECORD_CRC = 8;
export const BAD_ORDER = 9;
export const UNKNOWN_RECORD = 10;
export const MISSING_RECORD = 11;
export const SHORT_PAYLOAD = 12;
export const BAD_VALUE = 13;
export const BAD_COUNT = 14;
export const BAD_VERSION = 15;
export const NO_ROOM = 17;

/** An image's bytes, and a way to read and write numbers in them. */
export class ImageBytes {
  readonly view: DataView;

  constructor(readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get16(at: number): number {
    return this.view.getUint16(at, true);
  }

  get32(at: number): number {
    return this.view.getUint32(at, true);
  }

  /** Reads a register: signed, so that it stays a small number. */
  word(at: number): number {
    return this.view.getInt32(at, true);
  }

  /** Reads 64 bits; exact below 2^53, and above that still above every limit. */
  get64(at: number): number {
    return this.view.getUint32(at, true) + this.view.getUint32(at + 4, true) * 2 ** 32;
  }

  put16(at: number, value: number): void {
    this.view.setUint16(at, value, true);
  }

  put32(at: number, value: number): void {
    this.view.setInt32(at, value, true);
  }

  put64(at: number, value: number): void {
    this.view.setUint32(at, value % 2 ** 32, true);
    this.view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
  }

  typeOf(record: number): number {
    return this.get16(record);
  }

  instanceOf(record: number): number {
    return this.get16(record + RECORD_INSTANCE);
  }

  payloadBytes(record: number): number {
    return this.get32(record + RECORD_LENGTH);
  }

  next(record: number): number {
    return record + RECORD_HEADER_BYTES + Math.ceil(this.payloadBytes(record) / 8) * 8;
  }

  /** Tells whether a record is one of this version's. */
  isKnown(record: number): boolean {
    const type = this.typeOf(record);
    if (type === OUTBOUND) return true;
    return type >= IDENTITY && type <= POLICY && this.instanceOf(record) < instanceCount(type);
  }
}

/** Returns how many records of a type an image has. */
export function instanceCount(type: number): number {
  return type === RX_QUEUE || type === TX_QUEUE ? 2 : 1;
}
