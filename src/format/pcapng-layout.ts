/**
 * The parts of pcapng that the reader and the writer share: numbers of blocks and options, and where fields stand.
 *
 * Leaves out name resolution, statistics, secrets and custom blocks: the reader skips them, the writer has none.
 * Offsets count bytes from the beginning of a block. Read first: draft-ietf-opsawg-pcapng, sections 3.1, 3.5 and 4.
 *
 * Every block (section 3.1), all numbers in the byte order of its section, everything aligned to 4 bytes:
 *
 *       0      4              8                  n-4            n
 *      +------+--------------+------------------+--------------+
 *      | type | total length |       body       | total length |
 *      +------+--------------+------------------+--------------+
 */

export const BLOCK = { type: 0, totalLength: 4, body: 8 } as const;
export const BLOCK_TRAILER_BYTES = 4;
export const BLOCK_BYTES_MIN = 12;
export const ALIGNMENT_BYTES = 4;

/** Largest block that is believed: 16 MiB, as libpcap's INITIAL_MAX_BLOCKSIZE; beyond it a length field is damaged. */
export const BLOCK_BYTES_MAX = 16 * 1024 * 1024;

/** Block types (section 10.1). The section header reads the same in both byte orders. */
export const SECTION_HEADER_TYPE = 0x0a0d0d0a;
export const INTERFACE_DESCRIPTION_TYPE = 1;
export const PACKET_TYPE = 2;
export const SIMPLE_PACKET_TYPE = 3;
export const ENHANCED_PACKET_TYPE = 6;

/**
 * Section header block (section 4.1); the byte-order magic tells how all numbers up to the next section are written.
 *
 *       8                  12      14      16               24        n-4
 *      +------------------+-------+-------+----------------+---------+
 *      | byte-order magic | major | minor | section length | options |
 *      +------------------+-------+-------+----------------+---------+
 */
export const SECTION_HEADER = {
  byteOrderMagic: 8,
  majorVersion: 12,
  minorVersion: 14,
  length: 16,
  options: 24,
} as const;
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
export const MAJOR_VERSION = 1;
export const MINOR_VERSION = 0;
/** Section length -1: not known, walk the blocks. */
export const SECTION_LENGTH_UNKNOWN = -1n;

/**
 * Interface description block (section 4.2); interfaces are numbered from 0 within their section.
 *
 *       8           10         12            16        n-4
 *      +-----------+----------+-------------+---------+
 *      | link type | reserved | snap length | options |
 *      +-----------+----------+-------------+---------+
 */
export const INTERFACE_DESCRIPTION = { linkType: 8, snapLength: 12, options: 16 } as const;

/**
 * Enhanced packet block (section 4.3), and the obsolete packet block (appendix A), which differs in its first word:
 * there, 16 bits of interface and 16 bits of drop count. The time is one 64-bit number, high half first in both orders.
 *
 *       8           12          16         20                24                28               n-4
 *      +-----------+-----------+----------+-----------------+-----------------+------+---------+
 *      | interface | time high | time low | captured length | original length | data | options |
 *      +-----------+-----------+----------+-----------------+-----------------+------+---------+
 */
export const ENHANCED_PACKET = {
  interfaceIndex: 8,
  timeHigh: 12,
  timeLow: 16,
  capturedLength: 20,
  originalLength: 24,
  data: 28,
} as const;

/**
 * Simple packet block (section 4.4): a packet of the section's first interface, without a time.
 *
 *       8                 12     n-4
 *      +-----------------+------+
 *      | original length | data |
 *      +-----------------+------+
 */
export const SIMPLE_PACKET = { originalLength: 8, data: 12 } as const;

/**
 * Option (section 3.5); a list ends with code 0 or with its block. Offsets count from the beginning of the option.
 *
 *       0      2        4
 *      +------+--------+---------------------------+
 *      | code | length | value, padded to 4 bytes  |
 *      +------+--------+---------------------------+
 */
export const OPTION = { code: 0, length: 2, value: 4 } as const;
/** The length is a 16-bit number. */
export const OPTION_VALUE_BYTES_MAX = 0xffff;

/** Option codes (tables 1 to 3 of the draft); 2 and up mean something else in each block. */
export const OPTION_END = 0;
export const OPTION_COMMENT = 1;
export const SECTION_APPLICATION = 4;
export const INTERFACE_NAME = 2;
export const INTERFACE_TIME_RESOLUTION = 9;
export const INTERFACE_TIME_OFFSET = 14;

/** Returns `count` rounded up to the alignment of blocks and options. */
export function paddedBytes(count: number): number {
  return Math.ceil(count / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
}
