/**
 * Advanced descriptors of the 82576, 16 bytes each, little-endian.
 *
 *     transmit data, as the driver writes it          receive, as the driver writes it
 *     63                                    0         63                                    0
 *    +---------------------------------------+       +---------------------------------------+
 *    | buffer address                        |  +0   | packet buffer address                 |
 *    +------------------+--------------------+       +---------------------------------------+
 *    | PAYLEN IDX  STA  | CMD DTYP    DTALEN |  +8   | header buffer address (bit 0 is DD)   |
 *    +------------------+--------------------+       +---------------------------------------+
 *
 *     transmit, written back: STA.DD only             receive, written back
 *                                                    +------------------+--------------------+
 *                                               +0   | RSS hash         | header, type       |
 *                                                    +------------------+--------------------+
 *                                               +8   | VLAN    bytes    | errors, status, DD |
 *                                                    +------------------+--------------------+
 *
 * Source: 82576 datasheet sections 7.1.5 and 7.2.2, as the Linux igb driver uses them.
 */

export const DESCRIPTOR_BYTES: u32 = 16;
export const DESCRIPTOR_SHIFT: u32 = 4;

export const TX_ADDRESS: u32 = 0;
/** DTALEN, DTYP and CMD. */
export const TX_COMMAND: u32 = 8;
/** STA, IDX, POPTS and PAYLEN. */
export const TX_STATUS: u32 = 12;
export const TX_LENGTH_MASK: u32 = 0xffff;
export const TX_TYPE_MASK: u32 = 0x00f00000;
export const TX_TYPE_CONTEXT: u32 = 0x00200000;
export const TX_TYPE_DATA: u32 = 0x00300000;
export const TX_EOP: u32 = 0x01000000;
export const TX_IFCS: u32 = 0x02000000;
export const TX_RS: u32 = 0x08000000;
export const TX_DEXT: u32 = 0x20000000;
export const TX_PAYLEN_SHIFT: u32 = 14;
export const TX_DD: u32 = 1;

export const RX_ADDRESS: u32 = 0;
export const RX_TYPE: u32 = 0;
export const RX_HASH: u32 = 4;
export const RX_STATUS: u32 = 8;
export const RX_LENGTH: u32 = 12;
export const RX_DD: u32 = 1;
export const RX_EOP: u32 = 2;
/** Packet type bits: IPv4 and UDP headers were seen. */
export const RX_TYPE_IPV4: u32 = 0x10;
export const RX_TYPE_UDP: u32 = 0x200;
