/**
 * The state of an emulated NIC as a checkpoint carries it (docs/emulated.md). Little-endian.
 *
 *      0       4         6        8            12       16           16 + 8 n
 *     +-------+---------+--------+------------+--------+------------+----------------+
 *     | EMUL  | version | fields | bytes, all | CRC-32C| n fields   | packet, padded |
 *     +-------+---------+--------+------------+--------+------------+----------------+
 *
 * A field has 64 bits; which it is, its number says, in the order of guest/emulated-image.ts. The packet is the one whose
 * descriptors have been walked in part. The CRC covers all bytes, its own taken as 0. Zeros pad to a multiple of 8.
 */
export const EMULATED_IMAGE_MAGIC: u32 = 0x4c554d45;
export const EMULATED_IMAGE_VERSION: u32 = 1;
export const EMULATED_IMAGE_HEADER_BYTES: u32 = 16;
export const EMULATED_IMAGE_VERSION_AT: u32 = 4;
export const EMULATED_IMAGE_FIELDS_AT: u32 = 6;
export const EMULATED_IMAGE_BYTES_AT: u32 = 8;
export const EMULATED_IMAGE_CRC_AT: u32 = 12;

/** Why an image is refused, all of it; 0 for none. */
export const EMULATED_IMAGE_OK: u32 = 0;
export const EMULATED_IMAGE_SHORT: u32 = 1;
export const EMULATED_IMAGE_BAD_HEADER: u32 = 2;
export const EMULATED_IMAGE_BAD_CRC: u32 = 3;
export const EMULATED_IMAGE_BAD_PACKET: u32 = 4;
