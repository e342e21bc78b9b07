/**
 * Ethernet frames that carry nothing but a number: enough to tell them apart and to see that every byte arrived.
 *
 *      0        6        12     14       18
 *     +--------+--------+------+--------+-----------------------------
 *     | to     | from   | 88B5 | number | bytes counting up from it
 *     +--------+--------+------+--------+-----------------------------
 */
import { type MacWords, macBytes } from "./addresses";

/** EtherType for local experiments (IEEE 802, clause 9.2.4). */
const EXPERIMENTAL = 0x88b5;
const NUMBER_AT = 14;
const FILLING_AT = 18;

/** Makes a frame of so many bytes, without its check sequence. */
export function testFrame(number: number, byteCount: number, to: MacWords, from: MacWords): Uint8Array {
  const bytes = new Uint8Array(byteCount);
  const view = new DataView(bytes.buffer);
  bytes.set(macBytes(to), 0);
  bytes.set(macBytes(from), 6);
  view.setUint16(12, EXPERIMENTAL);
  view.setUint32(NUMBER_AT, number);
  for (let at = FILLING_AT; at < byteCount; at++) bytes[at] = number + at;
  return bytes;
}

/** Returns the number of each test frame among these, in order. */
export function numbersOf(frames: readonly Uint8Array[]): number[] {
  return frames
    .map((bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length))
    .filter((view) => view.getUint16(12) === EXPERIMENTAL)
    .map((view) => view.getUint32(NUMBER_AT));
}
