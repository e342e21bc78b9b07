/** A value of a state image: where it lies, what it may be, and how people write it. */

/** One value of a record. */
export interface RecordField {
  readonly name: string;
  /** From the start of the payload. */
  readonly at: number;
  readonly bytes: 1 | 2 | 4 | 8;
  readonly show: (value: bigint) => string;
  /** The bits that may be set; all, unless told. */
  readonly bits?: number;
  /** The least and the greatest value; unless told, there is none. */
  readonly min?: number | bigint;
  readonly max?: number | bigint;
}

/** A payload, and where it lies in the image. */
export interface Payload {
  readonly view: DataView;
  readonly at: number;
  readonly length: number;
  readonly instance: number;
}

/** An address has 48 bits. */
export const ADDRESS_MAX = 0xffff_ffff_ffffn;

export const hex = (value: bigint) => `0x${value.toString(16).padStart(8, "0")}`;
export const decimal = (value: bigint) => value.toString();
export const picoseconds = (value: bigint) => `${value} ps`;
export const yesNo = (value: bigint) => (value ? "yes" : "no");

/** First byte on the wire first: it is the lowest. */
export function mac(value: bigint): string {
  const digits = value.toString(16).padStart(value > ADDRESS_MAX ? 16 : 12, "0");
  return (digits.match(/../g) ?? []).reverse().join(":");
}

/** Names bits, from bit 0 upwards. */
export function namesOf(...names: readonly string[]): (value: bigint) => string {
  return (value) => names.filter((_, bit) => (value >> BigInt(bit)) & 1n).join(", ") || "none";
}

/** Numbers of the bits that are set. */
export function bitNumbers(value: bigint): string {
  const numbers = Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => (value >> BigInt(bit)) & 1n);
  return numbers.join(" ") || "none";
}

/** Returns a field of 32 bits, in hexadecimal unless told. */
export function word(name: string, at: number, more: Partial<RecordField> = {}): RecordField {
  return { name, at, bytes: 4, show: hex, ...more };
}
