/**
 * Reads a capture file of either format, told apart by its first four bytes.
 *
 * Leaves out compressed files: the reader has no dependency, and every system can unpack them.
 */

import { InputError } from "../sim/input-error";
import type { Capture } from "./captured-packet";
import { PCAP_VARIANTS, readPcap } from "./pcap";
import { readPcapng } from "./pcapng";
import { SECTION_HEADER_TYPE } from "./pcapng-layout";

export type { Capture, CapturedPacket, CaptureInterface } from "./captured-packet";

const MAGIC_BYTES = 4;
/** First two bytes of a gzip file (RFC 1952, section 2.3.1). */
const GZIP_MAGIC = 0x1f8b;

/**
 * Reads a whole pcapng or pcap file; the packets are views of `bytes`.
 *
 * @param source name of the file in messages
 * @throws InputError at the first thing that is damaged, cut short or of an unknown version or format
 */
export function readCapture(bytes: Uint8Array, source: string): Capture {
  const magic = bytes.length < MAGIC_BYTES ? null : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  if (magic === SECTION_HEADER_TYPE) return readPcapng(bytes, source);
  if (magic !== null && PCAP_VARIANTS.has(magic)) return readPcap(bytes, source);
  const found = [...bytes.subarray(0, MAGIC_BYTES)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const isGzip = magic !== null && magic >>> 16 === GZIP_MAGIC;
  const reason = isGzip
    ? "is compressed with gzip; unpack it first"
    : `begins with ${found || "nothing"}; pcapng (0a 0d 0d 0a) and pcap (d4 c3 b2 a1, a1 b2 c3 d4, 4d 3c b2 a1, ` +
      "a1 b2 3c 4d) are allowed: convert it to pcapng";
  throw new InputError(source, [{ place: "byte 0", subject: "capture", reason }]);
}
