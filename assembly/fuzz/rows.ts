/**
 * Rows of the fuzz run's counters: what was tried, what came of it. Both compilers read this file: the fuzz module counts,
 * test/fuzz prints and judges. A row is a word of the table that a chunk leaves behind; names stand in test/fuzz.
 */

export const ROW_COUNT: u32 = 512;

// What happened, and what must not.
export const ROW_CASES: u32 = 0;
export const ROW_ESCAPES: u32 = 1;
export const ROW_CROSS_EFFECTS: u32 = 2;
/** Descriptors that the fuzz wrote into rings, and register writes: together the cases. */
export const ROW_TX_POSTED: u32 = 3;
export const ROW_RX_POSTED: u32 = 4;
export const ROW_WRITES: u32 = 5;
/** Transmit descriptors that were part of a packet that was taken, and receive descriptors that got data. */
export const ROW_TX_MOVED: u32 = 6;
export const ROW_RX_MOVED: u32 = 7;
export const ROW_FROM_WIRE: u32 = 8;
export const ROW_TO_WIRE: u32 = 9;
export const ROW_LOOPED: u32 = 10;
export const ROW_HELD: u32 = 11;
export const ROW_VICTIM_SENT: u32 = 12;
export const ROW_VICTIM_RECEIVED: u32 = 13;
export const ROW_BATCHES: u32 = 14;
export const ROW_VF_RESETS: u32 = 15;
export const ROW_FLRS: u32 = 16;
export const ROW_QUIESCES: u32 = 17;
export const ROW_REMAPS: u32 = 18;
export const ROW_GUARD_LOOKS: u32 = 19;
export const ROW_FAULTS: u32 = 20;
export const ROW_MAILS: u32 = 21;

/** Descriptors by type, as they were written. */
export const ROW_DESCRIPTORS: u32 = 32;
export const DESCRIPTOR_TX_LEGACY: u32 = 0;
export const DESCRIPTOR_TX_CONTEXT: u32 = 1;
export const DESCRIPTOR_TX_DATA: u32 = 2;
export const DESCRIPTOR_TX_RESERVED: u32 = 3;
export const DESCRIPTOR_TX_TSO: u32 = 4;
export const DESCRIPTOR_TX_IXSM: u32 = 5;
export const DESCRIPTOR_TX_TXSM: u32 = 6;
export const DESCRIPTOR_TX_VLE: u32 = 7;
export const DESCRIPTOR_TX_IC: u32 = 8;
/** Of the receive types, SRRCTL.DESCTYPE 0 to 7 follow each other. */
export const DESCRIPTOR_RX: u32 = 16;
export const DESCRIPTOR_KINDS: u32 = 24;

/** What the device wrote back: a row for a bit, in the order of STATUS_ constants. */
export const ROW_STATUS: u32 = 64;
export const STATUS_TX_DD: u32 = 0;
export const STATUS_DD: u32 = 1;
export const STATUS_EOP: u32 = 2;
export const STATUS_VP: u32 = 3;
export const STATUS_UDPCS: u32 = 4;
export const STATUS_L4CS: u32 = 5;
export const STATUS_IPCS: u32 = 6;
export const STATUS_PIF: u32 = 7;
export const STATUS_UDPV: u32 = 8;
export const STATUS_LB: u32 = 9;
export const STATUS_HBO: u32 = 10;
export const STATUS_L4E: u32 = 11;
export const STATUS_IPE: u32 = 12;
export const STATUS_RXE: u32 = 13;
export const STATUS_SPH: u32 = 14;
export const STATUS_LEGACY: u32 = 15;
export const STATUS_LEGACY_VP: u32 = 16;
export const STATUS_LEGACY_L4E: u32 = 17;
export const STATUS_LEGACY_IPE: u32 = 18;
export const STATUS_LEGACY_RXE: u32 = 19;
/** Packet types IPv4 to SCTP, then RSS types 1 to 9. */
export const STATUS_PACKET_TYPES: u32 = 20;
export const STATUS_RSS_TYPES: u32 = 27;
export const STATUS_COUNT: u32 = 36;

/** By DROP_ reason of layout/trace.ts. */
export const ROW_DROPS: u32 = 128;
/** By row of the register tables: a virtual function's written and read, the physical function's read or written. */
export const ROW_VF_WRITES: u32 = 192;
export const ROW_VF_READS: u32 = 256;
export const ROW_PF_ACCESSES: u32 = 320;
