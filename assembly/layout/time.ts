/**
 * Units of time. Inside the data plane time is u64 picoseconds, because 10 Gb/s is 800 ps a byte and 2.6 GHz is
 * 384 8/13 ps a cycle: nanoseconds would drift. The control plane speaks integer nanoseconds.
 */

/** Picoseconds in a nanosecond. */
export const PS_PER_NS: u32 = 1000;
/** Picoseconds in a microsecond. */
export const PS_PER_US: u32 = 1000000;
/** Bits in a byte. */
export const BITS_PER_BYTE: u32 = 8;
