/** Advanced descriptors of the 82576, 16 bytes each (datasheet sections 7.1.5 and 7.2.2): places and bits. */

export const DESCRIPTOR_SHIFT = 4;

export const TX_ADDRESS = 0;
export const TX_COMMAND = 8;
export const TX_STATUS = 12;
export const TX_LENGTH_MASK = 0xffff;
export const TX_TYPE_MASK = 0x00f00000;
export const TX_TYPE_DATA = 0x00300000;
export const TX_EOP = 0x01000000;
export const TX_IFCS = 0x02000000;
export const TX_RS = 0x08000000;
export const TX_DEXT = 0x20000000;
export const TX_PAYLEN_SHIFT = 14;
export const TX_DD = 1;

export const RX_ADDRESS = 0;
export const RX_TYPE = 0;
export const RX_HASH = 4;
export const RX_STATUS = 8;
export const RX_LENGTH = 12;
export const RX_DD = 1;
export const RX_EOP = 2;
export const RX_TYPE_IPV4 = 0x10;
export const RX_TYPE_UDP = 0x200;

/** Shortest and longest frame without its check sequence, and the bytes of that. */
export const FRAME_BYTES_MIN = 60;
export const FRAME_BYTES_MAX = 1518;
export const CHECK_BYTES = 4;
