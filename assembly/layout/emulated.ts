/**
 * The emulated NIC: registers of the e1000 class at their places, the bits that are used of them, limits of its device
 * model, and what is counted. Every access to a register leaves the guest (guest/emulated-driver.ts).
 *
 * Source: Intel 8254x software developer's manual, table 13-2; Linux drivers/net/e1000; QEMU hw/net/e1000.c and net/tap.c.
 * Rings have the format of layout/descriptor.ts. Left out: EEPROM, PHY, link, statistics, filters beside the address.
 */

export const EMULATED_STATUS: u32 = 0x8;
export const EMULATED_ICR: u32 = 0xc0;
export const EMULATED_ITR: u32 = 0xc4;
export const EMULATED_ICS: u32 = 0xc8;
export const EMULATED_IMS: u32 = 0xd0;
export const EMULATED_IMC: u32 = 0xd8;
export const EMULATED_RCTL: u32 = 0x100;
export const EMULATED_TCTL: u32 = 0x400;
export const EMULATED_RDBAL: u32 = 0x2800;
export const EMULATED_RDBAH: u32 = 0x2804;
export const EMULATED_RDLEN: u32 = 0x2808;
export const EMULATED_RDH: u32 = 0x2810;
export const EMULATED_RDT: u32 = 0x2818;
export const EMULATED_TDBAL: u32 = 0x3800;
export const EMULATED_TDBAH: u32 = 0x3804;
export const EMULATED_TDLEN: u32 = 0x3808;
export const EMULATED_TDH: u32 = 0x3810;
export const EMULATED_TDT: u32 = 0x3818;

/** STATUS: full duplex, link up, 1,000 Mb/s. */
export const STATUS_LINK_UP: u32 = 0x83;
/** ICR, ICS, IMS and IMC: a descriptor was written back with RS; a frame was received. */
export const CAUSE_SENT: u32 = 0x01;
export const CAUSE_RECEIVED: u32 = 0x80;
/** RCTL and TCTL: enable. */
export const RING_ENABLE: u32 = 0x2;
/** RDLEN and TDLEN: multiples of 128 below 2^20; heads and tails have 16 bits. */
export const RING_BYTES_MASK: u32 = 0xfff80;
export const RING_POSITION_MASK: u32 = 0xffff;
/** RDBAL and TDBAL: multiples of 16. */
export const RING_BASE_MASK: u32 = 0xfffffff0;
/** ITR: the least time between two interrupts. */
export const INTERVAL_MASK: u32 = 0xffff;
export const INTERVAL_UNIT_NS: u32 = 256;
/** What QEMU keeps at least between two: 7,813 interrupts a second. */
export const INTERVAL_LEAST: u32 = 500;

/** Frames that may wait in a tap (TUN_READQ_SIZE of Linux), and that the device model reads in one turn (QEMU's tap_send). */
export const TAP_QUEUE_COUNT_MAX: u32 = 500;
export const TAP_READ_BUDGET: u32 = 50;
/** Descriptors that one turn walks: an endless ring takes many turns. assumed: as many as a poll takes frames. */
export const WALK_BUDGET: u32 = 64;
/** Receive buffers that the driver returns with one write of RDT (E1000_RX_BUFFER_WRITE). */
export const RETURN_COUNT_MAX: u32 = 16;
/** Causes that the driver unmasks (IMS_ENABLE_MASK): link, sequence, few buffers, received, sent. */
export const CAUSES_WANTED: u32 = 0x9d;
export const CAUSES_ALL: u32 = 0xffffffff;

// Counters of an emulated NIC; its tap has those of a vif besides. First accesses by register.
export const EMULATED_EXITS_ICR: u32 = 0;
export const EMULATED_EXITS_ITR: u32 = 1;
export const EMULATED_EXITS_IMS: u32 = 2;
export const EMULATED_EXITS_IMC: u32 = 3;
export const EMULATED_EXITS_STATUS: u32 = 4;
export const EMULATED_EXITS_RDT: u32 = 5;
export const EMULATED_EXITS_TDT: u32 = 6;
/** Times that the line rose, and causes that came while it was up or masked, or had to wait for the interval. */
export const EMULATED_INTERRUPTS: u32 = 7;
export const EMULATED_COALESCED: u32 = 8;
/** Turns of the device model that began with a switch to its process. */
export const EMULATED_SWITCHES: u32 = 9;
/** Frames for somebody else, which the bridge had flooded. */
export const EMULATED_NOT_FOR_US: u32 = 10;
export const EMULATED_COUNTER_COUNT: u32 = 11;
