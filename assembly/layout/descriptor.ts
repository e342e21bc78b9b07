/**
 * Descriptors of the 82576, 16 bytes each, little-endian.
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
export const TX_VLE: u32 = 0x40000000;
export const TX_TSE: u32 = 0x80000000;
/** Advanced, in the status word: context slot, IPv4 and L4 checksums. */
export const TX_CONTEXT_BIT: u32 = 0x10;
export const TX_IXSM: u32 = 0x100;
export const TX_TXSM: u32 = 0x200;
/** Legacy: insert a checksum; where it goes (command word), where it starts and the VLAN tag (status word). */
export const TX_IC: u32 = 0x04000000;
export const TX_CSO_SHIFT: u32 = 16;
export const TX_CSS_SHIFT: u32 = 8;
export const TX_VLAN_SHIFT: u32 = 16;
/** The words of a context: header lengths and tag, unused, command, L4 length and segment bytes. */
export const CONTEXT_LENGTHS: u32 = 0;
export const CONTEXT_COMMAND: u32 = 8;
export const CONTEXT_SIZES: u32 = 12;
export const CONTEXT_IPLEN_MASK: u32 = 0x1ff;
export const CONTEXT_MACLEN_SHIFT: u32 = 9;
export const CONTEXT_MACLEN_MASK: u32 = 0x7f;
export const CONTEXT_VLAN_SHIFT: u32 = 16;
export const CONTEXT_IPV4: u32 = 0x400;
export const CONTEXT_L4_SHIFT: u32 = 11;
export const CONTEXT_L4_MASK: u32 = 3;
export const CONTEXT_L4LEN_SHIFT: u32 = 8;
export const CONTEXT_MSS_SHIFT: u32 = 16;
export const L4_UDP: u32 = 0;
export const L4_TCP: u32 = 1;
export const L4_SCTP: u32 = 2;

export const RX_ADDRESS: u32 = 0;
export const RX_HEADER_ADDRESS: u32 = 8;
export const RX_TYPE: u32 = 0;
export const RX_HASH: u32 = 4;
export const RX_STATUS: u32 = 8;
export const RX_LENGTH: u32 = 12;
export const RX_DD: u32 = 1;
export const RX_EOP: u32 = 2;
export const RX_VP: u32 = 0x8;
export const RX_UDPCS: u32 = 0x10;
export const RX_L4CS: u32 = 0x20;
export const RX_IPCS: u32 = 0x40;
export const RX_PIF: u32 = 0x80;
export const RX_UDPV: u32 = 0x400;
export const RX_LB: u32 = 0x40000;
export const RX_HBO: u32 = 0x00800000;
export const RX_L4E: u32 = 0x20000000;
export const RX_IPE: u32 = 0x40000000;
export const RX_RXE: u32 = 0x80000000;
export const RX_VLAN_SHIFT: u32 = 16;
/** Packet types, in the type word. */
export const RX_TYPE_IPV4: u32 = 0x10;
export const RX_TYPE_IPV4_OPTIONS: u32 = 0x20;
export const RX_TYPE_IPV6: u32 = 0x40;
export const RX_TYPE_IPV6_EXTENSIONS: u32 = 0x80;
export const RX_TYPE_TCP: u32 = 0x100;
export const RX_TYPE_UDP: u32 = 0x200;
export const RX_TYPE_SCTP: u32 = 0x400;
export const RX_HEADER_SHIFT: u32 = 21;
export const RX_HEADER_MASK: u32 = 0x3ff;
export const RX_SPLIT: u32 = 0x80000000;
/** Legacy: length and checksum in the word at 8; status, errors and tag in the word at 12. */
export const RX_LEGACY_LENGTH: u32 = 8;
export const RX_LEGACY_STATUS: u32 = 12;
/** Status and error bits that legacy descriptors share stand there at these distances. */
export const RX_LEGACY_STATUS_MASK: u32 = 0xff;
export const RX_LEGACY_L4E: u32 = 0x2000;
export const RX_LEGACY_IPE: u32 = 0x4000;
export const RX_LEGACY_RXE: u32 = 0x8000;
/** assumed: the packet checksum of a legacy descriptor starts behind the Ethernet header (RXCSUM.PCSS of 14). */
export const RX_LEGACY_CHECKSUM_START: u32 = 14;

/** assumed: descriptors that one packet may have; hardware has some limit, and a driver of Linux uses at most 22. */
export const PACKET_DESCRIPTOR_MAX: u32 = 64;
/** Longest header that is segmented, and longest packet with it: 65,535 bytes of payload. */
export const TSO_HEADER_BYTES_MAX: u32 = 256;
export const TSO_BYTES_MAX: u32 = 65791;
/** assumed: frames that one packet is cut into at most. */
export const TSO_SEGMENT_COUNT_MAX: u32 = 256;
