/**
 * What a capture file holds, whatever its format: interfaces, and the packets seen on them in the order of the file.
 *
 * Leaves out comments, flags, drop counts, statistics and name resolution. Invariant: `interfaceIndex` of every packet
 * is an index into `interfaces`, and `bytes` is a view of the file, never a copy.
 */

/** Where packets were seen. */
export interface CaptureInterface {
  /** Name given by the capturing program, such as `eth0`; empty when the file has none. */
  readonly name: string;
  /** LINKTYPE number; 1 is Ethernet (draft-ietf-opsawg-pcaplinktype). */
  readonly linkType: number;
}

/** One packet as the capturing program saw it. */
export interface CapturedPacket {
  readonly interfaceIndex: number;
  /** Nanoseconds since 1970-01-01 UTC, rounded down; 0 when the file gives no time (simple packet blocks). */
  readonly timeNs: bigint;
  /** Bytes that the packet had on the wire; at least as many as were captured. */
  readonly originalBytes: number;
  /** Captured bytes from the link layer on: a view of the file's bytes. */
  readonly bytes: Uint8Array;
  /** Where `bytes` begins in the file, for messages. */
  readonly byteOffset: number;
}

/** A capture file that has been read whole. */
export interface Capture {
  readonly interfaces: readonly CaptureInterface[];
  readonly packets: readonly CapturedPacket[];
}

/** LINKTYPE_ETHERNET, the only link layer that `readConversation` looks into. */
export const LINK_TYPE_ETHERNET = 1;

/**
 * Longest packet that is believed, in bytes: 256 KiB, libpcap's MAXIMUM_SNAPLEN and what tcpdump and dumpcap record at
 * most. A larger number is a damaged length field.
 */
export const PACKET_BYTES_MAX = 262_144;
