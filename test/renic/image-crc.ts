/**
 * CRC-32C as docs/vf-state-image.md names it (Castagnoli, polynomial 0x1EDC6F41 reflected, start and final inversion),
 * bit by bit. It shares nothing with the two tables of src/ and assembly/.
 */

/** 0x1EDC6F41 with its bits in reverse. */
const REFLECTED = 0x82f63b78;

/** Returns the CRC of these bytes, one run after the other. */
export function imageCrc(...runs: readonly Uint8Array[]): number {
  let crc = 0xffffffff;
  for (const run of runs) {
    for (const byte of run) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ REFLECTED : crc >>> 1;
    }
  }
  return ~crc >>> 0;
}
