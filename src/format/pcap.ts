/**
 * Reads classic pcap: both byte orders, micro- and nanosecond times.
 *
 * Leaves out versions before 2.4 (1998), in which two lengths stood the other way round, and the variants of single
 * vendors. Invariant: the one interface has no name, since the format has no place for it. Read first:
 * draft-ietf-opsawg-pcap, sections 4 and 5.
 *
 * File header, 24 bytes, then records, not aligned:
 *
 *       0       4       6       8            16            20          24
 *      +-------+-------+-------+------------+-------------+-----------+
 *      | magic | major | minor |  reserved  | snap length | link type |
 *      +-------+-------+-------+------------+-------------+-----------+
 *
 *       0         4          8                 12                16
 *      +---------+----------+-----------------+-----------------+------+
 *      | seconds | fraction | captured length | original length | data |
 *      +---------+----------+-----------------+-----------------+------+
 */

import { ByteView, remedy } from "./byte-view";
import { type Capture, type CapturedPacket, PACKET_BYTES_MAX } from "./captured-packet";

const FILE_HEADER = { majorVersion: 4, minorVersion: 6, linkType: 20 } as const;
const FILE_HEADER_BYTES = 24;
const RECORD = { seconds: 0, fraction: 4, capturedLength: 8, originalLength: 12, data: 16 } as const;
const MAJOR_VERSION = 2;
const MINOR_VERSION = 4;
/** The upper half of the link type tells of a frame check sequence, which no reader of ours looks at. */
const LINK_TYPE_MASK = 0xffff;
const NS_PER_SECOND = 1_000_000_000n;

/** The four ways a pcap file can begin, by its first four bytes as a big-endian number. */
export const PCAP_VARIANTS: ReadonlyMap<number, { readonly isLittleEndian: boolean; readonly nsPerTick: bigint }> =
  new Map([
    [0xa1b2c3d4, { isLittleEndian: false, nsPerTick: 1000n }],
    [0xd4c3b2a1, { isLittleEndian: true, nsPerTick: 1000n }],
    [0xa1b23c4d, { isLittleEndian: false, nsPerTick: 1n }],
    [0x4d3cb2a1, { isLittleEndian: true, nsPerTick: 1n }],
  ]);

/**
 * Reads a whole pcap file; the packets are views of `bytes`.
 *
 * @param source name of the file in messages
 * @throws InputError at the first thing that is damaged, cut short or of an unknown version
 */
export function readPcap(bytes: Uint8Array, source: string): Capture {
  const big = new ByteView(bytes, source, false);
  big.demand(0, FILE_HEADER_BYTES, "pcap file header");
  const variant = PCAP_VARIANTS.get(big.u32(0));
  if (variant === undefined) {
    throw big.problem(0, "pcap file header", "is none of the four magic numbers of pcap; is it another format?");
  }
  const view = big.inByteOrder(variant.isLittleEndian);
  checkVersion(view);
  const linkType = view.u32(FILE_HEADER.linkType) & LINK_TYPE_MASK;
  const packets: CapturedPacket[] = [];
  for (let at = FILE_HEADER_BYTES; at < bytes.length; ) {
    const packet = readRecord(view, at, variant.nsPerTick);
    packets.push(packet);
    at = packet.byteOffset + packet.bytes.length;
  }
  return { interfaces: [{ name: "", linkType }], packets };
}

function checkVersion(view: ByteView): void {
  const major = view.u16(FILE_HEADER.majorVersion);
  const minor = view.u16(FILE_HEADER.minorVersion);
  if (major === MAJOR_VERSION && minor === MINOR_VERSION) return;
  throw view.problem(
    FILE_HEADER.majorVersion,
    "pcap file header",
    `is of version ${major}.${minor}; ${MAJOR_VERSION}.${MINOR_VERSION} is allowed: write it again as pcap 2.4 or pcapng`,
  );
}

function readRecord(view: ByteView, at: number, nsPerTick: bigint): CapturedPacket {
  view.demand(at, RECORD.data, "packet record");
  const capturedBytes = view.u32(at + RECORD.capturedLength);
  if (capturedBytes > PACKET_BYTES_MAX) {
    throw view.problem(
      at + RECORD.capturedLength,
      "packet record",
      `says that ${capturedBytes} bytes were captured; at most ${PACKET_BYTES_MAX} are allowed: ` +
        `the file is damaged, ${remedy(at)}`,
    );
  }
  view.demand(at, RECORD.data + capturedBytes, "packet record");
  const seconds = BigInt(view.u32(at + RECORD.seconds));
  const timeNs = seconds * NS_PER_SECOND + BigInt(view.u32(at + RECORD.fraction)) * nsPerTick;
  const originalBytes = Math.max(view.u32(at + RECORD.originalLength), capturedBytes);
  const byteOffset = at + RECORD.data;
  return { interfaceIndex: 0, timeNs, originalBytes, bytes: view.slice(byteOffset, capturedBytes), byteOffset };
}
