/**
 * Writes pcapng piece by piece: one section, little-endian, nanosecond times, enhanced packet blocks.
 *
 * Leaves out everything that would depend on the machine or the moment (host, operating system, time of writing): equal
 * calls give equal bytes, however often they are taken in between. Invariant: what was appended and not yet taken stands
 * in `buffer` up to `filled`, and is a sequence of whole blocks. Layouts: `pcapng-layout.ts`; read first:
 * draft-ietf-opsawg-pcapng, section 4.
 */

import { type CaptureInterface, PACKET_BYTES_MAX } from "./captured-packet";
import {
  BLOCK,
  BLOCK_TRAILER_BYTES,
  BYTE_ORDER_MAGIC,
  ENHANCED_PACKET,
  ENHANCED_PACKET_TYPE,
  INTERFACE_DESCRIPTION,
  INTERFACE_DESCRIPTION_TYPE,
  INTERFACE_NAME,
  INTERFACE_TIME_RESOLUTION,
  MAJOR_VERSION,
  MINOR_VERSION,
  OPTION,
  OPTION_COMMENT,
  OPTION_END,
  OPTION_VALUE_BYTES_MAX,
  paddedBytes,
  SECTION_APPLICATION,
  SECTION_HEADER,
  SECTION_HEADER_TYPE,
  SECTION_LENGTH_UNKNOWN,
} from "./pcapng-layout";

/** A packet to be written. */
export interface PacketToWrite {
  /** What `addInterface` returned. */
  readonly interfaceIndex: number;
  /** Nanoseconds since 1970-01-01 UTC, 0 to 2^64 - 1. */
  readonly timeNs: bigint;
  /** From the link layer on; at most 256 KiB. */
  readonly bytes: Uint8Array;
  /** Bytes on the wire when `bytes` is only the beginning; default: the length of `bytes`. */
  readonly originalBytes?: number;
  /** A line that Wireshark shows with the packet; default: none. */
  readonly comment?: string;
}

interface OptionToWrite {
  readonly code: number;
  readonly value: Uint8Array;
}

/** if_tsresol 9: a tick is 10^-9 s. */
const NANOSECOND_RESOLUTION = 9;
const TIME_NS_MAX = (1n << 64n) - 1n;
/** assumed: room for some hundred packets before the buffer grows for the first time. */
const BUFFER_BYTES_START = 64 * 1024;

/** Writes interfaces and packets into memory; `take` hands over what has been written since it was last called. */
export class PcapngWriter {
  private buffer = new Uint8Array(BUFFER_BYTES_START);
  private view = new DataView(this.buffer.buffer);
  private filled = 0;
  private interfaceCount = 0;

  /** @param application name of the program that the file comes from, with its version */
  constructor(application: string) {
    const at = this.openBlock(SECTION_HEADER_TYPE, SECTION_HEADER.options);
    this.view.setUint32(at + SECTION_HEADER.byteOrderMagic, BYTE_ORDER_MAGIC, true);
    this.view.setUint16(at + SECTION_HEADER.majorVersion, MAJOR_VERSION, true);
    this.view.setUint16(at + SECTION_HEADER.minorVersion, MINOR_VERSION, true);
    this.view.setBigInt64(at + SECTION_HEADER.length, SECTION_LENGTH_UNKNOWN, true);
    this.closeBlock(at, [textOption(SECTION_APPLICATION, application)]);
  }

  /** Adds an interface and returns its index, counted from 0; packets of it may follow. */
  addInterface({ name, linkType }: CaptureInterface): number {
    const at = this.openBlock(INTERFACE_DESCRIPTION_TYPE, INTERFACE_DESCRIPTION.options);
    this.view.setUint16(at + INTERFACE_DESCRIPTION.linkType, linkType, true);
    this.view.setUint32(at + INTERFACE_DESCRIPTION.snapLength, PACKET_BYTES_MAX, true);
    const resolution = { code: INTERFACE_TIME_RESOLUTION, value: Uint8Array.of(NANOSECOND_RESOLUTION) };
    this.closeBlock(at, [textOption(INTERFACE_NAME, name), resolution]);
    return this.interfaceCount++;
  }

