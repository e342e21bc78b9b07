/** CRC-32C (Castagnoli, RFC 3720 section 12.1): polynomial 0x1EDC6F41 reflected, start and final inversion. */
import { crc32Table, crcOf } from "./crc32";

const TABLE = crc32Table(0x82f63b78);

/** Returns the CRC of some bytes, as an unsigned number. */
export function crc32c(bytes: Uint8Array): number {
  return crcOf(TABLE, bytes);
}
