/** CRC-32 of ISO 3309, the one of gzip and PNG, and what any reflected CRC of 32 bits needs. */

const TABLE = crc32Table(0xedb88320);

/** Returns the CRC of some bytes, as an unsigned number. */
export function crc32(bytes: Uint8Array): number {
  return crcOf(TABLE, bytes);
}

/** Returns the byte table of a reflected polynomial. */
export function crc32Table(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    return crc;
  });
}

/** Returns the CRC of some bytes by a table, with start and final inversion. */
export function crcOf(table: Uint32Array, bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (table[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return ~crc >>> 0;
}