  /**
   * Adds a packet; its bytes are copied.
   *
   * @throws RangeError when the interface was not added or the time, the packet or the comment does not fit the format
   */
  append({ interfaceIndex, timeNs, bytes, originalBytes = bytes.length, comment }: PacketToWrite): void {
    demand(interfaceIndex < this.interfaceCount, `interface ${interfaceIndex} of ${this.interfaceCount}; add it first`);
    demand(timeNs >= 0n && timeNs <= TIME_NS_MAX, `time of ${timeNs} ns; 0 to ${TIME_NS_MAX} fits 64 bits`);
    demand(
      bytes.length <= PACKET_BYTES_MAX,
      `packet of ${bytes.length} bytes; at most ${PACKET_BYTES_MAX} are read back`,
    );
    demand(originalBytes >= bytes.length, `${bytes.length} bytes captured of a packet of ${originalBytes}`);
    const options = comment === undefined ? [] : [textOption(OPTION_COMMENT, comment)];
    const at = this.openBlock(ENHANCED_PACKET_TYPE, ENHANCED_PACKET.data + paddedBytes(bytes.length));
    this.view.setUint32(at + ENHANCED_PACKET.interfaceIndex, interfaceIndex, true);
    this.view.setUint32(at + ENHANCED_PACKET.timeHigh, Number(timeNs >> 32n), true);
    this.view.setUint32(at + ENHANCED_PACKET.timeLow, Number(timeNs & 0xffff_ffffn), true);
    this.view.setUint32(at + ENHANCED_PACKET.capturedLength, bytes.length, true);
    this.view.setUint32(at + ENHANCED_PACKET.originalLength, originalBytes, true);
    this.buffer.set(bytes, at + ENHANCED_PACKET.data);
    this.closeBlock(at, options);
  }

  /** Returns the bytes written since the last call, whole blocks; all calls together give the file. */
  take(): Uint8Array {
    const taken = this.buffer.slice(0, this.filled);
    this.filled = 0;
    return taken;
  }

  /** Makes room for a block up to its options, zeroed, and returns where it begins. */
  private openBlock(type: number, byteCount: number): number {
    const at = this.grow(byteCount);
    this.view.setUint32(at + BLOCK.type, type, true);
    return at;
  }

  /** Adds the options, none or a list with its end mark, and both lengths. */
  private closeBlock(at: number, options: readonly OptionToWrite[]): void {
    for (const { code, value } of options) this.addOption(code, value);
    if (options.length > 0) this.addOption(OPTION_END, new Uint8Array());
    const trailerAt = this.grow(BLOCK_TRAILER_BYTES);
    this.view.setUint32(at + BLOCK.totalLength, this.filled - at, true);
    this.view.setUint32(trailerAt, this.filled - at, true);
  }

  private addOption(code: number, value: Uint8Array): void {
    const at = this.grow(OPTION.value + paddedBytes(value.length));
    this.view.setUint16(at + OPTION.code, code, true);
    this.view.setUint16(at + OPTION.length, value.length, true);
    this.buffer.set(value, at + OPTION.value);
  }

  /** Appends `byteCount` zeros and returns where they begin. */
  private grow(byteCount: number): number {
    const at = this.filled;
    this.filled += byteCount;
    if (this.filled > this.buffer.length) {
      const larger = new Uint8Array(Math.max(this.filled, 2 * this.buffer.length));
      larger.set(this.buffer.subarray(0, at));
      this.buffer = larger;
      this.view = new DataView(larger.buffer);
    }
    this.buffer.fill(0, at, this.filled);
    return at;
  }
}

function textOption(code: number, text: string): OptionToWrite {
  const value = new TextEncoder().encode(text);
  demand(
    value.length <= OPTION_VALUE_BYTES_MAX,
    `text of ${value.length} bytes; ${OPTION_VALUE_BYTES_MAX} fit an option`,
  );
  return { code, value };
}

function demand(holds: boolean, reason: string): void {
  if (!holds) throw new RangeError(`pcapng writer: ${reason}`);
}
