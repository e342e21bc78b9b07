/**
 * Numbers out of bytes that nobody vouches for, in either byte order, and the errors that name their place.
 *
 * Invariant: a reader calls `demand` (or compares with `byteCount`) before it reads or slices, so a length field of the
 * file never decides alone what is touched; a read past the end is a mistake of ours and ends in a RangeError.
 */

import { InputError } from "../sim/input-error";

/** Reads unsigned numbers at byte offsets of one input. */
export class ByteView {
  readonly byteCount: number;
  private readonly view: DataView;

  /**
   * @param bytes the whole input
   * @param source name of the input in messages
   */
  constructor(
    private readonly bytes: Uint8Array,
    readonly source: string,
    readonly isLittleEndian: boolean,
  ) {
    this.byteCount = bytes.length;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Returns a view of the same input in the given byte order. */
  inByteOrder(isLittleEndian: boolean): ByteView {
    return new ByteView(this.bytes, this.source, isLittleEndian);
  }

  u8(at: number): number {
    return this.view.getUint8(at);
  }

  u16(at: number): number {
    return this.view.getUint16(at, this.isLittleEndian);
  }

  u32(at: number): number {
    return this.view.getUint32(at, this.isLittleEndian);
  }

  /** Reads a signed 64-bit number. */
  i64(at: number): bigint {
    return this.view.getBigInt64(at, this.isLittleEndian);
  }

  /** Returns `count` bytes from `at` on, as a view. */
  slice(at: number, count: number): Uint8Array {
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + at, count);
  }

  /**
   * Checks that the input has `count` bytes from `at` on, where something begins that is worth keeping whole.
   *
   * @throws InputError that says where the input ends and what was expected
   */
  demand(at: number, count: number, subject: string): void {
    if (count <= this.byteCount - at) return;
    throw this.problem(
      at,
      subject,
      `needs ${count} bytes, up to byte ${at + count}, but the file ends at byte ${this.byteCount}; ` +
        `the recording was cut short: ${remedy(at)}`,
    );
  }

  /** Returns the error for something wrong at byte `at`; the caller throws it. */
  problem(at: number, subject: string, reason: string): InputError {
    return new InputError(this.source, [{ place: `byte ${at}`, subject, reason }]);
  }
}

/** Returns what to do about a file that is whole up to byte `at` and no further. */
export function remedy(at: number): string {
  return at === 0 ? "record it again" : `record it again, or keep only its first ${at} bytes`;
}
