/* Advanced descriptors of the 82576, 16 bytes each (datasheet sections 7.1.5 and 7.2.2): places and bits. */
#ifndef DESCRIPTOR_H
#define DESCRIPTOR_H

#define DESCRIPTOR_SHIFT 4

#define TX_ADDRESS 0u
#define TX_COMMAND 8u
#define TX_STATUS 12u
#define TX_LENGTH_MASK 0xffffu
#define TX_TYPE_MASK 0x00f00000u
#define TX_TYPE_DATA 0x00300000u
#define TX_EOP 0x01000000u
#define TX_IFCS 0x02000000u
#define TX_RS 0x08000000u
#define TX_DEXT 0x20000000u
#define TX_PAYLEN_SHIFT 14
#define TX_DD 1u

#define RX_ADDRESS 0u
#define RX_TYPE 0u
#define RX_HASH 4u
#define RX_STATUS 8u
#define RX_LENGTH 12u
#define RX_DD 1u
#define RX_EOP 2u
#define RX_TYPE_IPV4 0x10u
#define RX_TYPE_UDP 0x200u

#define FRAME_BYTES_MIN 60u
#define FRAME_BYTES_MAX 1518u
#define CHECK_BYTES 4u

#endif
